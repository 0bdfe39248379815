/*
 * property_values.h
 *		The values of a function in the classes of a column of marks.
 */
#ifndef REGCAR_PROPERTY_VALUES_H
#define REGCAR_PROPERTY_VALUES_H

#include "nodes/primnodes.h"

#include "planner/class_stats.h"

typedef struct PropertyValues
{
	int			count;			/* different ones, without NULL */
	Datum	   *value;
	double	   *share;			/* of all rows; the largest first */
	double		nulls;			/* share of the rows that have NULL */
	int		   *of_class;		/* by class: which value; -1 for NULL */
} PropertyValues;

/* The values of a call, palloc'd. Its function must be one of ours. */
extern void property_values(const FuncExpr *call, const ClassShares *shares,
							PropertyValues *values);

/*
 * How many different combinations of the values of some calls a whole table
 * has. NULL counts as a value.
 */
extern double count_combinations(const PropertyValues *values, int calls,
								 const ClassShares *shares);

#endif							/* REGCAR_PROPERTY_VALUES_H */
