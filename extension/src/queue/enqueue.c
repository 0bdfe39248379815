/*
 * enqueue.c
 *		Setting a registration aside.
 *
 * The row is kept as a JSON object.  Each value is the text that the output
 * function of its type gives under pinned settings, as in a dump, so that the
 * input function makes the same value of it: also of arrays with bounds,
 * domains, composites and bytea.  No right is needed, because anybody who may
 * insert into a guarded table may insert here.
 */
#include "regcar.h"
#include "queue/enqueue.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "queue/arrivals.h"
#include "queue/submit.h"
#include "queue/table_queue_entry.h"
#include "util/enum_label.h"
#include "util/extension_catalog.h"
#include "util/partition.h"
#include "util/session.h"
#include "util/settings.h"
#include "util/table_name.h"
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

struct QueuedTable
{
	Oid			submitter;
	Oid			target;
	Datum		target_name;
	Datum		unnamed;		/* columns that the submitter could not name */
	bool		unnamed_isnull; /* true if it could name all */
	Datum		submitter_name;
	Datum		login;
	Datum		address;
	bool		address_isnull;
	int			columns;
	AttrNumber *column;
	ValuePrinter *printer;
	Datum		names;			/* as text[] */
};

/*
 * The whole table of a partition, if the submitter may insert there and the
 * partition is not just leaving it.
 */
static Oid
target_of(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	Oid			root;

	if (!rel->rd_rel->relispartition || partition_is_detaching(relid))
		return relid;
	root = partition_root(relid);
	return pg_class_aclcheck(root, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(root, GetUserId(), ACL_INSERT,
								  ACLMASK_ANY) == ACLCHECK_OK ? root : relid;
}

/*
 * Without a right on the whole table, a submitter cannot have supplied the
 * value of a column that it has no right on.
 */
static bool
may_name(const QueuedTable *table, const char *column)
{
	return pg_attribute_aclcheck(table->target,
								 get_attnum(table->target, column),
								 table->submitter, ACL_INSERT) == ACLCHECK_OK;
}

/* The columns of the rows, and those that the submitter could not name. */
static void
describe_columns(QueuedTable *table, TupleDesc desc, MemoryContext memory)
{
	Datum	   *names = palloc(desc->natts * sizeof(Datum));
	Datum	   *unnamed = palloc(desc->natts * sizeof(Datum));
	bool		may_name_all = pg_class_aclcheck(table->target, table->submitter,
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
	table->unnamed_isnull = count == 0 || count == table->columns;
	if (!table->unnamed_isnull)
		table->unnamed = text_array(unnamed, NULL, count);
}

/* Made once in a statement, and again if a trigger has changed the role. */
static QueuedTable *
queued_table(QueuedTable *made, Relation rel, MemoryContext memory)
{
	MemoryContext caller;
	QueuedTable *table;

	if (made != NULL && made->submitter == GetUserId())
		return made;
	caller = MemoryContextSwitchTo(memory);
	table = palloc0(sizeof(*table));
	table->submitter = GetUserId();
	table->target = target_of(rel);
	table->target_name = text_datum(table_name(table->target));
	table->submitter_name = text_datum(GetUserNameFromId(table->submitter, true));
	table->login = text_datum(GetUserNameFromId(GetSessionUserId(), true));
	table->address = session_address(&table->address_isnull);
	describe_columns(table, RelationGetDescr(rel), memory);
	MemoryContextSwitchTo(caller);
	return table;
}

/* A row as JSON, by column name. */
static Datum
row_as_json(const QueuedTable *table, HeapTuple tuple, TupleDesc desc)
{
	Datum	   *texts = palloc(table->columns * sizeof(Datum));
	bool	   *nulls = palloc(table->columns * sizeof(bool));
	int			level = 0;

	for (int i = 0; i < table->columns; i++)
	{
		Datum		value = heap_getattr(tuple, table->column[i], desc, &nulls[i]);

		if (!nulls[i])
			texts[i] = text_datum(value_image(&table->printer[i], value, &level));
	}
	if (level != 0)
		settings_unpin(level);
	return DirectFunctionCall2(jsonb_object_two_arg, table->names,
							   text_array(texts, nulls, table->columns));
}

/*
 * Insert as the executor does, so that indexes, constraints and triggers that
 * somebody added to the table take effect.
 */
static void
insert_entry(Relation queue, Datum *values, bool *nulls)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(queue),
													&TTSOpsVirtual);

	InitResultRelInfo(result, queue, 0, NULL, 0);
	ExecOpenIndices(result, false);
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = i < ENTRY_COLUMNS ? values[i] : (Datum) 0;
		slot->tts_isnull[i] = i < ENTRY_COLUMNS ? nulls[i] : true;
	}
	ExecStoreVirtualTuple(slot);
	ExecSimpleRelationInsert(result, estate, slot);
	ExecCloseIndices(result);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
}

