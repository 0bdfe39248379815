/*
 * pend.c
 *		Registrations that wait in their table.
 *
 * Such a row goes in with a ticket: the number of its queue entry, in a column
 * that nobody but the guard writes.  What an application knows of its row, ids
 * and child rows included, stays true.  The row is final when a release takes
 * the ticket away (release_ticket.c).
 */
#include "regcar.h"
#include "queue/pend.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/datum.h"

#include "hold/hold_error.h"
#include "hold/scope_columns.h"
#include "hold/ticket.h"
#include "queue/arrivals.h"
#include "queue/row_limit.h"
#include "queue/submit.h"
#include "util/statement.h"

/* For reports: when the ticket is gone, nobody can tell which row it was. */
static Datum
keys_of_row(const ScopeColumns *columns, Guard *guard, HeapTuple tuple,
			MemoryContext memory)
{
	MemoryContext caller;
	GuardRow	row;
	Datum		keys;

	if (columns->count == 0)
		return (Datum) 0;
	guard_row_init(&row, guard, 0, tuple);
	keys = scope_columns_as_json(columns, &row);
	caller = MemoryContextSwitchTo(memory);
	keys = datumCopy(keys, false, -1);
	MemoryContextSwitchTo(caller);
	return keys;
}

HeapTuple
pend_row(TriggerData *trigdata, Guard *guard, HeapTuple row,
		 const Hold *hold, TimestampTz now, EntryOrigin **origin)
{
	EState	   *estate = statement_of_trigger();
	Arrivals   *arrivals = arrivals_of(estate);
	Submission *submission = submission_of(estate);
	ScopeColumns columns;
	Entry	   *kept;
	Entry		entry = {
		.id = arrivals_next_number(arrivals),
		.hold = hold->id,
		.submitted_at = now
	};

	/* of the row itself hardly anything is kept */
	if (strlen(namespace_search_path) > queue_row_limit)
		row_limit_error(trigdata->tg_relation, hold_description(hold));
	if (*origin == NULL || (*origin)->submitter != GetUserId())
		*origin = entry_origin(trigdata->tg_relation, estate->es_query_cxt);
	entry.origin = *origin;
	scope_columns_of(&columns, guard, hold);
	kept = arrivals_add_pending(arrivals, &entry, hold, trigdata, estate);
	kept->keys = keys_of_row(&columns, guard, row, estate->es_query_cxt);
	if (submission != NULL)
		submission_note(submission, entry.id, (Datum) 0);
	return ticket_set(guard, row, (Ticket) {true, entry.id});
}
