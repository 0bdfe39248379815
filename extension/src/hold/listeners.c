/*
 * listeners.c
 *		Telling those who LISTEN to "regcar".
 */
#include "regcar.h"
#include "hold/listeners.h"

#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

/*
 * A session that LISTENs and stays in a transaction, of a role that may do
 * nothing else, keeps the queue from being emptied.  From this share on it is
 * left alone: what is free then lasts until we have committed.
 */
#define FULL_QUEUE		0.5

void
tell_listeners(const char *payload)
{
	double		usage = DatumGetFloat8(OidFunctionCall0(F_PG_NOTIFICATION_QUEUE_USAGE));

	if (usage < FULL_QUEUE)
		Async_Notify("regcar", payload);
	else
		ereport(WARNING,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("those who LISTEN to \"regcar\" are not told of this change"),
				 errdetail("The queue of notifications is %.0f %% full. The change itself is made.",
						   usage * 100),
				 errhint("The server log names the session that keeps it full; a superuser may end it.")));
}

/* tell_listeners(payload text) */
PG_FUNCTION_INFO_V1(regcar_tell_listeners);
Datum
regcar_tell_listeners(PG_FUNCTION_ARGS)
{
	tell_listeners(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
