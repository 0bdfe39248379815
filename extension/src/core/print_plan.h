/*
 * print_plan.h
 *		How a layout is printed.
 *
 * Pure C.
 */
#ifndef REGCAR_PRINT_PLAN_H
#define REGCAR_PRINT_PLAN_H

#include "core/letter_ranks.h"

/*
 * A layout is printed in up to three steps from left to right.  The kinds of
 * its steps are its plan, and each plan has a function.
 */
typedef enum PrintKind
{
	PRINT_NOTHING,
	PRINT_PAIR,					/* groups of one or two letters alone */
	PRINT_LETTERS,				/* groups with a third letter */
	PRINT_CARRYING,				/* groups that carry the number after them */
	PRINT_NUMBER,
	PRINT_SERIES
} PrintKind;

#define PRINT_STEPS		3

typedef struct PrintStep
{
	PrintKind	kind;
	bool		space;			/* in front of it */
	uint8_t		width;			/* of a series, or of a padded number */
	uint32_t	stop;			/* a bit of the first of four digits that
								 * is printed even if it is 0 */
	int32_t		lo;
	Reciprocal	weight;			/* serials for each step of the field */
	const LetterTable *letters;
} PrintStep;

/* Print into buf and return the length. */
typedef int (*PrintFunction) (const PrintStep *step, uint32_t serial,
							  unsigned series, bool spaces, char *buf);

/*
 * The step for a field of the grammar.  Its weight depends on the fields
 * after it, so the caller sets that.
 */
extern PrintStep print_step_for(const Field *field);

/* The function for steps of these kinds; NULL if no plan has them. */
extern PrintFunction print_function(const PrintStep step[PRINT_STEPS]);

#endif							/* REGCAR_PRINT_PLAN_H */
