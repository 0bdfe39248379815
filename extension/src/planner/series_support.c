/*
 * series_support.c
 *		plate <@ plate_series: what its support function tells the planner.
 */
#include "regcar.h"

#include "nodes/makefuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"

#include "planner/index_condition.h"
#include "planner/partition_key.h"
#include "planner/series_search.h"
#include "planner/series_stats.h"

/* Both bounds as index conditions, exactly. */
static List *
index_condition(const SupportRequestIndexCondition *request)
{
	List	   *args = condition_arguments(request->node);
	Node	   *mark;
	Node	   *series;

	if (args == NIL)
		return NIL;
	series_operands(args, &mark, &series);
	/*
	 * these are of no use: an index on the series, and a series that differs
	 * from row to row
	 */
	if (list_nth(args, request->indexarg) != mark ||
		!is_pseudo_constant_for_index(request->root, series, request->index))
		return NIL;
	return series_interval(mark, series, request->opfamily);
}

/*
 * Where the mark is a key of partitions, both bounds.  Elsewhere a call of the
 * function, which is estimated by the shares of the series as the operator is,
 * and a btree index answers both; but a GiST index, which has the operator for
 * mark <@ ANY (...), would be thought to answer it sooner than it does.
 */
static Node *
simplified(const SupportRequestSimplify *request)
{
	Node	   *mark;
	Node	   *series;
	Oid			family;
	List	   *clauses = NIL;

	series_operands(request->fcall->args, &mark, &series);
	family = partition_key_family(request->root, mark, series);
	if (OidIsValid(family))
		clauses = series_interval(mark, series, family);
	return clauses != NIL ? (Node *) make_ands_explicit(clauses) :
		copyObject((Node *) request->fcall);
}

/*
 * plate_in_series_support(internal) -> internal
 *		Index conditions, bounds of partitions, selectivity.
 */
PG_FUNCTION_INFO_V1(regcar_plate_in_series_support);
Datum
regcar_plate_in_series_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(simplified((SupportRequestSimplify *) request));
	if (IsA(request, SupportRequestSelectivity))
	{
		series_selectivity((SupportRequestSelectivity *) request);
		PG_RETURN_POINTER(request);
	}
	if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *index = (SupportRequestIndexCondition *) request;

		index->lossy = false;
		PG_RETURN_POINTER(index_condition(index));
	}
	PG_RETURN_POINTER(NULL);
}
