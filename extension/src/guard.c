/*
 * guard.c
 *		The trigger that puts a table under the rules.
 *
 *	CREATE TRIGGER "~registration_hold"
 *		BEFORE INSERT OR UPDATE OR DELETE ON table FOR EACH ROW
 *		EXECUTE FUNCTION regcar.registration_hold(column [, 'key=column' ...]
 *												  [, 'replicated']);
 *	CREATE TRIGGER "~registration_hold_truncate"
 *		BEFORE TRUNCATE ON table FOR EACH STATEMENT
 *		EXECUTE FUNCTION regcar.registration_hold();
 *	ALTER TABLE table ENABLE ALWAYS TRIGGER ...;	(both)
 *
 * guard() writes these.  Triggers of one kind fire by name, so that this one is
 * the last and sees the row as it will be stored.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "commands/trigger.h"
#include "replication/logicalworker.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "hold.h"
#include "hold_error.h"

/* A guard's settings, from the arguments of its trigger. */
typedef struct Guard
{
	AttrNumber	mark;			/* column of the mark, 0 if it is not there */
	bool		bypass;			/* rows are replicated, and may be */
	unsigned	rows;			/* so far in this statement */
} Guard;

/*
 * A statement that runs on for long meets a new hold at one of its next rows,
 * rather than at its commit alone.
 */
#define ROWS_BETWEEN_LOOKS	64

/*
 * An UPDATE that moves a row to another partition fires UPDATE and DELETE on
 * the old one and INSERT on the new.  The INSERT is no registration if the
 * UPDATE was none; so we follow one row through the three, within a command.
 */
static struct
{
	enum
	{
		MOVE_NONE, MOVE_UPDATED, MOVE_DELETED
	}			stage;
	CommandId	command;
	Oid			relid;
	ItemPointerData row;
	Datum		mark;
	bool		marknull;
	bool		markbyval;
	Pointer		copy;			/* what mark points to, NULL if nothing */
}			move;

/* At the end of a (sub)transaction; what was copied may be gone by then. */
void
guard_forget_move(void)
{
	move.stage = MOVE_NONE;
	move.copy = NULL;
}

static AttrNumber
only_plate_column(TupleDesc desc)
{
	Oid			plate = regcar_type("plate");
	AttrNumber	found = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || getBaseType(att->atttypid) != plate)
			continue;
		if (found)
			return 0;
		found = att->attnum;
	}
	return found;
}

static AttrNumber
column_named(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}
	return 0;
}

/* Settings of the guard that fired; made once in a statement. */
static Guard *
guard_settings(FunctionCallInfo fcinfo, TriggerData *trigdata)
{
	Guard	   *guard = fcinfo->flinfo->fn_extra;
	const Trigger *trigger = trigdata->tg_trigger;
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);

	if (guard != NULL)
		return guard;

	guard = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Guard));
	guard->mark = trigger->tgnargs > 0 ?
		column_named(desc, trigger->tgargs[0]) : only_plate_column(desc);
	/* rows that come from another server were registered there */
	guard->bypass = IsLogicalWorker();
	for (int i = 1; i < trigger->tgnargs; i++)
		if (strcmp(trigger->tgargs[i], "replicated") == 0)
			guard->bypass = false;
	fcinfo->flinfo->fn_extra = guard;
	return guard;
}

static Datum
mark_of(HeapTuple tuple, TriggerData *trigdata, AttrNumber mark, bool *isnull)
{
	return heap_getattr(tuple, mark, RelationGetDescr(trigdata->tg_relation),
						isnull);
}

/*
 * Does an UPDATE change the mark?  Where that cannot be seen, it does: a
 * generated column is computed only after the triggers.
 */
static bool
mark_changes(TriggerData *trigdata, const Guard *guard)
{
	Form_pg_attribute att;
	bool		oldnull,
				newnull;
	Datum		oldmark,
				newmark;

	if (guard->mark == 0)
		return true;
	att = TupleDescAttr(RelationGetDescr(trigdata->tg_relation), guard->mark - 1);
	if (att->attgenerated)
		return true;
	oldmark = mark_of(trigdata->tg_trigtuple, trigdata, guard->mark, &oldnull);
	newmark = mark_of(trigdata->tg_newtuple, trigdata, guard->mark, &newnull);
	if (oldnull || newnull)
		return oldnull != newnull;
	return !datum_image_eq(oldmark, newmark, att->attbyval, att->attlen);
}

