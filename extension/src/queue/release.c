/*
 * release.c
 *		Feeding queued registrations back.
 *
 * A batch is one transaction: its rows are inserted and its entries marked
 * together, so that a crash leaves each row either waiting or released.  Within
 * it rows go in by chunks, each a subtransaction; where one row of a chunk
 * fails, the chunk is undone and done again row by row.
 */
#include "regcar.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "hold/errors.h"
#include "util/procedure.h"
#include "queue/enqueue.h"
#include "queue/release_table.h"

/* Rows in a subtransaction; more than 64 of these cost other sessions. */
#define CHUNK		50

/* Bytes of queued rows that are in memory at once, if it is more than one row. */
#define CHUNK_BYTES	(1024 * 1024)

/* How often one batch is done, where other transactions keep it from COMMIT. */
#define MAX_TRIES	10

static bool releasing;

bool
queue_is_releasing(void)
{
	return releasing;
}

/*
 * Errors that are no row's fault: another time the row may go in.  By class, but
 * for those that are listed whole.
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

static void
settle_by_error(Batch *batch, Entry *entry, const ErrorData *error)
{
	settle(batch, entry, is_passing(error->sqlerrcode) ? WAITING : FAILED,
		   psprintf("%s: %s%s%s", unpack_sql_state(error->sqlerrcode),
					error->message, error->detail ? " " : "",
					error->detail ? error->detail : ""));
}

/*
 * Entries from first to before end in a subtransaction.  False where one of
 * them failed and there are more than that; a single one is settled by its
 * error.
 */
static bool
release_chunk(Batch *batch, int first, int end)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool		outer = releasing;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		releasing = true;
		release_rows(batch, first, end);
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
		/* who cancels means all of it */
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		{
			releasing = outer;
			release_plans_free(batch);
			ReThrowError(error);
		}
		if (end - first == 1)
		{
			settle_by_error(batch, &batch->entry[first], error);
			done = true;
		}
		FreeErrorData(error);
	}
	PG_END_TRY();
	releasing = outer;
	MemoryContextReset(batch->per_row);
	MemoryContextReset(batch->chunk);
	return done;
}

