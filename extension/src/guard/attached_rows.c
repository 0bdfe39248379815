/*
 * attached_rows.c
 *		Rows that come into a guarded table all at once, with a partition or a
 *		child table, without its row triggers.
 */
#include "regcar.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "guard/attached_rows.h"
#include "guard/commit_gate.h"
#include "guard/guard_change.h"
#include "guard/guarded_table.h"
#include "hold/errors.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "hold/hold_match.h"
#include "util/query.h"
#include "util/table_name.h"

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
	Clock		clock = {0};
	const Hold *hold = NULL;

	guard_use_holds(guard, holds);
	while (hold == NULL &&
		   table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		HeapTuple	tuple = ExecCopySlotHeapTuple(slot);
		GuardRow	row;

		CHECK_FOR_INTERRUPTS();
		guard_row_init(&row, guard, 0, tuple);
		hold = hold_against(holds, &row.scope, WRITE_REGISTRATION, &clock);
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
		hold = strongest_hold(holds, HOLD_PEND, &(Clock) {0});
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
	gate_note(WRITE_REGISTRATION, holds, &(Clock) {0});
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

void
guard_truncates(Oid relid)
{
	call_function("guard_partition", 1, (Oid[]) {REGCLASSOID},
		 (Datum[]) {ObjectIdGetDatum(relid)});
}

void
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
