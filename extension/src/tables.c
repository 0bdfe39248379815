/*
 * tables.c
 *		Look-up tables made from the grammar.
 */
#include "tables.h"

#include <stdlib.h>
#include <string.h>

#include "series.h"

#define MAX_SHAPES		48
#define MAX_READINGS	64

uint16_t	char_entry[256];
uint8_t		shape_index[SHAPES];
Shape		shapes[MAX_SHAPES];
Reading		readings[MAX_READINGS];
uint8_t		pair_class[PAIRS];
LetterTable letter_tables[LETTER_SETS];
LayoutTable layout_tables[PLATE_LAYOUTS];
uint8_t		format_layouts[PLATE_FORMATS + 1][2];

static int	shape_count;
static int	reading_count;
static uint8_t pick_class[LETTER_SETS];

/* Memory for the tables; how much they need is known, for the grammar is. */
static void *
allot(size_t size)
{
	static int64_t pool[24576];
	static size_t used;
	void	   *piece = pool + used;

	used += (size + sizeof(pool[0]) - 1) / sizeof(pool[0]);
	if (used > sizeof(pool) / sizeof(pool[0]))
		abort();				/* the grammar grew: a test sees it at once */
	return piece;
}

/* Next group of a list that is separated by spaces; its length, 0 at the end. */
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

static int
pair_of(const int *letter, int len)
{
	return PAIR(letter[0], len > 1 ? letter[1] : -1);
}

bool
zero_group(LetterSetId set, const uint8_t *code, int len)
{
	const char *list = letter_sets[set].zero;
	int			letter[3];
	int			n;

	while ((n = next_group(&list, letter)) > 0)
		if (n == len && letter[0] == code[0] && (n < 2 || letter[1] == code[1]))
			return true;
	return false;
}

int32_t
letters_rank(LetterSetId set, const uint8_t *code, int len)
{
	const LetterTable *table = &letter_tables[set];
	int			pair = PAIR(code[0], len > 1 ? code[1] : -1);
	int			third;

	if (len < 3)
		return table->own[pair];
	third = table->third[code[2]];
	if (table->thirds[pair] < 0 || third < 0 || third == table->skip[pair])
		return -1;
	return table->thirds[pair] +
		table->carry3 * (third - (third > table->skip[pair]));
}

/*
 * How many ranks the own group of each pair has: -1 where its letters are not
 * in the alphabets.  Also notes the third letters that are left out; of no two
 * letters is more than one.
 */
static void
count_ranks(const LetterSet *set, LetterTable *table, int32_t *ranks)
{
	const char *list;
	int			letter[3];
	int			len;
	int			own[3];

	for (int i = 0; i < 3; i++)
		own[i] = i + 1 < set->min ? 0 : set->carry[i] ? set->carry[i] : 1;
	for (int i = 0; i < PAIRS; i++)
		ranks[i] = -1;
	for (const char *a = set->alphabet[0]; *a != '\0'; a++)
	{
		if (set->min == 1)
			ranks[PAIR(*a - 'A', -1)] = own[0];
		if (set->max > 1 && set->only == NULL)
			for (const char *b = set->alphabet[1]; *b != '\0'; b++)
				ranks[PAIR(*a - 'A', *b - 'A')] = own[1];
	}
	for (list = set->only; (len = next_group(&list, letter)) > 0;)
		ranks[pair_of(letter, len)] = own[len - 1];
	for (list = set->except; (len = next_group(&list, letter)) > 0;)
	{
		if (len == 3)
			table->skip[pair_of(letter, len)] = table->third[letter[2]];
		else
			ranks[pair_of(letter, len)] = 0;
	}
	for (list = set->zero; (len = next_group(&list, letter)) > 0;)
		ranks[pair_of(letter, len)]++;
}

