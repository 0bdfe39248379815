/*
 * pend.h
 *		Registrations that wait in their table.
 */
#ifndef REGCAR_PEND_H
#define REGCAR_PEND_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/guard_row.h"
#include "hold/hold.h"
#include "queue/entry.h"

/*
 * Give a row that is inserted a ticket; the row with it.  The caller keeps
 * *origin for the whole statement, NULL before the first row.
 */
extern HeapTuple pend_row(TriggerData *trigdata, Guard *guard, HeapTuple row,
						  const Hold *hold, TimestampTz now,
						  EntryOrigin **origin);

#endif							/* REGCAR_PEND_H */