/* Remember the row of an UPDATE, and the mark that it will have. */
static void
start_move(TriggerData *trigdata, const Guard *guard)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(trigdata->tg_relation),
										  guard->mark - 1);
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);

	if (move.copy != NULL)
		pfree(move.copy);
	move.copy = NULL;
	move.mark = mark_of(trigdata->tg_newtuple, trigdata, guard->mark,
						&move.marknull);
	move.markbyval = att->attbyval;
	if (!move.marknull && !att->attbyval)
	{
		move.mark = datumCopy(move.mark, false, att->attlen);
		move.copy = DatumGetPointer(move.mark);
	}
	MemoryContextSwitchTo(caller);

	move.stage = MOVE_UPDATED;
	move.command = GetCurrentCommandId(false);
	move.relid = RelationGetRelid(trigdata->tg_relation);
	move.row = trigdata->tg_trigtuple->t_self;
}

static bool
is_moved_mark(TriggerData *trigdata, const Guard *guard)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(trigdata->tg_relation),
										  guard->mark - 1);
	bool		isnull;
	Datum		mark = mark_of(trigdata->tg_trigtuple, trigdata, guard->mark,
							   &isnull);

	if (isnull || move.marknull)
		return isnull == move.marknull;
	return att->attbyval == move.markbyval &&
		datum_image_eq(mark, move.mark, att->attbyval, att->attlen);
}

static bool
same_root(Oid a, Oid b)
{
	return get_rel_relispartition(a) && get_rel_relispartition(b) &&
		llast_oid(get_partition_ancestors(a)) ==
		llast_oid(get_partition_ancestors(b));
}

/* Follow a row on its way to another partition; true when it has arrived. */
static bool
row_moves(TriggerData *trigdata, const Guard *guard, bool registration)
{
	Relation	rel = trigdata->tg_relation;
	bool		goes_on = move.stage != MOVE_NONE &&
		move.command == GetCurrentCommandId(false);

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) && !registration)
	{
		start_move(trigdata, guard);
		return false;
	}
	if (goes_on && move.stage == MOVE_UPDATED &&
		TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) &&
		move.relid == RelationGetRelid(rel) &&
		ItemPointerEquals(&move.row, &trigdata->tg_trigtuple->t_self))
	{
		move.stage = MOVE_DELETED;
		return false;
	}
	goes_on = goes_on && move.stage == MOVE_DELETED &&
		TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) && guard->mark != 0 &&
		is_moved_mark(trigdata, guard) &&
		same_root(move.relid, RelationGetRelid(rel));
	move.stage = MOVE_NONE;
	return goes_on;
}

static void
check_called_right(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (CALLED_AS_TRIGGER(fcinfo) &&
		TRIGGER_FIRED_BEFORE(trigdata->tg_event) &&
		TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) !=
		TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("function \"%s\" is a trigger BEFORE each row, or BEFORE TRUNCATE",
					"registration_hold"),
			 errhint("Use regcar.guard() to put a table under the rules.")));
}

/*
 * registration_hold() -> trigger
 *		Lets a row through, or raises RH001 where a hold stops it.
 */
PG_FUNCTION_INFO_V1(regcar_registration_hold);
Datum
regcar_registration_hold(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	Guard	   *guard;
	bool		registration = false;
	const Hold *hold;

	check_called_right(fcinfo);
	guard = guard_settings(fcinfo, trigdata);
	tuple = trigdata->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		tuple = trigdata->tg_newtuple;
	if (guard->bypass)
		return PointerGetDatum(tuple);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		registration = move.stage == MOVE_NONE ||
			!row_moves(trigdata, guard, true);
	else if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		registration = mark_changes(trigdata, guard);
		if (trigdata->tg_relation->rd_rel->relispartition)
			row_moves(trigdata, guard, registration);
	}
	else if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) &&
			 move.stage != MOVE_NONE)
		row_moves(trigdata, guard, false);

	if (guard->rows++ % ROWS_BETWEEN_LOOKS == 0)
		AcceptInvalidationMessages();
	hold = hold_against(registration);
	if (unlikely(hold != NULL))
		hold_error(hold, trigdata->tg_relation);
	gate_note(registration);
	return PointerGetDatum(tuple);
}
