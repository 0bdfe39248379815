/*
 * lockdown.c
 *		Placing a hold, and waiting until nothing and nobody lacks it.
 *
 * The hold binds on this server first.  Then lockdown() waits for the
 * transactions that were already past the gate, and after that for standbys and
 * subscribers (design 9.1).
 */
#include "regcar.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "admin/prepared.h"
#include "hold/hold.h"
#include "util/deadline.h"
#include "util/extension_catalog.h"
#include "util/one_line.h"
#include "util/procedure.h"
#include "util/query.h"
#include "util/write_transaction.h"

/* A hold that was placed just now. */
typedef struct Placed
{
	int64		hold;
	HoldAction	action;
	TimestampTz starts_at;		/* DT_NOBEGIN if at once */
	TimestampTz expires_at;		/* DT_NOEND if never */
	TimestampTz deadline;		/* of all waiting */
} Placed;

/* What is so from the moment on when a hold binds. */
static const char *const effects[] = {
	[HOLD_PEND] = "nothing that it covers is registered any more, inserts wait in tables that have tickets",
	[HOLD_QUEUE] = "nothing that it covers is registered any more, inserts are set aside",
	[HOLD_REJECT] = "nothing that it covers commits any more",
	[HOLD_FREEZE] = "no write that it covers commits any more",
};

/*
 * Context of errors while we wait, so that nobody takes them for a rollback.
 */
static void
placed_context(void *hold)
{
	errcontext("hold " INT64_FORMAT " is placed and committed; regcar.drain() waits again for transactions inside COMMIT",
			   *(int64 *) hold);
}

/* Warn of a transaction that may still register, because the promise excludes it. */
static void
warn_of_transaction(uint64 row)
{
	char	   *gid = query_text(row, 2);

	if (gid != NULL)
		ereport(WARNING,
				(errmsg("prepared transaction \"%s\" of %s may still register",
						one_line(gid), one_line(query_text(row, 3))),
				 is_part_of_citus(gid) ?
				 errhint("It is a part of a transaction of Citus, which another node may have committed. On the coordinator, as a superuser: SELECT recover_prepared_transactions(); ends it.") :
				 errhint("As %s or a superuser: ROLLBACK PREPARED %s; drops what it registered.",
						 one_line(query_text(row, 3)), one_line_literal(gid))));
	else
		ereport(WARNING,
				(errmsg("session %s of %s is still committing a registration",
						query_text(row, 1), one_line(query_text(row, 3))),
				 errdetail("Application \"%s\", transaction since %s.",
						   query_text(row, 4), query_text(row, 5)),
				 errhint("SELECT * FROM regcar.drain(); waits for it again, SELECT * FROM regcar.drain('0', terminate => true); ends the session.")));
}

/* Wait for transactions that are past the gate; how many are left. */
static uint64
drain_and_warn(FunctionCallInfo fcinfo, TimestampTz deadline)
{
	Interval	left = time_left(deadline);
	QueryArgument argument = {INTERVALOID, IntervalPGetDatum(&left), false};
	uint64		count;

	count = query_as_owner(fcinfo,
						   "SELECT pid, gid, usename, application_name, xact_start FROM regcar.drain($1)",
						   1, &argument);
	for (uint64 i = 0; i < count; i++)
		warn_of_transaction(i);
	return count;
}

/* What to do about a standby or subscriber, by what await_replicas() says of it. */
static const char *
replica_hint(const char *problem)
{
	static const struct
	{
		const char *problem;
		const char *hint;
	}			hints[] = {
		{"behind", "SELECT * FROM regcar.await_replicas(); waits again. Whoever promotes it before that loses the hold."},
		{"not connected", "SELECT * FROM regcar.await_replicas(); no longer names it when it is back. Whoever promotes it before that loses the hold."},
		{"ahead of this server", "It outlived a failover and passes over what this server says: see \"After a failover\" in many-machines.md."},
	};

	for (int i = 0; i < lengthof(hints); i++)
		if (strcmp(problem, hints[i].problem) == 0)
			return hints[i].hint;
	return "SELECT * FROM regcar.await_replicas();";
}

/* Wait for standbys and subscribers; how many may lack the hold. */
static uint64
await_replicas_and_warn(FunctionCallInfo fcinfo, int64 hold,
						TimestampTz deadline)
{
	Interval	left = time_left(deadline);
	QueryArgument argument = {INTERVALOID, IntervalPGetDatum(&left), false};
	uint64		count;

	if (extension_is_older())
		return 0;				/* has no await_replicas() */
	count = query_as_owner(fcinfo,
						   "SELECT kind, name, problem FROM regcar.await_replicas($1)",
						   1, &argument);
	for (uint64 i = 0; i < count; i++)
		ereport(WARNING,
				(errmsg("%s \"%s\" may not have hold " INT64_FORMAT ": it is %s",
						query_text(i, 1), query_text(i, 2), hold, query_text(i, 3)),
				 errhint("%s", replica_hint(query_text(i, 3)))));
	return count;
}

/* Somebody who sees that it stands may not see that it soon will not. */
static int
errdetail_expiry(const Placed *placed)
{
	if (placed->expires_at == DT_NOEND)
		return 0;
	return errdetail("It expires at %s.", timestamptz_to_str(placed->expires_at));
}

