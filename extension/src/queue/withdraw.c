/*
 * withdraw.c
 *		The row of a ticket that is discarded.
 */
#include "regcar.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "queue/enqueue.h"
#include "queue/release_table.h"
#include "queue/release_ticket.h"
#include "queue/row_write.h"
#include "queue/submitter.h"
#include "util/extension_catalog.h"
#include "util/query.h"

/* The entry that waits in its table and has this number. */
static QueueEntry
read_entry(int64 id)
{
	const QueryArgument arguments[] = {{INT8OID, Int64GetDatum(id), false}};
	QueueEntry	entry = {.id = id, .in_place = true};

	if (query(psprintf("SELECT target, target_name, submitted_by, submitter, search_path FROM %s WHERE id = $1 AND in_place",
					   extension_table_name(TABLE_QUEUE_ENTRY)), 1, arguments) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no ticket " INT64_FORMAT, id)));
	entry.target = DatumGetObjectId(query_datum(0, 1));
	entry.target_name = query_text(0, 2);
	entry.role = DatumGetObjectId(query_datum(0, 3));
	entry.submitter = query_text(0, 4);
	entry.search_path = query_datum(0, 5);
	return entry;
}

/*
 * The role that the row is deleted as: its submitter, or the owner of the table
 * if that role is gone.  No operator may use the rights of a superuser.
 */
static Oid
role_to_act_as(const QueueEntry *entry, Relation rel)
{
	Oid			role = GetUserNameFromId(entry->role, true) != NULL ?
		entry->role : rel->rd_rel->relowner;

	if (superuser_arg(role) && !superuser_arg(GetOuterUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may discard queue entry " INT64_FORMAT, entry->id),
				 errdetail("Its row would be deleted, and triggers of %s run, with the rights of the superuser \"%s\".",
						   entry->target_name, GetUserNameFromId(role, false)),
				 errhint("Ask a superuser, or have the owner of the table delete the row.")));
	return role;
}

/* Delete the row of an entry as its submitter. */
static void
delete_as_submitter(const QueueEntry *entry, Relation rel)
{
	Submitter	submitter;
	ItemPointerData tid = entry->tid;
	bool		outer = queue_is_releasing();
	bool		deleted = false;

	queue_set_releasing(true);
	PG_TRY();
	{
		submitter_begin(&submitter);
		submitter_act(&submitter, role_to_act_as(entry, rel),
					  TextDatumGetCString(entry->search_path));
		deleted = row_delete(rel, &tid);
		submitter_rest(&submitter);
		submitter_end(&submitter);
	}
	PG_FINALLY();
	{
		queue_set_releasing(outer);
	}
	PG_END_TRY();
	if (!deleted)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a trigger of %s kept the row of queue entry " INT64_FORMAT,
						entry->target_name, entry->id)));
}

/*
 * withdraw_row(queue_id bigint) -> jsonb
 *		Delete the row that waits with this ticket, as its submitter; what the
 *		row was, or NULL if there is none.  Part of discard().
 */
PG_FUNCTION_INFO_V1(regcar_withdraw_row);
Datum
regcar_withdraw_row(PG_FUNCTION_ARGS)
{
	Batch		batch = {0};
	QueueEntry	entry;
	ReleaseTable *table;
	Datum		image = (Datum) 0;

	SPI_connect();
	batch.memory = batch.chunk = CurrentMemoryContext;
	entry = read_entry(PG_GETARG_INT64(0));
	if (ticket_find(&batch, &entry))
	{
		table = release_table(&batch, entry.relid);
		image = queue_row_image(table->rel, row_read(table->rel, &entry.tid));
		delete_as_submitter(&entry, table->rel);
		image = SPI_datumTransfer(image, false, -1);
	}
	release_tables_close(&batch);
	SPI_finish();
	if (image == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(image);
}
