/*
 * release_row.h
 *		Queued registrations, on their way back.
 */
#ifndef REGCAR_RELEASE_ROW_H
#define REGCAR_RELEASE_ROW_H

#include "postgres.h"

#include "queue/batch.h"

/* What became of an entry; outcome says why, or is NULL. */
extern void settle_entry(Batch *batch, QueueEntry *entry, const char *state,
						 const char *outcome);

/*
 * Try the entries from first to before end, each as its submitter; an error is
 * the caller's to catch, who then gives up the chunk.
 */
extern void release_rows(Batch *batch, int first, int end);

#endif							/* REGCAR_RELEASE_ROW_H */
