/*
 * property_stats.c
 *		What the planner knows of functions that take a mark apart, such as
 *		plate_region(mark).
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/selfuncs.h"
#include "utils/typcache.h"

#include "planner/property_stats.h"
#include "planner/property_values.h"

/*
 * The functions that the planner asked about in this session, each as a call;
 * the latest, if there were more because the extension was created again.
 */
#define MAX_PROPERTIES 8

typedef struct Property
{
	Oid			support;
	Oid			function;
	Oid			result;
	Oid			collation;
	Oid			plate;
} Property;

static Property properties[MAX_PROPERTIES];
static int	properties_seen = 0;

static get_index_stats_hook_type previous_stats_hook;

static void
remember(const FuncExpr *call, Oid support)
{
	for (int i = 0; i < Min(properties_seen, MAX_PROPERTIES); i++)
		if (properties[i].function == call->funcid)
			return;
	properties[properties_seen++ % MAX_PROPERTIES] =
		(Property)
	{
		support, call->funcid, call->funcresulttype,
			call->funccollid, exprType(linitial(call->args))
	};
}

/* Is it a call of one of these functions, as it was then? */
static bool
is_property(Node *node)
{
	if (node != NULL && IsA(node, FuncExpr))
		for (int i = 0; i < Min(properties_seen, MAX_PROPERTIES); i++)
			if (properties[i].function == ((FuncExpr *) node)->funcid)
				return get_func_support(properties[i].function) ==
					properties[i].support;
	return false;
}

/* The calls on a column, if it has marks. */
static List *
calls_on_column(Index relid, Form_pg_attribute att)
{
	List	   *calls = NIL;

	if (att->attisdropped || att->atttypid < FirstNormalObjectId)
		return NIL;
	for (int i = 0; i < Min(properties_seen, MAX_PROPERTIES); i++)
	{
		const Property *property = &properties[i];
		Expr	   *mark;

		if (getBaseType(att->atttypid) != property->plate)
			continue;
		mark = (Expr *) makeVar(relid, att->attnum, att->atttypid,
								att->atttypmod, att->attcollation, 0);
		if (att->atttypid != property->plate)
			mark = (Expr *) makeRelabelType(mark, property->plate, -1,
											InvalidOid, COERCE_IMPLICIT_CAST);
		calls = lappend(calls, makeFuncExpr(property->function,
											property->result, list_make1(mark),
											property->collation, InvalidOid,
											COERCE_EXPLICIT_CALL));
	}
	return calls;
}

static List *
calls_on_table(Index relid, Oid table)
{
	Relation	rel = table_open(table, NoLock);
	List	   *calls = NIL;

	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);

		calls = list_concat(calls, calls_on_column(relid, att));
	}
	table_close(rel, NoLock);
	return calls;
}

/*
 * An index that does not exist.  No scan uses it: its predicate is false, and
 * it needs a condition on its first column, but has no operators for one.
 */
static IndexOptInfo *
index_on_calls(RelOptInfo *rel, List *calls)
{
	IndexOptInfo *index = makeNode(IndexOptInfo);
	int			columns = list_length(calls);

	index->rel = rel;
	index->hypothetical = true;
	index->ncolumns = columns;
	index->nkeycolumns = 1;
	index->indexprs = calls;
	index->indpred = list_make1(makeBoolConst(false, false));
	index->indexkeys = palloc0(columns * sizeof(int));
	index->indexcollations = palloc0(columns * sizeof(Oid));
	index->opfamily = palloc0(columns * sizeof(Oid));
	index->opcintype = palloc0(columns * sizeof(Oid));
	index->canreturn = palloc0(columns * sizeof(bool));
	return index;
}

/* Statistics on an expression that the table's owner asked for are better. */
static bool
has_statistics(const RelOptInfo *rel, Node *call)
{
	ListCell   *lc;

	foreach(lc, rel->statlist)
	{
		StatisticExtInfo *statistics = lfirst(lc);

		if (list_member(statistics->exprs, call))
			return true;
	}
	return false;
}

void
add_index_on_properties(PlannerInfo *root, RelOptInfo *rel)
{
	RangeTblEntry *entry = planner_rt_fetch(rel->relid, root);
	List	   *calls = NIL;
	ListCell   *lc;

	if (properties_seen == 0 || entry->rtekind != RTE_RELATION)
		return;
	foreach(lc, calls_on_table(rel->relid, entry->relid))
		if (!has_statistics(rel, lfirst(lc)))
		calls = lappend(calls, lfirst(lc));
	if (calls != NIL)
		rel->indexlist = lappend(rel->indexlist, index_on_calls(rel, calls));
}

/*
 * How many values a call has in the rows that agree in what the query groups
 * by before it.  The planner multiplies the numbers of what it groups by; so
 * it gets the number of the groups.
 */
static double
distinct_values(PlannerInfo *root, const FuncExpr *call,
				const ClassShares *shares, const PropertyValues *values)
{
	PropertyValues grouped[MAX_PROPERTIES + 1];
	List	   *clauses = root->parse->groupClause != NIL
	? root->parse->groupClause
	: root->parse->distinctClause;
	ListCell   *lc;
	int			calls = 0;

	foreach(lc, clauses)
	{
		Node	   *node =
		get_sortgroupclause_expr(lfirst(lc), root->parse->targetList);

		if (equal(node, call))
			break;
		if (calls < MAX_PROPERTIES && is_property(node) &&
			equal(((FuncExpr *) node)->args, call->args))
			property_values((FuncExpr *) node, shares, &grouped[calls++]);
	}
	if (lc == NULL || calls == 0)
		return count_combinations(values, 1, shares);
	grouped[calls] = *values;
	return count_combinations(grouped, calls + 1, shares) /
		count_combinations(grouped, calls, shares);
}

