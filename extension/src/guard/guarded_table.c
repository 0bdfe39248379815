/*
 * guarded_table.c
 *		A table that a command concerns, and its guard.
 */
#include "regcar.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "guard/guarded_table.h"

Relation
open_guarded(Oid relid, Guard **guard)
{
	Relation	rel = NULL;
	const Trigger *trigger;

	if (get_rel_relkind(relid) == RELKIND_RELATION ||
		get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE)
		rel = try_table_open(relid, AccessShareLock);
	if (rel == NULL)
		return NULL;
	trigger = find_guard_trigger(rel);
	if (trigger == NULL)
	{
		table_close(rel, AccessShareLock);
		return NULL;
	}
	*guard = guard_make(trigger, RelationGetDescr(rel), CurrentMemoryContext);
	return rel;
}

bool
is_guarded(Oid relid)
{
	Guard	   *guard;
	Relation	rel = open_guarded(relid, &guard);

	if (rel == NULL)
		return false;
	table_close(rel, AccessShareLock);
	return true;
}

bool
guard_names_column(const Guard *guard, const char *column)
{
	for (int i = 0; i < guard->trigger->tgnargs; i++)
	{
		const char *argument = guard->trigger->tgargs[i];
		const char *equals = i > 0 ? strchr(argument, '=') : NULL;

		if (strcmp(equals ? equals + 1 : argument, column) == 0)
			return i == 0 || equals != NULL;
	}
	return false;
}
