/*
 * ddl_watch.c
 *		DDL that would let rows past a guard, and DDL that a guard must follow.
 *
 * Four event triggers call here: before and after each command, after each
 * drop, and before a table is rewritten.  Most commands concern no guarded table, and
 * for those nothing here may fail.  For the others:
 *
 *	- a partition that was made or attached gets its TRUNCATE guard;
 *	- rows that a hold covers cannot be attached;
 *	- while a hold stands, nobody but a superuser weakens a guard; under a
 *	  freeze nobody but a superuser rewrites, drops or detaches its table;
 *	- the history is told of each guard, and of each such change.
 *
 * A change that is let through is noted at the gate, so that a hold which is
 * placed before its COMMIT stops it as it stops a registration.
 */
#include "regcar.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type_d.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/bufmgr.h"
#include "tcop/deparse_utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "guard/commit_gate.h"
#include "hold/errors.h"
#include "hold/guard_row.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "hold/hold_match.h"
#include "util/extension_catalog.h"
#include "util/query.h"

/* What a command did to a guarded table, as the history calls it. */
typedef enum GuardChange
{
	CHANGE_GUARDED,
	CHANGE_UNGUARDED,
	CHANGE_WEAKENED,
	CHANGE_ATTACHED,
	CHANGE_DETACHED,
	CHANGE_REWRITTEN,
	CHANGE_DROPPED
} GuardChange;

static const struct
{
	const char *event;
	bool		forbidden;		/* to others than superusers, by such a hold */
	HoldAction	weakest;		/* hold that forbids it */
	const char *message;
}			changes[] = {
	[CHANGE_GUARDED] = {"guarded"},
	[CHANGE_ATTACHED] = {"attached"},
	[CHANGE_UNGUARDED] = {"unguarded", true, HOLD_QUEUE,
	"cannot remove the guard of %s while a hold stands"},
	[CHANGE_WEAKENED] = {"weakened", true, HOLD_QUEUE,
	"cannot weaken the guard of %s while a hold stands"},
	[CHANGE_DETACHED] = {"detached", true, HOLD_FREEZE,
	"cannot detach partition %s while registered data is frozen"},
	[CHANGE_REWRITTEN] = {"rewritten", true, HOLD_FREEZE,
	"cannot rewrite %s while registered data is frozen"},
	[CHANGE_DROPPED] = {"dropped", true, HOLD_FREEZE,
	"cannot drop %s while registered data is frozen"},
};

/* The strongest hold in force that is at least so strong; NULL if none is. */
static const Hold *
strongest_hold(const HoldList *holds, HoldAction weakest)
{
	TimestampTz now = GetCurrentTimestamp();
	const Hold *strongest = NULL;

	for (int h = 0; h < holds->count; h++)
		if (hold_in_force(&holds->hold[h], now) &&
			holds->hold[h].action >= weakest)
			keep_stronger(&holds->hold[h], &strongest);
	return strongest;
}

/*
 * Call a function that returns nothing.  Directly, so that no right to execute
 * it is asked for.
 */
static void
call(const char *name, int nargs, const Oid *types, const Datum *values)
{
	LOCAL_FCINFO(fcinfo, MAX_QUERY_ARGUMENTS);
	FmgrInfo	function;

	fmgr_info(extension_function(name, nargs, types), &function);
	InitFunctionCallInfoData(*fcinfo, &function, nargs, InvalidOid, NULL, NULL);
	for (int i = 0; i < nargs; i++)
		fcinfo->args[i] = (NullableDatum) {values[i], false};
	(void) FunctionCallInvoke(fcinfo);
}

static void
record_change(GuardChange change, const char *table, const char *what)
{
	Datum		values[] = {CStringGetTextDatum(changes[change].event),
		CStringGetTextDatum(table), CStringGetTextDatum(what)};

	call("record_guard_change", 3, (Oid[]) {TEXTOID, TEXTOID, TEXTOID}, values);
}

/* Refuse a change where a hold forbids it, else put it down. */
static void
judge_change(GuardChange change, const char *table, const char *what)
{
	const HoldList *holds;
	const Hold *hold;

	if (changes[change].forbidden)
	{
		AcceptInvalidationMessages();
		holds = hold_list();
		hold = strongest_hold(holds, changes[change].weakest);
		if (hold != NULL && !superuser())
			ereport(ERROR,
					(errcode(ERRCODE_REGCAR_HELD),
					 errmsg(changes[change].message, table),
					 errdetail("The command would have this effect: %s. %s", what,
							   hold_description(hold)),
					 errhint("Wait until the hold is lifted, or ask a superuser.")));
		if (hold != NULL)
			ereport(WARNING,
					(errmsg("guard of %s: %s, while a hold stands", table, what),
					 errdetail_internal("%s", hold_description(hold)),
					 errhint("SELECT * FROM regcar.guards WHERE status <> 'ok'; shows what is unsound.")));
		else if (!superuser())
			gate_note(changes[change].weakest == HOLD_FREEZE ?
					  WRITE_OTHER : WRITE_REGISTRATION, holds,
					  GetCurrentTimestamp());
	}
	record_change(change, table, what);
}

