/*
 * release_ticket.c
 *		Rows that wait in their table, made final or withdrawn.
 *
 * A release waits for nobody: a row that another transaction is changing keeps
 * its ticket until the next.
 */
#include "regcar.h"
#include "queue/release_ticket.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "hold/hold_cache.h"
#include "hold/hold_match.h"
#include "hold/ticket.h"
#include "queue/enqueue.h"
#include "queue/release_table.h"
#include "queue/row_write.h"
#include "util/partition.h"
#include "util/query.h"
#include "util/settings.h"
#include "util/table_name.h"

/* The column of tickets of a table; NULL if it has none any more. */
static const char *
ticket_column(const ReleaseTable *table)
{
	const Guard *guard = table->guard;

	return guard != NULL && guard->ticket != 0 ?
		NameStr(TupleDescAttr(guard->desc, guard->ticket - 1)->attname) : NULL;
}

/*
 * Which of these tickets have rows.  Row by row: the ticket, its table and its
 * place there.  By the index of the tickets, whatever the statistics say about a
 * column that is all NULL on an ordinary day.
 */
static uint64
query_rows(const ReleaseTable *table, Datum tickets, const char *locking)
{
	static const Setting by_index[] = {{"enable_seqscan", "off"}};
	const QueryArgument arguments[] = {{INT8ARRAYOID, tickets, false}};
	const char *column = quote_identifier(ticket_column(table));
	/* its rows may have moved to another partition since */
	Oid			root = partition_root(table->relid);
	int			level = settings_pin(by_index, lengthof(by_index));
	uint64		count;

	count = query(psprintf("SELECT t.%s, t.tableoid, t.ctid FROM %s t WHERE t.%s = ANY ($1)%s",
						   column, table_name(root), column, locking), 1, arguments);
	settings_unpin(level);
	return count;
}

static bool
is_to_be_found(const QueueEntry *entry, Oid target)
{
	return entry->in_place && entry->state == NULL && entry->target == target &&
		!OidIsValid(entry->relid);
}

/* Tickets of the entries for a table that have no row so far; 0 if none. */
static Datum
tickets_to_find(const Batch *batch, int first, int end, Oid target)
{
	Datum	   *tickets = palloc((end - first) * sizeof(Datum));
	int			count = 0;

	for (int i = first; i < end; i++)
		if (is_to_be_found(&batch->entry[i], target))
			tickets[count++] = Int64GetDatum(batch->entry[i].id);
	return count == 0 ? (Datum) 0 :
		PointerGetDatum(construct_array(tickets, count, INT8OID, 8, true, TYPALIGN_DOUBLE));
}

static QueueEntry *
entry_of_ticket(Batch *batch, int first, int end, int64 ticket)
{
	for (int i = first; i < end; i++)
		if (batch->entry[i].id == ticket)
			return &batch->entry[i];
	return NULL;
}

static void
settle_missing(Batch *batch, int first, int end, const ReleaseTable *table)
{
	Datum		tickets = tickets_to_find(batch, first, end, table->relid);
	uint64		count;

	if (tickets == (Datum) 0)
		return;
	count = query_rows(table, tickets, "");
	for (uint64 row = 0; row < count; row++)
		settle_entry(batch, entry_of_ticket(batch, first, end, query_number(row, 1)),
					 WAITING, "Another transaction is changing it.");
	SPI_freetuptable(SPI_tuptable);
	for (int i = first; i < end; i++)
		if (is_to_be_found(&batch->entry[i], table->relid))
			settle_entry(batch, &batch->entry[i], FAILED,
						 psprintf("No row of %s has this ticket: it was deleted, or its partition was detached.",
								  batch->entry[i].target_name));
}

/* The rows of the tickets for one table. */
static void
lock_rows(Batch *batch, int first, int end, const ReleaseTable *table)
{
	uint64		count = query_rows(table, tickets_to_find(batch, first, end, table->relid),
								   " FOR UPDATE SKIP LOCKED");

	for (uint64 row = 0; row < count; row++)
	{
		QueueEntry *entry = entry_of_ticket(batch, first, end, query_number(row, 1));

		entry->relid = DatumGetObjectId(query_datum(row, 2));
		entry->tid = *(ItemPointer) DatumGetPointer(query_datum(row, 3));
	}
	SPI_freetuptable(SPI_tuptable);
	settle_missing(batch, first, end, table);
}

void
tickets_lock(Batch *batch, int first, int end)
{
	for (int i = first; i < end; i++)
		batch->entry[i].relid = InvalidOid;
	for (int i = first; i < end; i++)
	{
		QueueEntry *entry = &batch->entry[i];
		const ReleaseTable *table;

		if (!is_to_be_found(entry, entry->target))
			continue;
		table = release_table(batch, entry->target);
		if (ticket_column(table) == NULL)
			settle_entry(batch, entry, FAILED,
						 psprintf("The table %s has no guard with a column of tickets any more.",
								  entry->target_name));
		else
			lock_rows(batch, first, end, table);
	}
}

bool
ticket_find(Batch *batch, QueueEntry *entry)
{
	const ReleaseTable *table = release_table(batch, entry->target);
	Datum		ticket = Int64GetDatum(entry->id);

	if (table == NULL || ticket_column(table) == NULL ||
		query_rows(table, PointerGetDatum(construct_array(&ticket, 1, INT8OID, 8, true, TYPALIGN_DOUBLE)),
				   " FOR UPDATE") == 0)
		return false;
	entry->relid = DatumGetObjectId(query_datum(0, 2));
	entry->tid = *(ItemPointer) DatumGetPointer(query_datum(0, 3));
	return true;
}

/* A submitter that has lost its right does not register any more. */
static bool
may_still_insert(const QueueEntry *entry)
{
	return pg_class_aclcheck(entry->target, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(entry->target, GetUserId(), ACL_INSERT,
								  ACLMASK_ANY) == ACLCHECK_OK;
}

/* A hold that covers the row; NULL if there is none. */
static const Hold *
hold_of_row(const ReleaseTable *table, HeapTuple tuple)
{
	const HoldList *holds = hold_list();
	GuardRow	row;

	if (holds->count == 0)
		return NULL;
	guard_use_holds(table->guard, holds);
	guard_row_init(&row, table->guard, 0, tuple);
	return hold_against(holds, &row.scope, WRITE_REGISTRATION, &(Clock) {0});
}

void
ticket_release(Batch *batch, QueueEntry *entry)
{
	ReleaseTable *table = release_table(batch, entry->relid);
	const Hold *hold;
	bool		done;

	if (table == NULL || ticket_column(table) == NULL)
	{
		settle_entry(batch, entry, FAILED,
					 psprintf("A partition of %s has no guard.", entry->target_name));
		return;
	}
	if (!may_still_insert(entry))
	{
		settle_entry(batch, entry, WAITING,
					 psprintf("%s: permission denied for table %s",
							  unpack_sql_state(ERRCODE_INSUFFICIENT_PRIVILEGE),
							  entry->target_name));
		return;
	}
	hold = hold_of_row(table, row_read(table->rel, &entry->tid));
	if (hold != NULL)
	{
		settle_entry(batch, entry, WAITING,
					 psprintf("Hold " INT64_FORMAT " covers it.", hold->id));
		return;
	}
	queue_set_released_ticket(entry->id);
	done = row_set_null(table->rel, &entry->tid, table->guard->ticket);
	queue_set_released_ticket(0);
	if (done)
		settle_entry(batch, entry, RELEASED, NULL);
	else
		settle_entry(batch, entry, FAILED, "A trigger of the table kept its ticket.");
}
