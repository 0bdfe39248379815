/*
 * arrivals.h
 *		What a statement adds to the queue.
 */
#ifndef REGCAR_ARRIVALS_H
#define REGCAR_ARRIVALS_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/relcache.h"

#include "hold/hold.h"

typedef struct Arrivals Arrivals;

/* Of the statement with this state, as long as that lasts. */
extern Arrivals *arrivals_of(EState *estate);

/* The number of the statement's next entry. */
extern int64 arrivals_next_number(Arrivals *arrivals);

/*
 * A row was queued.  The statement says so when it ends: one NOTICE, RH002, for
 * all its rows.
 */
extern void arrivals_note_queued(Arrivals *arrivals, int64 id,
								 const Hold *hold, Relation rel);

#endif							/* REGCAR_ARRIVALS_H */
