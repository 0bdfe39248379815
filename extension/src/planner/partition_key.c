/*
 * partition_key.c
 *		Conditions on the mark that a table is partitioned by.
 */
#include "regcar.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "partitioning/partdefs.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "planner/partition_key.h"

/* The family in which a column is compared as a key; the table is locked. */
static Oid
key_family(Oid table, AttrNumber column)
{
	Relation	rel = table_open(table, NoLock);
	PartitionKey key = RelationGetPartitionKey(rel);
	Oid			family = InvalidOid;

	if (get_partition_strategy(key) != PARTITION_STRATEGY_HASH)
		for (int i = 0; i < get_partition_natts(key); i++)
			if (get_partition_col_attnum(key, i) == column)
				family = key->partopfamily[i];
	table_close(rel, NoLock);
	return family;
}

Oid
partition_key_family(PlannerInfo *root, Node *column, Node *argument)
{
	Var		   *var = (Var *) column;
	RangeTblEntry *rte;

	if (root == NULL || !IsA(column, Var) || var->varlevelsup > 0 ||
		var->varno > list_length(root->parse->rtable))
		return InvalidOid;
	rte = rt_fetch(var->varno, root->parse->rtable);
	if (rte->rtekind != RTE_RELATION ||
		rte->relkind != RELKIND_PARTITIONED_TABLE ||
		contain_var_clause(argument) || contain_subplans(argument) ||
		contain_volatile_functions(argument))
		return InvalidOid;
	return key_family(rte->relid, var->varattno);
}