/* Say what binds, and whom not. */
static void
report(const Placed *placed, uint64 transactions, uint64 replicas, long drained)
{
	if (placed->expires_at <= GetCurrentTimestamp())
		ereport(WARNING,
				(errmsg("hold " INT64_FORMAT " expired at %s, and stops nothing any more",
						placed->hold, timestamptz_to_str(placed->expires_at)),
				 errhint("SELECT * FROM regcar.active_holds; shows what stands.")));
	else if (transactions > 0)
		ereport(NOTICE,
				(errmsg("hold " INT64_FORMAT " binds everything except what is named above", placed->hold),
				 errdetail_expiry(placed)));
	else if (replicas > 0)
		ereport(NOTICE,
				(errmsg("hold " INT64_FORMAT " binds on this server (drained in %ld ms), but perhaps not on what is named above",
						placed->hold, drained),
				 errdetail_expiry(placed)));
	else
		ereport(NOTICE,
				(errmsg("hold " INT64_FORMAT " binds: %s (drained in %ld ms)",
						placed->hold, effects[placed->action], drained),
				 errdetail_expiry(placed)));
}

/* After the commit of one that binds already. */
static void
wait_and_report(FunctionCallInfo fcinfo, const Placed *placed)
{
	TimestampTz start = GetCurrentTimestamp();
	uint64		transactions = drain_and_warn(fcinfo, placed->deadline);
	long		drained = TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());
	uint64		replicas = await_replicas_and_warn(fcinfo, placed->hold, placed->deadline);

	report(placed, transactions, replicas, drained);
}

/* After the commit of one that is still to start: there is nothing to drain. */
static void
report_start(FunctionCallInfo fcinfo, const Placed *placed)
{
	(void) await_replicas_and_warn(fcinfo, placed->hold, placed->deadline);
	ereport(NOTICE,
			(errmsg("hold " INT64_FORMAT " binds from %s on", placed->hold,
					timestamptz_to_str(placed->starts_at)),
			 errdetail_expiry(placed),
			 errhint("Then SELECT * FROM regcar.drain(); because what is inside COMMIT at that moment, or is prepared, may still register.")));
}

/* After the commit of one that only observes: it has nothing to wait for. */
static void
report_observing(const Placed *placed)
{
	ereport(NOTICE,
			(placed->starts_at > GetCurrentTimestamp() ?
			 errmsg("hold " INT64_FORMAT " observes from %s on: it stops nobody, and notes whom it would have stopped",
					placed->hold, timestamptz_to_str(placed->starts_at)) :
			 errmsg("hold " INT64_FORMAT " observes: it stops nobody, and notes whom it would have stopped",
					placed->hold),
			 errdetail_expiry(placed),
			 errhint("SELECT * FROM regcar.refusals WHERE hold = " INT64_FORMAT ";", placed->hold)));
}

/*
 * In the transaction that wrote it: commit, and what comes after that.  First
 * of all the hold binds; only then do we look for what may be wrong with it.
 */
static void
commit_and_wait(FunctionCallInfo fcinfo, Placed *placed)
{
	ErrorContextCallback context = {error_context_stack, placed_context, &placed->hold};

	SPI_commit();
	error_context_stack = &context;
	write_transaction("lockdown");
	if (!extension_is_older())
		query_with_call(fcinfo, psprintf("SELECT regcar.warn_of_hold(" INT64_FORMAT ", $2, $3)", placed->hold), 3);
	if (placed->action == HOLD_OBSERVE)
		report_observing(placed);
	else if (placed->starts_at > GetCurrentTimestamp())
		report_start(fcinfo, placed);
	else
		wait_and_report(fcinfo, placed);
	error_context_stack = context.previous;
}

/* Inside a transaction block, where we cannot commit. */
static void
report_uncommitted(const Placed *placed)
{
	bool		starts_later = placed->starts_at > GetCurrentTimestamp();

	if (placed->action == HOLD_OBSERVE)
		ereport(NOTICE,
				(errmsg("hold " INT64_FORMAT " observes once this transaction has committed: it stops nobody",
						placed->hold)));
	else if (starts_later)
		ereport(WARNING,
				(errmsg("hold " INT64_FORMAT " binds from %s on, if this transaction commits",
						placed->hold, timestamptz_to_str(placed->starts_at)),
				 errhint("COMMIT. When the hold has started, SELECT * FROM regcar.drain(); to see that nothing is in flight.")));
	else
		ereport(WARNING,
				(errmsg("hold " INT64_FORMAT " binds when this transaction commits",
						placed->hold),
				 errhint("COMMIT, then SELECT * FROM regcar.drain(); to see that nothing is in flight.")));
}

/*
 * lockdown(reason, scope, action, incident, starts_at, expires_at, wait,
 *		approvals)
 *		Procedure: place a hold, commit it, drain.  Inside a transaction block
 *		it cannot commit, and says so.
 */
PG_FUNCTION_INFO_V1(regcar_lockdown);
Datum
regcar_lockdown(PG_FUNCTION_ARGS)
{
	bool		atomic = !may_commit(fcinfo);
	Interval	wait = wait_argument(fcinfo, 6);
	Placed		placed = {
		.starts_at = PG_ARGISNULL(4) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(4),
		.expires_at = PG_ARGISNULL(5) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(5),
		.deadline = deadline_after(&wait),
	};

	SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
	if (!atomic)
		write_transaction("lockdown");
	/* an older release has no approvals, and warns before it commits */
	if (PG_NARGS() <= 7)
		query_with_call(fcinfo, "SELECT regcar.place_hold($1, $2, $3, $4, $5, $6)", 6);
	else if (atomic)
		query_with_call(fcinfo, "SELECT regcar.place_hold($1, $2, $3, $4, $5, $6, $8)", 8);
	else
		query_with_call(fcinfo, "SELECT regcar.write_hold($1, $2, $3, $4, $5, $6, $8)", 8);
	placed.hold = query_number(0, 1);
	placed.action = hold_action_of(PG_GETARG_OID(2));
	if (atomic)
		report_uncommitted(&placed);
	else
		commit_and_wait(fcinfo, &placed);
	SPI_finish();
	PG_RETURN_VOID();
}
