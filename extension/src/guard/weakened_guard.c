/*
 * weakened_guard.c
 *		Changes of a table's columns and triggers after which its guard no
 *		longer sees every row as it did.
 */
#include "regcar.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "commands/trigger.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard/guard_change.h"
#include "guard/guarded_table.h"
#include "guard/weakened_guard.h"
#include "hold/hold_cache.h"
#include "util/extension_catalog.h"
#include "util/table_name.h"

void
judge_column(Oid relid, const char *column, const char *deed)
{
	Guard	   *guard;
	Relation	rel = open_guarded(relid, &guard);
	bool		named;

	if (rel == NULL)
		return;
	named = guard_names_column(guard, column);
	table_close(rel, AccessShareLock);
	if (named)
		judge_change(CHANGE_WEAKENED, table_name(relid),
					 psprintf("column \"%s\" is %s", column, deed));
}

void
judge_enabled(Oid relid, bool strengthens)
{
	Oid			function = extension_function("registration_hold", 0, NULL);
	Relation	rel = try_table_open(relid, AccessShareLock);
	const TriggerDesc *triggers;
	const char *weak = NULL;
	bool		own_row = false,
				truncate = false;

	if (rel == NULL)
		return;
	triggers = rel->trigdesc;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid != function)
			continue;
		if (!TRIGGER_FOR_ROW(trigger->tgtype))
			truncate = true;
		else if (!trigger->tgisclone)
			own_row = true;
		if (trigger->tgenabled != TRIGGER_FIRES_ALWAYS)
			weak = pstrdup(trigger->tgname);
	}
	table_close(rel, AccessShareLock);
	if (weak != NULL && !strengthens)
		judge_change(CHANGE_WEAKENED, table_name(relid),
					 psprintf("trigger \"%s\" is not ENABLE ALWAYS", weak));
	else if (weak == NULL && own_row && truncate)
		judge_change(CHANGE_GUARDED, table_name(relid), "it has a guard");
}

/* A trigger is new, or has a new name: does it fire after the guard? */
static void
judge_trigger_order(Oid relid, const char *name)
{
	Guard	   *guard;
	Relation	rel = open_guarded(relid, &guard);
	bool		fires_after = false;

	if (rel == NULL)
		return;
	for (int i = 0; i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (TRIGGER_FOR_ROW(trigger->tgtype) &&
			TRIGGER_FOR_BEFORE(trigger->tgtype) && !trigger->tgisinternal &&
			trigger->tgfoid != guard->trigger->tgfoid &&
			strcmp(trigger->tgname, name) == 0 &&
			strcmp(trigger->tgname, guard->trigger->tgname) > 0)
			fires_after = true;
	}
	table_close(rel, AccessShareLock);
	if (fires_after)
		judge_change(CHANGE_WEAKENED, table_name(relid),
					 psprintf("trigger \"%s\" fires after it", name));
}

void
judge_column_type(Oid relid, const char *column)
{
	Guard	   *guard;
	Relation	rel = open_guarded(relid, &guard);
	AttrNumber	attnum = get_attnum(relid, column);
	const HoldList *holds;
	bool		matters;

	if (rel == NULL)
		return;
	AcceptInvalidationMessages();
	holds = hold_list();
	guard_use_holds(guard, holds);
	matters = guard_names_column(guard, column);
	for (int i = 0; i < holds->keys.count; i++)
		matters |= guard->key[i].column == attnum;
	table_close(rel, AccessShareLock);
	if (matters)
		judge_change(CHANGE_WEAKENED, table_name(relid),
					 psprintf("column \"%s\" has a new type", column));
}

bool
read_trigger(Oid trigger, FormData_pg_trigger *last)
{
	Oid			function = extension_function("registration_hold", 0, NULL);
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		guards = false;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger));
	/* versions that are dead to us are there at least until we commit */
	scan = systable_beginscan(triggers, TriggerOidIndexId, true, SnapshotAny,
							  1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		*last = *(Form_pg_trigger) GETSTRUCT(tuple);
		guards |= last->tgfoid == function;
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return guards;
}

void
judge_trigger(Oid trigger, bool replaces)
{
	FormData_pg_trigger form = {0};
	bool		guards = read_trigger(trigger, &form);

	if (guards && replaces)
		judge_change(CHANGE_WEAKENED, table_name(form.tgrelid),
					 psprintf("trigger \"%s\" is replaced", NameStr(form.tgname)));
	else if (!guards)
		judge_trigger_order(form.tgrelid, NameStr(form.tgname));
}
