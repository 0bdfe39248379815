/*
 * release_batch.c
 *		One batch of queued registrations, released.
 *
 * A batch is one transaction.  Its rows are inserted and its entries are
 * marked together, so that after a crash each row is either waiting or
 * released.  Rows go in by chunks, each of which is a subtransaction.  If a
 * row fails, its chunk is undone and done again row by row.
 */
#include "regcar.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "hold/errors.h"
#include "queue/enqueue.h"
#include "queue/release_row.h"
#include "queue/release_table.h"
#include "util/extension_catalog.h"
#include "util/interruption.h"
#include "util/query.h"
#include "util/settings.h"

/* Rows in a subtransaction.  More than 64 would slow down other sessions. */
#define CHUNK		50

/* Bytes of queued rows in memory at once, unless a single row has more. */
#define CHUNK_BYTES	(1024 * 1024)

/*
 * How long a batch waits for a lock, unless the session has a lock_timeout:
 * whoever leaves a transaction open, with the mark of a queued row in it, would
 * keep everybody's from being released.  Longer than deadlock_timeout usually
 * is.  After that the batch waits for none of its rows any more.
 */
#define PATIENCE	"2s"
#define NO_PATIENCE	"20ms"

/*
 * Errors that are not the fault of the row, so that it may go in another
 * time.  Those listed are classes, or single errors.
 */
static const int passing_errors[] = {
	ERRCODE_REGCAR_HELD,
	ERRCODE_INSUFFICIENT_PRIVILEGE,
	ERRCODE_LOCK_NOT_AVAILABLE,
	ERRCODE_CONNECTION_EXCEPTION,
	ERRCODE_TRANSACTION_ROLLBACK,
	ERRCODE_INSUFFICIENT_RESOURCES,
	ERRCODE_OPERATOR_INTERVENTION,
	ERRCODE_SYSTEM_ERROR,
};

static bool
is_passing(int sqlerrcode)
{
	for (int i = 0; i < lengthof(passing_errors); i++)
		if (passing_errors[i] == sqlerrcode ||
			passing_errors[i] == ERRCODE_TO_CATEGORY(sqlerrcode))
			return true;
	return false;
}

/*
 * Do the entries from first to before end in a subtransaction.  False if one
 * of several failed; a single one is settled by its error.
 */
static bool
release_chunk(Batch *batch, int first, int end)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool		outer = queue_is_releasing();
	Setting		pinned[] = {{"lock_timeout", batch->waited ? NO_PATIENCE : PATIENCE}};
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		int			level = settings_pin(pinned, LockTimeout == 0 || batch->waited ? lengthof(pinned) : 0);

		queue_set_releasing(true);
		release_rows(batch, first, end);
		settings_unpin(level);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		batch->tables = NIL;
		batch->waited |= error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
		/* this ends the whole batch */
		if (error_is_cancel(error))
		{
			queue_set_releasing(outer);
			queue_set_released_ticket(0);
			release_plans_free(batch);
			ReThrowError(error);
		}
		if (end - first == 1)
		{
			settle_by_error(batch, &batch->entry[first],
							is_passing(error->sqlerrcode) ? WAITING : FAILED, error);
			done = true;
		}
		FreeErrorData(error);
	}
	PG_END_TRY();
	queue_set_releasing(outer);
	queue_set_released_ticket(0);
	MemoryContextReset(batch->per_row);
	MemoryContextReset(batch->chunk);
	return done;
}

/* The end of the chunk that begins with first. */
static int
chunk_end(const Batch *batch, int first)
{
	Size		bytes = 0;
	int			end = first;

	do
	{
		/* a row that is in its table is not read here */
		if (!batch->entry[end].in_place)
			bytes += toast_raw_datum_size(batch->entry[end].row);
		bytes += toast_raw_datum_size(batch->entry[end].search_path);
		end++;
	}
	while (end < batch->count && end < first + CHUNK && bytes < CHUNK_BYTES);
	return end;
}

static void
release_entries(Batch *batch)
{
	int			end;

	for (int first = 0; first < batch->count; first = end)
	{
		end = chunk_end(batch, first);
		if (!release_chunk(batch, first, end))
			for (int i = first; i < end; i++)
				release_chunk(batch, i, i + 1);
	}
	release_plans_free(batch);
}

/*
 * Lock the next waiting entries in order of arrival.  The index that has them
 * in this order must be used, whatever the statistics say about a table that
 * fills and empties by the minute: sorting all waiting entries for each batch
 * would take quadratic time.
 */