static char *
table_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

/*
 * Open a table that a command changed, with its guard; NULL where it is gone
 * or has no guard.
 */
static Relation
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

/* Is the table guarded as a whole or as a partition? */
static bool
is_guarded(Oid relid)
{
	Guard	   *guard;
	Relation	rel = open_guarded(relid, &guard);

	if (rel == NULL)
		return false;
	table_close(rel, AccessShareLock);
	return true;
}

/* Do the guard's settings name a column? */
static bool
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

/* A column of the mark, or of a key that the guard maps, has gone or moved. */
static void
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

/* Triggers were enabled or disabled: do all of the guard's still fire always? */
static void
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

/*
 * Find a row that a hold covers, in a table whose guard is the trigger given.
 * The hold, or NULL.
 */
static const Hold *
find_covered_row(Relation rel, const Trigger *trigger, const HoldList *holds)
{
	Guard	   *guard = guard_make(trigger, RelationGetDescr(rel), CurrentMemoryContext);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan_compat(rel, snapshot);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext,
													  "row that is attached",
													  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row_context);
	TimestampTz now = GetCurrentTimestamp();
	const Hold *hold = NULL;

	guard_use_holds(guard, holds);
	while (hold == NULL &&
		   table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		HeapTuple	tuple = ExecCopySlotHeapTuple(slot);
		GuardRow	row;

		CHECK_FOR_INTERRUPTS();
		guard_row_init(&row, guard, 0, tuple);
		hold = hold_against(holds, &row.scope, WRITE_REGISTRATION, now);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	return hold;
}

/* The hold that the rows of one table cannot be brought in under, or NULL. */
static const Hold *
hold_on_rows(Oid relid, const Trigger *parent_guard, const HoldList *holds)
{
	Relation	rel = table_open(relid, AccessShareLock);
	const Trigger *trigger = find_guard_trigger(rel);
	const Hold *hold = NULL;

	if (trigger == NULL)
		trigger = parent_guard;
	if (rel->rd_rel->relkind == RELKIND_RELATION)
		hold = find_covered_row(rel, trigger, holds);
	else if (rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		/* its rows may change at any time, so nobody can look at them */
		hold = strongest_hold(holds, HOLD_QUEUE);
	table_close(rel, AccessShareLock);
	return hold;
}

/* Rows come into a guarded table all at once, without its row triggers. */
static void
judge_arrival(Oid child, const Trigger *parent_guard)
{
	const HoldList *holds;
	ListCell   *lc;

	AcceptInvalidationMessages();
	holds = hold_list();
	gate_note(WRITE_REGISTRATION, holds, GetCurrentTimestamp());
	if (holds->count == 0)
		return;
	foreach(lc, find_all_inheritors(child, AccessShareLock, NULL))
	{
		Oid			relid = lfirst_oid(lc);
		const Hold *hold = hold_on_rows(relid, parent_guard, holds);

		if (hold != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_REGCAR_HELD),
					 errmsg("cannot attach rows of %s that a hold covers",
							table_name(relid)),
					 errdetail_internal("%s", hold_description(hold)),
					 errhint("Wait until the hold is lifted, or attach a table without such rows.")));
	}
}

/* Give a partition, and its own, the TRUNCATE guard that its parent has. */
static void
guard_truncates(Oid relid)
{
	call("guard_partition", 1, (Oid[]) {REGCLASSOID},
		 (Datum[]) {ObjectIdGetDatum(relid)});
}

static void
judge_attached(Oid parent, Oid child, bool as_partition)
{
	Guard	   *guard;
	Relation	rel = open_guarded(parent, &guard);

	if (rel == NULL)
		return;
	judge_arrival(child, guard->trigger);
	table_close(rel, AccessShareLock);
	if (as_partition)
		guard_truncates(child);
	judge_change(CHANGE_ATTACHED, table_name(parent),
				 psprintf("%s is attached", table_name(child)));
}

/* A column has another type, and perhaps other values. */
static void
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

/* The table that a part of an ALTER TABLE names; InvalidOid if it is gone. */
static Oid
other_table(const AlterTableCmd *command)
{
	const RangeVar *name = IsA(command->def, PartitionCmd) ?
		castNode(PartitionCmd, command->def)->name :
		castNode(RangeVar, command->def);

	return RangeVarGetRelid(name, NoLock, true);
}

