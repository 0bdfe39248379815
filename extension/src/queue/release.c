/*
 * release.c
 *		The procedure that releases the queue, batch by batch.
 */
#include "regcar.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "hold/errors.h"
#include "util/procedure.h"
#include "util/query.h"

/* How often a batch is tried that other transactions keep from committing. */
#define MAX_TRIES	10

/* How far a release has come. */
typedef struct Progress
{
	int64		last;			/* id of the last entry that it has handled */
	int64		until;			/* id of the last entry that was there at
								 * its start */
	int64		to_go;
	int64		released;
	int64		failed;
	int64		kept;
	TimestampTz start;
} Progress;

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
	const QueryArgument arguments[] = {
		{INT8OID, PG_GETARG_DATUM(0), PG_ARGISNULL(0)},
		{INT8OID, Int64GetDatum(progress->last), false},
		{INT8OID, Int64GetDatum(progress->until), false},
		{INT4OID, Int32GetDatum(rows), false}
	};
	Outcome		outcome;

	/*
	 * A constraint must fail its own row, not the batch; and none can be
	 * deferred in a security-restricted operation.
	 */
	SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0);
	query("SELECT taken::bigint, released::bigint, failed::bigint, last"
		  " FROM regcar.release_batch($1, $2, $3, $4)", 4, arguments);
	outcome = (Outcome) {
		query_number(0, 1), query_number(0, 2), query_number(0, 3), query_number(0, 4)
	};
	SPI_freetuptable(SPI_tuptable);
	return outcome;
}

/* Was a hold placed meanwhile, or was another transaction in the way? */
static bool
may_be_tried_again(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_REGCAR_HELD ||
		ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK;
}

/*
 * Do one batch and commit it.  If it failed as a whole and may be tried
 * again, the result is false; then all of it is undone, and a new transaction
 * has begun.
 *
 * A commit leaves some bytes in the memory context of its caller, which must
 * not pile up.
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
		/* a COMMIT that failed has done it already */
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

/*
 * Look how many entries wait, and up to which id; 22023 if there is no such
 * hold.
 */
static void
look_at_queue(FunctionCallInfo fcinfo, Progress *progress)
{
	query_with_call(fcinfo, "SELECT waiting, first, last FROM regcar.queue_length($1)", 1);
	progress->to_go = query_number(0, 1);
	if (progress->to_go > 0)
	{
		progress->last = query_number(0, 2) - 1;
		progress->until = query_number(0, 3);
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
				 errmsg("max_rows must be at least 1, or NULL for all")));
	if (PG_ARGISNULL(2) || PG_GETARG_INT32(2) < 1 || PG_GETARG_INT32(2) > 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("batch must be from 1 to 10000 rows"),
				 errhint("Leave it out for 500.")));
	if (PG_ARGISNULL(3) || DatumGetBool(DirectFunctionCall2(interval_lt, PG_GETARG_DATUM(3),
															IntervalPGetDatum(&(Interval) {0}))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pause must be an interval of zero or more"),
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
 *		Procedure: release in order of arrival what waits when it begins.
 *		25001 inside a transaction block.
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
	/*
	 * the work of the caller must not be in a batch, because that may be
	 * undone
	 */
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
