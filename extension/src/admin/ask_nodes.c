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
#include "utils/wait_event.h"

#include "admin/node_address.h"
#include "admin/node_session.h"

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

/* Wait until each has an answer, or until the time is up. */
static void
await_answers(NodeSession **session, int count, TimestampTz until)
{
	struct pollfd *event = palloc(count * sizeof(struct pollfd));
	TimestampTz connecting_until = connecting_ends();

	for (;;)
	{
		int			awaited = 0;
		int			ms = nap(until);
		int			ready;

		for (int i = 0; i < count; i++)
			awaited += node_awaited(session[i], &event[i]);
		if (awaited == 0)
			break;
		pgstat_report_wait_start(PG_WAIT_EXTENSION);
		ready = poll(event, count, ms);
		pgstat_report_wait_end();
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
		{
			if (ready > 0 && event[i].revents != 0)
				node_step(session[i]);
			else if (ms == 0 || (node_connects(session[i]) &&
								 GetCurrentTimestamp() >= connecting_until))
				node_give_up(session[i]);
		}
	}
	pfree(event);
}

static void
put_answer(ReturnSetInfo *rsinfo, const NodeAddress *address,
		   NodeSession *session)
{
	char	   *answer;
	bool		success = node_answer(session, &answer);
	char	   *node = psprintf("%s:%d", address->host, address->port);
	Datum		values[] = {
		CStringGetTextDatum(node),
		BoolGetDatum(success),
		answer == NULL ? (Datum) 0 : CStringGetTextDatum(answer)
	};
	bool		nulls[] = {false, false, answer == NULL};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
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
 * ask_nodes(names text[], ports integer[], commands text[], until timestamptz)
 *		-> setof (node, success, result)
 *		Each node commits its command, whatever becomes of the caller's
 *		transaction.  At that time a node that has not answered is given up.
 */
PG_FUNCTION_INFO_V1(regcar_ask_nodes);
Datum
regcar_ask_nodes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *commands;
	int			count;
	NodeAddress *address;
	NodeSession **session;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT,
					  &commands, NULL, &count);
	SPI_connect();
	address = node_addresses(fcinfo, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), count);
	session = palloc(count * sizeof(NodeSession *));
	for (int i = 0; i < count; i++)
	{
		require_node(&address[i]);
		session[i] = node_ask(&address[i], TextDatumGetCString(commands[i]));
	}
	await_answers(session, count, PG_GETARG_TIMESTAMPTZ(3));
	for (int i = 0; i < count; i++)
		put_answer(rsinfo, &address[i], session[i]);
	SPI_finish();
	return (Datum) 0;
}
