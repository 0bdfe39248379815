/*
 * series_stats.c
 *		How many marks of a series a column has, for the planner.
 *
 * A bin of the histogram is a hundredth of the table, which may be ten old
 * series or a third of a recent one.  So ANALYZE also stores the share of
 * each series, and the operators plate <@ plate_series and plate_series @>
 * plate are estimated from that.  A column without these statistics, because
 * it was restored from a dump or is not analyzed yet, is estimated from
 * whatever there is.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/typcache.h"

#include "planner/series_search.h"
#include "planner/series_stats.h"
#include "planner/statistics_slot.h"
#include "util/extension_catalog.h"

/*
 * The slot of pg_statistic.  Its values are the series in the sample; its
 * numbers are their shares of all rows and, at the end, that of any other
 * series.  The number of this kind is from the range for public use, but is
 * not registered, so the type of the values is checked too.
 */
#define STATISTIC_KIND_SERIES	7563

/* A number for each ordinal; [0] is for no series, that is NULL. */
typedef double BySeries[SERIES_LAST + 1];

void
store_series_shares(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch,
					int samplerows, double totalrows)
{
	MemoryContext old;
	int			rows[SERIES_LAST + 1] = {0};
	int			  slot = free_statistics_slot(stats);
	int			seen = 0;
	Datum	   *values;
	float4	   *numbers;

	if (slot < 0)
		return;
	for (int i = 0; i < samplerows; i++)
	{
		bool		isnull;
		Datum		value = fetch(stats, i, &isnull);
		int			series = isnull ? 0 : plate_series_of(DatumGetPlate(value));

		if (series >= 1 && series <= SERIES_LAST && rows[series]++ == 0)
			seen++;
	}
	if (seen == 0)
		return;

	old = MemoryContextSwitchTo(stats->anl_context);
	values = palloc(seen * sizeof(Datum));
	numbers = palloc((seen + 1) * sizeof(float4));
	MemoryContextSwitchTo(old);

	seen = 0;
	for (int series = 1; series <= SERIES_LAST; series++)
		if (rows[series] > 0)
		{
			values[seen] = Int16GetDatum(series);
			numbers[seen++] = (double) rows[series] / samplerows;
		}
	numbers[seen] = share_of_unseen(samplerows, totalrows);

	stats->stakind[slot] = STATISTIC_KIND_SERIES;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = seen;
	stats->stanumbers[slot] = numbers;
	stats->numnumbers[slot] = seen + 1;
	stats->statypid[slot] = extension_type("plate_series");
	stats->statyplen[slot] = sizeof(int16);
	stats->statypbyval[slot] = true;
	stats->statypalign[slot] = TYPALIGN_SHORT;
}

/*
 * Shares that the series have of all rows, among the marks of an expression;
 * false if unknown. *others is the share of a series that the sample did not
 * have.
 */
