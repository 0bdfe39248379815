/*
 * mark_selectivity.h
 *		How many rows of a column of marks meet a condition.
 */
#ifndef REGCAR_MARK_SELECTIVITY_H
#define REGCAR_MARK_SELECTIVITY_H

#include "nodes/pathnodes.h"

/* A condition on a mark that a constant is the other argument of. */
typedef struct MarkCondition
{
	/* the marks that meet it, in a form of its own; NULL for no constant */
	void	   *(*marks) (Node *argument);
	/* how many of them there are from one mark to another */
	int64		(*count) (const void *marks, int64 from, int64 to);
	double		unknown;		/* share of the rows where there is no constant */
} MarkCondition;

/*
 * The share of the rows that meet a condition; function is the one that says
 * whether a row does, with the mark as its first argument.
 */
extern double mark_selectivity(const MarkCondition *condition,
							   PlannerInfo *root, List *args, int varRelid,
							   Oid function);

/* The share that does neither meet it nor hold NULL. */
extern double mark_selectivity_not(const MarkCondition *condition,
								   PlannerInfo *root, List *args, int varRelid,
								   Oid function);

#endif							/* REGCAR_MARK_SELECTIVITY_H */
