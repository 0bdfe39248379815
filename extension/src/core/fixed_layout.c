/*
 * fixed_layout.c
 *		Every layout of a mark with the widths of its fields fixed.
 */
#include "core/fixed_layout.h"

#include <string.h>

#include "core/compiler.h"
#include "core/irregular.h"
#include "core/series.h"

#define DIGITS(from, to) \
	((CODE_BIT((to) + 1) - CODE_BIT(from)) << CODE_DIGIT)

Outline		outlines[MAX_OUTLINES];
uint8_t		first_outline[PLATE_FORMATS + 2];

static int	outline_count;

/* Are all of them here? test/unit/grammar_test.c asks. */
static bool fits;

static CodeSet
letters(const char *text)
{
	CodeSet		set = 0;

	for (; *text != '\0'; text++)
		set |= CODE_BIT(*text - 'A');
	return set;
}

static int
power_of_ten(int exponent)
{
	return exponent == 0 ? 1 : 10 * power_of_ten(exponent - 1);
}

static void
keep(const Outline *outline)
{
	fits = fits && outline_count < MAX_OUTLINES;
	if (fits)
		outlines[outline_count++] = *outline;
}

/* Append a field to an outline, without its alphabets. */
static OutlineField *
append(Outline *outline, const Field *field, int width)
{
	OutlineField *to = &outline->field[outline->fields];

	*to = (OutlineField) {
		.kind = field->kind, .letters = field->letters,
		.start = outline->length, .end = outline->length + width
	};
	memset(outline->field_of + to->start, outline->fields, width);
	outline->fields++;
	outline->length += width;
	return to;
}

static void compile_from(Outline outline, const Field *field);

static void
compile_letters(Outline outline, const Field *field, int width)
{
	const LetterSet *set = &letter_sets[field->letters];
	OutlineField *to = append(&outline, field, width);

	to->sparse = set->only != NULL || set->except != NULL;
	for (int i = 0; i < width; i++)
		outline.alphabet[to->start + i] = letters(set->alphabet[i]);
	compile_from(outline, field + 1);
}

static void
compile_number(Outline outline, const Field *field, int width, int lo, int hi)
{
	OutlineField *to = append(&outline, field, width);
	int			unit = power_of_ten(width - 1);

	to->lo = lo;
	to->hi = hi;
	to->sparse = lo % unit != 0 || hi % unit != unit - 1;
	outline.alphabet[to->start] = DIGITS(lo / unit, hi / unit);
	for (int i = 1; i < width; i++)
		outline.alphabet[to->start + i] = DIGITS(0, 9);
	compile_from(outline, field + 1);
}

/*
 * Continue with a number of each width that the field and the letters before
 * it allow.
 */
static void
compile_numbers(const Outline *outline, const Field *field)
{
	int			lo = field->lo,
				hi = field->hi;

	if (field->width)
	{
		compile_number(*outline, field, field->width, lo, hi);
		return;
	}
	if (outline->fields > 0)
	{
		const OutlineField *before = &outline->field[outline->fields - 1];
		int			carry = before->kind == FIELD_LETTERS ?
			letter_sets[before->letters].carry[before->end - before->start - 1] : 0;

		hi = carry ? carry : hi;
	}
	for (int width = 1, least = 1; least <= hi; width++, least *= 10)
	{
		int			most = least * 10 - 1;

		if (most >= lo)
			compile_number(*outline, field, width,
						   lo > least ? lo : least, hi < most ? hi : most);
	}
}

/* Each group of letters that may have number 0 is an outline of its own. */
static void
compile_zeros(Outline outline, const Field *field)
{
	const OutlineField *group = &outline.field[outline.fields - 1];
	int			width = group->end - group->start;
	const char *list = letter_sets[group->letters].zero;
	char		zero[3];
	int			len;

	while ((len = next_group(&list, zero)) > 0)
	{
		if (len != width)
			continue;
		for (int i = 0; i < width; i++)
			outline.alphabet[group->start + i] = CODE_BIT(zero[i] - 'A');
		compile_number(outline, field, 1, 0, 0);
	}
}

static void
compile_from(Outline outline, const Field *field)
{
	int			start = outline.length;
	const LetterSet *set;

	if (outline.fields == 4 || field->kind == FIELD_END)
	{
		keep(&outline);
		return;
	}
	switch (field->kind)
	{
		case FIELD_LETTERS:
			set = &letter_sets[field->letters];
			for (int width = set->min; width <= set->max; width++)
				compile_letters(outline, field, width);
			break;
		case FIELD_NUMBER:
			compile_numbers(&outline, field);
			if (outline.fields > 0 &&
				outline.field[outline.fields - 1].kind == FIELD_LETTERS)
				compile_zeros(outline, field);
			break;
		case FIELD_AGE:
			append(&outline, field, 2);
			outline.alphabet[start] = outline.alphabet[start + 1] = DIGITS(0, 9);
			compile_from(outline, field + 1);
			break;
		case FIELD_PREFIX_YEAR:
		case FIELD_SUFFIX_YEAR:
			append(&outline, field, 1);
			outline.alphabet[start] = letters(SERIES_YEAR_LETTERS);
			compile_from(outline, field + 1);
			break;
		case FIELD_FIXED:
		case FIELD_END:
			break;
	}
}

