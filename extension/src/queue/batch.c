/*
 * batch.c
 *		Queued registrations that are released together.
 */
#include "regcar.h"
#include "queue/batch.h"

#include "utils/elog.h"

#include "util/clip.h"

/* Bytes of an outcome that are kept. */
#define OUTCOME_BYTES	2000

void
settle_entry(Batch *batch, QueueEntry *entry, const char *state, const char *outcome)
{
	entry->state = state;
	entry->outcome = outcome ?
		MemoryContextStrdup(batch->memory, clipped(outcome, OUTCOME_BYTES)) : NULL;
}

void
settle_by_error(Batch *batch, QueueEntry *entry, const char *state,
				const ErrorData *error)
{
	/* each may be as large as a value of the server can be */
	settle_entry(batch, entry, state,
				 psprintf("%s: %s%s%s", unpack_sql_state(error->sqlerrcode),
						  clipped(error->message, OUTCOME_BYTES),
						  error->detail ? " " : "",
						  error->detail ? clipped(error->detail, OUTCOME_BYTES) : ""));
}
