/*
 * row_movement.h
 *		Rows that an UPDATE moves to another partition.
 */
#ifndef REGCAR_ROW_MOVEMENT_H
#define REGCAR_ROW_MOVEMENT_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/guard_row.h"
#include "hold/ticket.h"

typedef enum MoveArrival
{
	ARRIVES_NOT,				/* no row is on its way */
	ARRIVES_SAME,				/* it is as its UPDATE left it */
	ARRIVES_CHANGED				/* it counts as a registration */
} MoveArrival;

/* An UPDATE makes this row, which may be about to move. */
extern void move_updated(TriggerData *trigdata, GuardRow *row,
						 bool registration);

extern void move_deleted(TriggerData *trigdata);

/*
 * A row is inserted: has it just left another partition?  Then *ticket is the
 * one that it had there.
 */
extern MoveArrival move_inserted(TriggerData *trigdata, GuardRow *row,
								 Ticket *ticket);

/*
 * May an UPDATE move a row into this table without our seeing it?  That
 * happens where only a part of a partitioned table has a guard, and under
 * logical replication, which fires only DELETE and INSERT triggers.
 */
extern bool move_may_be_unseen(Relation rel);

/* Forget the moves of this nesting, at the end of its (sub)transaction. */
extern void moves_forget(int level);

#endif							/* REGCAR_ROW_MOVEMENT_H */