/* The entry before which a chunk ends that begins with first. */
static int
chunk_end(const Batch *batch, int first)
{
	Size		bytes = 0;
	int			end = first;

	do
		bytes += toast_raw_datum_size(batch->entry[end++].row);
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
 * Lock the next entries that wait, in order of arrival: by an index that has
 * them in this order, whatever the statistics of a table make of it that fills
 * and empties by the minute.  To sort all that waits, for each batch, would take
 * time by the square.
 */
static void
take_entries(Batch *batch, FunctionCallInfo fcinfo)
{
	static const char *const others[] = {
		"enable_seqscan", "enable_bitmapscan", "enable_sort"
	};
	int			level = NewGUCNestLevel();
	Oid			types[] = {INT8OID, INT8OID, INT4OID, INT8OID};
	Datum		args[] = {
		PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), PG_GETARG_DATUM(3),
		PG_GETARG_DATUM(0)
	};
	bool		one_hold = !PG_ARGISNULL(0);
	bool		isnull;

	for (int i = 0; i < lengthof(others); i++)
		(void) set_config_option(others[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	SPI_execute_with_args(psprintf("SELECT id, target, target_name, row_data, submitted_by, submitter, search_path, unnamed"
								   " FROM regcar.queue_entry"
								   " WHERE state = 'waiting' AND id > $1 AND id <= $2%s"
								   " ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED",
								   one_hold ? " AND hold = $4" : ""),
						  one_hold ? 4 : 3, types, args, NULL, false, 0);
	AtEOXact_GUC(true, level);
	batch->count = SPI_processed;
	batch->entry = palloc0((batch->count + 1) * sizeof(Entry));
	for (int i = 0; i < batch->count; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Entry	   *entry = &batch->entry[i];

		entry->id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		entry->target = DatumGetObjectId(SPI_getbinval(tuple, desc, 2, &isnull));
		entry->target_name = SPI_getvalue(tuple, desc, 3);
		entry->row = SPI_getbinval(tuple, desc, 4, &isnull);
		entry->role = DatumGetObjectId(SPI_getbinval(tuple, desc, 5, &isnull));
		entry->submitter = SPI_getvalue(tuple, desc, 6);
		entry->search_path = SPI_getvalue(tuple, desc, 7);
		entry->unnamed = SPI_getbinval(tuple, desc, 8, &isnull);
	}
}

/* Write down what became of them. */
static void
settle_entries(const Batch *batch)
{
	Datum	   *ids = palloc(batch->count * sizeof(Datum));
	Datum	   *states = palloc(batch->count * sizeof(Datum));
	Datum	   *outcomes = palloc(batch->count * sizeof(Datum));
	bool	   *nulls = palloc(batch->count * sizeof(bool));
	int			lower = 1;
	Oid			types[] = {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		args[3];

	for (int i = 0; i < batch->count; i++)
	{
		const Entry *entry = &batch->entry[i];

		ids[i] = Int64GetDatum(entry->id);
		states[i] = CStringGetTextDatum(entry->state);
		nulls[i] = entry->outcome == NULL;
		outcomes[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(entry->outcome);
	}
	args[0] = PointerGetDatum(construct_array(ids, batch->count, INT8OID, 8, true,
											  TYPALIGN_DOUBLE));
	args[1] = PointerGetDatum(construct_array(states, batch->count, TEXTOID, -1,
											  false, TYPALIGN_INT));
	args[2] = PointerGetDatum(construct_md_array(outcomes, nulls, 1,
												 (int *) &batch->count, &lower,
												 TEXTOID, -1, false, TYPALIGN_INT));
	SPI_execute_with_args("SELECT regcar.settle($1, $2, $3)", 3, types, args,
						  NULL, false, 0);
}

/*
 * release_batch(hold, after, until, max_rows) -> (taken, released, failed, last)
 *		One batch of the entries of a hold (NULL: of all) behind one id and up to
 *		another, in this transaction.  It has the rights of the extension, so it
 *		must not fire what the transaction has deferred.
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

/* A release so far. */
typedef struct Progress
{
	int64		last;			/* id up to which it has come */
	int64		until;			/* up to which it goes: later ones are another's */
	int64		to_go;
	int64		released;
	int64		failed;
	int64		kept;
	TimestampTz start;
} Progress;

static int64
column(int number, bool *isnull)
{
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, number, isnull));
}

static void
report(const Progress *progress)
{
	double		seconds = Max(1, GetCurrentTimestamp() - progress->start) / 1e6;

	ereport(NOTICE,
			(errmsg("released " INT64_FORMAT ", failed " INT64_FORMAT ", kept waiting " INT64_FORMAT "; " INT64_FORMAT " to go, %.0f a second",
					progress->released, progress->failed, progress->kept,
					progress->to_go,
					(progress->released + progress->failed) / seconds)));
}

/* What became of a batch. */
typedef struct Outcome
{
	int64		taken;
	int64		released;
	int64		failed;
	int64		last;
} Outcome;

static Outcome
release_next(FunctionCallInfo fcinfo, const Progress *progress, int32 rows)
{
	Oid			types[] = {INT8OID, INT8OID, INT8OID, INT4OID};
	Datum		args[] = {
		PG_GETARG_DATUM(0), Int64GetDatum(progress->last),
		Int64GetDatum(progress->until), Int32GetDatum(rows)
	};
	char		nulls[] = {PG_ARGISNULL(0) ? 'n' : ' ', ' ', ' ', ' ', '\0'};
	Outcome		outcome;
	bool		isnull;

	/*
	 * So that a constraint fails its row, not the batch, and for in a
	 * security-restricted operation none may be deferred.
	 */
	SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0);
	SPI_execute_with_args("SELECT taken::bigint, released::bigint, failed::bigint, last"
						  " FROM regcar.release_batch($1, $2, $3, $4)",
						  4, types, args, nulls, false, 1);
	outcome.taken = column(1, &isnull);
	outcome.released = column(2, &isnull);
	outcome.failed = column(3, &isnull);
	outcome.last = column(4, &isnull);
	SPI_freetuptable(SPI_tuptable);
	return outcome;
}

/* A hold came in between, or another transaction was in the way. */
static bool
may_be_tried_again(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_REGCAR_HELD ||
		ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK;
}

/*
 * One batch, committed.  False, with all of it undone and in a new transaction,
 * where it failed as a whole and may be tried again.
 *
 * A commit leaves some bytes behind in the memory context of its caller, which
 * must not pile up.
 */
static bool
try_batch(FunctionCallInfo fcinfo, const Progress *progress, int32 rows,
		  MemoryContext memory, Outcome *outcome, bool last_try)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool inside = true;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContextSwitchTo(caller);
		*outcome = release_next(fcinfo, progress, rows);
		ReleaseCurrentSubTransaction();
		CurrentResourceOwner = owner;
		inside = false;
		MemoryContextSwitchTo(memory);
		SPI_commit();
		MemoryContextSwitchTo(caller);
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		if (inside)
		{
			RollbackAndReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(caller);
			CurrentResourceOwner = owner;
		}
		if (last_try || !may_be_tried_again(error))
			ReThrowError(error);
		FreeErrorData(error);
		/* where COMMIT failed that has been done */
		if (inside)
			SPI_rollback();
	}
	PG_END_TRY();
	MemoryContextReset(memory);
	return done;
}