static void
judge_detached(Oid relid, const AlterTableCmd *command)
{
	if (is_guarded(relid))
		judge_change(CHANGE_DETACHED, table_name(other_table(command)),
					 psprintf("it is no longer a partition of %s", table_name(relid)));
}

/* One part of an ALTER TABLE. */
static void
judge_alteration(Oid relid, const AlterTableCmd *command)
{

	switch (command->subtype)
	{
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_EnableTrigAll:
		case AT_EnableTrigUser:
		case AT_DisableTrig:
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
			judge_enabled(relid, command->subtype == AT_EnableAlwaysTrig);
			break;
		case AT_AlterColumnType:
			judge_column_type(relid, command->name);
			break;
		case AT_AttachPartition:
			judge_attached(relid, other_table(command), true);
			break;
		case AT_AddInherit:
			judge_attached(other_table(command), relid, false);
			break;
		case AT_DetachPartition:
			if (!castNode(PartitionCmd, command->def)->concurrent)
				judge_detached(relid, command);
			break;
		case AT_ChangeOwner:
			if (is_guarded(relid))
				judge_change(CHANGE_GUARDED, table_name(relid), "it has a new owner");
			break;
		default:
			break;
	}
}

/*
 * Find a trigger, dropped or replaced by this transaction or not.  Its last
 * version; the answer says whether it, or one before it, was a guard's.
 */
static bool
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

/* A trigger was made or renamed: does it take a guard's place, or fire later? */
static void
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

static void
judge_rename(const CollectedCommand *command)
{
	const RenameStmt *statement = (const RenameStmt *) command->parsetree;
	const ObjectAddress *object = &command->d.simple.address;

	if (statement->renameType == OBJECT_COLUMN)
		judge_column(object->objectId, statement->subname, "renamed");
	else if (statement->renameType == OBJECT_TRIGGER)
		judge_trigger(object->objectId, false);
}

static void
judge_command(const CollectedCommand *command)
{
	ListCell   *lc;

	if (command->in_extension)
		return;
	if (command->type == SCT_AlterTable)
	{
		foreach(lc, command->d.alterTable.subcmds)
			judge_alteration(command->d.alterTable.objectId,
							 castNode(AlterTableCmd, ((CollectedATSubcmd *) lfirst(lc))->parsetree));
		return;
	}
	if (command->type != SCT_Simple)
		return;
	switch (nodeTag(command->parsetree))
	{
		case T_CreateStmt:
			if (castNode(CreateStmt, command->parsetree)->partbound != NULL &&
				is_guarded(command->d.simple.address.objectId))
				guard_truncates(command->d.simple.address.objectId);
			break;
		case T_CreateForeignTableStmt:
			if (castNode(CreateForeignTableStmt, command->parsetree)->base.partbound != NULL)
				judge_attached(get_partition_parent(command->d.simple.address.objectId, true),
							   command->d.simple.address.objectId, false);
			break;
		case T_CreateTrigStmt:
			judge_trigger(command->d.simple.address.objectId,
						  castNode(CreateTrigStmt, command->parsetree)->replace);
			break;
		case T_RenameStmt:
			judge_rename(command);
			break;
		default:
			break;
	}
}

/*
 * Is this the event that the function is for, and is there a guard's function
 * at all?  DDL must not fail where the schema is about to go, or was renamed.
 */
static bool
is_event(FunctionCallInfo fcinfo, const char *event)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo) ||
		strcmp(((EventTriggerData *) fcinfo->context)->event, event) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is an event trigger of \"%s\"", event)));
	return extension_has_function("registration_hold");
}

/*
 * watch_detaches() -> event_trigger
 *		On ddl_command_start: DETACH CONCURRENTLY commits in its middle, so that
 *		an error at its end would leave the partition half detached.
 */
PG_FUNCTION_INFO_V1(regcar_watch_detaches);
Datum
regcar_watch_detaches(PG_FUNCTION_ARGS)
{
	const AlterTableStmt *statement;
	ListCell   *lc;

	if (!is_event(fcinfo, "ddl_command_start"))
		PG_RETURN_NULL();
	statement = (const AlterTableStmt *) ((EventTriggerData *) fcinfo->context)->parsetree;
	if (!IsA(statement, AlterTableStmt))
		PG_RETURN_NULL();
	foreach(lc, statement->cmds)
	{
		const AlterTableCmd *command = lfirst_node(AlterTableCmd, lc);

		if (command->subtype == AT_DetachPartition &&
			castNode(PartitionCmd, command->def)->concurrent)
			judge_detached(RangeVarGetRelid(statement->relation, NoLock, true),
						   command);
	}
	PG_RETURN_NULL();
}

