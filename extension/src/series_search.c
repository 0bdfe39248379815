/*
 * series_search.c
 *		plate <@ plate_series: the marks of a series through an index.
 *
 * All marks of a series are one interval in order of issue, so the operator is
 * the same as two comparisons, which btree and BRIN indexes know how to answer.
 */
#include "regcar.h"

#include "access/stratnum.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "grammar.h"
#include "sequence.h"
#include "series_search.h"

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

static int64
first_plate(int series)
{
	int			format = 1;

	/* its formats follow each other; the first has the first mark */
	while (series < plate_format_info[format].first_series ||
		   series > plate_format_info[format].last_series)
		format++;
	return plate_make(format, series, 0);
}

static int64
last_plate(int series)
{
	int64		next = series < SERIES_LAST ?
		plate_position(first_plate(series + 1)) : sequence_size();

	return plate_at_position(next - 1);
}

/* plate_first(plate_series) -> plate: the first mark of a series */
PG_FUNCTION_INFO_V1(regcar_plate_first);
Datum
regcar_plate_first(PG_FUNCTION_ARGS)
{
	PG_RETURN_PLATE(first_plate(PG_GETARG_SERIES(0)));
}

/* plate_last(plate_series) -> plate: the last mark of a series */
PG_FUNCTION_INFO_V1(regcar_plate_last);
Datum
regcar_plate_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_PLATE(last_plate(PG_GETARG_SERIES(0)));
}

/* One bound: a constant, or a call of plate_first() or plate_last(). */
static Expr *
bound(bool last, Oid plate, Node *series)
{
	Oid			seriestype = exprType(series);
	Oid			funcid;

	if (IsA(series, Const))
	{
		int			value = DatumGetInt16(((Const *) series)->constvalue);

		return (Expr *) makeConst(plate, -1, InvalidOid, sizeof(int64),
								  PlateGetDatum(last ? last_plate(value) :
												first_plate(value)),
								  false, true);
	}
	funcid = LookupFuncName(list_make2(makeString("regcar"),
									   makeString(last ? "plate_last" : "plate_first")),
							1, &seriestype, false);
	return (Expr *) makeFuncExpr(funcid, plate, list_make1(copyObject(series)),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/*
 * mark >= first AND mark <= last, by the operators of a family; NIL where that
 * has none, or where the series is NULL.
 */
List *
series_interval(Node *mark, Node *series, Oid opfamily)
{
	Oid			plate = exprType(mark);
	Oid			ge = get_opfamily_member(opfamily, plate, plate,
										 BTGreaterEqualStrategyNumber);
	Oid			le = get_opfamily_member(opfamily, plate, plate,
										 BTLessEqualStrategyNumber);

	if (!OidIsValid(ge) || !OidIsValid(le) ||
		(IsA(series, Const) && ((Const *) series)->constisnull))
		return NIL;
	return list_make2(make_opclause(ge, BOOLOID, false, (Expr *) mark,
									bound(false, plate, series),
									InvalidOid, InvalidOid),
					  make_opclause(le, BOOLOID, false,
									(Expr *) copyObject(mark),
									bound(true, plate, series),
									InvalidOid, InvalidOid));
}

/* The mark and the series among two arguments, in either order. */
void
series_operands(List *args, Node **mark, Node **series)
{
	Node	   *left = linitial(args);
	Node	   *right = lsecond(args);
	bool		swapped = get_typlen(exprType(left)) == sizeof(int16);

	*mark = swapped ? right : left;
	*series = swapped ? left : right;
}

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
	if (is_opclause(index->node))
		args = ((OpExpr *) index->node)->args;
	else if (is_funcclause(index->node))
		args = ((FuncExpr *) index->node)->args;
	else
		PG_RETURN_POINTER(NULL);
	series_operands(args, &mark, &series);
	/* of no use: an index on the series, a series that changes row by row */
	if (list_nth(args, index->indexarg) != mark ||
		!is_pseudo_constant_for_index(index->root, series, index->index))
		PG_RETURN_POINTER(NULL);

	clauses = series_interval(mark, series, index->opfamily);
	if (clauses == NIL)
		PG_RETURN_POINTER(NULL);
	index->lossy = false;
	PG_RETURN_POINTER(clauses);
}
