/*
 * moved_marks.c
 *		Rows that one transaction takes out of a guarded table and puts back.
 *
 * A job that moves rows, or cuts the time of one in two, deletes or changes a
 * row and inserts one with the same mark.  To the trigger that INSERT is a
 * registration.  If it were queued, a vehicle that is registered would be
 * missing from the register until the queue is released.  So a transaction
 * may not both queue a mark and take a row with it, in whichever order:
 *
 *	- a DELETE takes a mark, whatever guarded table the row was in, because
 *	  rows are moved between tables too;
 *	- an UPDATE takes it in its own table, or any partition of it;
 *	- a TRUNCATE takes every mark.
 *
 * What two transactions do cannot be told apart from two other things.
 */
#include "regcar.h"
#include "guard/moved_marks.h"

#include "access/xact.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "guard/mark_set.h"
#include "hold/errors.h"
#include "hold/hold_error.h"

/* More are not remembered: from there on every mark counts as one of them. */
#define MOST_MARKS	131072

typedef struct Marks
{
	MarkSet    *set;
	int			all;			/* nesting of the subtransaction from which on
								 * every mark is one; 0 if there is none */
} Marks;

static Marks taken;
static Marks queued;

static bool
has_mark(Marks *marks, int64 mark, Oid table)
{
	return marks->all > 0 || mark_set_has(marks->set, mark, table);
}

static void
add_all(Marks *marks)
{
	if (marks->all == 0)
		marks->all = GetCurrentTransactionNestLevel();
}

static void
add_mark(Marks *marks, int64 mark, Oid table)
{
	if (mark_set_size(marks->set) < MOST_MARKS)
		mark_set_add(&marks->set, mark, table);
	else
		add_all(marks);
}

static void
leave(Marks *marks, int level, bool committed)
{
	if (marks->all >= level)
		marks->all = committed ? level - 1 : 0;
	if (level > 1)
		mark_set_leave(marks->set, level, committed);
	else
		marks->set = NULL;
}

static int64
mark_of(const TriggerData *trigdata, Guard *guard)
{
	GuardRow	row = {.guard = guard,.tuple = trigdata->tg_trigtuple};

	return guard_row_mark(&row);
}

static Oid
table_of(const TriggerData *trigdata, Guard *guard)
{
	return guard_root(guard, RelationGetRelid(trigdata->tg_relation));
}

static void
refuse_taking(const TriggerData *trigdata)
{
	ereport(ERROR,
			(errcode(ERRCODE_REGCAR_HELD),
			 errmsg("registrations are held"),
			 errdetail("This transaction has queued a registration of the same mark, or more than can be remembered. Without this row, the mark would not be registered as it was until the queue is released."),
			 errhint("Nothing was written. Wait until the hold is lifted, or have the job exempted that moves rows."),
			 errtable(trigdata->tg_relation)));
}

/*
 * This is done without a hold, too, because one may be placed before the row
 * comes back.
 */
void
marks_taken(const TriggerData *trigdata, Guard *guard)
{
	int64		mark;
	Oid			table;

	if (TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
	{
		if (mark_set_size(queued.set) > 0)
			refuse_taking(trigdata);
		add_all(&taken);
		return;
	}
	/* most transactions have queued nothing */
	if (taken.all > 0 && queued.set == NULL)
		return;
	mark = mark_of(trigdata, guard);
	table = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
		table_of(trigdata, guard) : InvalidOid;
	if (has_mark(&queued, mark, table))
		refuse_taking(trigdata);
	add_mark(&taken, mark, table);
}

/* Raise RH001 for the row that is not queued. */
static void
refuse_queueing(const TriggerData *trigdata, Guard *guard, const Hold *hold,
				const char *why)
{
	GuardRow	row;
	Refusal		refusal = {trigdata->tg_relation, &row, GetCurrentTimestamp()};

	guard_row_init(&row, guard, 0, trigdata->tg_trigtuple);
	hold_error_because(hold, trigdata->tg_relation, why, &refusal);
}

void
mark_queued(const TriggerData *trigdata, Guard *guard, const Hold *hold)
{
	int64		mark = mark_of(trigdata, guard);
	Oid			table = table_of(trigdata, guard);

	if (taken.all > 0)
		refuse_queueing(trigdata, guard, hold,
						"This transaction has emptied a guarded table, or changed or deleted more rows than can be remembered. The row may be one of those, so it is not queued.");
	if (has_mark(&taken, mark, InvalidOid) || has_mark(&taken, mark, table))
		refuse_queueing(trigdata, guard, hold,
						"This transaction has changed or deleted a row with the same mark, so the row is not queued: the mark would not be registered as it was until the queue is released.");
	add_mark(&queued, mark, InvalidOid);
	add_mark(&queued, mark, table);
}

void
moved_marks_leave(int level, bool committed)
{
	leave(&taken, level, committed);
	leave(&queued, level, committed);
}
