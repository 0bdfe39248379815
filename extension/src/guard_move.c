/*
 * guard_move.c
 *		Rows that an UPDATE moves to another partition.
 *
 * Such an UPDATE fires UPDATE and DELETE on the old partition and INSERT on the
 * new.  The INSERT is no registration if the UPDATE was none; so we follow one
 * row through the three, within a command.
 */
#include "regcar.h"
#include "guard_move.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

static struct
{
	enum
	{
		MOVE_NONE, MOVE_UPDATED, MOVE_DELETED
	}			stage;
	CommandId	command;
	Oid			relid;
	ItemPointerData row;
	bool		registration;	/* the UPDATE was one; then this is all */
	Datum		mark;
	bool		marknull;
	bool		markbyval;
	Pointer		copy;			/* what mark points to, NULL if nothing */
	uint64		generation;		/* of the holds that digest is for */
	uint64		digest;			/* of the row's keys */
}			move;

/* At the end of a (sub)transaction; what was copied may be gone by then. */
void
guard_forget_move(void)
{
	move.stage = MOVE_NONE;
	move.copy = NULL;
}

static Datum
mark_of(GuardRow *row, bool *isnull)
{
	return heap_getattr(row->tuple, row->guard->mark, row->guard->desc, isnull);
}

static Form_pg_attribute
mark_attribute(const Guard *guard)
{
	return TupleDescAttr(guard->desc, guard->mark - 1);
}

static void
remember_keys(GuardRow *row)
{
	Form_pg_attribute att = mark_attribute(row->guard);
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);

	if (move.copy != NULL)
		pfree(move.copy);
	move.copy = NULL;
	move.mark = mark_of(row, &move.marknull);
	move.markbyval = att->attbyval;
	if (!move.marknull && !att->attbyval)
	{
		move.mark = datumCopy(move.mark, false, att->attlen);
		move.copy = DatumGetPointer(move.mark);
	}
	MemoryContextSwitchTo(caller);
	move.generation = row->guard->generation;
	move.digest = guard_row_digest(row);
}

void
move_updated(TriggerData *trigdata, GuardRow *row, bool registration)
{
	if (!trigdata->tg_relation->rd_rel->relispartition)
		return;
	if (!registration)
		remember_keys(row);
	move.stage = MOVE_UPDATED;
	move.registration = registration;
	move.command = GetCurrentCommandId(false);
	move.relid = RelationGetRelid(trigdata->tg_relation);
	move.row = trigdata->tg_trigtuple->t_self;
}

void
move_deleted(TriggerData *trigdata)
{
	if (move.stage == MOVE_UPDATED &&
		move.command == GetCurrentCommandId(false) &&
		move.relid == RelationGetRelid(trigdata->tg_relation) &&
		ItemPointerEquals(&move.row, &trigdata->tg_trigtuple->t_self))
		move.stage = MOVE_DELETED;
	else
		move.stage = MOVE_NONE;
}

static bool
same_root(Oid a, Oid b)
{
	return get_rel_relispartition(a) && get_rel_relispartition(b) &&
		llast_oid(get_partition_ancestors(a)) ==
		llast_oid(get_partition_ancestors(b));
}

/*
 * Are the mark and the keys those that the UPDATE left?  A trigger may have
 * changed them since, and a new hold may have other keys.
 */
static bool
same_keys(GuardRow *row)
{
	Form_pg_attribute att;
	bool		isnull;
	Datum		mark;

	if (row->guard->mark == 0 || row->guard->generation != move.generation ||
		guard_row_digest(row) != move.digest)
		return false;
	att = mark_attribute(row->guard);
	mark = mark_of(row, &isnull);
	if (isnull || move.marknull)
		return isnull == move.marknull;
	return att->attbyval == move.markbyval &&
		datum_image_eq(mark, move.mark, att->attbyval, att->attlen);
}

MoveArrival
move_inserted(TriggerData *trigdata, GuardRow *row)
{
	bool		arrives = move.stage == MOVE_DELETED &&
		move.command == GetCurrentCommandId(false) &&
		same_root(move.relid, RelationGetRelid(trigdata->tg_relation));

	move.stage = MOVE_NONE;
	if (!arrives)
		return ARRIVES_NOT;
	return !move.registration && same_keys(row) ? ARRIVES_SAME :
		ARRIVES_CHANGED;
}
