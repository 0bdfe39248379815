/*
 * print_plan.c
 *		How a layout is printed.
 *
 * Printing branches once, by the kinds of fields that the layout has.  Each such
 * plan is a function of its own, made from print_steps().
 */
#include "core/print_plan.h"

#include <string.h>

#include "core/compiler.h"
#include "core/series.h"
#include "core/word.h"

/* The two digits of a number, the tens in the lower byte. */
#define TWO_DIGITS(tens, units)	(('0' + (tens)) | ('0' + (units)) << 8)
#define TEN_NUMBERS(tens) \
	TWO_DIGITS(tens, 0), TWO_DIGITS(tens, 1), TWO_DIGITS(tens, 2), \
	TWO_DIGITS(tens, 3), TWO_DIGITS(tens, 4), TWO_DIGITS(tens, 5), \
	TWO_DIGITS(tens, 6), TWO_DIGITS(tens, 7), TWO_DIGITS(tens, 8), \
	TWO_DIGITS(tens, 9)

static const uint16_t two_digits[100] = {
	TEN_NUMBERS(0), TEN_NUMBERS(1), TEN_NUMBERS(2), TEN_NUMBERS(3),
	TEN_NUMBERS(4), TEN_NUMBERS(5), TEN_NUMBERS(6), TEN_NUMBERS(7),
	TEN_NUMBERS(8), TEN_NUMBERS(9)
};

/* Print the letters of a rank; buf has room for three. */
static inline int
print_letters(const LetterTable *table, uint32_t rank, char *buf)
{
	const LetterPlace *place = letters_place(table, rank);
	int32_t		third = rank - place->thirds;

	memcpy(buf, place->text, 2);
	if (rarely(third < 0))
		return place->len;
	buf[2] = table->third_letter[third + (third >= place->skip)];
	return 3;
}

/*
 * The same for groups that carry a number, which is what is left of the rank,
 * less one.  There is no branch, because groups with a third letter are as
 * frequent as others.
 */
static inline int
print_carrying(const LetterTable *table, uint32_t *rank, char *buf)
{
	const LetterPlace *place = letters_place(table, *rank);
	int32_t		rest = *rank - place->thirds;
	bool		own = rest < 0;
	int32_t		third = divide(own ? 0 : rest, &table->carry3);

	rest -= third * (int32_t) table->carry3.divisor;
	*rank = own ? *rank - (uint32_t) place->own : (uint32_t) rest;
	memcpy(buf, place->text, 2);
	buf[2] = table->third_letter[third + (third >= place->skip)];
	return own ? place->len : 3;
}

/* Print up to five digits; buf has room for five. */
static inline int
print_number(unsigned value, const PrintStep *step, char *buf)
{
	int			len = 4;
	uint32_t	four;
	int			zeros;

	if (rarely(step->width > 4))
	{
		*buf++ = '0' + value / 10000;
		value %= 10000;
		len++;
	}
	four = two_digits[value / 100] | (uint32_t) two_digits[value % 100] << 16;
	/* bits of the leading zeros that are not printed */
	zeros = first_bit((four ^ 0x30303030) | step->stop) & 24;
	store32(four >> zeros, buf);
	return len - zeros / 8;
}

/*
 * Print one step.  The compiler knows its kind, and whether it is the last.
 */
static always_inline int
print_step(const PrintStep *step, PrintKind kind, bool last, uint32_t *serial,
		   unsigned series, char *buf)
{
	uint32_t	rank = *serial;

	/* the last field has the whole rest, and so do letters that carry it */
	if (!last && kind != PRINT_SERIES && kind != PRINT_CARRYING)
	{
		rank = divide(rank, &step->weight);
		*serial -= rank * step->weight.divisor;
	}
	switch (kind)
	{
		case PRINT_PAIR:
			memcpy(buf, step->letters->pair[rank], 2);
			return 1 + (buf[1] != '\0');
		case PRINT_LETTERS:
			return print_letters(step->letters, rank, buf);
		case PRINT_CARRYING:
			return print_carrying(step->letters, serial, buf);
		case PRINT_NUMBER:
			return print_number(rank + step->lo, step, buf);
		case PRINT_SERIES:
			memcpy(buf, series_mark[series], 2);
			return step->width;
		case PRINT_NOTHING:
			break;
	}
	return 0;
}

static always_inline int
print_steps(const PrintStep *step, PrintKind a, PrintKind b, PrintKind c,
			uint32_t serial, unsigned series, bool spaces, char *buf)
{
	int			len;

	len = print_step(&step[0], a, b == PRINT_NOTHING, &serial, series, buf);
	if (b == PRINT_NOTHING)
		return len;
	buf[len] = ' ';
	len += step[1].space & spaces;
	len += print_step(&step[1], b, c == PRINT_NOTHING, &serial, series,
					  buf + len);
	if (c == PRINT_NOTHING)
		return len;
	buf[len] = ' ';
	len += step[2].space & spaces;
	return len + print_step(&step[2], c, true, &serial, series, buf + len);
}

/*
 * The plans of the layouts, as functions like print_PAIR_SERIES_LETTERS(), in
 * which the compiler knows the kinds.
 */
#define PLANS(X) \
	X(PAIR, SERIES, LETTERS) \
	X(SERIES, NUMBER, LETTERS) \
	X(LETTERS, NUMBER, SERIES) \
	X(CARRYING, NUMBER, NOTHING) \
	X(NUMBER, LETTERS, NOTHING) \
	X(NUMBER, PAIR, NOTHING) \
	X(PAIR, NUMBER, NOTHING) \
	X(LETTERS, NUMBER, NOTHING) \
	X(PAIR, PAIR, NUMBER) \
	X(NUMBER, PAIR, PAIR) \
	X(NUMBER, PAIR, NUMBER) \
	X(PAIR, NUMBER, PAIR) \
	X(PAIR, NUMBER, LETTERS) \
	X(PAIR, NUMBER, NUMBER) \
	X(NUMBER, NOTHING, NOTHING)

#define PLAN_FUNCTION(a, b, c) \
static int \
print_##a##_##b##_##c(const PrintStep *step, uint32_t serial, unsigned series, \
					  bool spaces, char *buf) \
{ \
	return print_steps(step, PRINT_##a, PRINT_##b, PRINT_##c, \
					   serial, series, spaces, buf); \
}

#define PLAN_ROW(a, b, c) \
	{{PRINT_##a, PRINT_##b, PRINT_##c}, print_##a##_##b##_##c},

PLANS(PLAN_FUNCTION)

static const struct
{
	PrintKind	kind[PRINT_STEPS];
	PrintFunction print;
}			plans[] = {
	PLANS(PLAN_ROW)
};

PrintFunction
print_function(const PrintStep step[PRINT_STEPS])
{
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		if (plans[i].kind[0] == step[0].kind &&
			plans[i].kind[1] == step[1].kind &&
			plans[i].kind[2] == step[2].kind)
			return plans[i].print;
	return NULL;
}

PrintStep
print_step_for(const Field *field)
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
		case FIELD_FIXED:
		case FIELD_END:
			break;
	}
	return step;
}
