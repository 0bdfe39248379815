/*
 * table_hook.c
 *		What the planner knows of a table, completed while a query is planned.
 *
 * Nothing needs to be preloaded for that.  A query that this can help has a
 * call of a function with a support function, which the planner asks before it
 * looks at any table; and that loads the module.
 */
#include "regcar.h"

#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"

#include "planner/partition_predicate.h"
#include "planner/property_stats.h"
#include "planner/table_hook.h"

static table_hook_type previous_hook;

static void
complete_table(TABLE_HOOK_PARAMETERS)
{
	if (previous_hook != NULL)
		previous_hook(TABLE_HOOK_ARGUMENTS);
	complete_predicates(root, rel);
	add_index_on_properties(root, rel);
}

void
table_hook_init(void)
{
	previous_hook = table_hook;
	table_hook = complete_table;
}
