/*
 * grammar.c
 *		The formats as data.
 *
 * Sources, as cited below:
 *	SI 2001/561 Sch 3	Road Vehicles (Display of Registration Marks)
 *						Regulations 2001, schedule 3, table A: the layouts
 *	INF104				DVLA leaflet INF104 (4/22): letters and numbers used
 *	VEXMOTORS4100		HMRC manual on tax-free sales of new motor vehicles
 *	SI 2018/1203		Trailer Registration Regulations 2018
 * Where no official text exists, the comment says whose practice is followed.
 */
#include "core/grammar.h"

#include "core/series.h"

/*
 * INF104: no tag has I, Q or Z; prefix to dateless marks follow the same
 * rule.
 */
#define LETTERS_23	"ABCDEFGHJKLMNOPRSTUVWXY"
/* VEXMOTORS4100: the last three letters use Z, but never I or Q. */
#define LETTERS_24	"ABCDEFGHJKLMNOPRSTUVWXYZ"
#define LETTERS_26	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * The Isle of Man has MN, MAN, and MN after a serial letter B to Y, except I,
 * Q, S and Z.  AMN was given to Great Britain in exchange for MAN.
 */
#define ISLE_OF_MAN_GROUPS \
	"MAN BMN CMN DMN EMN FMN GMN HMN JMN KMN LMN MMN NMN OMN PMN RMN TMN " \
	"UMN VMN WMN XMN YMN"

/* Vehicle registration in Northern Ireland since 1904: 33 codes. */
#define NI_CODES \
	"AZ BZ CZ DZ EZ FZ GZ HZ IA IB IG IJ IL IW JI JZ KZ LZ MZ NZ OI OZ PZ RZ " \
	"SZ TZ UI UZ VZ WZ XI XZ YZ"

const LetterSet letter_sets[LETTER_SETS] = {
	[SET_MEMORY_TAG] = {
		"the memory tag", 2, 2, {LETTERS_23, LETTERS_23},
		.except = "XA XB XC XD XE XF"	/* VEXMOTORS4100: export */
	},
	[SET_EXPORT_TAG] = {
		"the export tag", 2, 2, {"X", "ABCDEF"}
	},
	[SET_RANDOM] = {
		"the last three letters", 3, 3, {LETTERS_24, LETTERS_24, LETTERS_24}
	},
	[SET_PREFIX_GROUP] = {
		"the letter group", 3, 3, {LETTERS_23, LETTERS_23, LETTERS_23},
		.except = "MAN"			/* Isle of Man, 1979: A 1 MAN to Y 999 MAN */
	},
	[SET_Q] = {
		"the first letter", 1, 1, {"Q"}
	},
	[SET_Q_GROUP] = {
		"the letter group", 3, 3, {LETTERS_23, LETTERS_23, LETTERS_23}
	},
	[SET_SUFFIX_GROUP] = {
		"the letter group", 3, 3, {LETTERS_23, LETTERS_23, LETTERS_23},
		.except = ISLE_OF_MAN_GROUPS
	},
	[SET_DATELESS] = {
		"the letters", 1, 3, {LETTERS_23, LETTERS_23, LETTERS_23},
		.except = "MN " ISLE_OF_MAN_GROUPS,
		.carry = {9999, 9999, 999},
		/* the civic marks S 0, G 0, ... of lord mayors and provosts */
		.zero = "G S V HS LM RG SY VS"
	},
	[SET_DATELESS_SHORT_NUMBER] = {
		"the letters", 1, 3, {LETTERS_23, LETTERS_23, LETTERS_23},
		.except = "MN " ISLE_OF_MAN_GROUPS
	},
	[SET_DATELESS_LONG_NUMBER] = {
		"the letters", 1, 2, {LETTERS_23, LETTERS_23},
		.except = "MN"
	},
	[SET_NI_SERIAL] = {
		"the serial letter", 1, 1, {LETTERS_23}
	},
	[SET_NI_CODE] = {
		"the Northern Ireland code", 2, 2, {LETTERS_26, LETTERS_26},
		.only = NI_CODES
	},
	[SET_QNI] = {
		"the letters", 3, 3, {"Q", "N", "I"}
	},
	[SET_QNI_PAIR] = {			/* only used to choose: the NI of QNI */
		"the letters", 2, 2, {"N", "I"}
	},
	[SET_DIPLOMATIC] = {
		"the class letter", 1, 1, {"DX"}
	},
	[SET_MILITARY_PAIR] = {
		"the letters", 2, 2, {LETTERS_26, LETTERS_26}
	},
	[SET_TRAILER] = {
		"the first letter", 1, 1, {"ABDEFGHIJKLMNOPQRSTUVWXYZ"}
	},
};

