/*
 * tags.c
 *		Where a mark was first registered.
 *
 * This is never a reason to refuse a mark: a tag that is in no list has no
 * office.  Local offices closed in 2013, but a tag is still chosen by where
 * the dealer is.
 */
#include "core/tags.h"

#include <stdint.h>
#include <string.h>

#include "core/compiled_grammar.h"
#include "core/series.h"

typedef struct OfficeCodes
{
	const char *office;
	const char *codes;			/* "AA-AN FP": codes and ranges */
} OfficeCodes;

/*
 * INF104 (4/22), memory tags.  FO, FU and NF are not listed there, MN is kept
 * for the Isle of Man; HW is for residents of the Isle of Wight alone.
 */
static const OfficeCodes memory_tags[] = {
	{"Peterborough", "AA-AN"},
	{"Norwich", "AO-AU"},
	{"Ipswich", "AV-AY"},
	{"Birmingham", "BA-BY"},
	{"Cardiff", "CA-CO"},
	{"Swansea", "CP-CV"},
	{"Bangor", "CW-CY"},
	{"Chester", "DA-DK"},
	{"Shrewsbury", "DL-DY"},
	{"Chelmsford", "EA-EY"},
	{"Nottingham", "FA-FN FP"},
	{"Lincoln", "FR-FT FV-FY"},
	{"Maidstone", "GA-GO"},
	{"Brighton", "GP-GY"},
	{"Bournemouth", "HA-HJ"},
	{"Portsmouth", "HK-HY"},
	{"Borehamwood", "KA-KL LK-LT"},
	{"Northampton", "KM-KY"},
	{"Wimbledon", "LA-LJ"},
	{"Sidcup", "LU-LY"},
	{"Manchester", "MA-MM MO-MY"},
	{"Newcastle", "NA-NE NG-NO"},
	{"Stockton", "NP-NY"},
	{"Oxford", "OA-OY"},
	{"Preston", "PA-PT"},
	{"Carlisle", "PU-PY"},
	{"Theale", "RA-RY"},
	{"Glasgow", "SA-SJ"},
	{"Edinburgh", "SK-SO"},
	{"Dundee", "SP-ST"},
	{"Aberdeen", "SU-SW"},
	{"Inverness", "SX-SY"},
	{"Worcester", "VA-VY"},
	{"Exeter", "WA-WJ"},
	{"Truro", "WK-WL"},
	{"Bristol", "WM-WY"},
	{"Leeds", "YA-YL"},
	{"Sheffield", "YM-YT YV"},
	{"Beverley", "YU YW-YY"},
};

/*
 * Area codes of prefix, suffix and dateless marks: the offices as they stood
 * in the last years of the scheme, to 2001.  SV, SY and XA to XY are in no
 * list.  Then the counties of the 33 Northern Ireland codes.
 */
