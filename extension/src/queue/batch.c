/*
 * batch.c
 *		Queued registrations that are released together.
 */
#include "regcar.h"
#include "queue/batch.h"

void
settle_entry(Batch *batch, QueueEntry *entry, const char *state, const char *outcome)
{
	entry->state = state;
	entry->outcome = outcome ? MemoryContextStrdup(batch->memory, outcome) : NULL;
}