static bool
shares_of_marks(PlannerInfo *root, Node *mark, int varRelid,
				BySeries share, double *others)
{
	VariableStatData vardata;
	AttStatsSlot slot;
	bool		known = false;

	examine_variable(root, mark, varRelid, &vardata);
	if (HeapTupleIsValid(vardata.statsTuple) &&
		get_attstatsslot(&slot, vardata.statsTuple, STATISTIC_KIND_SERIES,
						 InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		if (slot.valuetype == extension_type("plate_series") &&
			slot.nnumbers == slot.nvalues + 1)
		{
			known = true;
			*others = slot.numbers[slot.nvalues];
			for (int series = 0; series <= SERIES_LAST; series++)
				share[series] = series ? *others : 0;
			for (int i = 0; i < slot.nvalues; i++)
				share[DatumGetInt16(slot.values[i])] = slot.numbers[i];
		}
		free_attstatsslot(&slot);
	}
	ReleaseVariableStats(vardata);
	return known;
}

/* Replace each occurrence of an expression. */
typedef struct Replacement
{
	Node	   *what;
	Node	   *by;
} Replacement;

static Node *
replace(Node *node, void *context)
{
	Replacement *replacement = context;

	if (node == NULL)
		return NULL;
	if (equal(node, replacement->what))
		return copyObject(replacement->by);
	/*
	 * before 16 this is declared as a function without parameters, in the
	 * eyes of C23
	 */
	return expression_tree_mutator(node, (void *) replace, context);
}

static Node *
series_const(Oid type, int series)
{
	return (Node *) makeConst(type, -1, InvalidOid, sizeof(int16),
							  Int16GetDatum(series), series == 0, true);
}

/*
 * Strike out the series that a condition on them excludes, by trying it with
 * each.  That is safe only if it passes them to nothing but leakproof
 * functions: others may raise errors for series that no row has.
 */
static void
strike_out(PlannerInfo *root, Node *condition, Node *series, Index relid,
		   BySeries weight)
{
	Oid			type = exprType(series);
	Replacement replacement = {
		series, (Node *) makeVar(relid, 1, type, -1, InvalidOid, 0)
	};

	if (contain_leaked_vars(replace(condition, &replacement)))
		return;
	for (int i = 0; i <= SERIES_LAST; i++)
	{
		Node	   *result;

		replacement.by = series_const(type, i);
		result = estimate_expression_value(root, replace(condition, &replacement));
		if (IsA(result, Const) && (((Const *) result)->constisnull ||
								   !DatumGetBool(((Const *) result)->constvalue)))
			weight[i] = 0;
	}
}

/*
 * How frequent each series is in an expression, by its statistics.  Without
 * statistics all are equally frequent, and the result is false.
 */
static bool
weigh_series(VariableStatData *series, BySeries weight)
{
	AttStatsSlot slot;
	double		rest;
	bool		known = false;

	for (int i = 0; i <= SERIES_LAST; i++)
		weight[i] = 0;
	if (HeapTupleIsValid(series->statsTuple))
		weight[0] = ((Form_pg_statistic) GETSTRUCT(series->statsTuple))->stanullfrac;
	rest = 1 - weight[0];
	if (HeapTupleIsValid(series->statsTuple) &&
		get_attstatsslot(&slot, series->statsTuple, STATISTIC_KIND_MCV,
						 InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		known = true;
		for (int i = 0; i < slot.nvalues; i++)
		{
			weight[DatumGetInt16(slot.values[i])] = slot.numbers[i];
			rest -= slot.numbers[i];
		}
		free_attstatsslot(&slot);
	}
	if (HeapTupleIsValid(series->statsTuple) &&
		get_attstatsslot(&slot, series->statsTuple, STATISTIC_KIND_HISTOGRAM,
						 InvalidOid, ATTSTATSSLOT_VALUES))
	{
		/* of so few values the bounds are nearly all */
		known = true;
		for (int i = 0; i < slot.nvalues; i++)
			weight[DatumGetInt16(slot.values[i])] += Max(rest, 0) / slot.nvalues;
		free_attstatsslot(&slot);
	}
	if (!known)
		for (int i = 1; i <= SERIES_LAST; i++)
			weight[i] = 1.0 / SERIES_LAST;
	return known;
}

/*
 * Weights of the series that an expression has in the rows of its relation
 * that meet the relation's own conditions.  They add up to 1, or to 0 if the
 * conditions exclude all.
 *
 * The result says how many times more of these rows there are than the
 * planner thinks.  Without statistics, as for the view series, it has to
 * guess what a condition leaves; but series are few and known.
 */
static double
weigh_restricted(PlannerInfo *root, Node *series, BySeries weight)
{
	VariableStatData vardata;
	RelOptInfo *rel = NULL;
	ListCell   *lc;
	int			relid;
	double		sum = 0;
	bool		known;

	examine_variable(root, series, 0, &vardata);
	known = weigh_series(&vardata, weight);
	ReleaseVariableStats(vardata);

	if (bms_get_singleton_member(pull_varnos(root, series), &relid) &&
		relid < root->simple_rel_array_size)
		rel = root->simple_rel_array[relid];
	if (rel != NULL)
		foreach(lc, rel->baserestrictinfo)
			strike_out(root, (Node *) lfirst_node(RestrictInfo, lc)->clause,
					   series, relid, weight);

	for (int i = 0; i <= SERIES_LAST; i++)
		sum += weight[i];
	for (int i = 0; i <= SERIES_LAST && sum > 0; i++)
		weight[i] /= sum;
	return rel != NULL && !known ? rel->tuples * sum / Max(rel->rows, 1) : 1;
}

static double
weighted(const BySeries share, const BySeries weight)
{
	double		sum = 0;

	for (int i = 0; i <= SERIES_LAST; i++)
		sum += share[i] * weight[i];
	return sum;
}

/* The estimate of the two comparisons that it stands for. */
static Selectivity
interval_selectivity(PlannerInfo *root, Node *mark, Node *series, int varRelid)
{
	Oid			opfamily = lookup_type_cache(exprType(mark),
											 TYPECACHE_BTREE_OPFAMILY)->btree_opf;

	return clauselist_selectivity(root,
								  series_interval(mark, series, opfamily),
								  varRelid, JOIN_INNER, NULL);
}

/*
 * The selectivity of a condition on one relation, or on that of varRelid as
 * if it were alone.
 */
static Selectivity
restriction_selectivity(PlannerInfo *root, List *args, int varRelid)
{
	Node	   *mark;
	Node	   *series;
	BySeries	share;
	BySeries	weight;
	double		others;
	int			seen = 0;

	series_operands(args, &mark, &series);
	series = estimate_expression_value(root, series);
	if (IsA(series, Const) && ((Const *) series)->constisnull)
		return 0;
	if (!shares_of_marks(root, mark, varRelid, share, &others))
		return interval_selectivity(root, mark, series, varRelid);
	if (IsA(series, Const))
		return share[DatumGetInt16(((Const *) series)->constvalue)];
	if (!bms_is_empty(pull_varnos(root, series)))
	{
		weigh_restricted(root, series, weight);
		return weighted(share, weight);
	}

	/* it is a parameter: assume a series that the column has */
	for (int i = 0; i <= SERIES_LAST; i++)
	{
		weight[i] = share[i] > others;
		seen += share[i] > others;
	}
	return weighted(share, weight) / seen;
}

/*
 * The selectivity of a join.  For a semi-join it is the share of the left
 * side that has a match.
 */
static Selectivity
join_selectivity(PlannerInfo *root, List *args, SpecialJoinInfo *sjinfo)
{
	Node	   *mark;
	Node	   *series;
	BySeries	share;
	BySeries	weight;
	double		others;
	double		more;

	series_operands(args, &mark, &series);
	if (!shares_of_marks(root, mark, 0, share, &others))
		return 1.0 / SERIES_LAST;
	more = weigh_restricted(root, series, weight);

	if (sjinfo->jointype == JOIN_SEMI || sjinfo->jointype == JOIN_ANTI)
	{
		/* each counts once on the right, however frequent it is */
		bool		marks_left = !bms_is_subset(pull_varnos(root, mark),
												sjinfo->syn_righthand);
		double	   *right = marks_left ? weight : share;

		for (int i = 0; i <= SERIES_LAST; i++)
			right[i] = right[i] > (marks_left ? 0 : others);
		more = 1;
	}
	return weighted(share, weight) * more;
}

static Selectivity
clamped(Selectivity selectivity)
{
	return Min(Max(selectivity, 0), 1);
}

/* series_sel(internal, oid, internal, integer) -> double precision */
PG_FUNCTION_INFO_V1(regcar_series_sel);
Datum
regcar_series_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clamped(restriction_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
													 (List *) PG_GETARG_POINTER(2),
													 PG_GETARG_INT32(3))));
}

/* series_joinsel(internal, oid, internal, smallint, internal) -> double precision */
PG_FUNCTION_INFO_V1(regcar_series_joinsel);
Datum
regcar_series_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(clamped(join_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
											  (List *) PG_GETARG_POINTER(2),
											  (SpecialJoinInfo *) PG_GETARG_POINTER(4))));
}

void
series_selectivity(SupportRequestSelectivity *request)
{
	request->selectivity = clamped(request->is_join ?
								   join_selectivity(request->root, request->args,
													request->sjinfo) :
								   restriction_selectivity(request->root,
														   request->args,
														   request->varRelid));
}
