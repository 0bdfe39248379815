/*
 * mark_selectivity.c
 *		How many rows of a column of marks meet a condition.
 *
 * The marks between two marks can be counted, and so can those of them that
 * meet the condition.  We assume that in each bin of a histogram the same
 * share of the rows meets it as of the marks.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "planner/mark_selectivity.h"
#include "core/issue_order.h"

static double
histogram_share(const MarkCondition *condition, const void *marks,
				const AttStatsSlot *histogram)
{
	double		bins = 0;

	for (int i = 0; i + 1 < histogram->nvalues; i++)
	{
		int64		from = DatumGetPlate(histogram->values[i]);
		int64		to = DatumGetPlate(histogram->values[i + 1]);

		bins += (double) condition->count(marks, from, to) /
			(plate_position(to) - plate_position(from) + 1);
	}
	return bins / (histogram->nvalues - 1);
}

/*
 * The share of the rows that meet it, of those without one of the most common
 * marks.
 */
static double
uncommon_share(const MarkCondition *condition, const void *marks,
			   VariableStatData *mark, Oid function)
{
	double		count = condition->count(marks, plate_at_position(0),
										 plate_at_position(issue_order_size() - 1));
	double		share;
	bool		isdefault;
	AttStatsSlot histogram;

	if (!HeapTupleIsValid(mark->statsTuple) ||
		!statistic_proc_security_check(mark, function) ||
		!get_attstatsslot(&histogram, mark->statsTuple,
						  STATISTIC_KIND_HISTOGRAM, InvalidOid,
						  ATTSTATSSLOT_VALUES))
		return count / issue_order_size();

	share = histogram_share(condition, marks, &histogram);
	/* there may be new marks beyond the histogram; allow for some */
	if (share == 0)
		share = Min(0.01 / (histogram.nvalues - 1),
					count / get_variable_numdistinct(mark, &isdefault));
	free_attstatsslot(&histogram);
	return share;
}

/* The share of the rows that meet the condition, and of those that hold NULL. */
static double
shares(const MarkCondition *condition, PlannerInfo *root, List *args,
	   int varRelid, Oid function, double *nulls)
{
	VariableStatData mark;
	Node	   *other;
	bool		mark_first;
	double		share = condition->unknown;
	const void *marks;

	*nulls = 0;
	if (!get_restriction_variable(root, args, varRelid, &mark, &other,
								  &mark_first))
		return share;
	if (HeapTupleIsValid(mark.statsTuple))
		*nulls = ((Form_pg_statistic) GETSTRUCT(mark.statsTuple))->stanullfrac;

	if (IsA(other, Const) && ((Const *) other)->constisnull)
	{
		share = 0;
		*nulls = 1;
	}
	else if (mark_first && (marks = condition->marks(other)) != NULL)
	{
		FmgrInfo	call;
		double		common;

		fmgr_info(function, &call);
		share = mcv_selectivity(&mark, &call, InvalidOid,
								((Const *) other)->constvalue, true, &common);
		share += (1 - *nulls - common) *
			uncommon_share(condition, marks, &mark, function);
	}
	ReleaseVariableStats(mark);
	CLAMP_PROBABILITY(share);
	return share;
}

double
mark_selectivity(const MarkCondition *condition, PlannerInfo *root,
				 List *args, int varRelid, Oid function)
{
	double		nulls;

	return shares(condition, root, args, varRelid, function, &nulls);
}

double
mark_selectivity_not(const MarkCondition *condition, PlannerInfo *root,
					 List *args, int varRelid, Oid function)
{
	double		nulls;
	double		share = shares(condition, root, args, varRelid, function, &nulls);

	share = 1 - nulls - share;
	CLAMP_PROBABILITY(share);
	return share;
}
