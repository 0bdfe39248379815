/*
 * sight.c
 *		What a table has of a scope, as far as one looks.
 */
#include "regcar.h"
#include "admin/sight.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* The first column that is selected is how many rows are like this. */
#define COUNT_PLACE		1

static const KeyValue *
value_at_hand(ScopeRow *row, int key)
{
	return &((Sight *) row)->value[key];
}

static void
find_key(Sight *sight, int number)
{
	KeySight   *key = &sight->key[number];
	const ScopeKey *wanted = &sight->keys.key[number];
	Oid			type = InvalidOid;
	Oid			collation = InvalidOid;

	key->rows = palloc0(Max(1, wanted->count) * sizeof(int64));
	key->known = palloc0(Max(1, wanted->count) * sizeof(bool));
	key->seen = seen_values_make();
	key->column = guard_key_column(sight->guard, wanted, &key->computed);
	if (key->column != 0)
	{
		Form_pg_attribute att = TupleDescAttr(sight->guard->desc, key->column - 1);

		type = att->atttypid;
		collation = att->attcollation;
	}
	else if (key->computed == COMPUTED_NONE)
		return;
	key->typed = typed_key_make(wanted, key->computed, type, collation);
}

/* A column of the table, as it is selected: its place. */
static int
select_column(Sight *sight, AttrNumber column, StringInfo list, int *places)
{
	Form_pg_attribute att = TupleDescAttr(sight->guard->desc, column - 1);

	appendStringInfo(list, ", %s", quote_identifier(NameStr(att->attname)));
	return ++*places;
}

/* Can equal values of the columns be brought together? */
static bool
can_group(const Sight *sight)
{
	for (int i = 0; i < sight->keys.count; i++)
	{
		AttrNumber	column = sight->key[i].column;
		TypeCacheEntry *type;

		if (column == 0)
			continue;
		type = lookup_type_cache(TupleDescAttr(sight->guard->desc, column - 1)->atttypid,
								 TYPECACHE_HASH_PROC | TYPECACHE_EQ_OPR);
		if (!OidIsValid(type->hash_proc) || !OidIsValid(type->eq_opr))
			return false;
	}
	return true;
}

static bool
comes_from_mark(ComputedKey computed)
{
	return computed != COMPUTED_NONE && computed != COMPUTED_ROLE;
}

/*
 * Rows are counted by their values where that makes them fewer: marks differ.
 */
static void
select_columns(Sight *sight)
{
	StringInfoData list;
	StringInfoData tail;
	int			places = COUNT_PLACE;
	bool		needs_mark = false;

	initStringInfo(&list);
	initStringInfo(&tail);
	for (int i = 0; i < sight->keys.count; i++)
	{
		if (sight->key[i].column != 0)
			sight->key[i].place = select_column(sight, sight->key[i].column, &list, &places);
		needs_mark |= comes_from_mark(sight->key[i].computed);
	}
	if (needs_mark && sight->guard->mark != 0)
		sight->mark_place = select_column(sight, sight->guard->mark, &list, &places);
	if (needs_mark || !can_group(sight))
		sight->list = psprintf("1::bigint%s", list.data);
	else
	{
		for (int i = COUNT_PLACE + 1; i <= places; i++)
			appendStringInfo(&tail, "%s%d", i == COUNT_PLACE + 1 ? " GROUP BY " : ", ", i);
		sight->list = psprintf("count(*)%s", list.data);
	}
	sight->tail = tail.data;
}

Sight *
sight_make(Relation rel, const Trigger *trigger, Jsonb *scope)
{
	Sight	   *sight = palloc0(sizeof(Sight));
	const Scope **scopes = palloc(sizeof(*scopes));
	char	   *problem;

	(void) scope_read(scope, &sight->keys, &sight->scope, &problem);
	scopes[0] = &sight->scope;
	sight->row.value = value_at_hand;
	sight->index = scope_index_make(1, scopes, &sight->keys);
	sight->guard = guard_make(trigger, CreateTupleDescCopy(RelationGetDescr(rel)),
							  CurrentMemoryContext);
	sight->key = palloc0(Max(1, sight->keys.count) * sizeof(KeySight));
	sight->value = palloc0(Max(1, sight->keys.count) * sizeof(KeyValue));
	for (int i = 0; i < sight->keys.count; i++)
		find_key(sight, i);
	select_columns(sight);
	return sight;
}

/* The mark of a row of what is selected; false if there is none. */
static bool
mark_of(const Sight *sight, HeapTuple row, TupleDesc desc, int64 *mark)
{
	Datum		datum;
	bool		isnull;

	if (sight->mark_place == 0)
		return false;
	datum = heap_getattr(row, sight->mark_place, desc, &isnull);
	return !isnull && guard_mark_number(sight->guard, datum, mark);
}

