/*
 * release_row.c
 *		One queued registration, on its way back.
 *
 * A row is inserted as the role that submitted it, with that role's
 * search_path, in a security-restricted operation: whatever a trigger of the
 * table does, it does with no more rights than it would have had.
 */
#include "regcar.h"
#include "release_row.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "guard_row.h"

void
settle(Batch *batch, Entry *entry, const char *state, const char *outcome)
{
	entry->state = state;
	entry->outcome = outcome ? MemoryContextStrdup(batch->memory, outcome) : NULL;
}

/* The submitter's identity, while a row is inserted. */
typedef struct Identity
{
	Oid			user;
	int			context;
	int			settings;
} Identity;

static Identity
become_submitter(const Entry *entry)
{
	Identity	before;

	before.settings = values_pin();
	(void) set_config_option("search_path", entry->search_path, PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("row_security", "on", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	GetUserIdAndSecContext(&before.user, &before.context);
	SetUserIdAndSecContext(entry->role, before.context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	return before;
}

static void
become_again(Identity before)
{
	AtEOXact_GUC(false, before.settings);
	SetUserIdAndSecContext(before.user, before.context);
}

/* A row as it will be inserted. */
typedef struct Row
{
	TupleDesc	desc;
	Datum	   *value;			/* by column */
	bool	   *isnull;
	bool	   *named;			/* is it in the INSERT? */
} Row;

/* A column that a value is queued for and that the table has no more, or NULL. */
static char *
lost_column(const Entry *entry, TupleDesc desc)
{
	JsonbIterator *it = JsonbIteratorInit(&entry->row->root);
	JsonbValue	v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		char	   *name;
		bool		found = false;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(v.val.string.val, v.val.string.len);
		if (JsonbIteratorNext(&it, &v, false) == WJB_VALUE && v.type == jbvNull)
			continue;
		for (int i = 0; i < desc->natts && !found; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			found = !att->attisdropped && !att->attgenerated &&
				strcmp(NameStr(att->attname), name) == 0;
		}
		if (!found)
			return name;
	}
	return NULL;
}

/*
 * Read an entry's values.  A column that the submitter may not name had its
 * default then, and gets it again.
 */
static void
read_row(const Entry *entry, Relation rel, Row *row)
{
	bool		any = pg_class_aclcheck(entry->target, entry->role,
										ACL_INSERT) == ACLCHECK_OK;
	TupleDesc	desc = row->desc = RelationGetDescr(rel);

	row->value = palloc0(desc->natts * sizeof(Datum));
	row->isnull = palloc(desc->natts * sizeof(bool));
	row->named = palloc0(desc->natts * sizeof(bool));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);
		JsonbValue	v;
		Oid			input;
		Oid			param;

		row->isnull[i] = true;
		if (att->attisdropped || att->attgenerated ||
			getKeyJsonValueFromContainer(&entry->row->root, name, strlen(name), &v) == NULL)
			continue;
		row->named[i] = any || pg_attribute_aclcheck(entry->target, i + 1,
													 entry->role, ACL_INSERT) == ACLCHECK_OK;
		row->isnull[i] = v.type == jbvNull;
		getTypeInputInfo(att->atttypid, &input, &param);
		/* a domain checks NULL too */
		row->value[i] = OidInputFunctionCall(input, row->isnull[i] ? NULL :
											 pnstrdup(v.val.string.val, v.val.string.len),
											 param, att->atttypmod);
	}
}

/* A standing hold that has the row; NULL if none does. */
static const Hold *
standing_hold(Relation rel, const Row *row)
{
	const Trigger *trigger = guard_trigger(rel);
	const HoldList *holds = hold_list();
	Guard	   *guard;
	GuardRow	scope_row;

	if (trigger == NULL || holds->count == 0)
		return NULL;
	guard = guard_make(trigger, row->desc, CurrentMemoryContext);
	guard_use_holds(guard, holds);
	guard_row_init(&scope_row, guard, 0,
				   heap_form_tuple(row->desc, row->value, row->isnull));
	return hold_against(holds, &scope_row.scope, WRITE_REGISTRATION,
						GetCurrentTimestamp());
}

