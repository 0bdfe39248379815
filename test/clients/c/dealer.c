/*
 * dealer.c
 *		A dealer's registrations with libpq.  PGHOST and the like say where.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#define TRIES	3
#define SECONDS 10

/* What a person is told.  Any other error is a fault of ours. */
static const char *const refused[][2] = {
	{"22P02", "no mark"},
	{"23505", "taken"},
	{"23514", "not on that day"},
	{"RH001", "held"},
	{NULL}
};

static char queued[32];			/* id in regcar.queue, or nothing */

/* A step of the story, which goes on when a line comes back. */
static void
say(const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	while (getchar() >= ' ')
		 /* to the end of the line */ ;
}

static const char *
field(const PGresult *result, int code)
{
	const char *value = PQresultErrorField(result, code);

	return value ? value : "";
}

/* A row that was set aside is no error and no row: a NOTICE says where it is. */
static void
notice(void *mark, const PGresult *result)
{
	if (strcmp(field(result, PG_DIAG_SQLSTATE), "RH002") != 0)
		return;
	sscanf(field(result, PG_DIAG_MESSAGE_DETAIL), "Queue id %31[0-9]", queued);
	say("%s: RH002, %s", mark, field(result, PG_DIAG_MESSAGE_PRIMARY));
}

static void
fail(PGconn *conn)
{
	fputs(PQerrorMessage(conn), stderr);
	exit(1);
}

/* A statement that has to work. */
static PGresult *
query(PGconn *conn, const char *sql, const char *value, int format)
{
	PGresult   *result = PQexecParams(conn, sql, value != NULL, NULL, &value,
									  NULL, NULL, format);

	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
		PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(conn);
	return result;
}

/* One transaction: the result of the statement that failed, or of COMMIT. */
static PGresult *
transaction(PGconn *conn, const char *const *row, int attempt)
{
	PGresult   *result;

	queued[0] = '\0';
	PQsetNoticeReceiver(conn, notice, (void *) row[0]);
	PQclear(query(conn, "BEGIN", NULL, 0));
	result = PQexecPrepared(conn, "insert", 3, row, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		PQclear(query(conn, "ROLLBACK", NULL, 0));
		return result;
	}
	if (queued[0] == '\0')
		say("%s: inserted, attempt %d", row[0], attempt);
	PQclear(result);
	return PQexec(conn, "COMMIT");	/* a hold may refuse it here too */
}

/* Registers a mark, or tells a person why not. */
static void
attempt(PGconn *conn, const char *mark, const char *day, const char *make)
{
	const char *row[] = {mark, day, make};
	PGresult   *result = transaction(conn, row, 1);
	int			i = 0;

	/* Repeated for 40001 only: RH001 stands until the hold ends. */
	for (int n = 2; n <= TRIES; n++)
	{
		if (strcmp(field(result, PG_DIAG_SQLSTATE), "40001") != 0)
			break;
		say("%s: 40001, again: %s", mark,
			field(result, PG_DIAG_MESSAGE_PRIMARY));
		PQclear(result);
		result = transaction(conn, row, n);
	}
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		while (refused[i][0] != NULL &&
			   strcmp(refused[i][0], field(result, PG_DIAG_SQLSTATE)) != 0)
			i++;
		if (refused[i][0] == NULL)
			fail(conn);
		say("%s: %s, %s: %s", mark, refused[i][0], refused[i][1],
			field(result, PG_DIAG_MESSAGE_PRIMARY));
		say("    %s", field(result, PG_DIAG_MESSAGE_DETAIL));
	}
	else if (queued[0] == '\0')
		say("%s: registered", mark);
	PQclear(result);
}

/* What would stop a registration just now; no row if nothing does. */
static PGresult *
hold_for(PGconn *conn, const char *row)
{
	return query(conn, "SELECT hold, action, reason "
				 "FROM regcar.hold_for('registration', $1)", row, 0);
}

