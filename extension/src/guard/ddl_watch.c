/*
 * ddl_watch.c
 *		Event triggers: DDL that would let rows past a guard, and DDL that a
 *		guard must follow.
 *
 * They are called before and after each command, after each drop, and before a
 * table is rewritten.  Most commands concern no guarded table, and for those
 * nothing here may fail.  For the others:
 *
 *	- a partition that was made or attached gets its TRUNCATE guard;
 *	- rows that a hold covers cannot be attached (attached_rows.c);
 *	- while a hold stands, nobody but a superuser weakens a guard; under a
 *	  freeze nobody but a superuser rewrites, drops or detaches its table;
 *	- each guard, each such change, and each table that is left without a
 *	  guard on purpose (guard_waiver.c) becomes an event of the history
 *	  (guard_change.c).
 */
#include "regcar.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "tcop/deparse_utility.h"
#include "utils/fmgroids.h"

#include "guard/attached_rows.h"
#include "guard/guard_change.h"
#include "guard/guard_waiver.h"
#include "guard/guarded_table.h"
#include "guard/weakened_guard.h"
#include "util/extension_catalog.h"
#include "util/query.h"
#include "util/table_name.h"

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

/* A trigger was made, replaced or renamed. */
static void
judge_new_trigger(Oid trigger, bool replaces)
{
	judge_trigger(trigger, replaces);
	record_waiver(trigger);
}

static void
judge_rename(const CollectedCommand *command)
{
	const RenameStmt *statement = (const RenameStmt *) command->parsetree;
	const ObjectAddress *object = &command->d.simple.address;

	if (statement->renameType == OBJECT_COLUMN)
		judge_column(object->objectId, statement->subname, "renamed");
	else if (statement->renameType == OBJECT_TRIGGER)
		judge_new_trigger(object->objectId, false);
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
			judge_new_trigger(command->d.simple.address.objectId,
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
	FormData_pg_trigger form = {0};
	bool		guards;
	bool		row;

	if (dropped->classid == RelationRelationId && dropped->objsubid != 0)
		judge_column(dropped->objid, dropped->name, "dropped");
	if (dropped->classid != TriggerRelationId)
		return;
	guards = read_trigger(dropped->objid, &form);
	if (is_waiver(&form) && !was_dropped(all, RelationRelationId, form.tgrelid))
		judge_change(CHANGE_REQUIRED, dropped->table, "it should have a guard");
	if (!guards ||
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
