/*
 * confusion.h
 *		What is read for what, and what each mistake costs.
 *
 * Pure C.  This is the one table of costs: plate_suggest() and the distance
 * of a text and a mark both use it.
 */
#ifndef REGCAR_CONFUSION_H
#define REGCAR_CONFUSION_H

#include "core/fixed_layout.h"

/* O and 0, I and 1 are one drawing on a plate (SI 2001/561 Sch 4). */
#define COST_SAME_DRAWING	1
#define COST_CONFUSED		2	/* a confusion that somebody published */
#define COST_REPLACED		5	/* any other character */
#define COST_EXCHANGED		2	/* two neighbours in each other's place */
#define COST_DROPPED		3	/* a character too many */
#define COST_MISSING		3	/* a character too few */
#define COST_DOUBLED		2	/* either, if it repeats its neighbour */
#define COST_ZEROS			1	/* all leading zeros of a number together */
#define COST_STRAY			2	/* a visible character other than a letter
								 * or digit */

/* A letter or digit of another script, which stands for nothing in a mark. */
#define CODE_FOREIGN		63

/*
 * By code: the characters that it may be misread for, and those with the same
 * drawing.  Both are symmetric, and a character is not in its own set.
 */
extern CodeSet confused_codes[CODE_FOREIGN + 1];
extern CodeSet same_drawing_codes[CODE_FOREIGN + 1];

/* Must run once before anything else here. */
extern void confusions_compile(void);

/* The least cost of reading a code for one of a set. */
static inline int
replacing_cost(uint8_t read, CodeSet meant)
{
	int			cost = meant & confused_codes[read] ? COST_CONFUSED : COST_REPLACED;

	cost = meant & same_drawing_codes[read] ? COST_SAME_DRAWING : cost;
	return meant >> read & 1 ? 0 : cost;
}

#endif							/* REGCAR_CONFUSION_H */
