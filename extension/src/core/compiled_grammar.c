/*
 * compiled_grammar.c
 *		Look-up tables made from the grammar.
 */
#include "core/compiled_grammar.h"

#include <stdlib.h>

#include "core/series.h"

#define MAX_SHAPES		40
#define MAX_VALUES		32

char		mark_char[256];
uint16_t	two_digits[100];
Shape		shapes[SHAPES];
uint8_t		pair_class[PAIRS];
const LayoutTable *format_layout[PLATE_FORMATS + 1];
PrintFunction format_print[PLATE_FORMATS + 1];

static LayoutTable layout_tables[PLATE_LAYOUTS];
static uint8_t pick_class[LETTER_SETS];

/* The first ones are for the shapes that no mark has. */
static Reading readings[1 + MAX_SHAPES][CLASSES];
static int	shape_count;

/* What a reading looks up for what is not there. */
static const int32_t nothing[32];
static const PairReading no_pair = {.value = nothing};

static int32_t suffix_series[32];
static int32_t prefix_series[32];
static int32_t age_series[PAIRS];

static void
clear_values(int32_t *value, int count)
{
	for (int i = 0; i < count; i++)
		value[i] = NO_VALUE;
}

/*
 * What the letters of a set's groups of one length add to a serial, by PAIR,
 * and behind that by LETTER of a third.  Readings with the same set, length and
 * weight share them.
 */
static const int32_t *
letter_values(LetterSetId set, int len, int32_t weight)
{
	static struct
	{
		LetterSetId set;
		int			len;
		int32_t		weight;
		int32_t		value[PAIRS + 32];
	}			made[MAX_VALUES],
			   *values;
	const LetterTable *table = &letter_tables[set];

	for (values = made; values->set != SET_NONE; values++)
		if (values->set == set && values->len == len &&
			values->weight == weight)
			return values->value;
	if (values == &made[MAX_VALUES - 1])
		abort();				/* the grammar grew: a test sees it at once */

	values->set = set;
	values->len = len;
	values->weight = weight;
	clear_values(values->value, PAIRS + 32);
	for (int i = 0; i < table->places; i++)
	{
		const LetterPlace *place = &table->place[i];
		int			pair = letters_pair(place->text, place->len);

		if (len < 3 && place->len == len && place->own != NO_RANK)
			values->value[pair] = place->own * weight;
		if (len == 3 && place->thirds != NO_RANK && place->skip == NO_SKIP)
			values->value[pair] = place->thirds * weight;
	}
	for (int i = 0; i < 32; i++)
		if (table->third[i] >= 0)
			values->value[PAIRS + i] =
				table->third[i] * (int32_t) table->carry3.divisor * weight;
	return values->value;
}

static void
compile_series(void)
{
	clear_values(suffix_series, 32);
	clear_values(prefix_series, 32);
	clear_values(age_series, PAIRS);
	for (char a = 'A'; a <= 'Z'; a++)
	{
		int			series = series_of_letter[a - 'A'];

		if (series == 0)
			continue;
		suffix_series[PAIR(0, a)] = series;
		prefix_series[PAIR(0, a)] = series + SERIES_FIRST_PREFIX - 1;
	}
	for (int age = 0; age < 100; age++)
		if (series_of_age[age] != 0)
			age_series[PAIR('0' + age / 10, '0' + age % 10)] =
				series_of_age[age];
}

static int
digits(int number)
{
	return number < 10 ? 1 : 1 + digits(number / 10);
}

/* Rotation that brings the character at a position to the front. */
static uint8_t
rotation(int pos)
{
	return 8 * pos & 63;
}

/* One character, behind an empty place, or the first two. */
static PairPlace
pair_place(int pos, int len)
{
	if (len == 1)
		return (PairPlace) {0x1F00, rotation(pos - 1)};
	return (PairPlace) {0x1F1F, rotation(pos)};
}

/* Two groups at most, the one with a third letter as the first. */
static void
read_letters(Reading *reading, LetterSetId set, int pos, int len,
			 int32_t weight)
{
	const int32_t *value = letter_values(set, len, weight);
	PairReading *pair =
		&reading->pair[len < 3 && reading->pair[1].value == nothing];

	if (pair->value != nothing)
		abort();				/* the grammar grew: a test sees it at once */
	*pair = (PairReading) {value, pair_place(pos, len)};
	if (len == 3)
	{
		reading->third = value + PAIRS;
		reading->third_shift = rotation(pos + 2);
		reading->triple = set;
		reading->triple_weight = weight;
	}
}

