/*
 * guard_trigger.c
 *		The trigger that puts a table under the rules.
 *
 *	CREATE TRIGGER "~registration_hold"
 *		BEFORE INSERT OR UPDATE OR DELETE ON table FOR EACH ROW
 *		EXECUTE FUNCTION regcar.registration_hold(column [, 'key=column' ...]
 *												  [, '=ticket'] [, 'replicated']);
 *	CREATE TRIGGER "~registration_hold_truncate"
 *		BEFORE TRUNCATE ON table FOR EACH STATEMENT
 *		EXECUTE FUNCTION regcar.registration_hold();
 *	ALTER TABLE table ENABLE ALWAYS TRIGGER ...;	(both)
 *
 * guard() creates these.  Triggers of one kind fire in order of their names, so
 * this one comes last and sees the row as it will be stored.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "guard/commit_gate.h"
#include "guard/exempted.h"
#include "guard/moved_marks.h"
#include "guard/observe.h"
#include "guard/row_movement.h"
#include "hold/guard_row.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "hold/hold_match.h"
#include "hold/ticket.h"
#include "queue/arrivals.h"
#include "queue/enqueue.h"
#include "queue/pend.h"
#include "queue/shard.h"
#include "queue/submit.h"
#include "util/clock.h"
#include "util/replicator.h"
#include "util/statement.h"

/*
 * So that a long statement meets a new hold at one of its next rows, and not
 * only at its commit.
 */
#define ROWS_BETWEEN_LOOKS	64

/* A statement that fires the guard of one table. */
typedef struct Firing
{
	Guard	   *guard;
	unsigned	rows;			/* so far */
	QueuedTable *queued;		/* NULL before the first row that is queued */
	int64		observed;		/* hold that noted a row, 0 before */
	Exempting	exempting;		/* the row that is judged */
	EntryOrigin *pending;		/* NULL before the first row with a ticket */
	bool		asked[HOLD_QUEUE + 1];	/* of actions under which rows wait: do
										 * we know whether they may here? */
	const char *none_waits[HOLD_QUEUE + 1]; /* why not, or NULL */
} Firing;

static Firing *
this_firing(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	MemoryContext memory = fcinfo->flinfo->fn_mcxt;

	if (fcinfo->flinfo->fn_extra == NULL)
	{
		Firing	   *firing = MemoryContextAllocZero(memory, sizeof(Firing));

		firing->guard = guard_make(trigdata->tg_trigger,
								   RelationGetDescr(trigdata->tg_relation), memory);
		fcinfo->flinfo->fn_extra = firing;
	}
	return fcinfo->flinfo->fn_extra;
}

/*
 * Does an UPDATE change a column?  We say yes if we cannot see it: a
 * generated column is computed only after the triggers, and a dropped one may
 * have held anything.
 */
static bool
column_changes(TriggerData *trigdata, const Guard *guard, AttrNumber column)
{
	Form_pg_attribute att;
	bool		oldnull,
				newnull;
	Datum		oldvalue,
				newvalue;

	if (column == 0 || guard_column_is_generated(guard, column))
		return true;
	att = TupleDescAttr(guard->desc, column - 1);
	oldvalue = heap_getattr(trigdata->tg_trigtuple, column, guard->desc, &oldnull);
	newvalue = heap_getattr(trigdata->tg_newtuple, column, guard->desc, &newnull);
	if (oldnull || newnull)
		return oldnull != newnull;
	return !datum_image_eq(oldvalue, newvalue, att->attbyval, att->attlen);
}

/* Does an UPDATE change the mark, or a key that the guard or a hold names? */
static bool
update_registers(TriggerData *trigdata, const Guard *guard, GuardRow *before,
				 GuardRow *after)
{
	if (column_changes(trigdata, guard, guard->mark))
		return true;
	for (int i = 0; i < guard->mapped_columns; i++)
		if (column_changes(trigdata, guard, guard->mapped[i]))
			return true;
	return guard_rows_differ(before, after, false);
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
			 errmsg("function \"%s\" must be fired BEFORE each row, or BEFORE TRUNCATE",
					"registration_hold"),
			 errhint("Use regcar.guard() to put a table under the rules.")));
}

/* How a write counts, and the hold that stops it. */
typedef struct Verdict
{
	HeapTuple	row;			/* as the guard lets it through */
	WriteKind	kind;
	bool		may_wait;		/* the row can be queued, or get a ticket */
	bool		is_first;		/* nothing else counts it as a registration */
	const Hold *hold;			/* or NULL */
	Exempting  *exempting;
	MemoryContext memory;		/* of that */
} Verdict;

static void
weigh(const Hold *hold, const Exemption *exemption, void *arg)
{
	Verdict    *verdict = arg;

	if (exemption != NULL)
		exempting_add(verdict->exempting, exemption, verdict->memory);
	else
		keep_stronger(hold, NULL, &verdict->hold);
}