static void
take_entries(Batch *batch, FunctionCallInfo fcinfo)
{
	static const Setting by_index[] = {
		{"enable_seqscan", "off"},
		{"enable_bitmapscan", "off"},
		{"enable_sort", "off"},
	};
	bool		one_hold = !PG_ARGISNULL(0);
	const QueryArgument arguments[] = {
		{INT8OID, PG_GETARG_DATUM(1), false},
		{INT8OID, PG_GETARG_DATUM(2), false},
		{INT4OID, PG_GETARG_DATUM(3), false},
		{INT8OID, PG_GETARG_DATUM(0), false}
	};
	int			level = settings_pin(by_index, lengthof(by_index));

	batch->count = query(psprintf("SELECT id, target, target_name, row_data, submitted_by, submitter, search_path, unnamed, %s"
								  " FROM %s"
								  " WHERE state = 'waiting' AND id > $1 AND id <= $2%s"
								  " ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED",
								  /* before an update from 0.1.0 nothing waits in place */
								  extension_is_older() ? "false" : "coalesce(in_place, false)",
								  extension_table_name(TABLE_QUEUE_ENTRY),
								  one_hold ? " AND hold = $4" : ""),
						 one_hold ? 4 : 3, arguments);
	settings_unpin(level);
	batch->entry = palloc0((batch->count + 1) * sizeof(QueueEntry));
	for (int i = 0; i < batch->count; i++)
		batch->entry[i] = (QueueEntry) {
			.id = query_number(i, 1),
			.target = DatumGetObjectId(query_datum(i, 2)),
			.target_name = query_text(i, 3),
			.row = query_datum(i, 4),
			.role = DatumGetObjectId(query_datum(i, 5)),
			.submitter = query_text(i, 6),
			.search_path = query_datum(i, 7),
			.unnamed = query_datum(i, 8),
			.in_place = DatumGetBool(query_datum(i, 9))
		};
}

/* Write down the outcome of each entry. */
static void
settle_entries(const Batch *batch)
{
	Datum	   *ids = palloc(batch->count * sizeof(Datum));
	Datum	   *states = palloc(batch->count * sizeof(Datum));
	Datum	   *outcomes = palloc(batch->count * sizeof(Datum));
	bool	   *nulls = palloc(batch->count * sizeof(bool));
	int			count = batch->count;
	int			lower = 1;
	QueryArgument arguments[] = {
		{INT8ARRAYOID}, {TEXTARRAYOID}, {TEXTARRAYOID}
	};

	for (int i = 0; i < count; i++)
	{
		const QueueEntry *entry = &batch->entry[i];

		ids[i] = Int64GetDatum(entry->id);
		states[i] = CStringGetTextDatum(entry->state);
		nulls[i] = entry->outcome == NULL;
		outcomes[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(entry->outcome);
	}
	arguments[0].value =
		PointerGetDatum(construct_array(ids, count, INT8OID, 8, true, TYPALIGN_DOUBLE));
	arguments[1].value =
		PointerGetDatum(construct_array(states, count, TEXTOID, -1, false, TYPALIGN_INT));
	arguments[2].value =
		PointerGetDatum(construct_md_array(outcomes, nulls, 1, &count, &lower,
										   TEXTOID, -1, false, TYPALIGN_INT));
	query("SELECT regcar.settle($1, $2, $3)", 3, arguments);
}

/*
 * release_batch(hold, after, until, max_rows) -> (taken, released, failed,
 * last)
 *		Release one batch of the entries of a hold (NULL: of all holds) with
 *		ids after one id and up to another, in this transaction.  It runs with
 *		the rights of the extension, so it must not fire what the transaction
 *		has deferred.
 */
PG_FUNCTION_INFO_V1(regcar_release_batch);
Datum
regcar_release_batch(PG_FUNCTION_ARGS)
{
	Batch		batch = {0};
	TupleDesc	desc;
	Datum		values[4] = {0};
	bool		nulls[4] = {0};
	int			released = 0;
	int			failed = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "release_batch() returns a row");
	desc = CreateTupleDescCopy(desc);

	SPI_connect();
	batch.memory = CurrentMemoryContext;
	batch.chunk = AllocSetContextCreate(CurrentMemoryContext, "regcar release of a chunk",
										ALLOCSET_DEFAULT_SIZES);
	batch.per_row = AllocSetContextCreate(batch.memory, "regcar release of a row",
										  ALLOCSET_DEFAULT_SIZES);
	take_entries(&batch, fcinfo);
	if (batch.count > 0)
	{
		AcceptInvalidationMessages();
		release_entries(&batch);
		settle_entries(&batch);
		for (int i = 0; i < batch.count; i++)
		{
			released += strcmp(batch.entry[i].state, RELEASED) == 0;
			failed += strcmp(batch.entry[i].state, FAILED) == 0;
		}
		values[3] = Int64GetDatum(batch.entry[batch.count - 1].id);
	}
	nulls[3] = batch.count == 0;
	values[0] = Int32GetDatum(batch.count);
	values[1] = Int32GetDatum(released);
	values[2] = Int32GetDatum(failed);
	SPI_finish();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
