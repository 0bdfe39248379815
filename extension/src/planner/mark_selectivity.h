/*
 * mark_selectivity.h
 *		How many rows of a column of marks meet a condition.
 */
#ifndef REGCAR_MARK_SELECTIVITY_H
#define REGCAR_MARK_SELECTIVITY_H

#include "nodes/pathnodes.h"

/* A condition on a mark whose other argument is a constant. */
typedef struct MarkCondition
{
	/*
	 * the marks that meet it, in whatever form suits; NULL if there is no
	 * constant
	 */
	void	   *(*marks) (Node *argument);
	/* how many of them lie from one mark to another */
	int64		(*count) (const void *marks, int64 from, int64 to);
	double		unknown;		/* the share to assume without a constant */
} MarkCondition;

/*
 * The share of the rows that meet a condition. function says whether a row
 * does; the mark is its first argument.
 */
extern double mark_selectivity(const MarkCondition *condition,
							   PlannerInfo *root, List *args, int varRelid,
							   Oid function);

/* The share that does not meet it and is not NULL. */
extern double mark_selectivity_not(const MarkCondition *condition,
								   PlannerInfo *root, List *args, int varRelid,
								   Oid function);

#endif							/* REGCAR_MARK_SELECTIVITY_H */
