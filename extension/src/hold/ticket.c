/*
 * ticket.c
 *		The ticket of a row that waits in its table.
 */
#include "regcar.h"
#include "hold/ticket.h"

#include "access/htup_details.h"

Ticket
ticket_of(const Guard *guard, HeapTuple row)
{
	Ticket		ticket = {false, 0};
	bool		isnull;
	Datum		value;

	if (guard->ticket == 0)
		return ticket;
	value = heap_getattr(row, guard->ticket, guard->desc, &isnull);
	if (!isnull)
		ticket = (Ticket) {true, DatumGetInt64(value)};
	return ticket;
}

HeapTuple
ticket_set(const Guard *guard, HeapTuple row, Ticket ticket)
{
	Ticket		has = ticket_of(guard, row);
	int			column = guard->ticket;
	Datum		value = Int64GetDatum(ticket.number);
	bool		isnull = !ticket.waits;

	if (has.waits == ticket.waits && has.number == ticket.number)
		return row;
	return heap_modify_tuple_by_cols(row, guard->desc, 1, &column, &value, &isnull);
}