/* Waits for the end of the hold, on a connection that does nothing else. */
static void
wait_for_end(const char *row)
{
	PGconn	   *conn = PQconnectdb("");
	struct pollfd socket = {.fd = PQsocket(conn),.events = POLLIN};
	PGresult   *held;
	PGnotify   *heard;
	time_t		deadline = time(NULL) + SECONDS;

	PQclear(query(conn, "LISTEN regcar", NULL, 0));

	/*
	 * Asked after LISTEN, so that no event is missed, and again without one:
	 * a connection that was lost has lost its events.
	 */
	held = hold_for(conn, row);
	say("listening");
	while (PQntuples(held) > 0 && time(NULL) < deadline)
	{
		poll(&socket, 1, 1000);
		PQconsumeInput(conn);
		while ((heard = PQnotifies(conn)) != NULL)
		{
			say("heard: %s", heard->extra);
			PQfreemem(heard);
		}
		PQclear(held);
		held = hold_for(conn, row);
	}
	PQclear(held);
	PQfinish(conn);
}

/* Appends the marks of a value in binary: after a header, length and text. */
static void
add_binary(char *marks, const PGresult *result, int column, int header)
{
	const char *value = PQgetvalue(result, 0, column);
	const char *end = value + PQgetlength(result, 0, column);
	uint32_t	len;

	for (value += header; value < end; value += 4 + len)
	{
		memcpy(&len, value, 4);
		len = ntohl(len);
		sprintf(marks + strlen(marks), ", %.*s", (int) len, value + 4);
	}
}

/* Reads marks: as text with the punctuation of arrays and ranges, and in binary. */
static void
read_types(PGconn *conn, const char *mark)
{
	const char *sql = "SELECT m, ARRAY[m, plate_next(m)], plate_block('AB', '75') "
		"FROM CAST($1 AS plate) m";
	char		marks[200] = "";
	PGresult   *result = query(conn, sql, mark, 0);

	for (int column = 0; column < 3; column++)
		for (char *each = strtok(PQgetvalue(result, 0, column), "{[(\",)]}");
			 each != NULL; each = strtok(NULL, "{[(\",)]}"))
			sprintf(marks + strlen(marks), ", %s", each);
	say("text: %s", marks + 2);
	PQclear(result);

	result = query(conn, sql, mark, 1);
	sprintf(marks, "%s", PQgetvalue(result, 0, 0));
	add_binary(marks, result, 1, 20);
	add_binary(marks, result, 2, 1);
	say("binary: %s", marks);
	PQclear(result);
}

int
main(void)
{
	const char *row = "{\"mark\": \"AB75 CDF\", \"make\": \"Jaguar\"}";
	PGconn	   *conn = PQconnectdb("");
	int			pid = PQbackendPID(conn);
	PGresult   *result;

	PQclear(PQprepare(conn, "insert", "INSERT INTO registration "
					  "(mark, registered, make) VALUES ($1, $2, $3)", 3, NULL));
	attempt(conn, "AB75 CDE", "2025-09-01", "Jaguar");
	attempt(conn, "AB75 CDE", "2025-09-01", "Jaguar");
	attempt(conn, "AB75 IQC", "2025-09-01", "Jaguar");
	attempt(conn, "AB75 CDF", "2025-08-31", "Jaguar");
	attempt(conn, "AB75 CDF", "2025-09-01", "Jaguar");
	result = hold_for(conn, row);
	say("asked: hold %s, %s, %s", PQgetvalue(result, 0, 0),
		PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 2));
	PQclear(result);
	attempt(conn, "AB75 CDF", "2025-09-01", "Jaguar");
	say("connection: %s", PQbackendPID(conn) == pid ? "kept" : "another");
	wait_for_end(row);
	attempt(conn, "AB75 CDF", "2025-09-01", "Jaguar");
	attempt(conn, "AB75 CDG", "2025-09-01", "Jaguar");
	attempt(conn, "AB75 CDH", "2025-09-01", "Land Rover");
	for (int time = 0; time < 2; time++)
	{
		result = query(conn, "SELECT row_data->>'mark', state "
					   "FROM regcar.queue WHERE id = $1", queued, 0);
		say("queue: %s, %s", PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1));
		PQclear(result);
	}
	read_types(conn, "ab75cde");
	PQfinish(conn);
	return 0;
}
