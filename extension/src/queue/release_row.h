/*
 * release_row.h
 *		Queued registrations, inserted again.
 */
#ifndef REGCAR_RELEASE_ROW_H
#define REGCAR_RELEASE_ROW_H

#include "postgres.h"

#include "queue/batch.h"

/*
 * Try the entries from first to before end, each as its submitter.  The
 * caller must catch an error, and then give up the whole chunk.
 */
extern void release_rows(Batch *batch, int first, int end);

#endif							/* REGCAR_RELEASE_ROW_H */
