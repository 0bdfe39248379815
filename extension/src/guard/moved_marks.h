/*
 * moved_marks.h
 *		Rows that one transaction takes out of a guarded table and puts back.
 */
#ifndef REGCAR_MOVED_MARKS_H
#define REGCAR_MOVED_MARKS_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/guard_row.h"

/*
 * An UPDATE, DELETE or TRUNCATE is let through.  RH001 if the transaction has
 * queued a registration of the same mark.
 */
extern void marks_taken(const TriggerData *trigdata, Guard *guard);

/*
 * A row is about to be queued.  RH001 if the transaction has taken a row with
 * its mark.
 */
extern void mark_queued(const TriggerData *trigdata, Guard *guard,
						const Hold *hold);

/* A subtransaction of this nesting has ended; for 1, the transaction. */
extern void moved_marks_leave(int level, bool committed);

#endif							/* REGCAR_MOVED_MARKS_H */
