/*
 * node_session.c
 *		A session with a node of Citus.
 *
 * Citus' own functions for this wait for the answer of a node without a limit,
 * and the answers that have come are lost if that wait is ended.  So a session
 * is made here, as Citus makes it, with the libpq that Citus has.  Only the look-up
 * of a name may block; addresses need none.
 */
#include "regcar.h"
#include "admin/node_session.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/fd.h"
#include "utils/memutils.h"

#include "util/citus_libpq.h"

typedef enum SessionState
{
	SESSION_CONNECTS,
	SESSION_OPENS,				/* runs its first command */
	SESSION_IS_ASKED,
	SESSION_HAS_ANSWERED,
	SESSION_IS_USELESS			/* failed, or given up: why is in answer */
} SessionState;

struct NodeSession
{
	PGconn	   *connection;
	bool		has_file;		/* counted as one that this backend has open */
	char	   *host;
	int			port;
	Oid			role;
	SessionState state;
	short		awaits;			/* events of poll() */
	char	   *command;
	bool		success;
	char	   *answer;			/* or NULL */
	MemoryContext memory;		/* of all this */
};

/* Whatever a database or a role has set, as in write_transaction.c. */
static const char *const opening =
"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";

static List *sessions = NIL;

static void
close_session(NodeSession *session)
{
	sessions = list_delete_ptr(sessions, session);
	if (session->connection != NULL)
		citus_libpq()->PQfinish(session->connection);
	if (session->has_file)
		ReleaseExternalFD();
	MemoryContextDelete(session->memory);
}

/* Of whatever event: no session outlives its transaction. */
static void
close_all(XactEvent event, void *arg)
{
	while (sessions != NIL)
		close_session(linitial(sessions));
}

static void
ignore_notice(void *arg, const char *message)
{
}

static void
answer_with(NodeSession *session, SessionState state, bool success,
			const char *answer)
{
	session->state = state;
	session->success = success;
	session->answer = answer == NULL ? NULL :
		MemoryContextStrdup(session->memory, answer);
}

/* The first line of what libpq says, which is all that a DETAIL has room for. */
static const char *
libpq_problem(const NodeSession *session)
{
	const char *message = citus_libpq()->PQerrorMessage(session->connection);

	return pnstrdup(message, strcspn(message, "\n"));
}

static void
fail_to_connect(NodeSession *session, const char *why)
{
	answer_with(session, SESSION_IS_USELESS, false,
				psprintf("failed to connect to %s:%d: %s", session->host,
						 session->port, why));
}

static void
lose_connection(NodeSession *session)
{
	answer_with(session, SESSION_IS_USELESS, false,
				psprintf("the connection was lost: %s", libpq_problem(session)));
}

static NodeSession *
make_session(const NodeAddress *address)
{
	static bool registered;
	MemoryContext caller;
	MemoryContext memory;
	NodeSession *session;

	if (!registered)
		RegisterXactCallback(close_all, NULL);
	registered = true;
	memory = AllocSetContextCreate(TopMemoryContext, "regcar session with a node",
								   ALLOCSET_SMALL_SIZES);
	session = MemoryContextAllocZero(memory, sizeof(NodeSession));
	session->memory = memory;
	session->host = MemoryContextStrdup(memory, address->host);
	session->port = address->port;
	session->role = GetUserId();
	caller = MemoryContextSwitchTo(TopMemoryContext);
	sessions = lappend(sessions, session);
	MemoryContextSwitchTo(caller);
	session->has_file = AcquireExternalFD();
	if (session->has_file)
		session->connection = citus_libpq()->PQconnectStartParams(address->keywords,
																  address->values, 0);
	return session;
}

/* One that is open, and has nothing to do; NULL if there is none. */
static NodeSession *
find_session(const NodeAddress *address)
{
	ListCell   *lc;

	foreach(lc, sessions)
	{
		NodeSession *session = lfirst(lc);

		if (session->state == SESSION_HAS_ANSWERED &&
			session->port == address->port && session->role == GetUserId() &&
			strcmp(session->host, address->host) == 0)
			return session;
	}
	return NULL;
}

static void
send_command(NodeSession *session, SessionState state, const char *command)
{
	session->state = state;
	/* sends what it can, and what is left when there is room for it */
	session->awaits = POLLIN | POLLOUT;
	if (!citus_libpq()->PQsendQuery(session->connection, command))
		lose_connection(session);
}