/* Insert a row; whether it went in. */
static bool
insert_row(Batch *batch, Relation rel, const Row *row)
{
	StringInfoData columns;
	StringInfoData params;
	char	   *sql;
	Oid		   *types = palloc(row->desc->natts * sizeof(Oid));
	Datum	   *values = palloc(row->desc->natts * sizeof(Datum));
	char	   *nulls = palloc(row->desc->natts + 1);
	int			count = 0;

	initStringInfo(&columns);
	initStringInfo(&params);
	for (int i = 0; i < row->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(row->desc, i);

		if (!row->named[i])
			continue;
		types[count] = att->atttypid;
		values[count] = row->value[i];
		nulls[count] = row->isnull[i] ? 'n' : ' ';
		count++;
		appendStringInfo(&columns, "%s%s", count > 1 ? ", " : "",
						 quote_identifier(NameStr(att->attname)));
		appendStringInfo(&params, "%s$%d", count > 1 ? ", " : "", count);
	}
	sql = psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)",
				   quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
											  RelationGetRelationName(rel)),
				   columns.data, params.data);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s",
						RelationGetRelationName(rel))));
	if (batch->sql == NULL || strcmp(batch->sql, sql) != 0)
	{
		SPIPlanPtr	plan = SPI_prepare(sql, count, types);

		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s",
				 SPI_result_code_string(SPI_result));
		SPI_keepplan(plan);
		if (batch->plan != NULL)
			SPI_freeplan(batch->plan);
		batch->plan = plan;
		batch->sql = MemoryContextStrdup(batch->memory, sql);
	}
	SPI_execute_plan(batch->plan, values, nulls, false, 0);
	return SPI_processed > 0;
}

/*
 * The number alone will not do: in a dump a role that was dropped is nothing
 * else, and may be another's where that is restored.
 */
static bool
submitter_exists(const Entry *entry)
{
	char	   *name = GetUserNameFromId(entry->role, true);

	return name != NULL && strcmp(name, entry->submitter) == 0;
}

/*
 * A table's owner writes what its triggers do, and an operator chooses when
 * they do it; neither may choose a superuser's rights.  In the function that
 * has the rights of the extension, the outer user is who called it.
 */
static bool
needs_superuser(const Entry *entry)
{
	return superuser_arg(entry->role) && !superuser_arg(GetOuterUserId());
}

void
release_entry(Batch *batch, Entry *entry)
{
	Relation	rel;
	Row			row;
	const Hold *hold;
	char	   *lost;

	if (!submitter_exists(entry))
	{
		settle(batch, entry, WAITING,
			   psprintf("The role \"%s\" that submitted it no longer exists.",
						entry->submitter));
		return;
	}
	if (needs_superuser(entry))
	{
		settle(batch, entry, WAITING,
			   psprintf("The superuser \"%s\" submitted it, so only a superuser may release it.",
						entry->submitter));
		return;
	}
	rel = try_table_open(entry->target, RowExclusiveLock);
	if (rel == NULL)
	{
		settle(batch, entry, FAILED, "The table no longer exists.");
		return;
	}
	lost = lost_column(entry, RelationGetDescr(rel));
	if (lost != NULL)
		settle(batch, entry, FAILED,
			   psprintf("The table has no column \"%s\" any more, for which a value is queued.", lost));
	else
	{
		Identity	before = become_submitter(entry);

		read_row(entry, rel, &row);
		hold = standing_hold(rel, &row);
		if (hold != NULL)
			settle(batch, entry, WAITING,
				   psprintf("Hold " INT64_FORMAT " covers it.", hold->id));
		else if (insert_row(batch, rel, &row))
			settle(batch, entry, RELEASED, NULL);
		else
			settle(batch, entry, FAILED, "A trigger or rule of the table left the row out.");
		become_again(before);
	}
	table_close(rel, NoLock);
}
