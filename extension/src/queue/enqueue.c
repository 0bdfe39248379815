/*
 * enqueue.c
 *		Setting a registration aside.
 *
 * The row is kept as a JSON object.  Each value is the text that the output
 * function of its type gives under pinned settings, as in a dump, so that the
 * input function makes the same value of it: also of arrays with bounds,
 * domains, composites and bytea.
 */
#include "regcar.h"
#include "queue/enqueue.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "queue/arrivals.h"
#include "queue/entry.h"
#include "queue/row_limit.h"
#include "queue/submit.h"
#include "util/settings.h"
#include "util/text_datum.h"
#include "util/value_output.h"

static bool releasing;

bool
queue_is_releasing(void)
{
	return releasing;
}

void
queue_set_releasing(bool now)
{
	releasing = now;
}

static int64 released_ticket;

int64
queue_released_ticket(void)
{
	return released_ticket;
}

void
queue_set_released_ticket(int64 ticket)
{
	released_ticket = ticket;
}

struct QueuedTable
{
	EntryOrigin *origin;
	Datum		unnamed;		/* columns that the submitter could not name;
								 * 0 if it could name all */
	int			columns;
	AttrNumber *column;
	ValuePrinter *printer;
	Datum		names;			/* as text[] */
};

/*
 * Without a right on the whole table, a submitter cannot have supplied the
 * value of a column that it has no right on.
 */
static bool
may_name(const QueuedTable *table, const char *column)
{
	const EntryOrigin *origin = table->origin;

	return pg_attribute_aclcheck(origin->target,
								 get_attnum(origin->target, column),
								 origin->submitter, ACL_INSERT) == ACLCHECK_OK;
}

/* The columns of the rows, and those that the submitter could not name. */
static void
describe_columns(QueuedTable *table, TupleDesc desc, MemoryContext memory)
{
	Datum	   *names = palloc(desc->natts * sizeof(Datum));
	Datum	   *unnamed = palloc(desc->natts * sizeof(Datum));
	bool		may_name_all = pg_class_aclcheck(table->origin->target,
												 table->origin->submitter,
												 ACL_INSERT) == ACLCHECK_OK;
	int			count = 0;

	table->column = palloc(desc->natts * sizeof(AttrNumber));
	table->printer = palloc(desc->natts * sizeof(ValuePrinter));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			n = table->columns;

		if (att->attisdropped || att->attgenerated)
			continue;
		table->column[n] = att->attnum;
		value_printer_init(&table->printer[n], att->atttypid, memory);
		names[n] = text_datum(NameStr(att->attname));
		if (!may_name_all && !may_name(table, NameStr(att->attname)))
			unnamed[count++] = names[n];
		table->columns++;
	}
	table->names = text_array(names, NULL, table->columns);
	/*
	 * with a right on none, the row came through a view, whose owner has it
	 */
	if (count > 0 && count < table->columns)
		table->unnamed = text_array(unnamed, NULL, count);
}

/* Made once in a statement, and again if a trigger has changed the role. */
static QueuedTable *
queued_table(QueuedTable *made, Relation rel, MemoryContext memory)
{
	MemoryContext caller;
	QueuedTable *table;

	if (made != NULL && made->origin->submitter == GetUserId())
		return made;
	caller = MemoryContextSwitchTo(memory);
	table = palloc0(sizeof(*table));
	table->origin = entry_origin(rel, memory);
	describe_columns(table, RelationGetDescr(rel), memory);
	MemoryContextSwitchTo(caller);
	return table;
}

/*
 * A row as JSON, by column name.  One that a hold sets aside may not be too
 * large; of one that is only kept for the account, without a hold, the values
 * that are too large are kept in part.
 */
static Datum
row_as_json(const QueuedTable *table, Relation rel, HeapTuple tuple,
			const char *hold)
{
	Datum	   *texts = palloc(table->columns * sizeof(Datum));
	bool	   *nulls = palloc(table->columns * sizeof(bool));
	Size		bytes = strlen(namespace_search_path);
	int			level = 0;

	for (int i = 0; i < table->columns; i++)
	{
		Datum		value = heap_getattr(tuple, table->column[i],
										 RelationGetDescr(rel), &nulls[i]);
		char	   *text;

		if (nulls[i])
			continue;
		text = value_image(&table->printer[i], value, &level);
		if (hold == NULL && bytes + strlen(text) > queue_row_limit)
			text = row_limit_beginning(text, strlen(text));
		bytes += strlen(text);
		if (hold != NULL && bytes > queue_row_limit)
			break;
		texts[i] = text_datum(text);
	}
	if (level != 0)
		settings_unpin(level);
	if (hold != NULL && bytes > queue_row_limit)
		row_limit_error(rel, hold);
	return DirectFunctionCall2(jsonb_object_two_arg, table->names,
							   text_array(texts, nulls, table->columns));
}

Datum
queue_row_image(Relation rel, HeapTuple row)
{
	return row_as_json(queued_table(NULL, rel, CurrentMemoryContext), rel, row,
					   NULL);
}

void
queue_row(TriggerData *trigdata, const Hold *hold, EState *estate,
		  QueuedTable **made, MemoryContext memory)
{
	Relation	rel = trigdata->tg_relation;
	const QueuedTable *table;
	Arrivals   *arrivals = arrivals_of(estate);
	Submission *submission = submission_of(estate);
	Entry		entry = {
		.id = arrivals_next_number(arrivals),
		.hold = hold->id,
		.submitted_at = GetCurrentTimestamp()
	};
	/* what is called below may read the holds again, and this one may go away */
	const char *description = arrivals_note_queued(arrivals, entry.id, hold, rel);

	table = *made = queued_table(*made, rel, memory);
	entry.origin = table->origin;
	entry.row = row_as_json(table, rel, trigdata->tg_trigtuple, description);
	entry.unnamed = table->unnamed;
	entries_write(1, &entry);
	if (submission != NULL)
		submission_note(submission, entry.id, entry.row);
}