#define SPACE	.space = true
#define LETTERS(set)		{.kind = FIELD_LETTERS, .letters = (set)}
#define LETTERS_APART(set)	{.kind = FIELD_LETTERS, SPACE, .letters = (set)}
#define NUMBER(from, to)	\
	{.kind = FIELD_NUMBER, .lo = (from), .hi = (to), .what = "the number"}
#define NUMBER_APART(from, to)	\
	{.kind = FIELD_NUMBER, SPACE, .lo = (from), .hi = (to), .what = "the number"}
#define PADDED(from, to, digits, name)	\
	{.kind = FIELD_NUMBER, .lo = (from), .hi = (to), .width = (digits), .what = (name)}
#define PADDED_APART(from, to, digits, name)	\
	{.kind = FIELD_NUMBER, SPACE, .lo = (from), .hi = (to), .width = (digits), \
	 .what = (name)}

const Layout plate_layouts[PLATE_LAYOUTS] = {
	/* SI 2001/561 Sch 3 row 1 */
	{PLATE_CURRENT, SET_NONE,
	{LETTERS(SET_MEMORY_TAG), {.kind = FIELD_AGE}, LETTERS_APART(SET_RANDOM)}},
	{PLATE_EXPORT, SET_EXPORT_TAG,
	{LETTERS(SET_EXPORT_TAG), {.kind = FIELD_AGE}, LETTERS_APART(SET_RANDOM)}},
	/* row 2; numbers never have leading zeros */
	{PLATE_PREFIX, SET_NONE,
	{{.kind = FIELD_PREFIX_YEAR}, NUMBER(1, 999), LETTERS_APART(SET_PREFIX_GROUP)}},
	{PLATE_Q, SET_Q,
	{LETTERS(SET_Q), NUMBER(1, 999), LETTERS_APART(SET_Q_GROUP)}},
	/* row 3 */
	{PLATE_SUFFIX, SET_NONE,
	{LETTERS(SET_SUFFIX_GROUP), NUMBER_APART(1, 999), {.kind = FIELD_SUFFIX_YEAR}}},
	/* rows 6 and 7 */
	{PLATE_DATELESS, SET_NONE,
	{LETTERS(SET_DATELESS), NUMBER_APART(1, 9999)}},
	/* rows 5 and 4 */
	{PLATE_DATELESS_REVERSED, SET_NONE,
	{NUMBER(1, 999), LETTERS_APART(SET_DATELESS_SHORT_NUMBER)}},
	{PLATE_DATELESS_REVERSED, SET_NONE,
	{NUMBER(1000, 9999), LETTERS_APART(SET_DATELESS_LONG_NUMBER)}},
	/* the same rows, and rows 8 and 9, with a Northern Ireland code */
	{PLATE_NI, SET_NI_CODE,
	{LETTERS(SET_NI_CODE), NUMBER_APART(1, 9999)}},
	{PLATE_NI_REVERSED, SET_NI_CODE,
	{NUMBER(1, 9999), LETTERS_APART(SET_NI_CODE)}},
	{PLATE_NI_SERIAL, SET_NI_CODE,
	{LETTERS(SET_NI_SERIAL), LETTERS(SET_NI_CODE), NUMBER_APART(1, 9999)}},
	{PLATE_NI_SERIAL_REVERSED, SET_NI_CODE,
	{NUMBER(1, 9999), LETTERS_APART(SET_NI_SERIAL), LETTERS(SET_NI_CODE)}},
	/* DVLA and nidirect write QNI; the length of the number is practice */
	{PLATE_QNI, SET_QNI_PAIR,
	{LETTERS(SET_QNI), NUMBER_APART(1, 9999)}},
	/* mission, class, serial: some missions were given serial 100 */
	{PLATE_DIPLOMATIC, SET_NONE,
	{PADDED(101, 999, 3, "the mission code"), LETTERS_APART(SET_DIPLOMATIC),
	PADDED_APART(100, 999, 3, "the serial number")}},
	/* from 1949, then newer; no letter rules are published */
	{PLATE_MILITARY, SET_NONE,
	{PADDED(0, 99, 2, "the number"), LETTERS_APART(SET_MILITARY_PAIR),
	PADDED_APART(0, 99, 2, "the number")}},
	{PLATE_MILITARY, SET_NONE,
	{LETTERS(SET_MILITARY_PAIR), PADDED_APART(0, 99, 2, "the number"),
	LETTERS_APART(SET_MILITARY_PAIR)}},
	/* five digits since 2015; no official text on the shape was found */
	{PLATE_TRADE, SET_NONE,
	{PADDED(1, 99999, 5, "the number")}},
	/* SI 2018/1203 reg 15(1) and Sch 2; INF291: never begins with C */
	{PLATE_TRAILER, SET_NONE,
	{LETTERS(SET_TRAILER), PADDED(0, 999, 3, "the number"),
	PADDED_APART(0, 9999, 4, "the number")}},
};

