/*
 * enqueue.h
 *		Registrations that are set aside.
 */
#ifndef REGCAR_ENQUEUE_H
#define REGCAR_ENQUEUE_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/execnodes.h"

#include "hold/hold.h"

/* What is the same for all rows of a table that one statement queues. */
typedef struct QueuedTable QueuedTable;

/*
 * Set a row aside instead of inserting it.  The caller keeps *table for the
 * whole statement, NULL before the first row, and memory that lasts as long.
 */
extern void queue_row(TriggerData *trigdata, const Hold *hold,
					  EState *estate, QueuedTable **table,
					  MemoryContext memory);

/* A row as the queue would have it: jsonb. */
extern Datum queue_row_image(Relation rel, HeapTuple row);

/*
 * Is this backend releasing rows at the moment?  Such a row is not queued
 * again.  Only release_batch.c sets this.
 */
extern bool queue_is_releasing(void);
extern void queue_set_releasing(bool releasing);

/* The ticket that is being taken away; 0 if none is. Only release_ticket.c sets this. */
extern int64 queue_released_ticket(void);
extern void queue_set_released_ticket(int64 ticket);

#endif							/* REGCAR_ENQUEUE_H */
