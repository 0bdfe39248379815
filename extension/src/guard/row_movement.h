/*
 * row_movement.h
 *		Rows that an UPDATE moves to another partition.
 */
#ifndef REGCAR_ROW_MOVEMENT_H
#define REGCAR_ROW_MOVEMENT_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/guard_row.h"

typedef enum MoveArrival
{
	ARRIVES_NOT,				/* no row on its way */
	ARRIVES_SAME,				/* as its UPDATE left it */
	ARRIVES_CHANGED				/* as a registration */
} MoveArrival;

/* The row of an UPDATE, as it will be; it may be about to move. */
extern void move_updated(TriggerData *trigdata, GuardRow *row,
						 bool registration);

extern void move_deleted(TriggerData *trigdata);

/* A row is inserted: did it just leave another partition? */
extern MoveArrival move_inserted(TriggerData *trigdata, GuardRow *row);

/*
 * May an UPDATE move a row there that we do not see?  Where the guard is on a
 * part of the table alone, and where logical replication does it: that fires
 * DELETE and INSERT only.
 */
extern bool move_may_be_unseen(Relation rel);

/* At the end of a (sub)transaction of this nesting. */
extern void moves_forget(int level);

#endif							/* REGCAR_ROW_MOVEMENT_H */
