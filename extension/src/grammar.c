/*
 * grammar.c
 *		The sixteen formats as data, and the look-up tables made from them.
 *
 * Sources, as cited below:
 *	SI 2001/561 Sch 3	Road Vehicles (Display of Registration Marks)
 *						Regulations 2001, schedule 3, table A: the layouts
 *	INF104				DVLA leaflet INF104 (4/22): letters and numbers used
 *	VEXMOTORS4100		HMRC manual on tax-free sales of new motor vehicles
 *	SI 2018/1203		Trailer Registration Regulations 2018
 * Where no official text exists, the comment says whose practice is followed.
 */
#include "grammar.h"

#include <string.h>

#include "series.h"

/* INF104: I, Q and Z in no tag; prefix to dateless marks follow the same. */
#define LETTERS_23	"ABCDEFGHJKLMNOPRSTUVWXY"
/* VEXMOTORS4100: the last three letters use Z, but never I or Q. */
#define LETTERS_24	"ABCDEFGHJKLMNOPRSTUVWXYZ"
#define LETTERS_26	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * The Isle of Man has MN, MAN and a serial letter before MN: B to Y without I,
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
	[SET_QNI_PAIR] = {			/* chooses only: the NI of QNI */
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
	/* the same rows, and row 8 and row 9, with a Northern Ireland code */
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
		SERIES_FIRST_CURRENT, SERIES_LAST, false, true,
	"SI 2001/561 Sch 3 row 1; INF104; VEXMOTORS4100"},
	[PLATE_EXPORT] = {"export", "an export mark", "XA51 ABC",
		SERIES_FIRST_CURRENT, SERIES_LAST, false, true,
	"SI 2001/561 Sch 3 row 1; VEXMOTORS4100"},
	[PLATE_PREFIX] = {"prefix", "a prefix mark", "A123 ABC",
		SERIES_FIRST_PREFIX, SERIES_FIRST_CURRENT - 1, false, true,
	"SI 2001/561 Sch 3 row 2"},
	[PLATE_Q] = {"q", "a Q mark", "Q123 ABC", 0, 0, true, false,
	"SI 2001/561 Sch 3 row 2; DVLA practice since 1983"},
	[PLATE_SUFFIX] = {"suffix", "a suffix mark", "ABC 123A",
		SERIES_FIRST_SUFFIX, SERIES_FIRST_PREFIX - 1, false, true,
	"SI 2001/561 Sch 3 row 3"},
	[PLATE_DATELESS] = {"dateless", "a dateless mark", "ABC 123",
		0, 0, false, true, "SI 2001/561 Sch 3 rows 6 and 7"},
	[PLATE_DATELESS_REVERSED] = {"dateless_reversed", "a dateless mark",
	"123 ABC", 0, 0, false, true, "SI 2001/561 Sch 3 rows 4 and 5"},
	[PLATE_NI] = {"ni", "a Northern Ireland mark", "AZ 1234",
	0, 0, true, true, "SI 2001/561 Sch 3 rows 6 and 7"},
	[PLATE_NI_REVERSED] = {"ni_reversed", "a Northern Ireland mark",
	"1234 AZ", 0, 0, false, true, "SI 2001/561 Sch 3 rows 4 and 5"},
	[PLATE_NI_SERIAL] = {"ni_serial", "a Northern Ireland mark", "AAZ 1234",
	0, 0, true, true, "SI 2001/561 Sch 3 row 8"},
	[PLATE_NI_SERIAL_REVERSED] = {"ni_serial_reversed",
		"a Northern Ireland mark", "1234 AAZ", 0, 0, false, true,
	"SI 2001/561 Sch 3 rows 5 and 9"},
	[PLATE_QNI] = {"qni", "a QNI mark", "QNI 1234", 0, 0, true, false,
	"nidirect, registering a radically altered vehicle"},
	[PLATE_DIPLOMATIC] = {"diplomatic", "a diplomatic mark", "101 D 101",
	0, 0, true, false, "practice since 1979; outside SI 2001/561"},
	[PLATE_MILITARY] = {"military", "a military mark", "AB 12 CD",
	0, 0, true, false, "Ministry of Defence practice; outside SI 2001/561"},
	[PLATE_TRADE] = {"trade", "a trade mark", "01234",
	0, 0, true, false, "SI 2002/2742 regs 39 and 40; practice since 2015"},
	[PLATE_TRAILER] = {"trailer", "a trailer mark", "A123 4567",
	0, 0, true, false, "SI 2018/1203 reg 15(1) and Sch 2; INF291"},
};

#define MAX_SHAPES	48

uint8_t		char_code[256];
uint8_t		shape_index[512];
Shape		shapes[MAX_SHAPES];
uint8_t		pair_class[26 * 26];
LetterTrie	letter_tries[LETTER_SETS];
CompiledLayout compiled_layouts[PLATE_LAYOUTS];
uint8_t		format_layouts[PLATE_FORMATS + 1][2];