static Datum
array_of(Datum *elements, int count, Oid type)
{
	int16		length;
	bool		byval;
	char		align;

	get_typlenbyvalalign(type, &length, &byval, &align);
	return PointerGetDatum(
						   construct_array(elements, count, type, length, byval, align));
}

/* The statistics of a call, made from those of its column. */
static HeapTuple
statistics_of_values(HeapTuple column, const FuncExpr *call,
					 const PropertyValues *values, double distinct)
{
	TypeCacheEntry *type =
	lookup_type_cache(call->funcresulttype, TYPECACHE_EQ_OPR);
	Relation	catalog = table_open(StatisticRelationId, AccessShareLock);
	Datum		field[Natts_pg_statistic] = {0};
	bool		null[Natts_pg_statistic] = {false};
	bool		replace[Natts_pg_statistic] = {false};
	Datum	   *numbers = palloc(values->count * sizeof(Datum));
	HeapTuple	result;

	for (int i = 0; i < values->count; i++)
		numbers[i] = Float4GetDatum(values->share[i]);
	for (int i = Anum_pg_statistic_stanullfrac; i <= Natts_pg_statistic; i++)
	{
		replace[i - 1] = true;
		/* the numbers and values of slots, but for those of the first */
		null[i - 1] = i > Anum_pg_statistic_stanumbers1 &&
			i != Anum_pg_statistic_stavalues1;
	}
	field[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(values->nulls);
	field[Anum_pg_statistic_stawidth - 1] =
		Int32GetDatum(get_typavgwidth(call->funcresulttype, -1));
	field[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(distinct);
	if (values->count > 0)
	{
		field[Anum_pg_statistic_stakind1 - 1] =
			Int16GetDatum(STATISTIC_KIND_MCV);
		field[Anum_pg_statistic_staop1 - 1] = ObjectIdGetDatum(type->eq_opr);
		field[Anum_pg_statistic_stacoll1 - 1] =
			ObjectIdGetDatum(call->funccollid);
		field[Anum_pg_statistic_stanumbers1 - 1] =
			array_of(numbers, values->count, FLOAT4OID);
		field[Anum_pg_statistic_stavalues1 - 1] =
			array_of(values->value, values->count, call->funcresulttype);
	}
	null[Anum_pg_statistic_stanumbers1 - 1] = values->count == 0;
	null[Anum_pg_statistic_stavalues1 - 1] = values->count == 0;
	result = heap_modify_tuple(column, RelationGetDescr(catalog), field, null,
							   replace);
	table_close(catalog, AccessShareLock);
	return result;
}

/* An index without an OID is the one made above. */
static bool
find_statistics(PlannerInfo *root, Oid index, AttrNumber column,
				VariableStatData *vardata)
{
	VariableStatData mark;
	ClassShares shares;
	PropertyValues values;

	if (OidIsValid(index))
		return previous_stats_hook != NULL &&
			previous_stats_hook(root, index, column, vardata);
	if (!is_property(vardata->var))
		return true;
	examine_variable(root, linitial(((FuncExpr *) vardata->var)->args), 0,
					 &mark);
	if (class_shares(&mark, &shares))
	{
		FuncExpr   *call = (FuncExpr *) vardata->var;

		property_values(call, &shares, &values);
		vardata->statsTuple = statistics_of_values(
												   mark.statsTuple, call, &values,
												   distinct_values(root, call, &shares, &values));
		vardata->freefunc = heap_freetuple;
		vardata->acl_ok = mark.acl_ok;
	}
	ReleaseVariableStats(mark);
	return true;
}

void
property_stats_init(void)
{
	previous_stats_hook = get_index_stats_hook;
	get_index_stats_hook = find_statistics;
}

/* The share of the rows for which a call is true; -1 if it is unknown. */
static double
share_true(const SupportRequestSelectivity *request)
{
	FuncExpr   *call =
	makeFuncExpr(request->funcid, BOOLOID, request->args, InvalidOid,
				 InvalidOid, COERCE_EXPLICIT_CALL);
	VariableStatData mark;
	ClassShares shares;
	PropertyValues values;
	double		share = -1;

	examine_variable(request->root, linitial(request->args), request->varRelid,
					 &mark);
	if (class_shares(&mark, &shares))
	{
		property_values(call, &shares, &values);
		share = 0;
		for (int i = 0; i < values.count; i++)
			if (DatumGetBool(values.value[i]))
				share = Min(values.share[i], 1);
	}
	ReleaseVariableStats(mark);
	return share;
}

/*
 * plate_property_support(internal) -> internal
 *		Selectivity of a function that returns boolean. Nothing is simplified;
 *		but to be asked means that the query has the call.
 */
PG_FUNCTION_INFO_V1(regcar_plate_property_support);
Datum
regcar_plate_property_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestSimplify))
		remember(((SupportRequestSimplify *) request)->fcall,
				 fcinfo->flinfo->fn_oid);
	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *estimate =
		(SupportRequestSelectivity *) request;

		estimate->selectivity = share_true(estimate);
		if (estimate->selectivity >= 0)
			PG_RETURN_POINTER(estimate);
	}
	PG_RETURN_POINTER(NULL);
}
