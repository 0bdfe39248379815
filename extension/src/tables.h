/*
 * tables.h
 *		Look-up tables that tables.c makes from the grammar.
 *
 * Pure C.  Made once in a process, in a fraction of a millisecond.
 */
#ifndef REGCAR_TABLES_H
#define REGCAR_TABLES_H

#include "grammar.h"

/* Characters as small codes: letters 0-25, digits 32-41. */
#define CODE_DIGIT		32
#define CODES			42

#define IS_LETTER(code)		((code) < 26)
#define DIGIT_VALUE(code)	((code) & 15)

/* One letter (b = -1) or two as an index; one letter comes before its pairs. */
#define PAIR(a, b)		((a) << 5 | ((b) + 1))
#define PAIRS			(26 << 5)

/*
 * A set of groups of letters as ranks.  Of the groups that begin with the same
 * two letters the one of just these comes first, then those with a third.
 */
typedef struct LetterPlace
{
	int32_t		start;			/* first rank of these letters */
	int32_t		own;			/* rank of their own group, with number 1 where
								 * it carries one */
	int32_t		thirds;			/* first rank with a third letter */
	char		text[2];
	uint8_t		len;
	int8_t		skip;			/* as below */
} LetterPlace;

#define NO_SKIP			127

typedef struct LetterTable
{
	/* from letters to rank, by PAIR */
	int32_t    *own;			/* -1 where there is no such group */
	int32_t    *thirds;			/* -1 where there is none; NULL in a set without
								 * groups of three */
	int8_t	   *skip;			/* rank of the third letter that is left out, or
								 * NO_SKIP */
	int8_t		third[CODES];	/* rank of a third letter, or -1 */
	/* and back */
	LetterPlace *place;			/* by rank; behind the last a start at the end */
	uint16_t   *hint;			/* rank >> shift to a place not behind it */
	int			shift;
	int			places;
	char		third_letter[26];

	int32_t		size;			/* number of ranks */
	int32_t		carry3;			/* ranks for each three-letter group */
	int			length;			/* letters in each group, 0 if that varies */
} LetterTable;

/*
 * How a layout reads a shape: the serial is an offset and a weighted sum of at
 * most two groups of letters and two numbers, so that reading needs no branch.
 * Position NOWHERE has code 0.
 */
#define NOWHERE			PLATE_MAX_COMPACT

typedef struct GroupReading
{
	const int32_t *base;		/* by PAIR */
	const int8_t *skip;
	const int8_t *third;
	int32_t		carry3;
	int32_t		weight;
	uint8_t		pos[3];			/* of its letters */
	uint8_t		second;			/* all bits if there is a second letter */
} GroupReading;

typedef struct NumberReading
{
	int32_t		weight;
	uint32_t	mask;			/* its digits among the four that end at end */
	uint8_t		end;
	uint8_t		lead;			/* position of a digit that is not 0 */
} NumberReading;

typedef struct Reading
{
	GroupReading group[2];
	NumberReading number[2];
	const uint8_t *series;		/* ordinals, SERIES_NONE where there is none */
	int32_t		offset;
	uint8_t		series_pos[2];
	uint8_t		series_factor;	/* of the first code in the index, with 1 of the
								 * second */
	uint8_t		format;
	uint8_t		layout;
} Reading;

#define SERIES_NONE		0xFF

/*
 * A shape is which characters are digits: bit i for position i, and a bit
 * behind the last.  Where layouts share a shape, the pair that chooses has a
 * class, and each class a reading.
 */
#define SHAPES			512
#define PICKS			8

typedef struct Shape
{
	uint8_t		reading[PICKS];
	bool		choice;			/* are they different? */
	uint8_t		pair[2];		/* positions of that pair */
	uint8_t		run[PLATE_MAX_COMPACT + 1]; /* letters or digits alike from
											 * here on */
} Shape;

/* How a layout is printed: the steps from left to right. */
typedef struct PrintStep
{
	FieldKind	kind;
	int			space;
	int			width;
	int32_t		lo;
	int32_t		weight;			/* serials for a step of the field */
	const LetterTable *letters;
} PrintStep;

typedef struct LayoutTable
{
	int32_t		offset;			/* serial of its first mark */
	int32_t		size;			/* number of serials */
	int			steps;
	PrintStep	step[4];
} LayoutTable;

#define NO_LAYOUT		0xFF

/*
 * A character for the parser: its code (0 for a space), in CHAR_COUNTS whether
 * it takes a place, in CHAR_BAD whether no mark has it.
 */
#define CHAR_COUNTS		0x0800	/* 8 after a shift by 8: bits of the place */
#define CHAR_BAD		0x8000
#define CHAR_CODE(c)	((c) & 0xFF)

extern uint16_t char_entry[256];
extern uint8_t shape_index[SHAPES]; /* 0 if no mark has that shape */
extern Shape shapes[];
extern Reading readings[];
extern uint8_t pair_class[PAIRS];
extern LetterTable letter_tables[LETTER_SETS];
extern LayoutTable layout_tables[PLATE_LAYOUTS];
extern uint8_t format_layouts[PLATE_FORMATS + 1][2];	/* second may be
														 * NO_LAYOUT */

/* Must run once before anything else in the core; wants series_compile(). */
extern void tables_compile(void);

/* Number of marks of a format, in each of its series if it has any. */
extern int64_t format_size(PlateFormat format);

/* A code as the character that it stands for. */
static inline char
code_char(uint8_t code)
{
	return IS_LETTER(code) ? 'A' + code : '0' + DIGIT_VALUE(code);
}

/* How codes of a shape are read; format 0 where no mark has the shape. */
static inline const Reading *
reading_of(const Shape *shape, const uint8_t *code)
{
	int			class = shape->choice ?
		pair_class[PAIR(code[shape->pair[0]], code[shape->pair[1]])] : 0;

	return &readings[shape->reading[class]];
}

/* May this group have number 0? */
extern bool zero_group(LetterSetId set, const uint8_t *code, int len);

/* Rank of a group of len letters, -1 where the set has no such group. */
extern int32_t letters_rank(LetterSetId set, const uint8_t *code, int len);

#endif							/* REGCAR_TABLES_H */