static int	shape_count;
static uint8_t pick_class[LETTER_SETS];

/* Next group of a list that is separated by single spaces; 0 at its end. */
static int
next_group(const char **list, int *letter)
{
	int			len = 0;

	if (*list == NULL)
		return 0;
	while (**list == ' ')
		(*list)++;
	for (; **list >= 'A'; (*list)++)
		letter[len++] = **list - 'A';
	return len;
}

static LetterNode *
node_of(LetterTrie *trie, const int *letter, int len)
{
	return &trie->node[NODE(letter[0], len > 1 ? letter[1] : -1)];
}

/* Number of ranks of the group that is the node's own letters. */
static int
own_ranks(const LetterSet *set, int len)
{
	if (len < set->min)
		return 0;
	return set->carry[len - 1] ? set->carry[len - 1] : 1;
}

/* Which groups the set has, before they are given ranks. */
static void
mark_groups(const LetterSet *set, LetterTrie *trie)
{
	const char *list;
	int			letter[3];
	int			len;

	for (const char *a = set->alphabet[0]; *a != '\0'; a++)
	{
		trie->node[NODE(*a - 'A', -1)].own = own_ranks(set, 1);
		if (set->max > 1 && set->only == NULL)
			for (const char *b = set->alphabet[1]; *b != '\0'; b++)
			{
				trie->node[NODE(*a - 'A', *b - 'A')].own = own_ranks(set, 2);
				trie->node[NODE(*a - 'A', *b - 'A')].start = 0;
			}
	}
	for (list = set->only; (len = next_group(&list, letter)) > 0;)
		node_of(trie, letter, len)->own = own_ranks(set, len);
	for (list = set->except; (len = next_group(&list, letter)) > 0;)
	{
		/* no two letters have more than one third letter left out */
		if (len == 3)
			node_of(trie, letter, len)->skip = trie->third[letter[2]];
		else
			node_of(trie, letter, len)->own = 0;
	}
	for (list = set->zero; (len = next_group(&list, letter)) > 0;)
	{
		node_of(trie, letter, len)->own++;
		node_of(trie, letter, len)->zero = true;
	}
}

static void
compile_letters(const LetterSet *set, LetterTrie *trie)
{
	int			thirds = set->max < 3 ? 0 : (int) strlen(set->alphabet[2]);
	int			place = 0;

	trie->length = set->min == set->max ? set->min : 0;
	trie->carry3 = set->carry[2] ? set->carry[2] : 1;
	memset(trie->third, -1, sizeof(trie->third));
	for (int i = 0; i < thirds; i++)
	{
		trie->third_letter[i] = set->alphabet[2][i] - 'A';
		trie->third[trie->third_letter[i]] = i;
	}
	for (int i = 0; i < NODES; i++)
		trie->node[i] = (LetterNode) {-1, 0, NO_SKIP, false};
	mark_groups(set, trie);

	for (int i = 0; i < NODES; i++)
	{
		LetterNode *node = &trie->node[i];
		int			ranks = node->own;

		if (node->start == 0 && thirds > 0)
			ranks += trie->carry3 * (thirds - (node->skip != NO_SKIP));
		node->start = ranks > 0 ? trie->size : -1;
		if (ranks > 0)
			trie->order[trie->nodes++] = i;
		trie->size += ranks;
	}

	/* where to begin the search for a rank */
	while ((trie->size - 1) >> trie->shift >= HINTS)
		trie->shift++;
	for (int i = 0; i < HINTS; i++)
	{
		while (place + 1 < trie->nodes &&
			   trie->node[trie->order[place + 1]].start <= i << trie->shift)
			place++;
		trie->hint[i] = place;
	}
}

/* One shape that a layout can take: note how to read it. */
static void
compile_shape(int layout, const int *runs, bool letters_first)
{
	int			bits = 1;
	int			pos = 0;
	Shape	   *shape;

	for (int r = 0; runs[r] > 0; r++)
		for (int i = 0; i < runs[r]; i++)
			bits = bits << 1 | (letters_first ^ (r & 1));

	if (shape_index[bits] == 0)
	{
		shape_index[bits] = ++shape_count;
		shape = &shapes[shape_count];
		memset(shape->layout, NO_LAYOUT, sizeof(shape->layout));
		for (int r = 0; runs[r] > 0; r++)
		{
			if (r == (letters_first ? 0 : 1))
			{
				shape->pair[0] = pos + (runs[r] > 1 ? runs[r] - 2 : 0);
				shape->pair[1] = pos + runs[r] - 1;
			}
			for (int i = runs[r]; i > 0; i--)
				shape->run[pos++] = i;
		}
	}
	shape = &shapes[shape_index[bits]];

	if (plate_layouts[layout].pick == SET_NONE)
		shape->layout[0] = layout;
	else
	{
		/* with nothing better, diagnosis reads such a shape as this */
		if (shape->layout[0] == NO_LAYOUT)
			shape->layout[0] = layout;
		shape->layout[pick_class[plate_layouts[layout].pick]] = layout;
		shape->choice = true;
	}
}