const FormatInfo plate_format_info[PLATE_FORMATS + 1] = {
	[PLATE_CURRENT] = {"current", "a current mark", "AB51 ABC",
		SERIES_FIRST_CURRENT, SERIES_LAST, false, NULL, true,
	"SI 2001/561 Sch 3 row 1; INF104; VEXMOTORS4100"},
	[PLATE_EXPORT] = {"export", "an export mark", "XA51 ABC",
		SERIES_FIRST_CURRENT, SERIES_LAST, false, NULL, true,
	"SI 2001/561 Sch 3 row 1; VEXMOTORS4100"},
	[PLATE_PREFIX] = {"prefix", "a prefix mark", "A123 ABC",
		SERIES_FIRST_PREFIX, SERIES_FIRST_CURRENT - 1, false, NULL, true,
	"SI 2001/561 Sch 3 row 2"},
	[PLATE_Q] = {"q", "a Q mark", "Q123 ABC", 0, 0, true, NULL, false,
	"SI 2001/561 Sch 3 row 2; DVLA practice since 1983"},
	[PLATE_SUFFIX] = {"suffix", "a suffix mark", "ABC 123A",
		SERIES_FIRST_SUFFIX, SERIES_FIRST_PREFIX - 1, false, NULL, true,
	"SI 2001/561 Sch 3 row 3"},
	[PLATE_DATELESS] = {"dateless", "a dateless mark", "ABC 123",
		0, 0, false, NULL, true, "SI 2001/561 Sch 3 rows 6 and 7"},
	[PLATE_DATELESS_REVERSED] = {"dateless_reversed", "a dateless mark",
	"123 ABC", 0, 0, false, NULL, true, "SI 2001/561 Sch 3 rows 4 and 5"},
	[PLATE_NI] = {"ni", "a Northern Ireland mark", "AZ 1234",
	0, 0, true, NULL, true, "SI 2001/561 Sch 3 rows 6 and 7"},
	[PLATE_NI_REVERSED] = {"ni_reversed", "a Northern Ireland mark",
	"1234 AZ", 0, 0, false, NULL, true, "SI 2001/561 Sch 3 rows 4 and 5"},
	[PLATE_NI_SERIAL] = {"ni_serial", "a Northern Ireland mark", "AAZ 1234",
	0, 0, true, NULL, true, "SI 2001/561 Sch 3 row 8"},
	[PLATE_NI_SERIAL_REVERSED] = {"ni_serial_reversed",
		"a Northern Ireland mark", "1234 AAZ", 0, 0, false, NULL, true,
	"SI 2001/561 Sch 3 rows 5 and 9"},
	[PLATE_QNI] = {"qni", "a QNI mark", "QNI 1234", 0, 0, true, NULL, false,
	"nidirect, registering a radically altered vehicle"},
	[PLATE_DIPLOMATIC] = {"diplomatic", "a diplomatic mark", "101 D 101",
		0, 0, false, "A diplomatic mark is given to a mission, not to a vehicle "
	"of the register.", false, "practice since 1979; outside SI 2001/561"},
	[PLATE_MILITARY] = {"military", "a military mark", "AB 12 CD",
		0, 0, false, "A military mark is of the Ministry of Defence's own "
		"register.", false,
	"Ministry of Defence practice; outside SI 2001/561"},
	[PLATE_TRADE] = {"trade", "a trade mark", "01234",
		0, 0, false, "A trade mark belongs to a licence, not to a vehicle.", false,
	"SI 2002/2742 regs 39 and 40; practice since 2015"},
	[PLATE_TRAILER] = {"trailer", "a trailer mark", "A123 4567",
		0, 0, false, "A trailer mark is of the register of trailers.", false,
	"SI 2018/1203 reg 15(1) and Sch 2; INF291"},
	[PLATE_IRREGULAR] = {"irregular", "an irregular mark", "QTR 1",
		0, 0, false, NULL, true, "a list: see the view irregular_marks"},
};
