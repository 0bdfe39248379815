/*
 * index_condition.c
 *		Conditions that an index on marks understands.
 */
#include "regcar.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "planner/index_condition.h"
#include "util/extension_catalog.h"

List *
condition_arguments(Node *node)
{
	if (is_opclause(node))
		return ((OpExpr *) node)->args;
	if (is_funcclause(node))
		return ((FuncExpr *) node)->args;
	return NIL;
}

Expr *
constant_mark(Oid plate, int64 value)
{
	return (Expr *) makeConst(plate, -1, InvalidOid, sizeof(int64),
							  PlateGetDatum(value), false, true);
}

Expr *
call_giving_mark(const char *function, Oid plate, Node *argument)
{
	Oid			type = exprType(argument);
	Oid			funcid = extension_function(function, 1, &type);

	return (Expr *) makeFuncExpr(funcid, plate, list_make1(copyObject(argument)),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

List *
marks_between(Node *mark, Expr *first, Expr *last, Oid opfamily)
{
	Oid			plate = exprType(mark);
	Oid			ge = get_opfamily_member(opfamily, plate, plate,
										 BTGreaterEqualStrategyNumber);
	Oid			le = get_opfamily_member(opfamily, plate, plate,
										 BTLessEqualStrategyNumber);

	if (!OidIsValid(ge) || !OidIsValid(le))
		return NIL;
	return list_make2(make_opclause(ge, BOOLOID, false, (Expr *) mark, first,
									InvalidOid, InvalidOid),
					  make_opclause(le, BOOLOID, false,
									(Expr *) copyObject(mark), last,
									InvalidOid, InvalidOid));
}

List *
mark_among(Node *mark, Datum *marks, int count, Oid opfamily)
{
	Oid			plate = exprType(mark);
	Oid			equal = get_opfamily_member(opfamily, plate, plate,
											BTEqualStrategyNumber);
	ScalarArrayOpExpr *among = makeNode(ScalarArrayOpExpr);
	ArrayType  *array = construct_array(marks, count, plate, sizeof(int64),
										true, TYPALIGN_DOUBLE);

	if (!OidIsValid(equal))
		return NIL;
	among->opno = equal;
	among->opfuncid = get_opcode(equal);
	among->useOr = true;
	among->args = list_make2(mark,
							 makeConst(get_array_type(plate), -1, InvalidOid,
									   -1, PointerGetDatum(array), false, false));
	among->location = -1;
	return list_make1(among);
}
