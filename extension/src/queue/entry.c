/*
 * entry.c
 *		New rows of the table queue_entry.
 */
#include "regcar.h"
#include "queue/entry.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "queue/table_queue_entry.h"
#include "util/enum_label.h"
#include "util/extension_catalog.h"
#include "util/partition.h"
#include "util/session.h"
#include "util/state_rows.h"
#include "util/table_name.h"
#include "util/text_datum.h"

/*
 * The whole table of a partition, if the submitter may insert there and the
 * partition is not just leaving it.
 */
static Oid
target_of(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	Oid			root;

	if (!rel->rd_rel->relispartition || partition_is_detaching(relid))
		return relid;
	root = partition_root(relid);
	return pg_class_aclcheck(root, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(root, GetUserId(), ACL_INSERT,
								  ACLMASK_ANY) == ACLCHECK_OK ? root : relid;
}

EntryOrigin *
entry_origin(Relation rel, MemoryContext memory)
{
	MemoryContext caller = MemoryContextSwitchTo(memory);
	EntryOrigin *origin = palloc0(sizeof(*origin));

	origin->submitter = GetUserId();
	origin->target = target_of(rel);
	origin->target_name = text_datum(table_name(origin->target));
	origin->submitter_name = text_datum(GetUserNameFromId(origin->submitter, true));
	origin->login = text_datum(GetUserNameFromId(GetSessionUserId(), true));
	origin->address = session_address(&origin->address_isnull);
	MemoryContextSwitchTo(caller);
	return origin;
}

/* Columns of an entry. */
typedef struct EntryRow
{
	Datum		value[ENTRY_COLUMNS];
	bool		isnull[ENTRY_COLUMNS];
} EntryRow;

static void
put(EntryRow *row, int column, Datum value)
{
	row->value[column - 1] = value;
	row->isnull[column - 1] = false;
}

static void
put_unless_null(EntryRow *row, int column, Datum value, bool isnull)
{
	put(row, column, value);
	row->isnull[column - 1] = isnull;
}

/* What is the same in all entries. */
static void
put_common(EntryRow *row, Relation queue)
{
	Oid			state = TupleDescAttr(RelationGetDescr(queue),
									  ENTRY_COLUMN_STATE - 1)->atttypid;

	memset(row->isnull, true, sizeof(row->isnull));
	put(row, ENTRY_COLUMN_APPLICATION, text_datum(application_name));
	put(row, ENTRY_COLUMN_SEARCH_PATH, text_datum(namespace_search_path));
	put(row, ENTRY_COLUMN_STATE, ObjectIdGetDatum(enum_label_oid(state, "waiting")));
}

static void
put_entry(EntryRow *row, const Entry *entry)
{
	const EntryOrigin *origin = entry->origin;
	bool		in_place = entry->row == (Datum) 0;

	put(row, ENTRY_COLUMN_ID, Int64GetDatum(entry->id));
	put(row, ENTRY_COLUMN_HOLD, Int64GetDatum(entry->hold));
	put(row, ENTRY_COLUMN_TARGET, ObjectIdGetDatum(origin->target));
	put_unless_null(row, ENTRY_COLUMN_ROW_DATA, entry->row, in_place);
	put(row, ENTRY_COLUMN_SUBMITTED_BY, ObjectIdGetDatum(origin->submitter));
	put(row, ENTRY_COLUMN_SUBMITTED_AT, TimestampTzGetDatum(entry->submitted_at));
	put(row, ENTRY_COLUMN_SUBMITTER, origin->submitter_name);
	put(row, ENTRY_COLUMN_LOGIN, origin->login);
	put_unless_null(row, ENTRY_COLUMN_ADDRESS, origin->address, origin->address_isnull);
	put(row, ENTRY_COLUMN_TARGET_NAME, origin->target_name);
	put_unless_null(row, ENTRY_COLUMN_UNNAMED, entry->unnamed, entry->unnamed == (Datum) 0);
	put_unless_null(row, ENTRY_COLUMN_IN_PLACE, BoolGetDatum(true), !in_place);
	put_unless_null(row, ENTRY_COLUMN_KEYS, entry->keys, entry->keys == (Datum) 0);
}

/* Entries that are written together. */
typedef struct Writing
{
	EntryRow	row;			/* with what is the same in all */
	const Entry *entry;
} Writing;

/* The table of an older release has fewer columns, and a later one more. */
static void
fill(TupleTableSlot *slot, int number, void *arg)
{
	Writing    *writing = arg;
	const EntryRow *row = &writing->row;

	put_entry(&writing->row, &writing->entry[number]);
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = i < ENTRY_COLUMNS ? row->value[i] : (Datum) 0;
		slot->tts_isnull[i] = i < ENTRY_COLUMNS ? row->isnull[i] : true;
	}
}

void
entries_write(int count, const Entry *entry)
{
	Relation	queue = table_open(extension_table(TABLE_QUEUE_ENTRY), RowExclusiveLock);
	Writing		writing = {.entry = entry};

	put_common(&writing.row, queue);
	state_rows_insert(queue, count, fill, &writing);
	table_close(queue, NoLock);
}