static const OfficeCodes area_codes[] = {
	{"Aberdeen", "BS PS RS SA SE SO SS"},
	{"Bangor", "CC EY FF JC"},
	{"Birmingham",
	"DA JW OA OB OC OE OF OG OH OJ OK OL OM ON OP OV OX UK VP"},
	{"Bournemouth", "AA CG EL FX HO JT LJ PR RU"},
	{"Brighton", "AP CD DY FG HC JK NJ PN UF WV YJ"},
	{"Bristol", "AE EU FB HT HU HW HY OU TC WS"},
	{"Cardiff", "AX BO DW HB KG NY TG TX UH WO"},
	{"Carlisle", "AO HH RM SM SW"},
	{"Chelmsford", "AR EV HJ HK JN NO OO PU TW VW VX WC"},
	{"Chester", "CA DM FM LG MA MB TU"},
	{"Coventry", "AC DU HP KV RW VC WK"},
	{"Dudley", "DH EA FD FK HA NX UE WD"},
	{"Dundee", "ES SL SN SP SR TS"},
	{"Edinburgh", "FS KS LS MS SC SF SG SH SX"},
	{"Exeter", "CO DR DV FJ JY OD TA TK TT UN UO"},
	{"Glasgow", "CS DS GA GB GD GE GG HS NS OS SB SD SJ SU US YS"},
	{"Gloucester", "AD CJ DD DF DG FH FO VJ"},
	{"Guildford", "PA PB PC PD PE PF PG PH PJ PK PL PM"},
	{"Haverfordwest", "BX DE EJ"},
	{"Huddersfield", "CP CX HD JX VH"},
	{"Hull", "AG AT KH RH"},
	{"Inverness", "AS JS SK ST"},
	{"Ipswich", "BJ DX GV PV RT"},
	{"Leeds", "BT DN NW UA UB UG UM VY WR WT WU WW WX WY YG"},
	{"Leicester", "AY BC FP JF JU NR RY UT"},
	{"Lincoln", "BE CT DO EE FE FU FW JL JV TL VL"},
	{"Liverpool", "BG CM DJ ED EK EM FY HF JP KA KB KC KD KF LV TB TJ WM"},
	{"London (Central)",
	"HM HV HX JD UC UL UU UV UW YE YF YH YK YL YM YN YO YP YR YT YU YV "
	"YW YX YY"},
	{"London (North-East)", "MC MD ME MF MG MH MK ML MM MP MT MU MV MX MY"},
	{"London (North-West)",
	"BY LA LB LC LD LE LF LH LK LL LM LN LO LP LR LT LU LW LX LY OY RK"},
	{"London (South-East)", "GU GW GX GY"},
	{"London (South-West)", "GC GF GH GJ GK GN GO GP GT"},
	{"Luton", "BH BM GS KX MJ NK NM PP RO TM UR VD VS"},
	{"Maidstone", "FN JG JJ KE KJ KK KL KM KN KO KP KR KT VB"},
	{"Manchester",
	"BA BN BU CB DB DK EN JA NA NB NC ND NE NF RJ TD TE VM VR VU WH"},
	{"Middlesbrough", "AJ DC EF HN PY VN"},
	{"Newcastle upon Tyne", "BB BR CN CU FT GR JR NL PT RG TN TY UP VK"},
	{"Northampton", "BD NH NV RP VV"},
	{"Norwich", "AH CL EX NG PW VF VG"},
	{"Nottingham", "AL AU CH NN NU RA RB RC RR TO TV VO"},
	{"Oxford", "BW FC JO UD WL"},
	{"Peterborough", "AV CE EB EG ER EW FL JE VA VE"},
	{"Portsmouth", "BK BP DL OR OT PO PX RV TP"},
	{"Preston", "BV CK CW EC EO FR FV HG RN"},
	{"Reading", "AN BL CF DP GM JB JH JM MO RD RX TF"},
	{"Sheffield", "AK DT ET HE HL KU KW KY WA WB WE WF WG WJ"},
	{"Shrewsbury", "AW NT UJ UX"},
	{"Southampton", "CR OW TR"},
	{"Stoke-on-Trent", "BF EH FA RE RF VT"},
	{"Swansea", "CY EP TH WN"},
	{"Swindon", "AM HR MR MW"},
	{"Taunton", "YA YB YC YD"},
	{"Truro", "AF CV GL RL"},
	{"Worcester", "AB NP UY WP"},
	{"Belfast", "AZ CZ EZ FZ GZ MZ OI OZ PZ TZ UZ WZ XI"},
	{"Down", "BZ IJ JZ SZ"},
	{"Antrim", "DZ IA KZ RZ"},
	{"Tyrone", "HZ JI VZ"},
	{"Armagh", "IB LZ XZ"},
	{"Fermanagh", "IG IL"},
	{"Londonderry", "IW NZ UI YZ"},
};

/* Single letters, dateless marks only. */
static const OfficeCodes letter_codes[] = {
	{"London", "A H"},
	{"Lancashire", "B"},
	{"West Yorkshire", "C"},
	{"Kent", "D"},
	{"Staffordshire", "E"},
	{"Essex", "F"},
	{"Glasgow", "G"},
	{"Durham", "J"},
	{"Liverpool", "K"},
	{"Glamorganshire", "L"},
	{"Cheshire", "M"},
	{"Manchester", "N"},
	{"Birmingham", "O"},
	{"Surrey", "P"},
	{"Derbyshire", "R"},
	{"Edinburgh", "S"},
	{"Devon", "T"},
	{"Leeds", "U"},
	{"Lanarkshire", "V"},
	{"Sheffield", "W"},
	{"Northumberland", "X"},
	{"Somerset", "Y"},
};

#define LETTER_REGION(letter)	((letter) - 'A' + 1)
#define REGION_NI				(REGIONS - 1)

/*
 * INF104: what the first letter of a memory tag stands for.  It has no name for
 * K, which is called here after its offices as they were at first.
 */
