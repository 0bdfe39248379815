/*
 * arrivals.h
 *		What a statement adds to the queue.
 */
#ifndef REGCAR_ARRIVALS_H
#define REGCAR_ARRIVALS_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/execnodes.h"
#include "utils/relcache.h"

#include "hold/hold.h"
#include "queue/entry.h"

typedef struct Arrivals Arrivals;

/* Of the statement with this state, as long as that lasts. */
extern Arrivals *arrivals_of(EState *estate);

/* The number of the statement's next entry. */
extern int64 arrivals_next_number(Arrivals *arrivals);

/*
 * A row was queued.  The statement says so when it ends: one NOTICE, RH002, for
 * all its rows.  The answer describes the hold, and outlasts it.
 */
extern const char *arrivals_note_queued(Arrivals *arrivals, int64 id,
										const Hold *hold, Relation rel);

/*
 * A row that waits in its table has this entry, and the answer is the copy of it
 * that is kept; its keys are freed with it.  It is written later, and in the
 * end the statement says so, RH003: if the row goes in.  For ON CONFLICT is
 * decided after the triggers that come before the row.
 */
extern Entry *arrivals_add_pending(Arrivals *arrivals, const Entry *entry,
								   const Hold *hold, const TriggerData *trigdata,
								   const EState *estate);

/*
 * Call this for each row of a table with tickets, before anything else: only now
 * can we see what became of the row before it.
 */
extern void arrivals_look_back(const TriggerData *trigdata);

#endif							/* REGCAR_ARRIVALS_H */
