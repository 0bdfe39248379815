/*
 * citus_nodes.c
 *		One call for every node of a Citus cluster.
 *
 * A procedure says here what its namesake for one server says, and commits it.
 * Then the other nodes get the rows that came of it (install/68_nodes.sql): all
 * of them commit before any is drained.  They are asked first of all, so that a
 * new hold gets a number that each has free, and one that is dead costs its
 * time once.
 */
#include "regcar.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "util/procedure.h"

/* What a procedure says on this node, and what the others need after it. */
typedef struct Order
{
	const char *here;			/* its result is a NOTICE; or NULL */
	int			nargs;			/* that it takes of the procedure's */
	int			wait;			/* argument of how long to drain, or -1 */
} Order;

static const Order lockdown_order = {
	"SELECT pg_catalog.format('hold %s is placed', regcar.place_hold($1, $2, $3, $4, $5, $6))", 6, 6
};
static const Order lift_order = {"SELECT regcar.lift_hold($1, $2)", 2, -1};
static const Order exempt_order = {
	"SELECT pg_catalog.format('exemption %s is granted', regcar.exempt($1, $2, $3, $4))", 4, -1
};
static const Order revoke_order = {
	"SELECT pg_catalog.format('exemption %s is revoked', $1) FROM regcar.revoke_exemption($1, $2)", 2, 2
};
static const Order sync_order = {NULL, 0, 0};

static const char *const commits = "It commits here before it tells the other nodes, which commit too.";

/* Run a statement with the procedure's first arguments; its text or NULL. */
static char *
run(FunctionCallInfo fcinfo, const char *sql, int nargs)
{
	Oid		   *types;
	int			count;
	Datum		values[6];
	char		nulls[7] = {0};

	get_func_signature(fcinfo->flinfo->fn_oid, &types, &count);
	for (int i = 0; i < nargs; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	if (SPI_execute_with_args(sql, nargs, types, values, nulls, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "no answer from: %s", sql);
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* What an error after the commit must not leave in doubt. */
static void
committed_context(void *arg)
{
	errcontext("it is committed on this node; CALL regcar.sync_nodes() tells the others again");
}

static void
spread(char *states, Datum wait, bool drains)
{
	Oid			types[] = {TEXTOID, INTERVALOID, BOOLOID};
	Datum		values[] = {CStringGetTextDatum(states), wait, BoolGetDatum(drains)};
	ErrorContextCallback context = {error_context_stack, committed_context, NULL};

	error_context_stack = &context;
	if (SPI_execute_with_args("SELECT regcar.spread_holds($1::pg_catalog.jsonb, $2, $3)",
							  3, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "spread_holds() did not run");
	error_context_stack = context.previous;
}

static Datum
carry_out(FunctionCallInfo fcinfo, const Order *order)
{
	Interval	wait = {0};
	char	   *states;

	require_may_commit(fcinfo, commits);
	if (order->wait >= 0)
	{
		if (PG_ARGISNULL(order->wait))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("wait must not be null"),
					 errhint("Leave it out to wait for 10 seconds.")));
		wait = *PG_GETARG_INTERVAL_P(order->wait);
	}

	SPI_connect_ext(SPI_OPT_NONATOMIC);
	states = run(fcinfo, "SELECT regcar.node_states()", 0);
	if (order->here != NULL)
		ereport(NOTICE, (errmsg_internal("%s", run(fcinfo, order->here, order->nargs))));
	SPI_commit();
	spread(states, IntervalPGetDatum(&wait), order->wait >= 0);
	SPI_finish();
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(regcar_lockdown_on_nodes);
Datum
regcar_lockdown_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &lockdown_order);
}

PG_FUNCTION_INFO_V1(regcar_lift_hold_on_nodes);
Datum
regcar_lift_hold_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &lift_order);
}

PG_FUNCTION_INFO_V1(regcar_exempt_on_nodes);
Datum
regcar_exempt_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &exempt_order);
}

PG_FUNCTION_INFO_V1(regcar_revoke_exemption_on_nodes);
Datum
regcar_revoke_exemption_on_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &revoke_order);
}

PG_FUNCTION_INFO_V1(regcar_sync_nodes);
Datum
regcar_sync_nodes(PG_FUNCTION_ARGS)
{
	return carry_out(fcinfo, &sync_order);
}

/*
 * release_on_nodes(hold, max_rows, batch, pause)
 *		The queue is where the shard is, so each node releases its own.
 */
PG_FUNCTION_INFO_V1(regcar_release_on_nodes);
Datum
regcar_release_on_nodes(PG_FUNCTION_ARGS)
{
	SPIExecuteOptions options = {.allow_nonatomic = true};
	char	   *command;

	require_may_commit(fcinfo, commits);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	/* before anything is released here: is there a cluster? */
	run(fcinfo, "SELECT pg_catalog.count(*) FROM regcar.nodes()", 0);
	command = run(fcinfo,
				  "SELECT pg_catalog.format('CALL regcar.release(%L, %L, %L, %L)', $1, $2, $3, $4)", 4);
	if (SPI_execute_extended(command, &options) != SPI_OK_UTILITY)
		elog(ERROR, "release() did not run");
	SPI_execute_with_args("SELECT regcar.call_nodes($1)", 1, (Oid[]) {TEXTOID},
						  (Datum[]) {CStringGetTextDatum(command)}, NULL, false, 1);
	SPI_finish();
	PG_RETURN_VOID();
}