/*
 * What an UPDATE makes of a row.  It keeps the ticket of a row that waits, and
 * gives none to a final one, whatever it says: object mappers write all columns
 * of what they read earlier.  Only a release takes a ticket away, and that is the
 * registration.  A replicator does as the other server did.
 */
static HeapTuple
updated_row(const TriggerData *trigdata, const Guard *guard)
{
	Ticket		ticket = ticket_of(guard, trigdata->tg_trigtuple);

	if (guard->ticket == 0 || replicates() ||
		(ticket.waits && ticket.number == queue_released_ticket()))
		return trigdata->tg_newtuple;
	return ticket_set(guard, trigdata->tg_newtuple, ticket);
}

static WriteKind
kind_of_update(TriggerData *trigdata, const Guard *guard, GuardRow *before,
			   GuardRow *after)
{
	if (ticket_of(guard, after->tuple).waits)
		return WRITE_OTHER;
	if (ticket_of(guard, before->tuple).waits ||
		update_registers(trigdata, guard, before, after))
		return WRITE_REGISTRATION;
	return WRITE_UPDATE;
}

/*
 * A row that moves keeps the ticket that it had.  Any other must not bring one,
 * unless another server gave it.
 */
static void
judge_inserted(TriggerData *trigdata, Verdict *verdict, GuardRow *row)
{
	const Guard *guard = row->guard;
	Ticket		ticket = ticket_of(guard, row->tuple);
	MoveArrival arrival = move_inserted(trigdata, row, &ticket);

	if (guard->ticket != 0 && !replicates())
	{
		if (arrival == ARRIVES_NOT && ticket.waits)
			ticket_error(trigdata->tg_relation, guard->ticket);
		verdict->row = ticket_set(guard, verdict->row, ticket);
	}
	verdict->kind = ticket.waits ? WRITE_OTHER :
		arrival == ARRIVES_SAME ? WRITE_UPDATE : WRITE_REGISTRATION;
	verdict->may_wait = arrival == ARRIVES_NOT;
	/* a row that moves was counted when it left */
	verdict->is_first = verdict->may_wait;
}

static Verdict
judge(TriggerData *trigdata, Firing *firing, const HoldList *holds, Clock *clock)
{
	Guard	   *guard = firing->guard;
	Verdict		verdict = {trigdata->tg_trigtuple, WRITE_OTHER,
		.is_first = true,
		.exempting = &firing->exempting, .memory = guard->memory};
	GuardRow	before;
	GuardRow	after;

	firing->exempting.count = 0;
	guard_use_holds(guard, holds);
	guard_row_init(&before, guard, 0, trigdata->tg_trigtuple);
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		verdict.row = updated_row(trigdata, guard);
		guard_row_init(&after, guard, 1, verdict.row);
		verdict.kind = kind_of_update(trigdata, guard, &before, &after);
		move_updated(trigdata, &after, verdict.kind == WRITE_REGISTRATION);
		/* the row may move into a held scope, or out of it */
		holds_over(holds, &after.scope, verdict.kind, clock, weigh, &verdict);
	}
	else if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		judge_inserted(trigdata, &verdict, &before);
	else if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		move_deleted(trigdata);
	holds_over(holds, &before.scope, verdict.kind, clock, weigh, &verdict);
	return verdict;
}

/*
 * Raise RH001, which may say why, or what else is the error, with the row as it
 * would have been.  What is fed back from the queue is no new refusal.
 */
static void
refuse(TriggerData *trigdata, Guard *guard, const Hold *hold, TimestampTz now,
	   const char *why, HoldError error)
{
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	GuardRow	row;
	Refusal		refusal = {trigdata->tg_relation, &row, now};

	guard_row_init(&row, guard, 0,
				   is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple);
	error(hold, trigdata->tg_relation, why,
		  queue_is_releasing() ? NULL : &refusal);
}

/*
 * Queue a row that a hold covers; RH004 if the statement is to return it.  Only
 * now does it matter which statement this is.
 */
static void
set_aside(TriggerData *trigdata, const Hold *hold, Firing *firing,
		  TimestampTz now, MemoryContext memory)
{
	EState	   *estate = statement_of_trigger();
	const ResultRelInfo *result = statement_result(estate, trigdata->tg_trigger);

	if (result != NULL && result->ri_projectReturning != NULL &&
		submission_of(estate) == NULL)
		refuse(trigdata, firing->guard, hold, now, NULL, hold_returning_error);
	/*
	 * A restore, which alone does not check functions, hides the notice: the
	 * data would be missing without a word.
	 */
	if (!check_function_bodies)
		refuse(trigdata, firing->guard, hold, now,
			   "A restore is not queued (check_function_bodies is off).",
			   hold_error_because);
	mark_queued(trigdata, firing->guard, hold);
	queue_row(trigdata, hold, estate, &firing->queued, memory);
}