/* Give ranks to the groups, in order; both ways. */
static void
give_ranks(const LetterSet *set, LetterTable *table, const int32_t *ranks)
{
	int			thirds = set->max < 3 ? 0 : (int) strlen(set->alphabet[2]);
	LetterPlace *place;

	for (int i = 0; i < PAIRS; i++)
		table->places += ranks[i] > 0 || (ranks[i] == 0 && thirds > 0);
	place = table->place = allot((table->places + 1) * sizeof(*place));

	for (int i = 0; i < PAIRS; i++)
	{
		bool		one = (i & 31) == 0;
		bool		with_third = ranks[i] >= 0 && thirds > 0 && !one;
		int			first;

		table->own[i] = -1;
		if (thirds > 0)
			table->thirds[i] = -1;
		if (ranks[i] <= 0 && !with_third)
			continue;

		/* where number 0 comes first, number 1 has the next rank */
		first = ranks[i] > 1 && ranks[i] > set->carry[!one];
		*place = (LetterPlace) {
			.start = table->size, .own = table->size + first,
			.text = {'A' + (i >> 5), 'A' + (i & 31) - 1},
			.len = one ? 1 : 2, .skip = NO_SKIP
		};
		if (ranks[i] > 0)
			table->own[i] = place->own;
		table->size += ranks[i];
		place->thirds = INT32_MAX;
		if (with_third)
		{
			place->skip = table->skip[i];
			place->thirds = table->thirds[i] = table->size;
			table->size += table->carry3 * (thirds - (place->skip != NO_SKIP));
		}
		place++;
	}
	place->start = INT32_MAX;
}

/* A hint for every so many ranks, so that a search has a step or two to go. */
static void
compile_hints(LetterTable *table)
{
	int			hints;
	int			place = 0;

	while ((table->size - 1) >> table->shift >= 2560)
		table->shift++;
	hints = ((table->size - 1) >> table->shift) + 1;
	table->hint = allot(hints * sizeof(*table->hint));
	for (int i = 0; i < hints; i++)
	{
		while (table->place[place + 1].start <= i << table->shift)
			place++;
		table->hint[i] = place;
	}
}

static void
compile_letters(const LetterSet *set, LetterTable *table)
{
	int32_t		ranks[PAIRS];

	table->length = set->min == set->max ? set->min : 0;
	table->carry3 = set->carry[2] ? set->carry[2] : 1;
	table->own = allot(PAIRS * sizeof(*table->own));
	memset(table->third, -1, sizeof(table->third));
	if (set->max == 3)
	{
		table->thirds = allot(PAIRS * sizeof(*table->thirds));
		table->skip = allot(PAIRS * sizeof(*table->skip));
		memset(table->skip, NO_SKIP, PAIRS * sizeof(*table->skip));
		for (int i = 0; set->alphabet[2][i] != '\0'; i++)
		{
			table->third_letter[i] = set->alphabet[2][i];
			table->third[set->alphabet[2][i] - 'A'] = i;
		}
	}
	count_ranks(set, table, ranks);
	give_ranks(set, table, ranks);
	compile_hints(table);
}

/*
 * Ordinals of series as readings look them up: by a letter's code, by the
 * codes of two digits, or not at all.
 */
#define AGE_FACTOR		10
#define AGE_INDEX(age)	((age) + CODE_DIGIT * (AGE_FACTOR + 1))

static const uint8_t no_series[1];
static uint8_t suffix_series[CODES];
static uint8_t prefix_series[CODES];
static uint8_t age_series[AGE_INDEX(100)];

static void
compile_series(void)
{
	for (int i = 0; i < CODES; i++)
	{
		int			series = IS_LETTER(i) ? series_of_letter[i] : 0;

		suffix_series[i] = series ? series : SERIES_NONE;
		prefix_series[i] = series ? series + SERIES_FIRST_PREFIX - 1 : SERIES_NONE;
	}
	for (int age = 0; age < 100; age++)
		age_series[AGE_INDEX(age)] =
			series_of_age[age] ? series_of_age[age] : SERIES_NONE;
}

static int
digits(int number)
{
	return number < 10 ? 1 : 1 + digits(number / 10);
}

/* What a reading has in the place of a group that is not there. */
static int8_t no_skip[PAIRS];
static const int8_t no_third[CODES];
static const int32_t no_base[1];

static GroupReading
group_reading(LetterSetId set, int pos, int len, int32_t weight)
{
	const LetterTable *table = &letter_tables[set];
	GroupReading group = {
		.base = table->own, .skip = no_skip, .third = no_third,
		.weight = weight, .pos = {pos, NOWHERE, NOWHERE}
	};

	if (len > 1)
	{
		group.pos[1] = pos + 1;
		group.second = 0xFF;
	}
	if (len == 3)
	{
		group.pos[2] = pos + 2;
		group.base = table->thirds;
		group.skip = table->skip;
		group.third = table->third;
		group.carry3 = table->carry3;
	}
	return group;
}

