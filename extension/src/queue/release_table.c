/*
 * release_table.c
 *		A table that queued registrations are for.
 */
#include "regcar.h"
#include "queue/release_table.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hold/hold_cache.h"
#include "hold/hold_match.h"
#include "util/table_name.h"

/* A plan made in this batch. */
typedef struct ReleasePlan
{
	const char *sql;
	SPIPlanPtr	plan;
} ReleasePlan;

static void
describe(ReleaseTable *table)
{
	TupleDesc	desc = RelationGetDescr(table->rel);
	const Trigger *trigger = find_guard_trigger(table->rel);

	table->columns = desc->natts;
	table->column = palloc0(desc->natts * sizeof(ReleaseColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		ReleaseColumn *column = &table->column[i];

		column->takes_value = !att->attisdropped && !att->attgenerated;
		column->name = NameStr(att->attname);
		column->name_length = strlen(column->name);
		if (!column->takes_value)
			continue;
		column->reader = palloc(sizeof(ValueReader));
		value_reader_init(column->reader, att->atttypid, att->atttypmod,
						  CurrentMemoryContext);
	}
	if (trigger != NULL)
		table->guard = guard_make(trigger, desc, CurrentMemoryContext);
}

ReleaseTable *
release_table(Batch *batch, Oid relid)
{
	MemoryContext caller;
	ReleaseTable *table;
	ListCell   *lc;

	foreach(lc, batch->tables)
	{
		table = lfirst(lc);
		if (table->relid == relid)
			return table->rel != NULL ? table : NULL;
	}
	caller = MemoryContextSwitchTo(batch->chunk);
	table = palloc0(sizeof(*table));
	table->relid = relid;
	table->rel = OidIsValid(relid) ?
		try_table_open(relid, RowExclusiveLock) : NULL;
	if (table->rel != NULL)
		describe(table);
	batch->tables = lappend(batch->tables, table);
	MemoryContextSwitchTo(caller);
	return table->rel != NULL ? table : NULL;
}

void
release_tables_close(Batch *batch)
{
	ListCell   *lc;

	foreach(lc, batch->tables)
	{
		ReleaseTable *table = lfirst(lc);

		if (table->rel != NULL)
			table_close(table->rel, NoLock);
	}
	batch->tables = NIL;
}

bool
release_table_takes(const ReleaseTable *table, const char *name)
{
	for (int i = 0; i < table->columns; i++)
		if (table->column[i].takes_value &&
			strcmp(table->column[i].name, name) == 0)
			return true;
	return false;
}

const Hold *
release_table_hold(const ReleaseRow *row)
{
	const HoldList *holds = hold_list();
	Guard	   *guard = row->table->guard;
	GuardRow	scope_row;

	if (guard == NULL || holds->count == 0)
		return NULL;
	guard_use_holds(guard, holds);
	guard_row_init(&scope_row, guard, 0,
				   heap_form_tuple(guard->desc, row->value, row->isnull));
	return hold_against(holds, &scope_row.scope, WRITE_REGISTRATION, &(Clock) {0});
}

/*
 * The INSERT of the columns that the row names, and the types of its
 * parameters.  A row may name none, if all its columns were dropped.
 */
static char *
insert_statement(const ReleaseRow *row, Oid *types)
{
	Relation	rel = row->table->rel;
	StringInfoData columns;
	StringInfoData params;
	const char *target;
	int			count = 0;

	initStringInfo(&columns);
	initStringInfo(&params);
	for (int i = 0; i < row->table->columns; i++)
	{
		if (!row->named[i])
			continue;
		types[count++] = TupleDescAttr(RelationGetDescr(rel), i)->atttypid;
		appendStringInfo(&columns, "%s%s", count > 1 ? ", " : "",
						 quote_identifier(row->table->column[i].name));
		appendStringInfo(&params, "%s$%d", count > 1 ? ", " : "", count);
	}
	target = table_name(RelationGetRelid(rel));
	if (count == 0)
		return psprintf("INSERT INTO %s DEFAULT VALUES", target);
	return psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)",
					target, columns.data, params.data);
}

/* The plan for rows that name the same columns; it is kept for the batch. */
static SPIPlanPtr
insert_plan(Batch *batch, const ReleaseRow *row)
{
	Oid		   *types = palloc(row->table->columns * sizeof(Oid));
	char	   *sql = insert_statement(row, types);
	ReleasePlan *made;
	ListCell   *lc;
	int			count = 0;
	MemoryContext caller;

	foreach(lc, batch->plans)
	{
		made = lfirst(lc);
		if (strcmp(made->sql, sql) == 0)
			return made->plan;
	}
	for (int i = 0; i < row->table->columns; i++)
		count += row->named[i];
	caller = MemoryContextSwitchTo(batch->memory);
	made = palloc(sizeof(*made));
	made->sql = pstrdup(sql);
	made->plan = SPI_prepare(sql, count, types);
	if (made->plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s",
			 SPI_result_code_string(SPI_result));
	SPI_keepplan(made->plan);
	batch->plans = lappend(batch->plans, made);
	MemoryContextSwitchTo(caller);
	return made->plan;
}

void
release_plans_free(Batch *batch)
{
	ListCell   *lc;

	foreach(lc, batch->plans)
		SPI_freeplan(((ReleasePlan *) lfirst(lc))->plan);
	batch->plans = NIL;
}

bool
release_table_insert(Batch *batch, const ReleaseRow *row)
{
	ReleaseTable *table = row->table;
	Datum	   *values = palloc(table->columns * sizeof(Datum));
	char	   *nulls = palloc(table->columns + 1);
	int			count = 0;

	if (table->plan == NULL ||
		memcmp(table->named, row->named, table->columns * sizeof(bool)) != 0)
	{
		table->plan = insert_plan(batch, row);
		table->named = row->named;
	}
	for (int i = 0; i < table->columns; i++)
	{
		if (!row->named[i])
			continue;
		values[count] = row->value[i];
		nulls[count++] = row->isnull[i] ? 'n' : ' ';
	}
	SPI_execute_plan(table->plan, values, nulls, false, 0);
	return SPI_processed > 0;
}