/* What is fed back from the queue was observed when it came. */
static void
observe_write(TriggerData *trigdata, WriteKind kind, Firing *firing,
			  const HoldList *holds, Clock *clock)
{
	LetThrough	row = {trigdata->tg_relation, firing->guard, kind, NULL,
		trigdata->tg_trigtuple, clock};

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		row.before = trigdata->tg_trigtuple;
		row.after = trigdata->tg_newtuple;
	}
	if (!queue_is_releasing())
		observe(&row, holds, &firing->observed);
}

/* Why no row of the table waits under this action; NULL if it may. */
static const char *
why_not_here(Firing *firing, HoldAction action, Relation rel,
			 MemoryContext memory)
{
	if (!firing->asked[action])
		firing->none_waits[action] = why_none_waits(rel, action, memory);
	firing->asked[action] = true;
	return firing->none_waits[action];
}

/* What becomes of a row that a hold covers: it, or NULL if it is set aside. */
static HeapTuple
hold_row(TriggerData *trigdata, const Verdict *verdict, Firing *firing,
		 const HoldList *holds, Clock *clock, MemoryContext memory)
{
	const Hold *hold = verdict->hold;
	TimestampTz now = clock_time(clock);
	const char *why;

	/*
	 * A replicated row must not wait: a later change would not find it, would
	 * be skipped, and would be missing when the row is released.
	 */
	if (hold->action >= HOLD_REJECT || !verdict->may_wait || replicates() ||
		(hold->action == HOLD_PEND && firing->guard->ticket == 0) ||
		queue_is_releasing() || move_may_be_unseen(trigdata->tg_relation))
		refuse(trigdata, firing->guard, hold, now, NULL, hold_error_because);
	why = why_not_here(firing, hold->action, trigdata->tg_relation, memory);
	if (why != NULL)
		refuse(trigdata, firing->guard, hold, now, why, hold_error_because);
	if (hold->action == HOLD_QUEUE)
	{
		set_aside(trigdata, hold, firing, now, memory);
		return NULL;
	}
	/* it is written to the table, and a freeze that is placed meanwhile counts */
	gate_note(WRITE_OTHER, holds, clock);
	return pend_row(trigdata, firing->guard, verdict->row, hold, now,
					&firing->pending);
}

/* The row that a write makes, or takes away. */
static HeapTuple
written_row(const TriggerData *trigdata)
{
	return TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
		trigdata->tg_newtuple : trigdata->tg_trigtuple;
}

/*
 * registration_hold() -> trigger
 *		Let a row through, with a ticket if a hold says so; or set it aside (no
 *		row, and in the end RH002; RH004 for RETURNING); or raise RH001, if a
 *		hold stops it.
 */
PG_FUNCTION_INFO_V1(regcar_registration_hold);
Datum
regcar_registration_hold(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Firing	   *firing;
	const Guard *guard;
	const HoldList *holds;
	Clock		clock = {0};	/* now, not the start of the transaction */
	Verdict		verdict;

	check_called_right(fcinfo);
	firing = this_firing(fcinfo);
	guard = firing->guard;
	/* replicated rows were registered on another server */
	if (replicates() && !guard->replicated)
		return PointerGetDatum(written_row(trigdata));

	if (firing->rows++ % ROWS_BETWEEN_LOOKS == 0)
		AcceptInvalidationMessages();
	if (unlikely(exempted_awaits) && TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		exempted_look_back(trigdata);
	holds = hold_list();
	if (likely(holds->count == 0) &&
		TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) &&
		!trigdata->tg_relation->rd_rel->relispartition &&
		(guard->ticket == 0 ||
		 (firing->pending == NULL &&
		  heap_attisnull(trigdata->tg_trigtuple, guard->ticket, guard->desc))))
	{
		/* this is most rows on most days */
		gate_note(WRITE_REGISTRATION, holds, &clock);
		return PointerGetDatum(trigdata->tg_trigtuple);
	}
	if (guard->ticket != 0 && (holds->count > 0 || firing->pending != NULL))
		arrivals_look_back(trigdata);
	verdict = judge(trigdata, firing, holds, &clock);
	if (unlikely(verdict.hold != NULL))
		return PointerGetDatum(hold_row(trigdata, &verdict, firing, holds, &clock,
										fcinfo->flinfo->fn_mcxt));
	if (!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		marks_taken(trigdata, firing->guard);
	gate_note(verdict.kind, holds, &clock);
	if (unlikely(firing->exempting.count > 0) &&
		verdict.kind == WRITE_REGISTRATION && verdict.is_first &&
		!replicates())
		exempted_note(trigdata, &firing->exempting);
	if (unlikely(holds->observing))
		observe_write(trigdata, verdict.kind, firing, holds, &clock);
	return PointerGetDatum(verdict.row);
}
