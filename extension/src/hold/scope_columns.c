/*
 * scope_columns.c
 *		What is kept of a row that a hold meets.
 */
#include "regcar.h"
#include "hold/scope_columns.h"

#include "utils/builtins.h"

#include "util/text_datum.h"

static void
add(ScopeColumns *columns, const char *name, AttrNumber number)
{
	for (int i = 0; i < columns->count; i++)
		if (columns->column[i].number == number)
			return;
	if (columns->count == MOST_SCOPE_COLUMNS)
		return;
	columns->column[columns->count].name = pstrdup(name);
	columns->column[columns->count++].number = number;
}

/*
 * The columns that a scope's keys stand for.  What is computed from the mark,
 * the mark says.
 */
static void
add_columns(ScopeColumns *columns, const Guard *guard, const Scope *scope)
{
	for (int t = 0; t < scope->terms; t++)
	{
		int			number = scope->term[t].key;

		if (guard->key[number].column != 0)
			add(columns, guard->holds->keys.key[number].name,
				guard->key[number].column);
	}
}

void
scope_columns_of(ScopeColumns *columns, const Guard *guard, const Hold *hold)
{
	columns->count = 0;
	add_columns(columns, guard, &hold->scope);
	for (int e = 0; e < hold->exemptions; e++)
		add_columns(columns, guard, &hold->exemption[e].scope);
}

Datum
scope_columns_as_json(const ScopeColumns *columns, const GuardRow *row)
{
	Datum		names[MOST_SCOPE_COLUMNS];
	Datum		texts[MOST_SCOPE_COLUMNS];
	bool		nulls[MOST_SCOPE_COLUMNS];

	for (int i = 0; i < columns->count; i++)
	{
		AttrNumber	number = columns->column[i].number;
		Datum		value = guard_row_column(row, number, &nulls[i]);
		ValuePrinter printer;

		names[i] = text_datum_cut(columns->column[i].name, LONGEST_KEPT_TEXT);
		if (nulls[i])
			continue;
		value_printer_init(&printer, TupleDescAttr(row->guard->desc, number - 1)->atttypid,
						   CurrentMemoryContext);
		texts[i] = text_datum_cut(value_text(&printer, value), LONGEST_KEPT_TEXT);
	}
	return DirectFunctionCall2(jsonb_object_two_arg, text_array(names, NULL, columns->count),
							   text_array(texts, nulls, columns->count));
}
