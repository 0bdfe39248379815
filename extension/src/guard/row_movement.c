/*
 * row_movement.c
 *		Rows that an UPDATE moves to another partition.
 *
 * Such an UPDATE fires UPDATE and DELETE triggers on the old partition, and
 * INSERT triggers on the new one.  The INSERT is a registration only if the
 * UPDATE was one, and must never be queued.  So we follow one row of a
 * command through the three.  Between them other triggers of the table fire,
 * which may write to guarded tables themselves and may use subtransactions;
 * hence a stack.
 */
#include "regcar.h"
#include "guard/row_movement.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "util/partition.h"
#include "util/replicator.h"

/* The last row that a command updated; it may be about to move. */
typedef struct Move
{
	struct Move *outer;			/* of the command whose trigger runs ours */
	int			depth;			/* nesting of triggers */
	CommandId	command;
	int			level;			/* nesting of subtransactions */
	bool		deleted;		/* it has left its partition */
	bool		registration;	/* the UPDATE was one */
	Oid			relid;			/* its partition */
	ItemPointerData tid;
	Ticket		ticket;			/* of the row */
	HeapTuple	row;			/* as the UPDATE left it; NULL for a registration */
	Guard	   *guard;			/* of its partition, as long as the command runs */
} Move;

static Move *innermost;

static void
forget_innermost(void)
{
	Move	   *move = innermost;

	innermost = move->outer;
	if (move->row != NULL)
		heap_freetuple(move->row);
	pfree(move);
}

void
moves_forget(int level)
{
	while (innermost != NULL && innermost->level >= level)
		forget_innermost();
}

static int
trigger_depth(void)
{
	LOCAL_FCINFO(call, 0);

	InitFunctionCallInfoData(*call, NULL, 0, InvalidOid, NULL, NULL);
	return DatumGetInt32(pg_trigger_depth(call));
}

/*
 * The command that fires the trigger, taken from its snapshot: the counter of
 * the transaction goes up when another trigger of the row writes something.
 */
static CommandId
this_command(void)
{
	return GetActiveSnapshot()->curcid;
}

static void
forget_from_depth(int depth)
{
	while (innermost != NULL && innermost->depth >= depth)
		forget_innermost();
}

/* The move of the command that fires the trigger; NULL if it has none. */
static Move *
this_move(void)
{
	int			depth = trigger_depth();

	forget_from_depth(depth + 1);
	if (innermost != NULL && innermost->depth == depth &&
		innermost->command != this_command())
		forget_innermost();
	return innermost != NULL && innermost->depth == depth ? innermost : NULL;
}

void
move_updated(TriggerData *trigdata, GuardRow *row, bool registration)
{
	MemoryContext caller;
	Move	   *move;

	if (!trigdata->tg_relation->rd_rel->relispartition)
		return;
	forget_from_depth(trigger_depth());
	caller = MemoryContextSwitchTo(TopTransactionContext);
	move = palloc0(sizeof(Move));
	move->outer = innermost;
	move->depth = trigger_depth();
	move->command = this_command();
	move->level = GetCurrentTransactionNestLevel();
	move->registration = registration;
	move->relid = RelationGetRelid(trigdata->tg_relation);
	move->tid = trigdata->tg_trigtuple->t_self;
	move->ticket = ticket_of(row->guard, row->tuple);
	if (!registration)
		move->row = heap_copytuple(row->tuple);
	move->guard = row->guard;
	innermost = move;
	MemoryContextSwitchTo(caller);
}

void
move_deleted(TriggerData *trigdata)
{
	Move	   *move = this_move();

	if (move == NULL)
		return;
	if (!move->deleted &&
		move->relid == RelationGetRelid(trigdata->tg_relation) &&
		ItemPointerEquals(&move->tid, &trigdata->tg_trigtuple->t_self))
		move->deleted = true;
	else
		forget_innermost();
}

static Datum
mark_in_row(const GuardRow *row, bool *isnull)
{
	return heap_getattr(row->tuple, row->guard->mark, row->guard->desc, isnull);
}

static bool
same_mark(const GuardRow *a, const GuardRow *b)
{
	bool		anull,
				bnull;
	Datum		amark,
				bmark;
	Form_pg_attribute att;

	if (a->guard->mark == 0 || b->guard->mark == 0)
		return false;
	amark = mark_in_row(a, &anull);
	bmark = mark_in_row(b, &bnull);
	if (anull || bnull)
		return anull == bnull;
	att = TupleDescAttr(a->guard->desc, a->guard->mark - 1);
	return datum_image_eq(amark, bmark, att->attbyval, att->attlen);
}

/*
 * Are the mark and the keys as the UPDATE left them?  Since then a trigger
 * may have changed them, and a new hold may look at others.
 */
static bool
is_unchanged(const Move *move, GuardRow *row)
{
	GuardRow	left;

	if (move->registration)
		return false;
	guard_use_holds(move->guard, row->guard->holds);
	guard_row_init(&left, move->guard, 1, move->row);
	return same_mark(&left, row) && !guard_rows_differ(&left, row, false);
}

bool
move_may_be_unseen(Relation rel)
{
	Relation	root;
	bool		guarded;

	if (!rel->rd_rel->relispartition)
		return false;
	root = table_open(partition_root(RelationGetRelid(rel)), AccessShareLock);
	guarded = find_guard_trigger(root) != NULL;
	table_close(root, NoLock);
	return !guarded || replicates();
}

/*
 * Has the row left its partition?  A trigger after ours may have kept it
 * there, and one before ours may have swallowed the INSERT that followed.
 * Then another INSERT of the statement counts as an arrival only if a row has
 * left for it.
 */
static bool
has_left(const Move *move)
{
	Relation	rel;
	TupleTableSlot *slot;
	ItemPointerData tid = move->tid;
	bool		is_there;

	if (!move->deleted)
		return false;
	rel = table_open(move->relid, NoLock);
	slot = table_slot_create(rel, NULL);
	is_there = table_tuple_fetch_row_version(rel, &tid, SnapshotSelf, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return !is_there;
}

MoveArrival
move_inserted(TriggerData *trigdata, GuardRow *row, Ticket *ticket)
{
	Relation	rel = trigdata->tg_relation;
	MoveArrival arrival = ARRIVES_NOT;
	Move	   *move;

	if (likely(innermost == NULL))
		return ARRIVES_NOT;
	move = this_move();
	if (move == NULL)
		return ARRIVES_NOT;
	if (rel->rd_rel->relispartition && has_left(move) &&
		guard_root(move->guard, move->relid) ==
		guard_root(row->guard, RelationGetRelid(rel)))
	{
		arrival = is_unchanged(move, row) ? ARRIVES_SAME : ARRIVES_CHANGED;
		*ticket = move->ticket;
	}
	forget_innermost();
	return arrival;
}
