/*
 * release_row.c
 *		Queued registrations, inserted again.
 *
 * A row is read and inserted as the role that submitted it, with the
 * search_path of that time.  It is read under pinned settings, but inserted
 * under those of the session, because triggers and constraints of the table
 * may look at them.
 */
#include "regcar.h"
#include "queue/release_row.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "queue/release_table.h"
#include "queue/release_ticket.h"
#include "queue/submitter.h"
#include "util/clip.h"
#include "util/settings.h"

/* Bytes of a value that an outcome quotes. */
#define QUOTED_BYTES	200

/*
 * A column that has a queued value and that the table no longer takes one
 * for; NULL if there is none.
 */
static char *
lost_column(const ReleaseTable *table, Jsonb *json)
{
	JsonbIterator *it = JsonbIteratorInit(&json->root);
	JsonbValue	v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(v.val.string.val, v.val.string.len);
		if (JsonbIteratorNext(&it, &v, false) == WJB_VALUE && v.type == jbvNull)
			continue;
		if (!release_table_takes(table, name))
			return name;
	}
	return NULL;
}

static bool
is_in(Datum names, const char *name)
{
	Datum	   *values;
	int			count;

	if (names == (Datum) 0)
		return false;
	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT,
					  &values, NULL, &count);
	for (int i = 0; i < count; i++)
		if (strcmp(TextDatumGetCString(values[i]), name) == 0)
			return true;
	return false;
}

/*
 * Read the values of an entry as its submitter, because the check of a domain
 * may be anybody's function.  Columns that the submitter could not name had
 * their defaults at the time, and get them again.
 */
static void
read_row(const QueueEntry *entry, Submitter *submitter, ReleaseRow *row)
{
	const ReleaseTable *table = row->table;

	row->json = DatumGetJsonbP(entry->row);
	row->text = palloc0(table->columns * sizeof(char *));
	row->value = palloc0(table->columns * sizeof(Datum));
	row->isnull = palloc(table->columns * sizeof(bool));
	row->named = palloc0(table->columns * sizeof(bool));
	submitter_act(submitter, entry->role, row->search_path);
	for (int i = 0; i < table->columns; i++)
	{
		const ReleaseColumn *column = &table->column[i];
		JsonbValue	v;

		row->isnull[i] = true;
		if (!column->takes_value ||
			getKeyJsonValueFromContainer(&row->json->root, column->name,
										 column->name_length, &v) == NULL)
			continue;
		row->found++;
		row->named[i] = !is_in(entry->unnamed, column->name);
		if (v.type != jbvNull)
			row->text[i] = pnstrdup(v.val.string.val, v.val.string.len);
		row->isnull[i] = row->text[i] == NULL;
		row->value[i] = value_read(column->reader, row->text[i]);
	}
	submitter_rest(submitter);
}

/* Why a row is no longer what was queued; NULL if it still is. */
static char *
misfit(const ReleaseRow *row)
{
	const ReleaseTable *table = row->table;
	char	   *lost;

	for (int i = 0; i < table->columns; i++)
	{
		const ReleaseColumn *column = &table->column[i];
		char	   *misread;

		if (row->isnull[i] || !row->named[i])
			continue;
		misread = value_misread(column->reader, row->value[i], row->text[i]);
		if (misread != NULL)
			return psprintf("Column \"%s\" now has another type, which reads the queued value \"%s\" as \"%s\".",
							column->name, clipped(row->text[i], QUOTED_BYTES),
							clipped(misread, QUOTED_BYTES));
	}
	if (row->found == JsonContainerSize(&row->json->root) ||
		(lost = lost_column(table, row->json)) == NULL)
		return NULL;
	return psprintf("There is a queued value for \"%s\", which the table no longer takes.",
					lost);
}

/*
 * The owner of a table writes its triggers, and an operator chooses when they
 * run; neither may thereby use the rights of a superuser.  In a function with
 * the rights of the extension, the outer user is its caller.
 */
static bool
needs_superuser(const QueueEntry *entry)
{
	return superuser_arg(entry->role) && !superuser_arg(GetOuterUserId());
}

/* Read a row, or settle its entry if it cannot be tried. */
static void
prepare_row(Batch *batch, QueueEntry *entry, Submitter *submitter, ReleaseRow *row)
{
	entry->state = NULL;
	if (GetUserNameFromId(entry->role, true) == NULL)
	{
		settle_entry(batch, entry, WAITING,
					 psprintf("The role \"%s\" that submitted it no longer exists.",
							  entry->submitter));
		return;
	}
	if (needs_superuser(entry))
	{
		settle_entry(batch, entry, WAITING,
					 psprintf("The superuser \"%s\" submitted it, so only a superuser may release it.",
							  entry->submitter));
		return;
	}
	row->table = release_table(batch, entry->target);
	if (row->table == NULL)
	{
		settle_entry(batch, entry, FAILED,
					 psprintf("The table %s no longer exists.", entry->target_name));
		return;
	}
	row->search_path = TextDatumGetCString(entry->search_path);
	if (!entry->in_place)
		read_row(entry, submitter, row);
}

static void
insert_row(Batch *batch, QueueEntry *entry, const ReleaseRow *row)
{
	const Hold *hold = release_table_hold(row);

	if (hold != NULL)
		settle_entry(batch, entry, WAITING,
					 psprintf("Hold " INT64_FORMAT " covers it.", hold->id));
	else if (release_table_insert(batch, row))
		settle_entry(batch, entry, RELEASED, NULL);
	else
		settle_entry(batch, entry, FAILED, "A trigger or rule of the table discarded the row.");
}

static void
release_row(Batch *batch, QueueEntry *entry, Submitter *submitter, const ReleaseRow *row)
{
	submitter_act(submitter, entry->role, row->search_path);
	if (entry->in_place)
		ticket_release(batch, entry);
	else
		insert_row(batch, entry, row);
	submitter_rest(submitter);
}

/* Context of errors, because code of the table's owner or a domain's runs. */
static void
entry_context(void *entry)
{
	errcontext("release of queue entry " INT64_FORMAT, (*(QueueEntry **) entry)->id);
}

void
release_rows(Batch *batch, int first, int end)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->chunk);
	ReleaseRow *row = palloc0((end - first) * sizeof(ReleaseRow));
	QueueEntry *entry = &batch->entry[first];
	ErrorContextCallback context = {error_context_stack, entry_context, &entry};
	Submitter	submitter;
	int			level = values_pin();

	error_context_stack = &context;
	submitter_begin(&submitter);
	for (int i = first; i < end; i++)
	{
		entry = &batch->entry[i];
		prepare_row(batch, entry, &submitter, &row[i - first]);
	}
	submitter_end(&submitter);
	for (int i = first; i < end; i++)
	{
		char	   *why = NULL;

		entry = &batch->entry[i];
		if (entry->state == NULL && !entry->in_place)
			why = misfit(&row[i - first]);
		if (why != NULL)
			settle_entry(batch, entry, FAILED, why);
	}
	settings_unpin(level);
	tickets_lock(batch, first, end);

	submitter_begin(&submitter);
	MemoryContextSwitchTo(batch->per_row);
	for (int i = first; i < end; i++)
	{
		entry = &batch->entry[i];
		if (entry->state == NULL)
			release_row(batch, entry, &submitter, &row[i - first]);
		MemoryContextReset(batch->per_row);
	}
	submitter_end(&submitter);
	error_context_stack = context.previous;
	MemoryContextSwitchTo(caller);
	release_tables_close(batch);
}
