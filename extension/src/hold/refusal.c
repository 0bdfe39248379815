/*
 * refusal.c
 *		Notes of whom a hold stops, which outlive the rollback of what it stops.
 */
#include "regcar.h"
#include "hold/refusal.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "hold/scope_columns.h"
#include "hold/table_refusal.h"
#include "util/extension_catalog.h"
#include "util/lasting_row.h"
#include "util/partition.h"
#include "util/session.h"
#include "util/table_name.h"
#include "util/text_datum.h"

/*
 * A count is looked for among the newest ones, back to so many that are older
 * than the hold.
 */
#define OLDER_COUNTS	1000

/* What is noted of a hold, taken from it before anything else is called. */
typedef struct Note
{
	int64		hold;
	TimestampTz placed_at;
	TimestampTz at;
	NameData	role;
	ScopeColumns columns;
	int64		number;			/* of this refusal, among those of hold and role */
} Note;

/*
 * Where this backend last counted for a hold, or for another of the same slot:
 * a place to look first, while the table is the same file.
 */
static struct
{
	int64		hold;
	Oid			file;
	ItemPointerData tid;
}			last_count[16];

static void
begin_note(Note *note, const Hold *hold, const Refusal *refusal)
{
	note->hold = hold->id;
	note->placed_at = hold->placed_at;
	note->at = refusal->at;
	namestrcpy(&note->role, GetUserNameFromId(GetSessionUserId(), false));
	note->columns.count = 0;
	if (refusal->row != NULL && refusal->row->tuple != NULL)
		scope_columns_of(&note->columns, refusal->row->guard, hold);
}

/* Add one to a count that is this note's; the new one is the note's number. */
static bool
add_one(char *columns, void *arg)
{
	RefusalCount *count = (RefusalCount *) columns;
	Note	   *note = arg;

	if (count->hold != note->hold ||
		strncmp(NameStr(count->role), NameStr(note->role), NAMEDATALEN) != 0)
		return false;
	note->number = ++count->refused;
	count->last_at = Max(count->last_at, note->at);
	return true;
}

/*
 * Add one to the count that a scan finds.  It may miss one that is there; then
 * hold and role get a second, and their sum is right.
 */