/* What the row has under a key; the same rules as in guard_row.c. */
static void
read_value(Sight *sight, int number, HeapTuple row, TupleDesc desc,
		   const int64 *mark)
{
	KeySight   *key = &sight->key[number];
	KeyValue   *value = &sight->value[number];
	bool		isnull = true;

	*value = (KeyValue) {.state = KEY_UNKNOWN, .typed = key->typed};
	if (key->place != 0)
		value->datum = heap_getattr(row, key->place, desc, &isnull);
	else if (comes_from_mark(key->computed) && mark != NULL)
	{
		int			computed = computed_value_of_mark(key->computed, *mark);

		if (computed == NO_COMPUTED_VALUE)
			value->state = KEY_NONE;
		isnull = computed == NO_COMPUTED_VALUE || computed == UNKNOWN_VALUE;
		value->datum = Int32GetDatum(computed);
	}
	if (isnull)
		return;
	value->state = KEY_KNOWN;
	value->class = typed_key_class(key->typed, value->datum);
}

/* Mark a value as known, and count rows of it. */
static void
note_value(KeySight *key, int value, int64 rows)
{
	key->rows[value] += rows;
	key->known[value] = true;
}

/* Note which values of the scope a value of the table is. */
static void
note_values(Sight *sight, int number, const KeyValue *value, int64 rows)
{
	KeySight   *key = &sight->key[number];

	for (int v = typed_key_first(key->typed, value->class); v >= 0;
		 v = typed_key_next(key->typed, v))
		note_value(key, v, rows);
	for (int v = 0; v < sight->keys.key[number].count; v++)
		if (sight->keys.key[number].value[v].operator != SCOPE_EQUAL &&
			!typed_key_unreadable(key->typed, v) &&
			typed_key_keeps_to(key->typed, value->datum, v))
			note_value(key, v, rows);
}

/* What the type cannot read is not looked for: it matches every row. */
static bool
has_unknown(const Sight *sight, int number)
{
	for (int v = 0; v < sight->keys.key[number].count; v++)
		if (!sight->key[number].known[v] &&
			!typed_key_unreadable(sight->key[number].typed, v))
			return true;
	return false;
}

static bool
always_found(int scope, void *arg)
{
	return true;
}

void
sight_count(Sight *sight, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	int64		rows = DatumGetInt64(heap_getattr(row, COUNT_PLACE, desc, &isnull));
	int64		mark;
	bool		has_mark = mark_of(sight, row, desc, &mark);

	/* a count of nothing, where there is nothing to group by */
	if (rows == 0)
		return;
	for (int i = 0; i < sight->keys.count; i++)
	{
		KeyValue   *value = &sight->value[i];

		read_value(sight, i, row, desc, has_mark ? &mark : NULL);
		if (value->state != KEY_KNOWN)
			continue;
		note_values(sight, i, value, rows);
		if (has_unknown(sight, i))
		{
			char	   *text = typed_key_text(sight->key[i].typed, value->datum);

			seen_values_add(sight->key[i].seen, text, rows);
			pfree(text);
		}
	}
	sight->rows += rows;
	if (scope_index_find(sight->index, &sight->row, true, always_found, NULL))
		sight->matching += rows;
}

static double
rows_of_table(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	double		rows = 0;

	if (HeapTupleIsValid(tuple))
	{
		rows = Max(0, ((Form_pg_class) GETSTRUCT(tuple))->reltuples);
		ReleaseSysCache(tuple);
	}
	return rows;
}

/* Values of one kind, the most common or bounds of the histogram. */
static void
add_slot(Sight *sight, int number, HeapTuple statistics, int kind, double rows)
{
	KeySight   *key = &sight->key[number];
	AttStatsSlot slot;

	if (!get_attstatsslot(&slot, statistics, kind, InvalidOid,
						  ATTSTATSSLOT_VALUES |
						  (kind == STATISTIC_KIND_MCV ? ATTSTATSSLOT_NUMBERS : 0)))
		return;
	for (int i = 0; i < slot.nvalues; i++)
	{
		KeyValue	value = {.state = KEY_KNOWN, .typed = key->typed, .datum = slot.values[i]};
		char	   *text = typed_key_text(key->typed, value.datum);

		value.class = typed_key_class(key->typed, value.datum);
		note_values(sight, number, &value, 0);
		seen_values_estimate(key->seen, text,
							 i < slot.nnumbers ? (int64) (slot.numbers[i] * rows) : 1);
		pfree(text);
	}
	free_attstatsslot(&slot);
}

void
sight_add_statistics(Sight *sight, Oid relid)
{
	bool		inherited = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE;
	double		rows = rows_of_table(relid);

	for (int i = 0; i < sight->keys.count; i++)
	{
		KeySight   *key = &sight->key[i];
		HeapTuple	statistics;

		if (key->column == 0)
			continue;
		statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid),
									 Int16GetDatum(key->column),
									 BoolGetDatum(inherited));
		if (!HeapTupleIsValid(statistics))
			continue;
		add_slot(sight, i, statistics, STATISTIC_KIND_MCV, rows);
		add_slot(sight, i, statistics, STATISTIC_KIND_HISTOGRAM, rows);
		ReleaseSysCache(statistics);
	}
}

bool
sight_can_tell(const Sight *sight, int key)
{
	return sight->key[key].typed != NULL &&
		sight->key[key].computed != COMPUTED_ROLE;
}

bool
sight_is_whole(const Sight *sight)
{
	for (int i = 0; i < sight->keys.count; i++)
		if (sight_can_tell(sight, i) && has_unknown(sight, i))
			return false;
	return true;
}