/*
 * A number without leading zeros, or as wide as its field; five digits are read
 * as two numbers.  The last digits of two numbers are four places apart, so
 * that one rotation serves both.  A shorter number is read with what stands
 * before it as well, which is a letter or nothing and counts as 0.
 */
static void
read_number(Reading *reading, const Field *field, int pos, int len,
			int32_t weight)
{
	int			end = pos + len;
	int32_t		least = field->lo;

	if (len > 4)
	{
		const Field part = {.width = 4};

		/* the first field: too small a number makes the serial negative */
		reading->offset -= field->lo * weight;
		read_number(reading, &part, pos, len - 4, weight * 10000);
		read_number(reading, &part, end - 4, 4, weight);
		return;
	}
	while (!field->width && digits(least) < len)
		least = least < 10 ? 10 : least * 10;

	if (reading->digits != 0)
	{
		if (rotation(end - 4) != reading->digits_shift)
			abort();			/* the grammar grew: a test sees it at once */
		reading->digits >>= 32;
		reading->least >>= 32;
		reading->weights <<= 32;
	}
	reading->digits_shift = rotation(end);
	reading->digits |= UINT64_C(0x00FF00FF00000000);
	reading->least |= (uint64_t) least << 32;
	reading->weights |= (uint64_t) weight;
	reading->offset += (least - field->lo) * weight;
}

