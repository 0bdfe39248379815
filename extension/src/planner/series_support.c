/*
 * series_support.c
 *		plate <@ plate_series: what its support function tells the planner.
 */
#include "regcar.h"

#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"

#include "planner/index_condition.h"
#include "planner/series_search.h"
#include "planner/series_stats.h"

/*
 * plate_in_series_support(internal) -> internal
 *		Both bounds as index conditions, exactly; selectivity.
 */
PG_FUNCTION_INFO_V1(regcar_plate_in_series_support);
Datum
regcar_plate_in_series_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestIndexCondition *index;
	List	   *args;
	Node	   *mark;
	Node	   *series;
	List	   *clauses;

	if (IsA(request, SupportRequestSelectivity))
	{
		series_selectivity((SupportRequestSelectivity *) request);
		PG_RETURN_POINTER(request);
	}
	if (!IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(NULL);
	index = (SupportRequestIndexCondition *) request;
	args = condition_arguments(index->node);
	if (args == NIL)
		PG_RETURN_POINTER(NULL);
	series_operands(args, &mark, &series);
	/*
	 * these are of no use: an index on the series, and a series that differs
	 * from row to row
	 */
	if (list_nth(args, index->indexarg) != mark ||
		!is_pseudo_constant_for_index(index->root, series, index->index))
		PG_RETURN_POINTER(NULL);

	clauses = series_interval(mark, series, index->opfamily);
	if (clauses == NIL)
		PG_RETURN_POINTER(NULL);
	index->lossy = false;
	PG_RETURN_POINTER(clauses);
}