static int
digits(int number)
{
	return number < 10 ? 1 : 1 + digits(number / 10);
}

/* Walk through all widths of the fields, merging neighbours of one kind. */
static void
compile_shapes(int layout, const Field *field, int *runs, int run,
			   bool letters_first, int letters)
{
	int			from = 1,
				to = 1;
	bool		is_letters;

	if (field->kind == FIELD_END)
	{
		runs[run + 1] = 0;
		compile_shape(layout, runs, letters_first);
		return;
	}
	is_letters = field->kind != FIELD_NUMBER && field->kind != FIELD_AGE;
	if (field->kind == FIELD_LETTERS)
	{
		from = letter_sets[field->letters].min;
		to = letter_sets[field->letters].max;
	}
	else if (field->kind == FIELD_NUMBER)
	{
		const int  *carry = letters ?
			letter_sets[field[-1].letters].carry : NULL;

		from = field->width ? field->width : digits(field->lo);
		to = field->width ? field->width :
			digits(carry && carry[letters - 1] ? carry[letters - 1] : field->hi);
	}
	else if (field->kind == FIELD_AGE)
		from = to = 2;

	for (int width = from; width <= to; width++)
	{
		bool		merge = run >= 0 && is_letters == (letters_first ^ (run & 1));
		int			next = run + !merge;
		int			before = merge ? runs[run] : 0;

		runs[next] = before + width;
		compile_shapes(layout, field + 1, runs, next,
					   run < 0 ? is_letters : letters_first,
					   field->kind == FIELD_LETTERS ? width : 0);
		if (merge)
			runs[run] = before;
	}
}

static void
compile_layout(int i)
{
	const Layout *layout = &plate_layouts[i];
	CompiledLayout *compiled = &compiled_layouts[i];
	int32_t		size = 1;
	int			fields = 0;
	int			runs[5];

	while (fields < 4 && layout->field[fields].kind != FIELD_END)
		fields++;
	for (int f = fields - 1; f >= 0; f--)
	{
		const Field *field = &layout->field[f];
		bool		carried = f > 0 &&
			layout->field[f - 1].kind == FIELD_LETTERS &&
			letter_sets[layout->field[f - 1].letters].carry[0] > 0;

		compiled->weight[f] = size;
		if (field->kind == FIELD_LETTERS)
			size *= letter_tries[field->letters].size;
		else if (field->kind == FIELD_NUMBER && !carried)
			size *= field->hi - field->lo + 1;
	}
	compiled->size = size;

	if (format_layouts[layout->format][0] == NO_LAYOUT)
		format_layouts[layout->format][0] = i;
	else
	{
		const CompiledLayout *first =
			&compiled_layouts[format_layouts[layout->format][0]];

		format_layouts[layout->format][1] = i;
		compiled->offset = first->size;
	}
	compile_shapes(i, layout->field, runs, -1, false, 0);
}

/* Must run once before anything else here is used. */
void
grammar_compile(void)
{
	int			classes = 0;

	if (shape_count > 0)
		return;

	memset(char_code, CODE_BAD, sizeof(char_code));
	for (int i = 0; i < 26; i++)
		char_code['A' + i] = char_code['a' + i] = i;
	for (int i = 0; i < 10; i++)
		char_code['0' + i] = CODE_DIGIT + i;
	char_code[' '] = CODE_SPACE;

	for (int i = SET_NONE + 1; i < LETTER_SETS; i++)
		compile_letters(&letter_sets[i], &letter_tries[i]);

	for (int i = 0; i < PLATE_LAYOUTS; i++)
	{
		LetterSetId pick = plate_layouts[i].pick;
		const LetterTrie *trie = &letter_tries[pick];

		if (pick == SET_NONE || pick_class[pick] != 0)
			continue;
		pick_class[pick] = ++classes;
		for (int n = 0; n < trie->nodes; n++)
		{
			int			a = NODE_FIRST(trie->order[n]),
						b = NODE_SECOND(trie->order[n]);

			pair_class[a * 26 + (b < 0 ? a : b)] = classes;
		}
	}

	memset(format_layouts, NO_LAYOUT, sizeof(format_layouts));
	for (int i = 0; i < PLATE_LAYOUTS; i++)
		compile_layout(i);
	for (int i = 1; i <= shape_count; i++)
		for (int class = 1; class < PICKS; class++)
			if (shapes[i].layout[class] == NO_LAYOUT)
				shapes[i].layout[class] = shapes[i].layout[0];
}

int64_t
format_size(PlateFormat format)
{
	int64_t		size = 0;

	for (int i = 0; i < 2; i++)
		if (format_layouts[format][i] != NO_LAYOUT)
			size += compiled_layouts[format_layouts[format][i]].size;
	return size;
}