/* Up to four digits; without a leading zero, or as wide as its least value. */
static NumberReading
number_reading(const Field *field, int pos, int len, int32_t weight)
{
	NumberReading number = {
		.weight = weight, .end = pos + len, .lead = NOWHERE
	};

	for (int i = 0; i < len; i++)
		number.mask |= UINT32_C(0x0F000000) >> 8 * i;
	if (!field->width || digits(field->lo) == field->width)
		number.lead = pos;
	return number;
}

/* How a layout reads a shape. */
static Reading
compile_reading(int layout, const Shape *shape)
{
	const GroupReading no_group = {
		.base = no_base, .skip = no_skip, .third = no_third,
		.pos = {NOWHERE, NOWHERE, NOWHERE}
	};
	const NumberReading no_number = {.lead = NOWHERE};
	const LayoutTable *table = &layout_tables[layout];
	const Field *field = plate_layouts[layout].field;
	Reading		reading = {
		.group = {no_group, no_group}, .number = {no_number, no_number},
		.series = no_series, .series_pos = {NOWHERE, NOWHERE},
		.format = plate_layouts[layout].format, .layout = layout,
		.offset = table->offset
	};
	int			groups = 0;
	int			numbers = 0;
	int			pos = 0;

	for (int f = 0; f < table->steps; f++)
	{
		int32_t		weight = table->step[f].weight;
		int			len = 1;

		switch (field[f].kind)
		{
			case FIELD_LETTERS:
				len = letter_tables[field[f].letters].length;
				len = len ? len : shape->run[pos];
				reading.group[groups++] =
					group_reading(field[f].letters, pos, len, weight);
				break;
			case FIELD_NUMBER:
				len = field[f].width ? field[f].width : shape->run[pos];
				reading.offset -= field[f].lo * weight;
				if (len > 4)
					reading.number[numbers++] =
						number_reading(&field[f], pos, len - 4, weight * 10000);
				reading.number[numbers++] =
					number_reading(&field[f], pos + (len > 4 ? len - 4 : 0),
								   (len > 4 ? 4 : len), weight);
				break;
			case FIELD_AGE:
				len = 2;
				reading.series = age_series;
				reading.series_pos[0] = pos;
				reading.series_pos[1] = pos + 1;
				reading.series_factor = AGE_FACTOR;
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				reading.series = field[f].kind == FIELD_PREFIX_YEAR ?
					prefix_series : suffix_series;
				reading.series_pos[1] = pos;
				break;
			case FIELD_END:
				break;
		}
		pos += len;
	}
	return reading;
}

/* One shape that a layout can take: runs of letters and digits in turn. */
static void
compile_shape(int layout, const int *runs, bool letters_first)
{
	LetterSetId pick = plate_layouts[layout].pick;
	unsigned	bits = 0;
	int			len = 0;
	Shape	   *shape;

	for (int r = 0; runs[r] > 0; r++)
		for (int i = 0; i < runs[r]; i++)
			bits |= (unsigned) (letters_first == (r & 1)) << len++;
	bits |= 1u << len;

	if (shape_index[bits] == 0)
	{
		int			pos = 0;

		shape_index[bits] = ++shape_count;
		shape = &shapes[shape_count];
		for (int r = 0; runs[r] > 0; r++)
		{
			if (r == !letters_first)
			{
				shape->pair[0] = pos + (runs[r] > 1 ? runs[r] - 2 : 0);
				shape->pair[1] = pos + runs[r] - 1;
			}
			for (int i = runs[r]; i > 0; i--)
				shape->run[pos++] = i;
		}
	}
	shape = &shapes[shape_index[bits]];

	readings[++reading_count] = compile_reading(layout, shape);
	/* with nothing better, diagnosis reads a shape as its first layout */
	if (pick == SET_NONE || shape->reading[0] == 0)
		shape->reading[0] = reading_count;
	if (pick != SET_NONE)
	{
		shape->reading[pick_class[pick]] = reading_count;
		shape->choice = true;
	}
}