static const char *const regions[REGIONS] = {
	[LETTER_REGION('A')] = "Anglia",
	[LETTER_REGION('B')] = "Birmingham",
	[LETTER_REGION('C')] = "Cymru",
	[LETTER_REGION('D')] = "Deeside to Shrewsbury",
	[LETTER_REGION('E')] = "Essex",
	[LETTER_REGION('F')] = "Forest and Fens",
	[LETTER_REGION('G')] = "Garden of England",
	[LETTER_REGION('H')] = "Hampshire and Dorset",
	[LETTER_REGION('K')] = "Luton and Northampton",
	[LETTER_REGION('L')] = "London",
	[LETTER_REGION('M')] = "Manchester and Merseyside",
	[LETTER_REGION('N')] = "North",
	[LETTER_REGION('O')] = "Oxford",
	[LETTER_REGION('P')] = "Preston",
	[LETTER_REGION('R')] = "Reading",
	[LETTER_REGION('S')] = "Scotland",
	[LETTER_REGION('V')] = "Severn Valley",
	[LETTER_REGION('W')] = "West of England",
	[LETTER_REGION('Y')] = "Yorkshire",
	[REGION_NI] = "Northern Ireland",
};

#define COUNT(rows)		((int) (sizeof(rows) / sizeof((rows)[0])))

/* INF104: for the Isle of Man. */
#define RESERVED_TAG	"MN"

/* The row of each code, plus 1; 0 if it is in no list. */
static uint8_t memory_tag_row[26 * 26];
static uint8_t area_code_row[26 * 26];
static uint8_t letter_code_row[26];

/* The region of each memory tag, by its rank. */
static uint8_t tag_region[26 * 26];
static int64_t marks_of_tag;

/* Serial of the first current mark of MN. */
static int64_t reserved_serial;

static int
code_index(const char *pair)
{
	return (pair[0] - 'A') * 26 + pair[1] - 'A';
}

static void
compile_pairs(const OfficeCodes *rows, int count, uint8_t *row_of)
{
	for (int row = 0; row < count; row++)
		for (const char *code = rows[row].codes; *code != '\0';
			 code += strspn(code, " "))
		{
			int			first = code_index(code);
			int			last = code[2] == '-' ? code_index(code + 3) : first;

			for (int i = first; i <= last; i++)
				row_of[i] = row + 1;
			code += code[2] == '-' ? 5 : 2;
		}
}

static void
compile_regions(void)
{
	int64_t		first = plate_make(PLATE_CURRENT, SERIES_FIRST_CURRENT, 0);

	marks_of_tag = letter_tables[SET_RANDOM].size;
	reserved_serial = letters_rank(SET_MEMORY_TAG, RESERVED_TAG, 2) * marks_of_tag;
	for (int64_t serial = 0; serial < format_size(PLATE_CURRENT);
		 serial += marks_of_tag)
	{
		char		tag[2];

		plate_tag_of(first + serial, tag);
		if (memory_tag_row[code_index(tag)] && regions[LETTER_REGION(tag[0])])
			tag_region[serial / marks_of_tag] = LETTER_REGION(tag[0]);
	}
}

/* Must run once before anything else here is used; wants grammar_compile(). */
void
tags_compile(void)
{
	compile_pairs(memory_tags, COUNT(memory_tags), memory_tag_row);
	compile_pairs(area_codes, COUNT(area_codes), area_code_row);
	for (int row = 0; row < COUNT(letter_codes); row++)
		for (const char *code = letter_codes[row].codes; *code != '\0'; code++)
			if (*code != ' ')
				letter_code_row[*code - 'A'] = row + 1;
	compile_regions();
}

bool
plate_tag_is_reserved(int64_t plate)
{
	int64_t		rank = plate_serial_of(plate) - reserved_serial;

	return plate_format_of(plate) == PLATE_CURRENT && rank >= 0 &&
		rank < marks_of_tag;
}

const char *
plate_office_of(int64_t plate)
{
	char		tag[2];
	int			len = plate_tag_of(plate, tag);
	int			row;

	if (len == 0)
		return NULL;
	if (len == 1)
	{
		row = letter_code_row[tag[0] - 'A'];
		return row ? letter_codes[row - 1].office : NULL;
	}
	if (plate_format_of(plate) <= PLATE_EXPORT)
	{
		row = memory_tag_row[code_index(tag)];
		return row ? memory_tags[row - 1].office : NULL;
	}
	row = area_code_row[code_index(tag)];
	return row ? area_codes[row - 1].office : NULL;
}

int
plate_region_number(int64_t plate)
{
	int64_t		rank = plate_serial_of(plate) / marks_of_tag;

	switch (plate_format_of(plate))
	{
		case PLATE_CURRENT:
			return rank < COUNT(tag_region) ? tag_region[rank] : 0;
		case PLATE_NI:
		case PLATE_NI_REVERSED:
		case PLATE_NI_SERIAL:
		case PLATE_NI_SERIAL_REVERSED:
			return REGION_NI;
		default:
			return 0;
	}
}

const char *
region_name(int number)
{
	return regions[number];
}

const char *
plate_region_of(int64_t plate)
{
	return region_name(plate_region_number(plate));
}