static bool
add_to_found(Relation counts, Note *note, ItemPointer tid)
{
	TupleTableSlot *slot = table_slot_create(counts, NULL);
	TableScanDesc scan = table_beginscan_compat(counts, SnapshotAny);
	int			older = 0;
	bool		added = false;
	bool		isnull;

	while (!added && older < OLDER_COUNTS &&
		   table_scan_getnextslot(scan, BackwardScanDirection, slot))
	{
		if (DatumGetInt64(slot_getattr(slot, COUNT_COLUMN_HOLD, &isnull)) == note->hold)
		{
			*tid = slot->tts_tid;
			added = lasting_row_change(counts, tid, add_one, note);
		}
		else if (DatumGetTimestampTz(slot_getattr(slot, COUNT_COLUMN_FIRST_AT, &isnull)) < note->placed_at)
			older++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return added;
}

static void
begin_count(Relation counts, Note *note, ItemPointer tid)
{
	Datum		values[COUNT_COLUMNS];
	bool		nulls[COUNT_COLUMNS] = {0};

	values[COUNT_COLUMN_HOLD - 1] = Int64GetDatum(note->hold);
	values[COUNT_COLUMN_REFUSED - 1] = Int64GetDatum(1);
	values[COUNT_COLUMN_FIRST_AT - 1] = TimestampTzGetDatum(note->at);
	values[COUNT_COLUMN_LAST_AT - 1] = TimestampTzGetDatum(note->at);
	values[COUNT_COLUMN_ROLE - 1] = NameGetDatum(&note->role);
	lasting_row_insert(counts, heap_form_tuple(RelationGetDescr(counts), values, nulls),
					   true, tid);
	note->number = 1;
}

static void
count(Relation counts, Note *note)
{
	int			slot = (uint64) note->hold % lengthof(last_count);
	ItemPointer tid = &last_count[slot].tid;

	if (last_count[slot].hold == note->hold &&
		last_count[slot].file == counts->rd_rel->relfilenode &&
		lasting_row_change(counts, tid, add_one, note))
		return;
	last_count[slot].hold = 0;
	if (!add_to_found(counts, note, tid))
		begin_count(counts, note, tid);
	last_count[slot].hold = note->hold;
	last_count[slot].file = counts->rd_rel->relfilenode;
}

static Datum
mark_text(const GuardRow *row, bool *isnull)
{
	Guard	   *guard = row->guard;
	Datum		value;

	*isnull = true;
	if (guard->mark == 0)
		return (Datum) 0;
	value = guard_row_column(row, guard->mark, isnull);
	return *isnull ? (Datum) 0 :
		text_datum_cut(guard_mark_text(guard, value), LONGEST_KEPT_TEXT);
}

static void
keep(Relation refusals, const Note *note, const Refusal *refusal)
{
	Datum		values[REFUSAL_COLUMNS] = {0};
	bool		nulls[REFUSAL_COLUMNS] = {0};
	Oid			target = InvalidOid;
	GuardRow	none = {.tuple = NULL};
	const GuardRow *row = refusal->row != NULL ? refusal->row : &none;
	ItemPointerData tid;

	if (refusal->rel != NULL)
	{
		target = RelationGetRelid(refusal->rel);
		if (refusal->rel->rd_rel->relispartition && !partition_is_detaching(target))
			target = partition_root(target);
		values[REFUSAL_COLUMN_TARGET - 1] = ObjectIdGetDatum(target);
		values[REFUSAL_COLUMN_TARGET_NAME - 1] = text_datum(table_name(target));
	}
	nulls[REFUSAL_COLUMN_TARGET - 1] = nulls[REFUSAL_COLUMN_TARGET_NAME - 1] = refusal->rel == NULL;
	values[REFUSAL_COLUMN_HOLD - 1] = Int64GetDatum(note->hold);
	values[REFUSAL_COLUMN_AT - 1] = TimestampTzGetDatum(note->at);
	nulls[REFUSAL_COLUMN_MARK - 1] = row->tuple == NULL;
	if (row->tuple != NULL)
		values[REFUSAL_COLUMN_MARK - 1] = mark_text(row, &nulls[REFUSAL_COLUMN_MARK - 1]);
	values[REFUSAL_COLUMN_KEYS - 1] = scope_columns_as_json(&note->columns, row);
	values[REFUSAL_COLUMN_ROLE - 1] = NameGetDatum(&note->role);
	values[REFUSAL_COLUMN_APPLICATION - 1] = text_datum_cut(application_name, NAMEDATALEN);
	values[REFUSAL_COLUMN_ADDRESS - 1] = session_address(&nulls[REFUSAL_COLUMN_ADDRESS - 1]);
	lasting_row_insert(refusals, heap_form_tuple(RelationGetDescr(refusals), values, nulls),
					   false, &tid);
}

/* Open a table unless somebody has it locked; an error then. */
static Relation
open_at_once(ExtensionTable table)
{
	Oid			relid = extension_table(table);

	if (!ConditionalLockRelationOid(relid, RowExclusiveLock))
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("table \"%s\" is locked", extension_table_name(table))));
	return table_open(relid, NoLock);
}

static void
write_note(const Hold *hold, const Refusal *refusal)
{
	Note		note;
	Relation	rel;

	/* tables of before ALTER EXTENSION UPDATE, or none after DROP EXTENSION */
	if (extension_is_older() || !OidIsValid(extension_table(TABLE_REFUSAL_COUNT)))
		return;
	begin_note(&note, hold, refusal);
	rel = open_at_once(TABLE_REFUSAL_COUNT);
	count(rel, &note);
	table_close(rel, RowExclusiveLock);
	if (note.number <= REFUSALS_KEPT)
	{
		rel = open_at_once(TABLE_REFUSAL);
		keep(rel, &note, refusal);
		table_close(rel, RowExclusiveLock);
	}
	lasting_rows_tell();
}

/*
 * In a subtransaction, so that whatever goes wrong leaves nothing; a disk that
 * is full, above all.  A cancellation is due after the note.
 */
void
note_refusal(const Hold *hold, const Refusal *refusal)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int problem = 0;

	if (RecoveryInProgress() || IsInParallelMode())
		return;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		HOLD_INTERRUPTS();
		write_note(hold, refusal);
		RESUME_INTERRUPTS();
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		problem = geterrcode();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (problem != 0)
		ereport(LOG,
				(errmsg("a refusal was not noted: SQLSTATE %s",
						unpack_sql_state(problem))));
}
