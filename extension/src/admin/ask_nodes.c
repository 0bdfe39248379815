/*
 * ask_nodes.c
 *		One command for each of some nodes of Citus, run side by side.
 */
#include "regcar.h"

#include <poll.h>

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/wait_event.h"

#include "admin/node_address.h"
#include "admin/node_session.h"
#include "util/query.h"

/* poll() may miss a signal that comes just before it. */
#define LONGEST_NAP		100		/* ms */

/* Connecting takes no longer, whatever Citus would allow. */
#define LONGEST_CONNECTING	5000	/* ms */

/* Until when a node may take to connect. */
static TimestampTz
connecting_ends(void)
{
	const char *setting = GetConfigOption("citus.node_connection_timeout", true, false);
	int			ms = setting == NULL ? LONGEST_CONNECTING :
		Min(pg_strtoint32(setting), LONGEST_CONNECTING);

	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms);
}

/* For how long to wait at once. */
static int
nap(TimestampTz until)
{
	TimestampTz now = GetCurrentTimestamp();

	if (until <= now)
		return 0;
	return until - now > LONGEST_NAP * INT64CONST(1000) ? LONGEST_NAP :
		(int) ((until - now + 999) / 1000);
}

/*
 * Wait so long for any of the sessions, and let those go on that can.  The
 * others have the event 0.  False if all have an answer.
 */
static bool
step_those_ready(NodeSession **session, struct pollfd *event, int count, int ms)
{
	int			awaited = 0;
	int			ready;

	for (int i = 0; i < count; i++)
		awaited += node_awaited(session[i], &event[i]);
	if (awaited == 0)
		return false;
	pgstat_report_wait_start(PG_WAIT_EXTENSION);
	ready = poll(event, count, ms);
	pgstat_report_wait_end();
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < count; i++)
	{
		if (ready <= 0)
			event[i].revents = 0;
		if (event[i].revents != 0)
			node_step(session[i]);
	}
	return true;
}

/* Wait until each has an answer, or until the time is up. */
static void
await_answers(NodeSession **session, struct pollfd *event, int count,
			  TimestampTz until, TimestampTz connecting_until)
{
	for (;;)
	{
		int			ms = nap(until);

		if (!step_those_ready(session, event, count, ms))
			break;
		for (int i = 0; i < count; i++)
			if (event[i].revents == 0 &&
				(ms == 0 || (node_connects(session[i]) &&
							 GetCurrentTimestamp() >= connecting_until)))
				node_give_up(session[i]);
	}
}

/* One row of the result; node is NULL for this one. */
static void
put_answer(ReturnSetInfo *rsinfo, const char *node, bool success,
		   const char *answer)
{
	Datum		values[] = {
		node == NULL ? (Datum) 0 : CStringGetTextDatum(node),
		BoolGetDatum(success),
		answer == NULL ? (Datum) 0 : CStringGetTextDatum(answer)
	};
	bool		nulls[] = {node == NULL, false, answer == NULL};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_answers(ReturnSetInfo *rsinfo, const NodeAddress *address,
			NodeSession **session, int count)
{
	for (int i = 0; i < count; i++)
	{
		char	   *answer;
		bool		success = node_answer(session[i], &answer);

		put_answer(rsinfo, psprintf("%s:%d", address[i].host, address[i].port),
				   success, answer);
	}
}

static void
require_node(const NodeAddress *address)
{
	if (!address->known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only primary nodes of this cluster can be asked"),
				 errhint("SELECT * FROM regcar.nodes();")));
}

/*
 * ask_nodes(names text[], ports integer[], commands text[], until timestamptz,
 *		here text) -> setof (node, success, result)
 *		Each node commits its command, whatever becomes of the caller's
 *		transaction.  At that time a node that has not answered is given up.
 *		Meanwhile this node runs a query of its own, if there is one.
 */
PG_FUNCTION_INFO_V1(regcar_ask_nodes);
Datum
regcar_ask_nodes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *commands = NULL;
	int			count = 0;
	NodeAddress *address = NULL;
	NodeSession **session;
	struct pollfd *event;
	TimestampTz connecting_until = connecting_ends();

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3))
	{
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
						  TYPALIGN_INT, &commands, NULL, &count);
		address = node_addresses(fcinfo, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), count);
	}
	session = palloc(count * sizeof(NodeSession *));
	event = palloc(count * sizeof(struct pollfd));
	for (int i = 0; i < count; i++)
	{
		require_node(&address[i]);
		session[i] = node_ask(&address[i], TextDatumGetCString(commands[i]));
	}
	if (!PG_ARGISNULL(4))
	{
		/* first what can be sent at once, because this takes as long as it takes */
		step_those_ready(session, event, count, 0);
		if (query(text_to_cstring(PG_GETARG_TEXT_PP(4)), 0, NULL) == 1)
			put_answer(rsinfo, NULL, true, query_text(0, 1));
	}
	await_answers(session, event, count, PG_GETARG_TIMESTAMPTZ(3), connecting_until);
	put_answers(rsinfo, address, session, count);
	SPI_finish();
	return (Datum) 0;
}
