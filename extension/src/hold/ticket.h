/*
 * ticket.h
 *		The ticket of a row that waits in its table.
 */
#ifndef REGCAR_TICKET_H
#define REGCAR_TICKET_H

#include "postgres.h"

#include "access/htup.h"

#include "hold/guard_row.h"

typedef struct Ticket
{
	bool		waits;			/* false: the row is final */
	int64		number;			/* of its queue entry */
} Ticket;

/* Of a row of the guard's table. */
extern Ticket ticket_of(const Guard *guard, HeapTuple row);

/* The row with that ticket, or with none; the row itself if that is so. */
extern HeapTuple ticket_set(const Guard *guard, HeapTuple row, Ticket ticket);

#endif							/* REGCAR_TICKET_H */