NodeSession *
node_ask(const NodeAddress *address, const char *command)
{
	NodeSession *session = find_session(address);
	bool		is_new = session == NULL;

	if (is_new)
		session = make_session(address);
	session->command = MemoryContextStrdup(session->memory, command);
	answer_with(session, SESSION_CONNECTS, false, NULL);
	if (!is_new)
		send_command(session, SESSION_IS_ASKED, session->command);
	else if (session->connection == NULL)
		fail_to_connect(session, session->has_file ? "out of memory" :
						"too many files are open here");
	else if (citus_libpq()->PQstatus(session->connection) == CONNECTION_BAD)
		fail_to_connect(session, libpq_problem(session));
	else
		session->awaits = POLLOUT;
	return session;
}

bool
node_awaited(const NodeSession *session, struct pollfd *event)
{
	bool		awaited = session->state < SESSION_HAS_ANSWERED;

	/* poll() passes over a descriptor below 0 */
	event->fd = awaited ? citus_libpq()->PQsocket(session->connection) : -1;
	event->events = session->awaits;
	event->revents = 0;
	return awaited;
}

static void
connect_step(NodeSession *session)
{
	const Libpq *libpq = citus_libpq();

	switch (libpq->PQconnectPoll(session->connection))
	{
		case PGRES_POLLING_READING:
			session->awaits = POLLIN;
			break;
		case PGRES_POLLING_OK:
			libpq->PQsetNoticeProcessor(session->connection, ignore_notice, NULL);
			(void) libpq->PQsetnonblocking(session->connection, 1);
			send_command(session, SESSION_OPENS, opening);
			break;
		case PGRES_POLLING_FAILED:
			fail_to_connect(session, libpq_problem(session));
			break;
		default:
			session->awaits = POLLOUT;
	}
}

/* What comes of a command; the state stays as it is while there may be more. */
static void
note_result(NodeSession *session, PGresult *result)
{
	const Libpq *libpq = citus_libpq();
	bool		has_value;
	const char *message;

	switch (libpq->PQresultStatus(result))
	{
		case PGRES_TUPLES_OK:
			has_value = libpq->PQntuples(result) > 0 && !libpq->PQgetisnull(result, 0, 0);
			answer_with(session, session->state, true,
						has_value ? libpq->PQgetvalue(result, 0, 0) : NULL);
			break;
		case PGRES_COMMAND_OK:
			answer_with(session, session->state, true, libpq->PQcmdStatus(result));
			break;
		default:
			message = libpq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
			/* not from the node: the connection is lost, or would copy */
			if (message == NULL)
				lose_connection(session);
			else
				answer_with(session, session->state, false, message);
	}
}

static bool
awaits_answer(const NodeSession *session)
{
	return session->state == SESSION_OPENS || session->state == SESSION_IS_ASKED;
}

static void
end_command(NodeSession *session)
{
	if (session->state == SESSION_OPENS && session->success)
		send_command(session, SESSION_IS_ASKED, session->command);
	else if (session->state == SESSION_OPENS ||
			 citus_libpq()->PQstatus(session->connection) == CONNECTION_BAD)
		session->state = SESSION_IS_USELESS;
	else
		session->state = SESSION_HAS_ANSWERED;
}

static void
answer_step(NodeSession *session)
{
	const Libpq *libpq = citus_libpq();
	int			unsent = libpq->PQflush(session->connection);

	session->awaits = unsent == 1 ? POLLIN | POLLOUT : POLLIN;
	if (unsent < 0 || !libpq->PQconsumeInput(session->connection))
	{
		lose_connection(session);
		return;
	}
	while (awaits_answer(session) && !libpq->PQisBusy(session->connection))
	{
		PGresult   *result = libpq->PQgetResult(session->connection);

		if (result == NULL)
			end_command(session);
		else
			note_result(session, result);
		libpq->PQclear(result);
	}
}

void
node_step(NodeSession *session)
{
	if (session->state == SESSION_CONNECTS)
		connect_step(session);
	else if (awaits_answer(session))
		answer_step(session);
}

bool
node_connects(const NodeSession *session)
{
	return session->state < SESSION_IS_ASKED;
}

void
node_give_up(NodeSession *session)
{
	if (node_connects(session))
		fail_to_connect(session, "it does not answer");
	else if (session->state == SESSION_IS_ASKED)
		answer_with(session, SESSION_IS_USELESS, false,
					"it did not answer in time; what it was told it may do later");
}

bool
node_answer(NodeSession *session, char **answer)
{
	*answer = session->answer == NULL ? NULL : pstrdup(session->answer);
	return session->success;
}