/* Each irregular mark is an outline, which has that one text. */
static void
compile_irregular(void)
{
	static const Field field = {.kind = FIELD_FIXED};

	for (int i = 0; i < IRREGULAR_MARKS; i++)
	{
		Outline		outline = {
			.format = PLATE_IRREGULAR, .layout = PLATE_LAYOUTS + i
		};
		char		text[PLATE_BUFFER];
		int			length = irregular_print(NULL, i, 0, false, text);

		append(&outline, &field, length);
		for (int pos = 0; pos < length; pos++)
			outline.alphabet[pos] = CODE_BIT(mark_code(text[pos]));
		keep(&outline);
	}
}

bool
outlines_compile(void)
{
	fits = true;
	for (int format = 1; format <= PLATE_FORMATS; format++)
	{
		first_outline[format] = outline_count;
		for (int layout = 0; layout < PLATE_LAYOUTS; layout++)
			if (plate_layouts[layout].format == (PlateFormat) format)
				compile_from((Outline) {.format = format, .layout = layout},
							 plate_layouts[layout].field);
		if (format == PLATE_IRREGULAR)
			compile_irregular();
	}
	first_outline[PLATE_FORMATS + 1] = outline_count;
	return fits;
}

const Outline *
outline_of(PlateFormat format, const uint8_t *code, int length)
{
	for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
	{
		int			pos = 0;

		if (outlines[i].length != length)
			continue;
		while (pos < length && outlines[i].alphabet[pos] & CODE_BIT(code[pos]))
			pos++;
		if (pos == length)
			return &outlines[i];
	}
	return NULL;
}

void
outline_in_series(const Outline *outline, int series,
				  CodeSet alphabet[PLATE_MAX_COMPACT])
{
	memcpy(alphabet, outline->alphabet, sizeof(outline->alphabet));
	for (int f = 0; f < outline->fields; f++)
	{
		const OutlineField *field = &outline->field[f];

		if (field->kind == FIELD_LETTERS || field->kind == FIELD_NUMBER ||
			field->kind == FIELD_FIXED)
			continue;
		for (int pos = field->start; pos < field->end; pos++)
			alphabet[pos] =
				CODE_BIT(mark_code(series_mark[series][pos - field->start]));
	}
}

bool
field_has(const OutlineField *field, const uint8_t *code)
{
	char		letters[PLATE_MAX_COMPACT];
	int			value = 0;

	switch (field->kind)
	{
		case FIELD_LETTERS:
			for (int pos = field->start; pos < field->end; pos++)
				letters[pos - field->start] = code_char(code[pos]);
			return letters_rank(field->letters, letters,
								field->end - field->start) >= 0;
		case FIELD_NUMBER:
			for (int pos = field->start; pos < field->end; pos++)
				value = value * 10 + DIGIT_VALUE(code[pos]);
			return value >= field->lo && value <= field->hi;
		default:
			return true;
	}
}

/*
 * The number of groups of a list that are as wide as a field and within the
 * sets.
 */
static int64_t
groups_in(const OutlineField *field, const CodeSet *set, const char *list)
{
	int			width = field->end - field->start;
	int64_t		found = 0;
	char		group[3];
	int			len;

	while ((len = next_group(&list, group)) > 0)
	{
		int			i = 0;

		if (len != width)
			continue;
		while (i < width && set[field->start + i] & CODE_BIT(group[i] - 'A'))
			i++;
		found += i == width;
	}
	return found;
}

/* The number of numbers up to a limit whose digits are from the sets. */
static int64_t
numbers_upto(const OutlineField *field, const CodeSet *set, int number)
{
	int64_t		found = 0;

	for (int pos = field->start; pos < field->end; pos++)
	{
		int			unit = power_of_ten(field->end - pos - 1);
		int			digit = CODE_DIGIT + number / unit % 10;
		int64_t		less = bits_in(set[pos] & (CODE_BIT(digit) - 1));

		for (int i = pos + 1; i < field->end; i++)
			less *= bits_in(set[i]);
		found += less;
		if (!(set[pos] & CODE_BIT(digit)))
			return found;
	}
	return found + 1;
}

int64_t
field_size(const OutlineField *field, const CodeSet *set)
{
	const LetterSet *group = &letter_sets[field->letters];
	int64_t		size = 1;

	if (field->sparse && field->kind == FIELD_NUMBER)
		return numbers_upto(field, set, field->hi) -
			numbers_upto(field, set, field->lo - 1);
	if (field->sparse && group->only != NULL)
		return groups_in(field, set, group->only);
	for (int pos = field->start; pos < field->end; pos++)
		size *= bits_in(set[pos]);
	if (field->sparse)
		size -= groups_in(field, set, group->except);
	return size;
}