/* How a layout reads a shape. */
static Reading
compile_reading(int layout, const Shape *shape)
{
	const LayoutTable *table = &layout_tables[layout];
	const Field *field = plate_layouts[layout].field;
	PlateFormat format = plate_layouts[layout].format;
	Reading		reading = {
		.pair = {no_pair, no_pair}, .series = no_pair, .third = nothing,
		.base = plate_make(format, 0, 0), .offset = table->offset,
		.layout = layout, .format = format
	};
	int			pos = 0;

	for (int f = 0; f < table->steps; f++)
	{
		int32_t		weight = table->step[f].weight.divisor;
		int			len = 1;

		switch (field[f].kind)
		{
			case FIELD_LETTERS:
				len = letter_tables[field[f].letters].length;
				len = len ? len : shape->run[pos];
				read_letters(&reading, field[f].letters, pos, len, weight);
				break;
			case FIELD_NUMBER:
				len = field[f].width ? field[f].width : shape->run[pos];
				read_number(&reading, &field[f], pos, len, weight);
				break;
			case FIELD_AGE:
				len = 2;
				reading.series.value = age_series;
				reading.series.place = pair_place(pos, len);
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				reading.series.value = field[f].kind == FIELD_PREFIX_YEAR ?
					prefix_series : suffix_series;
				reading.series.place = pair_place(pos, len);
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
	Reading    *reading;

	for (int r = 0; runs[r] > 0; r++)
		for (int i = 0; i < runs[r]; i++)
			bits |= (unsigned) (letters_first != (r & 1)) << len++;
	shape = &shapes[bits | 1u << len];

	if (shape->number == 0)
	{
		int			pos = 0;

		if (shape_count == MAX_SHAPES)
			abort();			/* the grammar grew: a test sees it at once */
		shape->number = ++shape_count;
		shape->reading = readings[shape->number];
		for (int r = 0; runs[r] > 0; r++)
			for (int i = runs[r]; i > 0; i--)
				shape->run[pos++] = i;
	}
	reading = readings[shape->number];

	/* with nothing better, diagnosis reads a shape as its first layout */
	if (pick == SET_NONE || reading[0].format == 0)
		reading[0] = compile_reading(layout, shape);
	if (pick != SET_NONE)
	{
		int			letters = runs[!letters_first];
		int			end = letters + (letters_first ? 0 : runs[0]);
		int			pair = letters > 1 ? 2 : 1;

		shape->pick = pair_place(end - pair, pair);
		reading[pick_class[pick]] = compile_reading(layout, shape);
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

static PrintStep
print_step(const Field *field)
{
	PrintStep	step = {
		.space = field->space, .lo = field->lo,
		.letters = &letter_tables[field->letters]
	};

	switch (field->kind)
	{
		case FIELD_LETTERS:
			step.kind = letter_sets[field->letters].carry[0] ? PRINT_CARRYING :
				step.letters->pair != NULL ? PRINT_PAIR : PRINT_LETTERS;
			break;
		case FIELD_NUMBER:
			step.kind = PRINT_NUMBER;
			step.width = field->width;
			step.stop = UINT32_C(1) << 24;
			for (int i = 1; i < field->width && i < 4; i++)
				step.stop >>= 8;
			break;
		case FIELD_AGE:
		case FIELD_PREFIX_YEAR:
		case FIELD_SUFFIX_YEAR:
			step.kind = PRINT_SERIES;
			step.width = field->kind == FIELD_AGE ? 2 : 1;
			break;
		case FIELD_END:
			break;
	}
	return step;
}

static PrintFunction
print_function(const PrintStep *step)
{
	const PrintPlan *plan = print_plans;

	while (plan->kind[0] != step[0].kind || plan->kind[1] != step[1].kind ||
		   plan->kind[2] != step[2].kind)
		if ((plan++)->print == NULL)
			abort();			/* the grammar grew: a test sees it at once */
	return plan->print;
}

static void
compile_layout(int i)
{
	const Layout *layout = &plate_layouts[i];
	const FormatInfo *info = &plate_format_info[layout->format];
	const Field *field = layout->field;
	LayoutTable *table = &layout_tables[i];
	int			runs[5];

	table->first_series = info->first_series;
	table->last_series = info->last_series;
	while (table->steps < PRINT_STEPS && field[table->steps].kind != FIELD_END)
		table->steps++;
	table->size = 1;
	for (int f = table->steps - 1; f >= 0; f--)
	{
		int32_t		count = 1;
		bool		carried = f > 0 && field[f - 1].kind == FIELD_LETTERS &&
			letter_sets[field[f - 1].letters].carry[0] > 0;

		if (field[f].kind == FIELD_LETTERS)
			count = letter_tables[field[f].letters].size;
		else if (field[f].kind == FIELD_NUMBER && !carried)
			count = field[f].hi - field[f].lo + 1;
		table->step[f] = print_step(&field[f]);
		table->step[f].weight = reciprocal(table->size, count);
		table->size *= count;
	}
	table->print = print_function(table->step);

	if (i > 0 && layout[-1].format == layout->format)
	{
		table->offset = table[-1].size;
		table[-1].next = table;
	}
	else
	{
		format_layout[layout->format] = table;
		format_print[layout->format] = table->print;
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
		if (classes == CLASSES)
			abort();			/* the grammar grew: a test sees it at once */
		for (int n = 0; n < table->places; n++)
		{
			const LetterPlace *place = &table->place[n];

			pair_class[letters_pair(place->text, place->len)] = classes;
			/* for guess_reading() */
			for (char c = '0'; place->len == 1 && c <= '9'; c++)
				pair_class[PAIR(place->text[0], c)] = classes;
		}
	}
}

/* What no layout reads has no serial, and nothing to print. */
static void
compile_none(void)
{
	static const int32_t no_value[32] = {NO_VALUE};
	static const LayoutTable no_layout;
	const Reading none = {
		.pair = {no_pair, no_pair}, .series = {.value = no_value},
		.third = nothing
	};

	for (int class = 0; class < CLASSES; class++)
		readings[0][class] = none;
	for (int i = 0; i < SHAPES; i++)
		shapes[i].reading = readings[0];
	format_layout[0] = &no_layout;
}

void
tables_compile(void)
{
	for (char c = 'A'; c <= 'Z'; c++)
		mark_char[(int) c] = mark_char[c + ('a' - 'A')] = c;
	for (char c = '0'; c <= '9'; c++)
		mark_char[(int) c] = c;
	mark_char[' '] = ' ';
	for (int i = 0; i < 100; i++)
		two_digits[i] = ('0' + i / 10) | ('0' + i % 10) << 8;

	compile_series();
	letters_compile();
	compile_picks();
	compile_none();
	for (int i = 0; i < PLATE_LAYOUTS; i++)
		compile_layout(i);
	for (int i = 1; i <= shape_count; i++)
		for (int class = 1; class < CLASSES; class++)
			if (readings[i][class].format == 0)
				readings[i][class] = readings[i][0];
}

int64_t
format_size(PlateFormat format)
{
	int64_t		size = 0;

	for (const LayoutTable *table = format_layout[format]; table != NULL;
		 table = table->next)
		size += table->size;
	return size;
}