/* Walk through all widths of the fields, merging neighbours of one kind. */
static void
compile_shapes(int layout, const Field *field, int *runs, int run,
			   bool letters_first, int letters)
{
	bool		is_letters = field->kind != FIELD_NUMBER &&
		field->kind != FIELD_AGE;
	bool		merge = run >= 0 && is_letters == (letters_first ^ (run & 1));
	int			next = run + !merge;
	int			before = merge ? runs[run] : 0;
	int			from = 1,
				to = 1;

	switch (field->kind)
	{
		case FIELD_END:
			runs[run + 1] = 0;
			compile_shape(layout, runs, letters_first);
			return;
		case FIELD_LETTERS:
			from = letter_sets[field->letters].min;
			to = letter_sets[field->letters].max;
			break;
		case FIELD_NUMBER:
			from = field->width ? field->width : digits(field->lo);
			to = field->width ? field->width : digits(field->hi);
			if (letters > 0 && letter_sets[field[-1].letters].carry[letters - 1])
				to = digits(letter_sets[field[-1].letters].carry[letters - 1]);
			break;
		case FIELD_AGE:
			from = to = 2;
			break;
		case FIELD_PREFIX_YEAR:
		case FIELD_SUFFIX_YEAR:
			break;
	}

	for (int width = from; width <= to; width++)
	{
		runs[next] = before + width;
		compile_shapes(layout, field + 1, runs, next,
					   run < 0 ? is_letters : letters_first,
					   field->kind == FIELD_LETTERS ? width : 0);
	}
	if (merge)
		runs[run] = before;
}

static void
compile_layout(int i)
{
	const Layout *layout = &plate_layouts[i];
	const Field *field = layout->field;
	LayoutTable *table = &layout_tables[i];
	uint8_t    *of_format = format_layouts[layout->format];
	int			runs[5];

	while (table->steps < 4 && field[table->steps].kind != FIELD_END)
		table->steps++;
	table->size = 1;
	for (int f = table->steps - 1; f >= 0; f--)
	{
		bool		carried = f > 0 && field[f - 1].kind == FIELD_LETTERS &&
			letter_sets[field[f - 1].letters].carry[0] > 0;

		table->step[f] = (PrintStep) {
			field[f].kind, field[f].space, field[f].width, field[f].lo,
			table->size, &letter_tables[field[f].letters]
		};
		if (field[f].kind == FIELD_LETTERS)
			table->size *= letter_tables[field[f].letters].size;
		else if (field[f].kind == FIELD_NUMBER && !carried)
			table->size *= field[f].hi - field[f].lo + 1;
	}

	if (of_format[0] == NO_LAYOUT)
		of_format[0] = i;
	else
	{
		of_format[1] = i;
		table->offset = layout_tables[of_format[0]].size;
	}
	compile_shapes(i, field, runs, -1, false, 0);
}

/* The pairs that choose between layouts of one shape. */
static void
compile_picks(void)
{
	int			classes = 0;

	for (int i = 0; i < PLATE_LAYOUTS; i++)
	{
		LetterSetId pick = plate_layouts[i].pick;
		const LetterTable *table = &letter_tables[pick];

		if (pick == SET_NONE || pick_class[pick] != 0)
			continue;
		pick_class[pick] = ++classes;
		for (int n = 0; n < table->places; n++)
		{
			int			a = table->place[n].text[0] - 'A',
						b = table->place[n].text[1] - 'A';

			/* a single letter counts twice */
			pair_class[PAIR(a, table->place[n].len == 1 ? a : b)] = classes;
		}
	}
}

void
tables_compile(void)
{
	if (shape_count > 0)
		return;

	for (int i = 0; i < 256; i++)
		char_entry[i] = CHAR_BAD;
	for (int i = 0; i < 26; i++)
		char_entry['A' + i] = char_entry['a' + i] = i | CHAR_COUNTS;
	for (int i = 0; i < 10; i++)
		char_entry['0' + i] = (CODE_DIGIT + i) | CHAR_COUNTS;
	char_entry[' '] = 0;
	memset(no_skip, NO_SKIP, sizeof(no_skip));

	compile_series();
	for (int i = SET_NONE + 1; i < LETTER_SETS; i++)
		compile_letters(&letter_sets[i], &letter_tables[i]);
	compile_picks();

	memset(format_layouts, NO_LAYOUT, sizeof(format_layouts));
	for (int i = 0; i < PLATE_LAYOUTS; i++)
		compile_layout(i);
	for (int i = 1; i <= shape_count; i++)
		for (int class = 1; class < PICKS; class++)
			if (shapes[i].reading[class] == 0)
				shapes[i].reading[class] = shapes[i].reading[0];
}

int64_t
format_size(PlateFormat format)
{
	int64_t		size = 0;

	for (int i = 0; i < 2; i++)
		if (format_layouts[format][i] != NO_LAYOUT)
			size += layout_tables[format_layouts[format][i]].size;
	return size;
}
