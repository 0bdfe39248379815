/*
 * compiled_grammar.h
 *		Look-up tables that are made from the grammar.
 *
 * Pure C.  They are made once in a process, in a fraction of a millisecond.
 */
#ifndef REGCAR_COMPILED_GRAMMAR_H
#define REGCAR_COMPILED_GRAMMAR_H

#include "core/fixed_layout.h"
#include "core/print_plan.h"
#include "core/word.h"

/*
 * How a layout reads a shape.  The serial of a mark is a sum.  Two pairs of
 * letters and a third letter are looked up, with their weights; two numbers
 * of up to four digits are multiplied by theirs.  The series is looked up
 * too.  Whatever a layout lacks counts 0, so that reading needs no branch.
 */
typedef struct PairPlace
{
	uint32_t	mask;			/* of one or two characters */
	uint8_t		shift;			/* rotation that brings them to the front */
} PairPlace;

typedef struct PairReading
{
	const int32_t *value;		/* by PAIR, or NO_VALUE */
	PairPlace	place;
} PairReading;

/*
 * Three of these and a serial add up to a negative number, without overflow.
 */
#define NO_VALUE		(INT32_MIN / 4)

typedef struct Reading
{
	PairReading pair[2];		/* if there is a third letter, the first
								 * has NO_VALUE for a pair after which a
								 * letter is left out */
	PairReading series;			/* ordinals */
	const int32_t *third;		/* by LETTER, or NO_VALUE */
	uint64_t	digits;			/* mask of the numbers after the rotation,
								 * the first number in the lower half */
	uint64_t	least;			/* of each number */
	uint64_t	weights;		/* of each number, in reverse order */
	int64_t		base;			/* the mark of serial 0 without a series */
	int32_t		offset;			/* of the sum */
	uint8_t		third_shift;
	uint8_t		digits_shift;
	uint8_t		layout;
	uint8_t		format;			/* 0 if no mark has the shape */
	LetterSetId triple;			/* of the group with a third letter */
	int32_t		triple_weight;
} Reading;

/*
 * A shape says which characters are letters: bit i for position i, and one
 * more bit after the last.  Layouts that share a shape are told apart by a
 * pair of letters, which has a class; each class has a reading.
 */
#define SHAPES			512
#define CLASSES			5

typedef struct Shape
{
	const Reading *reading;		/* by class */
	PairPlace	pick;			/* the pair that chooses */
	uint8_t		number;			/* 0 if no mark has the shape */
	uint8_t		run[PLATE_MAX_COMPACT + 1]; /* characters of the same kind
											 * from here on */
} Shape;

typedef struct LayoutTable
{
	int32_t		offset;			/* serial of its first mark */
	int32_t		size;			/* number of serials */
	unsigned	first_series,
				last_series;
	const struct LayoutTable *next; /* of the same format, or NULL */
	PrintFunction print;
	int			steps;
	PrintStep	step[PRINT_STEPS];
} LayoutTable;

/*
 * What a byte is in a mark: a capital letter, a digit, or ' ' for white space;
 * else 0.
 */
extern char mark_char[256];

extern Shape shapes[SHAPES];
extern uint8_t pair_class[PAIRS];
extern const LayoutTable *format_layout[PLATE_FORMATS + 1]; /* the first */
extern PrintFunction format_print[PLATE_FORMATS + 1];	/* its, at hand */

/* core_compile() runs this; false if the grammar outgrew the tables. */
extern bool grammar_compile(void);

/*
 * The number of marks of a format, or in each of its series if it has series.
 */
extern int64_t format_size(PlateFormat format);

/* The index of a pair of a mark. */
static inline unsigned
pair_index(PairPlace place, uint64_t mark)
{
	uint32_t	two = (uint32_t) rotate(mark, place.shift) & place.mask;

	/* the first letter moves to the top five bits, the second below it */
	return two * (UINT32_C(1) << 27 | UINT32_C(1) << 14) >> 22;
}

/* The reading of a mark of a shape; format 0 if no mark has the shape. */
static inline const Reading *
shape_reading(const Shape *shape, uint64_t mark)
{
	return shape->reading + pair_class[pair_index(shape->pick, mark)];
}

#endif							/* REGCAR_COMPILED_GRAMMAR_H */
