/*
 * lockdown.c
 *		Placing a hold, and waiting for transactions that were past the
 *		gate.
 */
#include "regcar.h"

#include "access/twophase.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "util/extension_catalog.h"
#include "util/procedure.h"
#include "util/query.h"

/* Longest pause between two looks, in ms. */
#define LONGEST_NAP		20

static bool
is_prepared(VirtualTransactionId vxid)
{
	bool		more;

	return TransactionIdIsValid(TwoPhaseGetXidByVirtualXID(vxid, &more));
}

/*
 * When the wait ends: a negative interval means at once, a year or more means
 * never.
 */
static TimestampTz
deadline_after(Datum wait)
{
	Interval	nothing = {0};
	Interval	year = {.month = 12};

	if (DatumGetBool(DirectFunctionCall2(interval_lt, wait, IntervalPGetDatum(&nothing))))
		return DT_NOBEGIN;
	if (DatumGetBool(DirectFunctionCall2(interval_ge, wait, IntervalPGetDatum(&year))))
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(GetCurrentTimestamp()),
												   wait));
}

/*
 * drain_gate(interval) -> text[]
 *		Wait, at most for the interval, for the transactions that are past the
 *		gate now.  Return those that are still there, as pg_locks writes
 *		virtual transactions.  Prepared transactions are not waited for,
 *		because only a person can end them.  Later transactions are not waited
 *		for, because they have seen the hold.
 */
PG_FUNCTION_INFO_V1(regcar_drain_gate);
Datum
regcar_drain_gate(PG_FUNCTION_ARGS)
{
	TimestampTz deadline = deadline_after(PG_GETARG_DATUM(0));
	Oid			relid = extension_table(TABLE_COMMIT_GATE);
	LOCKTAG		tag;
	VirtualTransactionId *waiting;
	int			count;
	long		nap = 1;
	Datum	   *left;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
	/*
	 * the holders of a lock that conflicts with Share: the gate takes
	 * RowExclusive
	 */
	waiting = GetLockConflicts(&tag, ShareLock, &count);
	for (;;)
	{
		int			live = 0;
		int			kept = 0;

		for (int i = 0; i < count; i++)
		{
			bool		prepared = is_prepared(waiting[i]);

			if (!prepared && VirtualXactLock(waiting[i], false))
				continue;
			waiting[kept++] = waiting[i];
			live += !prepared;
		}
		count = kept;
		if (live == 0 || GetCurrentTimestamp() >= deadline)
			break;
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 nap, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		nap = Min(nap * 2, LONGEST_NAP);
	}

	left = palloc((count + 1) * sizeof(Datum));
	for (int i = 0; i < count; i++)
		left[i] = CStringGetTextDatum(psprintf("%d/%u", vxid_backend(waiting[i]),
											   waiting[i].localTransactionId));
	PG_RETURN_ARRAYTYPE_P(construct_array(left, count, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

/*
 * Context of errors while we wait, so that nobody takes them for a rollback.
 */
static void
placed_context(void *hold)
{
	errcontext("hold " INT64_FORMAT " is placed and committed; regcar.drain() waits again for transactions inside COMMIT",
			   *(int64 *) hold);
}

/*
 * Wait, and warn of each transaction that is left, because the promise
 * excludes it.
 */
static void
drain_and_report(int64 hold, Interval *wait)
{
	QueryArgument argument = {INTERVALOID, IntervalPGetDatum(wait), false};
	TimestampTz start = GetCurrentTimestamp();
	uint64		left;
	ErrorContextCallback context = {error_context_stack, placed_context, &hold};

	error_context_stack = &context;
	left = query("SELECT pid, gid, usename, application_name, xact_start FROM regcar.drain($1)",
				 1, &argument);
	error_context_stack = context.previous;

	for (uint64 i = 0; i < left; i++)
	{
		char	   *gid = query_text(i, 2);

		if (gid != NULL)
			ereport(WARNING,
					(errmsg("prepared transaction \"%s\" of %s may still register",
							gid, query_text(i, 3)),
					 errhint("ROLLBACK PREPARED %s; to drop what it registered.",
							 quote_literal_cstr(gid))));
		else
			ereport(WARNING,
					(errmsg("session %s of %s is still committing a registration",
							query_text(i, 1),
							query_text(i, 3)),
					 errdetail("Application \"%s\", transaction since %s.",
							   query_text(i, 4),
							   query_text(i, 5)),
					 errhint("SELECT * FROM regcar.drain(); to wait for it again.")));
	}
	ereport(NOTICE,
			(left == 0 ?
			 errmsg("hold " INT64_FORMAT " binds: nothing that it covers commits any more (drained in %ld ms)",
					hold, (long) ((GetCurrentTimestamp() - start) / 1000)) :
			 errmsg("hold " INT64_FORMAT " binds everything except what is named above",
					hold)));
}

/*
 * lockdown(reason, scope, action, incident, starts_at, expires_at, wait)
 *		Procedure: place a hold, commit it, drain.  Inside a transaction block
 *		it cannot commit, and says so.
 */
PG_FUNCTION_INFO_V1(regcar_lockdown);
Datum
regcar_lockdown(PG_FUNCTION_ARGS)
{
	bool		atomic = !may_commit(fcinfo);
	Interval	wait;
	int64		hold;

	wait = wait_argument(fcinfo, 6);
	SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
	query_with_call(fcinfo, "SELECT regcar.place_hold($1, $2, $3, $4, $5, $6)", 6);
	hold = query_number(0, 1);
	if (atomic)
		ereport(WARNING,
				(errmsg("hold " INT64_FORMAT " binds when this transaction commits",
						hold),
				 errhint("COMMIT, then SELECT * FROM regcar.drain(); to see that nothing is in flight.")));
	else
	{
		SPI_commit();
		drain_and_report(hold, &wait);
	}
	SPI_finish();
	PG_RETURN_VOID();
}
