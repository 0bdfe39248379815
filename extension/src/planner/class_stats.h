/*
 * class_stats.h
 *		How many marks of each class (mark_class.h) a column has, for the
 *		planner.
 *
 * Whatever is the same for all marks of a class, such as its format, is
 * estimated from one mark of each.
 */
#ifndef REGCAR_CLASS_STATS_H
#define REGCAR_CLASS_STATS_H

#include "commands/vacuum.h"
#include "utils/selfuncs.h"

typedef struct ClassShares
{
	int			count;
	int64	   *mark;			/* one mark of each class, in their order */
	double	   *share;			/* of all rows */
	double		unseen;			/* of a class that the sample did not have; 0
								 * if it was the whole table */
} ClassShares;

/* Add them to what ANALYZE stores about a column. */
extern void store_class_shares(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch,
							   int samplerows, double totalrows);

/* The shares in an expression, palloc'd; false if they are unknown. */
extern bool class_shares(const VariableStatData *mark, ClassShares *shares);

/*
 * The share of the rows in which the mark may be issued on the day in another
 * column of its table; -1 if it is unknown.
 */
extern double share_issuable(const VariableStatData *mark, AttrNumber day);

#endif							/* REGCAR_CLASS_STATS_H */
