/*
 * submit.c
 *		A row that its application registers or queues by submit().
 *
 * It is inserted by an ordinary INSERT with the rights of the caller.  That
 * asks for the row back, if the caller may read it, and RH004 does not apply:
 * the answer says whether the row is in its table.
 */
#include "regcar.h"
#include "queue/submit.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "queue/shard.h"
#include "util/query.h"
#include "util/table_name.h"

static Submission *innermost;

Submission *
submission_of(const EState *estate)
{
	Submission *submission = innermost;

	while (submission != NULL && submission->params != estate->es_param_list_info)
		submission = submission->outer;
	return submission;
}

void
submission_note(Submission *submission, int64 id, Datum row)
{
	MemoryContext caller = MemoryContextSwitchTo(submission->memory);

	submission->id = id;
	submission->row = row != (Datum) 0 ? datumCopy(row, false, -1) : (Datum) 0;
	MemoryContextSwitchTo(caller);
}

/* In the words of other functions, and not the server's. */
static void
require_writable(const Relation rel)
{
	Oid			type = TEXTOID;
	Datum		act = CStringGetTextDatum("submitting a registration");

	if (XactReadOnly && !RelationUsesLocalBuffers(rel))
		call_function("require_writable", 1, &type, &act);
}

static Relation
open_target(Oid relid)
{
	Relation	rel = try_relation_open(relid, RowExclusiveLock);

	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no table with OID %u", relid)));
	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(rel)),
				 errhint("Submit to the table where its rows are stored.")));
	require_writable(rel);
	return rel;
}

/* The column that a key of the row names; 22023 if it takes no value. */
static Form_pg_attribute
column_of(Relation rel, const char *key)
{
	AttrNumber	number = get_attnum(RelationGetRelid(rel), key);
	Form_pg_attribute column;

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" has no column \"%s\"", RelationGetRelationName(rel), key),
				 errhint("Nothing was written. The row is a JSON object whose keys are columns of the table.")));
	column = TupleDescAttr(RelationGetDescr(rel), number - 1);
	if (column->attgenerated || column->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of \"%s\" takes no value", key,
						RelationGetRelationName(rel)),
				 errdetail("It is generated."),
				 errhint("Nothing was written. Leave it out.")));
	return column;
}

/* What the caller may read of the row that goes in; false if that is nothing. */
static bool
append_returning(StringInfo sql, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		may_read_all = pg_class_aclcheck(RelationGetRelid(rel), GetUserId(),
												 ACL_SELECT) == ACLCHECK_OK;
	int			count = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (column->attisdropped ||
			(!may_read_all &&
			 pg_attribute_aclcheck(RelationGetRelid(rel), column->attnum,
								   GetUserId(), ACL_SELECT) != ACLCHECK_OK))
			continue;
		appendStringInfo(sql, "%s t.%s", count++ == 0 ?
						 " RETURNING (SELECT pg_catalog.to_jsonb(s.*) FROM (SELECT" : ",",
						 quote_identifier(NameStr(column->attname)));
	}
	if (count > 0)
		appendStringInfoString(sql, ") s)");
	return count > 0;
}

static char *
insert_statement(Relation rel, Jsonb *row, bool *returns)
{
	StringInfoData sql;
	StringInfoData names;
	StringInfoData types;
	JsonbIterator *it = JsonbIteratorInit(&row->root);
	JsonbValue	v;
	JsonbIteratorToken token;
	int			count = 0;

	initStringInfo(&names);
	initStringInfo(&types);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		Form_pg_attribute column;
		const char *name;

		if (token != WJB_KEY)
			continue;
		column = column_of(rel, pnstrdup(v.val.string.val, v.val.string.len));
		name = quote_identifier(NameStr(column->attname));
		appendStringInfo(&names, "%s%s", count > 0 ? ", " : "", name);
		appendStringInfo(&types, "%s%s %s", count++ > 0 ? ", " : "", name,
						 format_type_extended(column->atttypid, column->atttypmod,
											  FORMAT_TYPE_TYPEMOD_GIVEN |
											  FORMAT_TYPE_FORCE_QUALIFY));
	}
	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s AS t ",
					 table_name(RelationGetRelid(rel)));
	if (count == 0)
		appendStringInfoString(&sql, "DEFAULT VALUES");
	else
		appendStringInfo(&sql, "(%s) SELECT %s FROM pg_catalog.jsonb_to_record($1) AS r (%s)",
						 names.data, names.data, types.data);
	*returns = append_returning(&sql, rel);
	return sql.data;
}

static void
run(const char *sql, Submission *submission)
{
	SPIExecuteOptions options = {.params = submission->params};

	submission->outer = innermost;
	innermost = submission;
	PG_TRY();
	{
		SPI_execute_extended(sql, &options);
	}
	PG_FINALLY();
	{
		innermost = submission->outer;
	}
	PG_END_TRY();
}

static ParamListInfo
row_parameter(Datum row)
{
	ParamListInfo params = makeParamList(1);

	params->params[0] = (ParamExternData) {
		.value = row, .pflags = PARAM_FLAG_CONST, .ptype = JSONBOID
	};
	return params;
}

/*
 * A row that another node queues counts as inserted here.  Only where it is
 * asked for is it refused instead (RH004).
 */
static void
unseen_error(Relation rel)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for reading \"%s\"",
					RelationGetRelationName(rel)),
			 errdetail("Its rows are on several nodes, and without a column that it may read submit() cannot say what became of the row."),
			 errhint("Nothing was written. INSERT needs no right to read.")));
}

/*
 * submit(target regclass, row_data jsonb) -> (state, queue_id, row_data)
 *		Register a row, or queue it if a hold says so.  22023 for NULL, for JSON
 *		that is not an object and for columns that take no value; 55000 if a
 *		trigger discards the row; 25006 where nothing can be written.
 */
PG_FUNCTION_INFO_V1(regcar_submit);
Datum
regcar_submit(PG_FUNCTION_ARGS)
{
	Submission	submission = {.memory = CurrentMemoryContext};
	TupleDesc	desc;
	Relation	rel;
	const char *sql;
	bool		returns;
	bool		inserted;
	Datum		values[3];
	bool		nulls[3] = {false};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) ||
		!JB_ROOT_IS_OBJECT(PG_GETARG_JSONB_P(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("submit() takes a table, and a row as a JSON object"),
				 errhint("SELECT * FROM regcar.submit('table', '{\"mark\": \"AB75 CDE\"}');")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "submit() returns a row");
	desc = CreateTupleDescCopy(desc);
	rel = open_target(PG_GETARG_OID(0));
	submission.params = row_parameter(PG_GETARG_DATUM(1));

	SPI_connect();
	sql = insert_statement(rel, PG_GETARG_JSONB_P(1), &returns);
	if (!returns && is_in_shards(RelationGetRelid(rel)))
		unseen_error(rel);
	run(sql, &submission);
	inserted = SPI_processed > 0;
	if (!inserted && submission.id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a trigger or rule of \"%s\" discarded the row",
						RelationGetRelationName(rel)),
				 errdetail("Nothing was registered, and nothing was queued.")));
	values[0] = CStringGetTextDatum(!inserted ? "queued" :
									submission.id != 0 ? "pending" : "registered");
	values[1] = Int64GetDatum(submission.id);
	nulls[1] = submission.id == 0;
	values[2] = submission.row;
	nulls[2] = inserted && !returns;
	if (inserted && returns)
		values[2] = SPI_datumTransfer(query_datum(0, 1), false, -1);
	values[0] = SPI_datumTransfer(values[0], false, -1);
	SPI_finish();
	relation_close(rel, NoLock);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
