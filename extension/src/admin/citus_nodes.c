/*
 * citus_nodes.c
 *		One call for every node of a Citus cluster.
 *
 * A procedure does on this node what its namesake for one server does, and
 * commits it.  Only then are the other nodes asked for their state, so that
 * none of them can keep a hold from binding here.  They get the resulting rows
 * (install/nodes/spread.sql), and all of them commit before any is drained.
 * Whatever a node does, it is waited for only until a deadline (ask_nodes.c).
 */
#include "regcar.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "util/deadline.h"
#include "util/procedure.h"
#include "util/query.h"
#include "util/write_transaction.h"

/* For commands without an argument that says how long, in us. */
#define USUAL_WAIT			(10 * USECS_PER_SEC)

/* What a procedure runs on this node, and what the others need after it. */
typedef struct NodeCommand
{
	const char *here;			/* a query whose first column is a NOTICE;
								 * or NULL */
	int			nargs;			/* arguments of the procedure that it takes */
	int			wait;			/* number of the argument that says how
								 * long to drain, or -1 */
	const char *number;			/* kind of the number that it takes, or NULL */
	const char *warn;			/* what to do when all nodes have it: a query
								 * with a place for the number that is in the
								 * second column; or NULL */
} NodeCommand;

static const NodeCommand lockdown_command = {
	"SELECT pg_catalog.format('hold %s is placed', h), h FROM regcar.write_hold($1, $2, $3, $4, $5, $6, $8) h", 8, 6, "hold",
	"SELECT regcar.warn_of_hold(" INT64_FORMAT ", $2, $3)"
};
static const NodeCommand lift_command = {"SELECT regcar.lift_hold($1, $2)", 2, -1, NULL, NULL};
static const NodeCommand exempt_command = {
	"SELECT coalesce('exemption ' || regcar.exempt($1, $2, $3, $4, $5, $6) || ' is granted', 'nothing is exempted yet')", 6, -1, "exemption", NULL
};
static const NodeCommand revoke_command = {
	"SELECT pg_catalog.format('exemption %s is revoked', $1) FROM regcar.revoke_exemption($1, $2)", 2, 2, NULL, NULL
};
static const NodeCommand sync_command = {NULL, 0, 0, NULL, NULL};

static const char *const commits = "It commits here before it tells the other nodes, which commit too.";

/* The text that a query makes of the first arguments of the procedure. */
static char *
ask(FunctionCallInfo fcinfo, const char *sql, int nargs)
{
	if (query_with_call(fcinfo, sql, nargs) != 1)
		elog(ERROR, "no answer from: %s", sql);
	return query_text(0, 1);
}

/*
 * Context of errors after the commit, so that nobody takes them for a
 * rollback.
 */
static void
committed_context(void *arg)
{
	errcontext("it is committed on this node; CALL regcar.sync_nodes() tells the others again");
}

static void
spread(char *states, TimestampTz until, bool drains)
{
	const QueryArgument arguments[] = {
		{TEXTOID, CStringGetTextDatum(states), false},
		{TIMESTAMPTZOID, TimestampTzGetDatum(until), false},
		{BOOLOID, BoolGetDatum(drains), false}
	};
	ErrorContextCallback context = {error_context_stack, committed_context, NULL};

	error_context_stack = &context;
	query("SELECT regcar.spread_holds($1::pg_catalog.jsonb, $2, $3)", 3, arguments);
	error_context_stack = context.previous;
}

/* Where this node does not count for all of them. */
static void
take_number(const char *kind, TimestampTz until)
{
	const QueryArgument arguments[] = {
		{TEXTOID, CStringGetTextDatum(kind), false},
		{TIMESTAMPTZOID, TimestampTzGetDatum(until), false}
	};

	query("SELECT regcar.take_number($1, $2)", 2, arguments);
}

static char *
node_states(TimestampTz until)
{
	query("SELECT regcar.node_states($1)", 1,
		  &(QueryArgument) {TIMESTAMPTZOID, TimestampTzGetDatum(until), false});
	return query_text(0, 1);
}

static Datum
carry_out(FunctionCallInfo fcinfo, const NodeCommand *command)
{
	const char *name = get_func_name(fcinfo->flinfo->fn_oid);
	Interval	wait = {.time = USUAL_WAIT};
	TimestampTz until;
	int64		number = 0;

	require_may_commit(fcinfo, commits);
	if (command->wait >= 0)
		wait = wait_argument(fcinfo, command->wait);
	until = Max(deadline_after(&wait), GetCurrentTimestamp());

	SPI_connect_ext(SPI_OPT_NONATOMIC);
	/* fail before anything is done here, if there is no cluster */
	ask(fcinfo, "SELECT pg_catalog.count(*) FROM regcar.nodes()", 0);
	write_transaction(name);
	if (command->here != NULL)
	{
		char	   *done;

		if (command->number != NULL)
			take_number(command->number, until);
		done = ask(fcinfo, command->here, command->nargs);
		if (command->warn != NULL)
			number = query_number(0, 2);
		SPI_commit();
		write_transaction(name);
		ereport(NOTICE, (errmsg_internal("%s", done)));
	}
	spread(node_states(until), until, command->wait >= 0);
	if (command->warn != NULL)
		query_with_call(fcinfo, psprintf(command->warn, number), command->nargs);
	SPI_finish();
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(regcar_lockdown_on_nodes);
Datum
regcar_lockdown_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &lockdown_command);
}

PG_FUNCTION_INFO_V1(regcar_lift_hold_on_nodes);
Datum
regcar_lift_hold_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &lift_command);
}

PG_FUNCTION_INFO_V1(regcar_exempt_on_nodes);
Datum
regcar_exempt_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &exempt_command);
}

PG_FUNCTION_INFO_V1(regcar_revoke_exemption_on_nodes);
Datum
regcar_revoke_exemption_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &revoke_command);
}

PG_FUNCTION_INFO_V1(regcar_sync_nodes);
Datum
regcar_sync_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &sync_command);
}

/*
 * release_on_nodes(hold, max_rows, batch, pause)
 *		Queued rows are on the node of their shard, so each node releases its
 *		own.
 */
PG_FUNCTION_INFO_V1(regcar_release_on_nodes);
Datum
regcar_release_on_nodes(PG_FUNCTION_ARGS)
{
	SPIExecuteOptions options = {.allow_nonatomic = true};
	char	   *command;

	require_may_commit(fcinfo, commits);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	/* fail before anything is released here, if there is no cluster */
	ask(fcinfo, "SELECT pg_catalog.count(*) FROM regcar.nodes()", 0);
	command = ask(fcinfo,
				  "SELECT pg_catalog.format('CALL regcar.release(%L, %L, %L, %L)', $1, $2, $3, $4)", 4);
	if (SPI_execute_extended(command, &options) != SPI_OK_UTILITY)
		elog(ERROR, "release() did not run");
	/* a release takes as long as it takes */
	query("SELECT regcar.call_nodes($1, 'infinity')", 1,
		  &(QueryArgument) {TEXTOID, CStringGetTextDatum(command), false});
	query("SELECT regcar.report_queues($1)", 1,
		  &(QueryArgument) {INT8OID, PG_GETARG_DATUM(0), PG_ARGISNULL(0)});
	SPI_finish();
	PG_RETURN_VOID();
}