/*
 * watch_commands() -> event_trigger
 *		On ddl_command_end.
 */
PG_FUNCTION_INFO_V1(regcar_watch_commands);
Datum
regcar_watch_commands(PG_FUNCTION_ARGS)
{
	List	   *commands = NIL;
	ListCell   *lc;
	uint64		count;
	MemoryContext caller = CurrentMemoryContext;

	if (!is_event(fcinfo, "ddl_command_end"))
		PG_RETURN_NULL();
	SPI_connect();
	count = query("SELECT command FROM pg_catalog.pg_event_trigger_ddl_commands()", 0, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		/* a command is a pointer to what the server has collected */
		commands = lappend(commands, DatumGetPointer(query_datum(i, 1)));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	foreach(lc, commands)
		judge_command(lfirst(lc));
	PG_RETURN_NULL();
}

/* What was dropped, as the server tells of it. */
typedef struct Dropped
{
	Oid			classid;
	Oid			objid;
	int32		objsubid;
	char	   *table;			/* quoted, of a trigger or a column */
	char	   *name;			/* of a trigger or a column */
} Dropped;

static bool
was_dropped(List *all, Oid classid, Oid objid)
{
	ListCell   *lc;

	foreach(lc, all)
	{
		const Dropped *dropped = lfirst(lc);

		if (dropped->classid == classid && dropped->objid == objid &&
			dropped->objsubid == 0)
			return true;
	}
	return false;
}

static void
judge_dropped(List *all, const Dropped *dropped)
{
	FormData_pg_trigger form;
	bool		row;

	if (dropped->classid == RelationRelationId && dropped->objsubid != 0)
	{
		judge_column(dropped->objid, dropped->name, "dropped");
		return;
	}
	if (dropped->classid != TriggerRelationId ||
		!read_trigger(dropped->objid, &form) ||
		/* the whole table's says it for its partitions */
		(OidIsValid(form.tgparentid) &&
		 was_dropped(all, TriggerRelationId, form.tgparentid)))
		return;
	row = TRIGGER_FOR_ROW(form.tgtype);
	if (was_dropped(all, RelationRelationId, form.tgrelid))
	{
		if (row)
			judge_change(CHANGE_DROPPED, dropped->table, "it is dropped");
	}
	else if (row)
		judge_change(CHANGE_UNGUARDED, dropped->table, "its guard is dropped");
	else if (is_guarded(form.tgrelid))
		judge_change(CHANGE_WEAKENED, dropped->table,
					 psprintf("trigger \"%s\" is dropped", dropped->name));
}

/*
 * watch_drops() -> event_trigger
 *		On sql_drop.
 */
PG_FUNCTION_INFO_V1(regcar_watch_drops);
Datum
regcar_watch_drops(PG_FUNCTION_ARGS)
{
	List	   *all = NIL;
	ListCell   *lc;
	uint64		count;
	MemoryContext caller = CurrentMemoryContext;

	if (!is_event(fcinfo, "sql_drop"))
		PG_RETURN_NULL();
	SPI_connect();
	count = query("SELECT classid, objid, objsubid,"
				  " pg_catalog.quote_ident(address_names[1]) || '.' || pg_catalog.quote_ident(address_names[2]),"
				  " address_names[3]"
				  " FROM pg_catalog.pg_event_trigger_dropped_objects()"
				  " WHERE object_type IN ('trigger', 'table', 'table column')", 0, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		Dropped    *dropped = palloc(sizeof(Dropped));

		dropped->classid = DatumGetObjectId(query_datum(i, 1));
		dropped->objid = DatumGetObjectId(query_datum(i, 2));
		dropped->objsubid = DatumGetInt32(query_datum(i, 3));
		dropped->table = query_text(i, 4);
		dropped->name = query_text(i, 5);
		all = lappend(all, dropped);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	foreach(lc, all)
		judge_dropped(all, lfirst(lc));
	PG_RETURN_NULL();
}

/*
 * watch_rewrites() -> event_trigger
 *		On table_rewrite, before the table is rewritten.
 */
PG_FUNCTION_INFO_V1(regcar_watch_rewrites);
Datum
regcar_watch_rewrites(PG_FUNCTION_ARGS)
{
	Oid			relid;

	if (!is_event(fcinfo, "table_rewrite"))
		PG_RETURN_NULL();
	relid = DatumGetObjectId(OidFunctionCall0(F_PG_EVENT_TRIGGER_TABLE_REWRITE_OID));
	if (is_guarded(relid))
		judge_change(CHANGE_REWRITTEN, table_name(relid), "it is rewritten");
	PG_RETURN_NULL();
}
