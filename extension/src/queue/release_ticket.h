/*
 * release_ticket.h
 *		Rows that wait in their table, made final or withdrawn.
 */
#ifndef REGCAR_RELEASE_TICKET_H
#define REGCAR_RELEASE_TICKET_H

#include "postgres.h"

#include "queue/batch.h"

/*
 * Find and lock the rows of the tickets among the entries from first to before
 * end.  Settle the entries of those that cannot be tried.
 */
extern void tickets_lock(Batch *batch, int first, int end);

/* Find and lock the row of one ticket, and wait for it; false without one. */
extern bool ticket_find(Batch *batch, QueueEntry *entry);

/*
 * Take away the ticket of a row that was locked, and settle its entry.  The
 * current user is its submitter.
 */
extern void ticket_release(Batch *batch, QueueEntry *entry);

#endif							/* REGCAR_RELEASE_TICKET_H */