/* The next batch; false when there is none left. */
static bool
one_batch(FunctionCallInfo fcinfo, Progress *progress, int32 rows,
		  MemoryContext memory)
{
	Outcome		outcome;
	int			tries = 1;

	while (!try_batch(fcinfo, progress, rows, memory, &outcome, tries == MAX_TRIES))
		tries++;
	if (outcome.taken == 0)
		return false;
	progress->released += outcome.released;
	progress->failed += outcome.failed;
	progress->kept += outcome.taken - outcome.released - outcome.failed;
	progress->last = outcome.last;
	progress->to_go = Max(0, progress->to_go - outcome.taken);
	report(progress);
	return true;
}

/* How much waits, and up to which id; 22023 if there is no such hold. */
static void
look_at_queue(FunctionCallInfo fcinfo, Progress *progress)
{
	Oid			type = INT8OID;
	Datum		arg = PG_GETARG_DATUM(0);
	bool		isnull;

	SPI_execute_with_args("SELECT waiting, first, last FROM regcar.queue_length($1)", 1, &type,
						  &arg, PG_ARGISNULL(0) ? "n" : " ", false, 1);
	progress->to_go = column(1, &isnull);
	if (progress->to_go > 0)
	{
		progress->last = column(2, &isnull) - 1;
		progress->until = column(3, &isnull);
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
check_release(FunctionCallInfo fcinfo)
{
	require_may_commit(fcinfo, "It commits after each batch.");
	if (!PG_ARGISNULL(1) && PG_GETARG_INT64(1) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_rows is at least 1, or NULL for all")));
	if (PG_ARGISNULL(2) || PG_GETARG_INT32(2) < 1 || PG_GETARG_INT32(2) > 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("batch is from 1 to 10000 rows"),
				 errhint("Leave it out for 500.")));
	if (PG_ARGISNULL(3) || DatumGetBool(DirectFunctionCall2(interval_lt, PG_GETARG_DATUM(3),
															IntervalPGetDatum(&(Interval) {0}))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pause is an interval, not below zero"),
				 errhint("Leave it out for none.")));
}

static double
interval_seconds(const Interval *interval)
{
	return interval->time / 1e6 +
		(interval->day + interval->month * 30.0) * SECS_PER_DAY;
}

/*
 * release(hold, max_rows, batch, pause)
 *		Procedure: feed the queue back in order of arrival, up to what waits when
 *		it begins.  25001 inside a transaction block.
 */
PG_FUNCTION_INFO_V1(regcar_release);
Datum
regcar_release(PG_FUNCTION_ARGS)
{
	Progress	progress = {.start = GetCurrentTimestamp()};
	int32		batch;
	int64		max_rows;
	double		pause;
	MemoryContext memory;

	check_release(fcinfo);
	max_rows = PG_ARGISNULL(1) ? PG_INT64_MAX : PG_GETARG_INT64(1);
	batch = PG_GETARG_INT32(2);
	pause = interval_seconds(PG_GETARG_INTERVAL_P(3));

	SPI_connect_ext(SPI_OPT_NONATOMIC);
	look_at_queue(fcinfo, &progress);
	/* what the caller has done is no part of a batch, which may be undone */
	SPI_commit();
	memory = AllocSetContextCreate(CurrentMemoryContext, "regcar release",
								   ALLOCSET_SMALL_SIZES);
	while (progress.released < max_rows &&
		   one_batch(fcinfo, &progress, Min(batch, max_rows - progress.released),
					 memory))
		if (pause > 0 && progress.to_go > 0)
			DirectFunctionCall1(pg_sleep, Float8GetDatum(pause));
	ereport(NOTICE,
			(errmsg("release ended: released " INT64_FORMAT ", failed " INT64_FORMAT ", kept waiting " INT64_FORMAT,
					progress.released, progress.failed, progress.kept),
			 progress.failed + progress.kept > 0 ?
			 errhint("SELECT id, state, outcome FROM regcar.queue WHERE state <> 'released';") : 0));
	SPI_finish();
	PG_RETURN_VOID();
}