/* For the answer of submit(). */
static void
note_submission(Submission *submission, int64 id, Datum row)
{
	MemoryContext caller = MemoryContextSwitchTo(submission->memory);

	submission->id = id;
	submission->row = datumCopy(row, false, -1);
	MemoryContextSwitchTo(caller);
}

void
queue_row(TriggerData *trigdata, const Hold *hold, EState *estate,
		  QueuedTable **made, MemoryContext memory)
{
	Relation	rel = trigdata->tg_relation;
	const QueuedTable *table;
	Datum		values[ENTRY_COLUMNS] = {0};
	bool		nulls[ENTRY_COLUMNS] = {0};
	Arrivals   *arrivals = arrivals_of(estate);
	int64		id = arrivals_next_number(arrivals);
	Submission *submission = submission_of(estate);
	Relation	queue;

	values[ENTRY_COLUMN_ID - 1] = Int64GetDatum(id);
	values[ENTRY_COLUMN_HOLD - 1] = Int64GetDatum(hold->id);
	/* what is called below may read the holds again, and this one may go away */
	arrivals_note_queued(arrivals, id, hold, rel);

	table = *made = queued_table(*made, rel, memory);
	queue = table_open(extension_table(TABLE_QUEUE_ENTRY), RowExclusiveLock);
	values[ENTRY_COLUMN_TARGET - 1] = ObjectIdGetDatum(table->target);
	values[ENTRY_COLUMN_ROW_DATA - 1] = row_as_json(table, trigdata->tg_trigtuple,
											RelationGetDescr(rel));
	values[ENTRY_COLUMN_SUBMITTED_BY - 1] = ObjectIdGetDatum(table->submitter);
	values[ENTRY_COLUMN_SUBMITTED_AT - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[ENTRY_COLUMN_SUBMITTER - 1] = table->submitter_name;
	values[ENTRY_COLUMN_LOGIN - 1] = table->login;
	values[ENTRY_COLUMN_APPLICATION - 1] = text_datum(application_name);
	values[ENTRY_COLUMN_ADDRESS - 1] = table->address;
	nulls[ENTRY_COLUMN_ADDRESS - 1] = table->address_isnull;
	values[ENTRY_COLUMN_SEARCH_PATH - 1] = text_datum(namespace_search_path);
	values[ENTRY_COLUMN_STATE - 1] =
		ObjectIdGetDatum(enum_label_oid(TupleDescAttr(RelationGetDescr(queue),
													  ENTRY_COLUMN_STATE - 1)->atttypid,
										"waiting"));
	nulls[ENTRY_COLUMN_OUTCOME - 1] = true;
	nulls[ENTRY_COLUMN_SETTLED_BY - 1] = true;
	nulls[ENTRY_COLUMN_SETTLED_AT - 1] = true;
	values[ENTRY_COLUMN_TARGET_NAME - 1] = table->target_name;
	values[ENTRY_COLUMN_UNNAMED - 1] = table->unnamed;
	nulls[ENTRY_COLUMN_UNNAMED - 1] = table->unnamed_isnull;
	insert_entry(queue, values, nulls);
	table_close(queue, NoLock);
	if (submission != NULL)
		note_submission(submission, id, values[ENTRY_COLUMN_ROW_DATA - 1]);
}
