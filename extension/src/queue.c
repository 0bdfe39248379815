/*
 * queue.c
 *		Setting a registration aside.
 *
 * The row is kept as a JSON object of texts, each what the type's output
 * function gives under pinned settings, so that the input function gives back
 * the same value: arrays with bounds, domains, composites and bytea too, as
 * in a dump.  It is written with the rights of the extension, whoever inserts.
 */
#include "regcar.h"
#include "queue.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inet.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "errors.h"
#include "hold_error.h"

/* Columns of regcar.queue_entry (install/62_queue.sql). */
enum
{
	ANUM_ID = 1,
	ANUM_HOLD,
	ANUM_TARGET,
	ANUM_ROW_DATA,
	ANUM_SUBMITTED_BY,
	ANUM_SUBMITTED_AT,
	ANUM_SUBMITTER,
	ANUM_LOGIN,
	ANUM_APPLICATION,
	ANUM_ADDRESS,
	ANUM_SEARCH_PATH,
	ANUM_STATE,
	ANUM_OUTCOME,
	ANUM_SETTLED_BY,
	ANUM_SETTLED_AT,
	COLUMNS = ANUM_SETTLED_AT
};

/* A row as JSON, by column name. */
static Datum
row_as_json(HeapTuple tuple, Guard *guard)
{
	ValuePrinter *printer = guard_printers(guard);
	StringInfoData json;
	int			level = guard->settled ? 0 : values_pin();

	initStringInfo(&json);
	for (int i = 0; i < guard->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(guard->desc, i);
		bool		isnull;
		Datum		value;

		if (att->attisdropped || att->attgenerated)
			continue;
		appendStringInfoChar(&json, json.len == 0 ? '{' : ',');
		escape_json(&json, NameStr(att->attname));
		appendStringInfoChar(&json, ':');
		value = heap_getattr(tuple, i + 1, guard->desc, &isnull);
		if (isnull)
			appendStringInfoString(&json, "null");
		else
			escape_json(&json, value_text_pinned(&printer[i], value));
	}
	if (json.len == 0)
		appendStringInfoChar(&json, '{');
	appendStringInfoChar(&json, '}');
	if (!guard->settled)
		values_unpin(level);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* The whole table of a partition, where the submitter may insert there. */
static Oid
target_of(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	Oid			root;

	if (!rel->rd_rel->relispartition)
		return relid;
	root = llast_oid(get_partition_ancestors(relid));
	return pg_class_aclcheck(root, GetUserId(), ACL_INSERT) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(root, GetUserId(), ACL_INSERT,
								  ACLMASK_ANY) == ACLCHECK_OK ? root : relid;
}

static Datum
client_address(bool *isnull)
{
	LOCAL_FCINFO(call, 0);
	Datum		address;

	InitFunctionCallInfoData(*call, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(call);
	*isnull = call->isnull;
	return address;
}

static Datum
waiting_state(Relation queue)
{
	Oid			type = TupleDescAttr(RelationGetDescr(queue), ANUM_STATE - 1)->atttypid;

	return ObjectIdGetDatum(GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
											ObjectIdGetDatum(type),
											CStringGetDatum("waiting")));
}

static Datum
text_datum(const char *text)
{
	return CStringGetTextDatum(text != NULL ? text : "");
}

void
queue_row(TriggerData *trigdata, Guard *guard, const Hold *hold)
{
	Relation	rel = trigdata->tg_relation;
	Oid			queue_relid = InvalidOid;
	Oid			sequence = InvalidOid;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {0};
	const char *login = GetUserNameFromId(GetSessionUserId(), true);
	int64		id = nextval_internal(hold_relation("queue_entry_id_seq", &sequence),
									  false);
	Relation	queue = table_open(hold_relation("queue_entry", &queue_relid),
								   RowExclusiveLock);

	values[ANUM_ID - 1] = Int64GetDatum(id);
	values[ANUM_HOLD - 1] = Int64GetDatum(hold->id);
	values[ANUM_TARGET - 1] = ObjectIdGetDatum(target_of(rel));
	values[ANUM_ROW_DATA - 1] = row_as_json(trigdata->tg_trigtuple, guard);
	values[ANUM_SUBMITTED_BY - 1] = ObjectIdGetDatum(GetUserId());
	values[ANUM_SUBMITTED_AT - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[ANUM_SUBMITTER - 1] = text_datum(GetUserNameFromId(GetUserId(), true));
	values[ANUM_LOGIN - 1] = text_datum(login);
	values[ANUM_APPLICATION - 1] = text_datum(application_name);
	values[ANUM_ADDRESS - 1] = client_address(&nulls[ANUM_ADDRESS - 1]);
	values[ANUM_SEARCH_PATH - 1] = text_datum(namespace_search_path);
	values[ANUM_STATE - 1] = waiting_state(queue);
	nulls[ANUM_OUTCOME - 1] = true;
	nulls[ANUM_SETTLED_BY - 1] = true;
	nulls[ANUM_SETTLED_AT - 1] = true;
	CatalogTupleInsert(queue, heap_form_tuple(RelationGetDescr(queue), values,
											  nulls));
	table_close(queue, NoLock);

	ereport(NOTICE,
			(errcode(ERRCODE_REGCAR_QUEUED),
			 errmsg("registration is queued"),
			 errdetail("Queue id " INT64_FORMAT ". %s", id,
					   hold_description(hold)),
			 errhint("It is registered when the queue is released; regcar.queue shows what became of it."),
			 errtable(rel)));
}
