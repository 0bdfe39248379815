/*
 * compiled_grammar.c
 *		Look-up tables made from the grammar.
 */
#include "core/compiled_grammar.h"

#include "core/irregular.h"
#include "core/series.h"

#define MAX_VALUES		32

char		mark_char[256];
Shape		shapes[SHAPES];
uint8_t		pair_class[PAIRS];
const LayoutTable *format_layout[PLATE_FORMATS + 1];
PrintFunction format_print[PLATE_FORMATS + 1];

static LayoutTable layout_tables[PLATE_LAYOUTS];
static uint8_t pick_class[LETTER_SETS];

/* The first row is for shapes that no mark has. */
static Reading readings[1 + MAX_OUTLINES][CLASSES];
static int	shape_count;

/* Do the layouts fit into these tables? test/unit/grammar_test.c asks. */
static bool fits;

/* What a reading looks up where it has nothing. */
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
 * What the letters of the groups of a set, of one length, add to a serial: by
 * PAIR, and after that by LETTER of a third letter.  Readings with the same
 * set, length and weight share them.
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
	{
		fits = false;
		return made[0].value;
	}

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

/* The rotation that brings the character at a position to the front. */
static uint8_t
rotation(int pos)
{
	return 8 * pos & 63;
}

/*
 * One character, as the second of a pair whose first is empty, or the first
 * two.
 */
static PairPlace
pair_place(int pos, int len)
{
	if (len == 1)
		return (PairPlace) {0x1F00, rotation(pos - 1)};
	return (PairPlace) {0x1F1F, rotation(pos)};
}

/* At most two groups; one with a third letter comes first. */
static void
read_letters(Reading *reading, LetterSetId set, int pos, int len,
			 int32_t weight)
{
	const int32_t *value = letter_values(set, len, weight);
	PairReading *pair =
		&reading->pair[len < 3 && reading->pair[1].value == nothing];

	fits = fits && pair->value == nothing;
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
 * Read up to four digits, where least is the smallest number.  The last
 * digits of two numbers are four places apart, so that one rotation serves
 * both.  A shorter number is read together with what stands before it, which
 * is a letter or nothing and counts as 0.
 */
static void
read_digits(Reading *reading, int end, int32_t least, int32_t weight)
{
	if (reading->digits != 0)
	{
		fits = fits && rotation(end - 4) == reading->digits_shift;
		reading->digits >>= 32;
		reading->least >>= 32;
		reading->weights <<= 32;
	}
	reading->digits_shift = rotation(end);
	reading->digits |= UINT64_C(0x00FF00FF00000000);
	reading->least |= (uint64_t) least << 32;
	reading->weights |= (uint64_t) weight;
}

/* Read a number.  The smallest number of the layout has serial 0. */
static void
read_number(Reading *reading, const OutlineField *number, int32_t layout_lo,
			int32_t weight)
{
	if (number->end - number->start <= 4)
	{
		reading->offset += (number->lo - layout_lo) * weight;
		read_digits(reading, number->end, number->lo, weight);
		return;
	}
	/* read it as two numbers; too small a number makes the serial negative */
	reading->offset -= layout_lo * weight;
	read_digits(reading, number->end - 4, 0, weight * 10000);
	read_digits(reading, number->end, 0, weight);
}

/* The way in which the parser reads an outline. */
static Reading
compile_reading(const Outline *outline)
{
	const LayoutTable *table = &layout_tables[outline->layout];
	const Field *field = plate_layouts[outline->layout].field;
	Reading		reading = {
		.pair = {no_pair, no_pair}, .series = no_pair, .third = nothing,
		.base = plate_make(outline->format, 0, 0), .offset = table->offset,
		.layout = outline->layout, .format = outline->format
	};

	for (int f = 0; f < outline->fields; f++)
	{
		const OutlineField *at = &outline->field[f];
		int32_t		weight = table->step[f].weight.divisor;
		int			len = at->end - at->start;

		switch (at->kind)
		{
			case FIELD_LETTERS:
				read_letters(&reading, at->letters, at->start, len, weight);
				break;
			case FIELD_NUMBER:
				read_number(&reading, at, field[f].lo, weight);
				break;
			case FIELD_AGE:
				reading.series.value = age_series;
				reading.series.place = pair_place(at->start, len);
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				reading.series.value = at->kind == FIELD_PREFIX_YEAR ?
					prefix_series : suffix_series;
				reading.series.place = pair_place(at->start, len);
				break;
			case FIELD_FIXED:
			case FIELD_END:
				break;
		}
	}
	return reading;
}

/*
 * Is one of its numbers not in its layout?  That is so for the civic marks,
 * which have number 0; read_exactly() deals with them.
 */
static bool
is_exception(const Outline *outline)
{
	const Field *field = plate_layouts[outline->layout].field;

	for (int f = 0; f < outline->fields; f++)
		if (field[f].kind == FIELD_NUMBER &&
			outline->field[f].lo < field[f].lo)
			return true;
	return false;
}

/* The shape of an outline, which gets a number when it is first met. */
static Shape *
shape_of_outline(const Outline *outline)
{
	unsigned	letters = 0;
	Shape	   *shape;

	for (int pos = 0; pos < outline->length; pos++)
		if (outline->alphabet[pos] & (CODE_BIT(CODE_DIGIT) - 1))
			letters |= 1u << pos;
	shape = &shapes[letters | 1u << outline->length];
	if (shape->number != 0)
		return shape;

	shape->number = ++shape_count;
	shape->reading = readings[shape->number];
	for (int pos = outline->length - 1; pos >= 0; pos--)
		shape->run[pos] = (letters >> pos & 1) == (letters >> (pos + 1) & 1) ?
			shape->run[pos + 1] + 1 : 1;
	return shape;
}

/* Have its shape read as this outline, if the letters that choose say so. */
static void
compile_outline(const Outline *outline)
{
	LetterSetId pick = plate_layouts[outline->layout].pick;
	Shape	   *shape = shape_of_outline(outline);
	Reading    *reading = readings[shape->number];

	/* if nothing else fits, diagnosis reads a shape as its first layout */
	if (pick == SET_NONE || reading[0].format == 0)
		reading[0] = compile_reading(outline);
	if (pick != SET_NONE)
	{
		bool		letters_first =
			outline->alphabet[0] & (CODE_BIT(CODE_DIGIT) - 1);
		int			first = letters_first ? 0 : shape->run[0];
		int			pair = shape->run[first] > 1 ? 2 : 1;

		shape->pick = pair_place(first + shape->run[first] - pair, pair);
		reading[pick_class[pick]] = compile_reading(outline);
	}
}

static void
compile_layout(int i)
{
	const Layout *layout = &plate_layouts[i];
	const FormatInfo *info = &plate_format_info[layout->format];
	const Field *field = layout->field;
	LayoutTable *table = &layout_tables[i];

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
		table->step[f] = print_step_for(&field[f]);
		table->step[f].weight = reciprocal(table->size, count);
		table->size *= count;
	}
	table->print = print_function(table->step);
	fits = fits && table->print != NULL;

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
}

