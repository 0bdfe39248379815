/*
 * series_search.c
 *		plate <@ plate_series: the marks of a series through an index.
 *
 * All marks of a series form one interval in order of issue.  So the operator
 * is equivalent to two comparisons, which btree and BRIN indexes can answer.
 */
#include "regcar.h"

#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "core/issue_order.h"
#include "planner/index_condition.h"
#include "planner/series_search.h"

/* plate <@ plate_series -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_in_series);
Datum
regcar_plate_in_series(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(plate_series_of(PG_GETARG_PLATE(0)) == PG_GETARG_SERIES(1));
}

/* plate_series @> plate -> bool */
PG_FUNCTION_INFO_V1(regcar_series_has_plate);
Datum
regcar_series_has_plate(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(plate_series_of(PG_GETARG_PLATE(1)) == PG_GETARG_SERIES(0));
}

/* plate_first(plate_series) -> plate: the first mark of a series */
PG_FUNCTION_INFO_V1(regcar_plate_first);
Datum
regcar_plate_first(PG_FUNCTION_ARGS)
{
	PG_RETURN_PLATE(series_first_plate(PG_GETARG_SERIES(0)));
}

/* plate_last(plate_series) -> plate: the last mark of a series */
PG_FUNCTION_INFO_V1(regcar_plate_last);
Datum
regcar_plate_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_PLATE(series_last_plate(PG_GETARG_SERIES(0)));
}

/* One bound: a constant, or a call of plate_first() or plate_last(). */
static Expr *
bound(bool last, Oid plate, Node *series)
{
	if (IsA(series, Const))
	{
		int			value = DatumGetInt16(((Const *) series)->constvalue);

		return constant_mark(plate, last ? series_last_plate(value) :
							 series_first_plate(value));
	}
	return call_giving_mark(last ? "plate_last" : "plate_first", plate, series);
}

List *
series_interval(Node *mark, Node *series, Oid opfamily)
{
	Oid			plate = exprType(mark);

	if (IsA(series, Const) && ((Const *) series)->constisnull)
		return NIL;
	return marks_between(mark, bound(false, plate, series),
						 bound(true, plate, series), opfamily);
}

void
series_operands(List *args, Node **mark, Node **series)
{
	Node	   *left = linitial(args);
	Node	   *right = lsecond(args);
	bool		swapped = get_typlen(exprType(left)) == sizeof(int16);

	*mark = swapped ? right : left;
	*series = swapped ? left : right;
}
