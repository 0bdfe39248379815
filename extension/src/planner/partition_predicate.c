/*
 * partition_predicate.c
 *		Partial indexes on the marks of partitions.
 */
#include "regcar.h"

#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "planner/index_condition.h"
#include "planner/partition_key.h"
#include "planner/partition_predicate.h"
#include "util/extension_catalog.h"

/* The column of the table that the query names; NULL if there is none. */
static Node *
column_of_parent(PlannerInfo *root, Var *column)
{
	Var		   *var = copyObject(column);
	AppendRelInfo *child;

	while ((child = root->append_rel_array[var->varno]) != NULL &&
		   planner_rt_fetch(child->parent_relid, root)->rtekind == RTE_RELATION)
	{
		if (var->varattno < 1 || var->varattno > child->num_child_cols ||
			child->parent_colnos[var->varattno - 1] == 0)
			return NULL;
		var->varattno = child->parent_colnos[var->varattno - 1];
		var->varno = child->parent_relid;
	}
	return (Node *) var;
}

/* Is it a column of marks? */
static bool
is_mark(Node *node, Oid plate)
{
	return IsA(node, Var) && exprType(node) == plate;
}

/*
 * The comparisons that a condition became in a query of the parent; NIL if it
 * is another condition, or stayed what it is.
 */
static List *
bounds_in_parent(PlannerInfo *root, IndexOptInfo *index, Node *condition,
				 Oid plate)
{
	SupportRequestIndexCondition request = {.type = T_SupportRequestIndexCondition};
	List	   *args = condition_arguments(condition);
	Node	   *column;
	Node	   *constant;
	Oid			support;
	List	   *bounds;

	if (list_length(args) != 2)
		return NIL;
	request.funcid = IsA(condition, OpExpr) ?
		get_opcode(((OpExpr *) condition)->opno) : ((FuncExpr *) condition)->funcid;
	support = get_func_support(request.funcid);
	request.indexarg = is_mark(linitial(args), plate) ? 0 : 1;
	column = list_nth(args, request.indexarg);
	constant = list_nth(args, 1 - request.indexarg);
	if (!OidIsValid(support) || !is_mark(column, plate) || !IsA(constant, Const))
		return NIL;
	column = column_of_parent(root, (Var *) column);
	if (column == NULL)
		return NIL;
	request.opfamily = partition_key_family(root, column, constant);
	if (!OidIsValid(request.opfamily))
		return NIL;
	request.root = root;
	request.node = condition;
	request.index = index;
	request.lossy = true;
	bounds = (List *) DatumGetPointer(OidFunctionCall1(support,
													   PointerGetDatum(&request)));
	return request.lossy ? NIL : bounds;
}

/* The planner finds that a condition implies "this or that" if it implies one. */
void
complete_predicates(PlannerInfo *root, RelOptInfo *rel)
{
	ListCell   *i;
	ListCell   *p;
	Oid			plate;

	/* this goes on in a session that has dropped the extension */
	if (rel->reloptkind != RELOPT_OTHER_MEMBER_REL || rel->indexlist == NIL ||
		!OidIsValid(get_namespace_oid(EXTENSION_SCHEMA, true)))
		return;
	plate = extension_type("plate");
	foreach(i, rel->indexlist)
	{
		IndexOptInfo *index = lfirst(i);

		foreach(p, index->indpred)
		{
			List	   *bounds = bounds_in_parent(root, index, lfirst(p), plate);

			if (bounds != NIL)
				lfirst(p) = make_orclause(list_make2(lfirst(p),
													 make_ands_explicit(bounds)));
		}
	}
}