/* The pairs that choose between the layouts of a shape. */
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
		if (classes + 1 == CLASSES)
		{
			fits = false;
			return;
		}
		pick_class[pick] = ++classes;
		for (int n = 0; n < table->places; n++)
		{
			const LetterPlace *place = &table->place[n];

			pair_class[letters_pair(place->text, place->len)] = classes;
			/* guess_reading() looks these up */
			for (char c = '0'; place->len == 1 && c <= '9'; c++)
				pair_class[PAIR(place->text[0], c)] = classes;
		}
	}
}

/* A shape that no layout reads has no serial and nothing to print. */
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

/* Irregular marks have no layout, but serials, and a way to print them. */
static void
compile_irregular(void)
{
	static const LayoutTable table = {
		.size = IRREGULAR_MARKS, .print = irregular_print
	};

	format_layout[PLATE_IRREGULAR] = &table;
	format_print[PLATE_IRREGULAR] = table.print;
}

bool
grammar_compile(void)
{
	for (char c = 'A'; c <= 'Z'; c++)
		mark_char[(int) c] = mark_char[c + ('a' - 'A')] = c;
	for (char c = '0'; c <= '9'; c++)
		mark_char[(int) c] = c;
	mark_char[' '] = mark_char['\t'] = mark_char['\n'] = mark_char['\r'] = ' ';

	fits = true;
	compile_series();
	compile_picks();
	compile_none();
	for (int i = 0; i < PLATE_LAYOUTS; i++)
		compile_layout(i);
	compile_irregular();
	for (int i = 0; i < first_outline[PLATE_IRREGULAR]; i++)
		if (!is_exception(&outlines[i]))
			compile_outline(&outlines[i]);
	for (int i = 1; i <= shape_count; i++)
		for (int class = 1; class < CLASSES; class++)
			if (readings[i][class].format == 0)
				readings[i][class] = readings[i][0];
	return fits;
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
