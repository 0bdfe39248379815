/*
 * guard_row.c
 *		A guard's settings, and a row of its table as scopes see it.
 */
#include "regcar.h"
#include "hold/guard_row.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hold/hold_cache.h"
#include "util/extension_catalog.h"
#include "util/partition.h"

static AttrNumber
only_plate_column(TupleDesc desc)
{
	Oid			plate = extension_type("plate");
	AttrNumber	found = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || getBaseType(att->atttypid) != plate)
			continue;
		if (found)
			return 0;
		found = att->attnum;
	}
	return found;
}

static AttrNumber
column_named(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}
	return 0;
}

/*
 * The column of tickets, if it still takes them: pend is reject without one.
 */
static AttrNumber
ticket_column(TupleDesc desc, const char *name)
{
	AttrNumber	column = column_named(desc, name);

	if (column != 0 && (TupleDescAttr(desc, column - 1)->atttypid != INT8OID ||
						TupleDescAttr(desc, column - 1)->attgenerated))
		return 0;
	return column;
}

/*
 * What an argument after the first says: a key's column (key=column), the
 * column of tickets (=column), or that replicated rows are held.
 */
static void
read_argument(Guard *guard, const char *argument)
{
	const char *equals = strchr(argument, '=');

	if (strcmp(argument, "replicated") == 0)
		guard->replicated = true;
	else if (equals == argument)
		guard->ticket = ticket_column(guard->desc, argument + 1);
	else if (equals != NULL)
		guard->mapped[guard->mapped_columns++] = column_named(guard->desc, equals + 1);
}

Guard *
guard_make(const Trigger *trigger, TupleDesc desc, MemoryContext memory)
{
	Guard	   *guard = MemoryContextAllocZero(memory, sizeof(Guard));

	/* while its schema has another name, nothing goes in, hold or not */
	get_namespace_oid(EXTENSION_SCHEMA, false);
	guard->memory = memory;
	guard->desc = desc;
	guard->trigger = trigger;
	guard->mark = trigger->tgnargs > 0 ?
		column_named(desc, trigger->tgargs[0]) : only_plate_column(desc);
	guard->mapped = MemoryContextAlloc(memory,
									   (trigger->tgnargs + 1) * sizeof(AttrNumber));
	for (int i = 1; i < trigger->tgnargs; i++)
		read_argument(guard, trigger->tgargs[i]);
	return guard;
}

const Trigger *
find_guard_trigger(Relation rel)
{
	Oid			function = extension_function("registration_hold", 0, NULL);

	/* looking into a catalogue may free what the relcache has */
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_ROW(trigger->tgtype) && trigger->tgfoid == function)
			return trigger;
	}
	return NULL;
}

/* The name of the column that the guard maps a key to; NULL if it maps none. */
static const char *
mapped_column(const Guard *guard, const char *name)
{
	int			len = strlen(name);

	for (int i = 1; i < guard->trigger->tgnargs; i++)
	{
		const char *arg = guard->trigger->tgargs[i];

		/* a column's name may contain an equals sign, a mapped key cannot */
		if (strncmp(arg, name, len) == 0 && strchr(arg, '=') == arg + len)
			return arg + len + 1;
	}
	return NULL;
}

/*
 * The column that a key stands for: the one that the guard maps it to, or the
 * one of that name; 0 if there is none.
 */
static AttrNumber
column_of_key(const Guard *guard, const char *name)
{
	const char *mapped = mapped_column(guard, name);

	return column_named(guard->desc, mapped != NULL ? mapped : name);
}

bool
guard_column_is_generated(const Guard *guard, AttrNumber column)
{
	return TupleDescAttr(guard->desc, column - 1)->attgenerated != '\0';
}

AttrNumber
guard_key_column(const Guard *guard, const ScopeKey *wanted,
				 ComputedKey *computed)
{
	*computed = wanted->computed;
	if (computed_key_may_be_column(*computed) &&
		mapped_column(guard, wanted->name) != NULL)
		*computed = COMPUTED_NONE;
	return *computed == COMPUTED_NONE ? column_of_key(guard, wanted->name) : 0;
}

/* Where the values of a key come from, and what the scopes say as their type. */
static void
find_key(Guard *guard, int number)
{
	GuardKey   *key = &guard->key[number];
	const ScopeKey *wanted = &guard->holds->keys.key[number];
	Form_pg_attribute att;

	key->column = guard_key_column(guard, wanted, &key->computed);
	if (key->computed != COMPUTED_NONE)
	{
		key->typed = hold_typed_key(guard->holds, number, key->computed,
									InvalidOid, InvalidOid);
		return;
	}
	if (key->column == 0)
		return;
	att = TupleDescAttr(guard->desc, key->column - 1);
	key->generated = guard_column_is_generated(guard, key->column);
	key->typed = hold_typed_key(guard->holds, number, COMPUTED_NONE,
								att->atttypid, att->attcollation);
}

void
guard_use_holds(Guard *guard, const HoldList *holds)
{
	int			count = holds->keys.count;

	guard->holds = holds;
	if (guard->key != NULL && guard->generation == holds->generation)
		return;
	if (guard->key != NULL)
	{
		pfree(guard->key);
		pfree(guard->value[0]);
		pfree(guard->value[1]);
		guard->key = NULL;
	}
	guard->key = MemoryContextAllocZero(guard->memory,
										Max(1, count) * sizeof(GuardKey));
	for (int i = 0; i < 2; i++)
		guard->value[i] = MemoryContextAlloc(guard->memory,
											 Max(1, count) * sizeof(KeyValue));
	for (int i = 0; i < count; i++)
		find_key(guard, i);
	guard->generation = holds->generation;
}

Datum
guard_row_column(const GuardRow *row, AttrNumber column, bool *isnull)
{
	*isnull = true;
	if (row->tuple == NULL || guard_column_is_generated(row->guard, column))
		return (Datum) 0;
	return heap_getattr(row->tuple, column, row->guard->desc, isnull);
}

/*
 * Most statements meet no hold.  They need not know, and save ten look-ups.
 */
static void
know_mark_type(Guard *guard)
{
	if (likely(OidIsValid(guard->mark_printer.type)))
		return;
	value_printer_init(&guard->mark_printer,
					   TupleDescAttr(guard->desc, guard->mark - 1)->atttypid,
					   guard->memory);
	guard->mark_is_plate = guard->mark_printer.type == extension_type("plate");
}

char *
guard_mark_text(Guard *guard, Datum value)
{
	know_mark_type(guard);
	return value_text(&guard->mark_printer, value);
}

bool
guard_mark_number(Guard *guard, Datum value, int64 *mark)
{
	char	   *text;
	bool		is_mark;

	know_mark_type(guard);
	if (guard->mark_is_plate)
	{
		*mark = DatumGetPlate(value);
		return true;
	}
	text = value_text(&guard->mark_printer, value);
	is_mark = plate_parse(text, strlen(text), mark);
	pfree(text);
	return is_mark;
}

/* The row's mark; false if it has none. */
static bool
mark_of_row(GuardRow *row, int64 *mark)
{
	Guard	   *guard = row->guard;
	Datum		value;
	bool		isnull;

	if (guard->mark == 0)
		return false;
	value = guard_row_column(row, guard->mark, &isnull);
	return !isnull && guard_mark_number(guard, value, mark);
}

int64
guard_row_mark(GuardRow *row)
{
	Guard	   *guard = row->guard;
	int64		mark;
	Datum		value;
	bool		isnull;
	char	   *text;

	if (mark_of_row(row, &mark))
		return mark;
	if (guard->mark == 0)
		return PG_INT64_MIN;
	value = guard_row_column(row, guard->mark, &isnull);
	if (isnull)
		return PG_INT64_MIN;
	text = guard_mark_text(guard, value);
	return PG_INT64_MIN |
		(int64) hash_bytes_extended((unsigned char *) text, strlen(text), 0);
}

Oid
guard_root(Guard *guard, Oid relid)
{
	if (!OidIsValid(guard->root))
		guard->root = partition_root(relid);
	return guard->root;
}

static void
set_known(KeyValue *value, const TypedKey *typed, Datum datum)
{
	value->state = KEY_KNOWN;
	value->typed = typed;
	value->datum = datum;
	value->class = typed_key_class(typed, datum);
}

/* The role that is logged in, whatever SET ROLE says. */
static Datum
login_name(void)
{
	Name		name = palloc0(sizeof(NameData));

	namestrcpy(name, GetUserNameFromId(GetSessionUserId(), false));
	return NameGetDatum(name);
}

static void
compute_value(GuardRow *row, ComputedKey computed, const TypedKey *typed,
			  KeyValue *value)
{
	int64		mark;
	int			number;

	value->state = KEY_UNKNOWN;
	if (computed == COMPUTED_ROLE)
		set_known(value, typed, login_name());
	else if (mark_of_row(row, &mark))
	{
		number = computed_value_of_mark(computed, mark);
		if (number == NO_COMPUTED_VALUE)
			value->state = KEY_NONE;
		else if (number != UNKNOWN_VALUE)
			set_known(value, typed, Int32GetDatum(number));
	}
}

static const KeyValue *
row_value(ScopeRow *scope, int number)
{
	GuardRow   *row = (GuardRow *) scope;
	const GuardKey *key = &row->guard->key[number];
	KeyValue   *value = &row->value[number];
	Datum		datum;
	bool		isnull;

	if (value->state != KEY_UNREAD)
		return value;
	value->state = KEY_UNKNOWN;
	if (row->tuple == NULL)
		return value;
	if (key->computed != COMPUTED_NONE)
		compute_value(row, key->computed, key->typed, value);
	else if (key->column != 0 && !key->generated)
	{
		datum = heap_getattr(row->tuple, key->column, row->guard->desc, &isnull);
		if (!isnull)
			set_known(value, key->typed, datum);
	}
	return value;
}

void
guard_row_init(GuardRow *row, Guard *guard, int number, HeapTuple tuple)
{
	row->scope.value = row_value;
	row->guard = guard;
	row->tuple = tuple;
	row->value = guard->value[number];
	memset(row->value, 0, guard->holds->keys.count * sizeof(KeyValue));
}

static bool
key_differs(const KeyValue *a, const KeyValue *b)
{
	return a->state != b->state ||
		(a->state == KEY_KNOWN && !typed_key_equal(a->typed, a->datum, b->datum));
}

bool
guard_rows_differ(GuardRow *a, GuardRow *b, bool observed)
{
	for (int i = 0; i < a->guard->holds->keys.count; i++)
	{
		if (!observed && !a->guard->holds->keys.key[i].binds)
			continue;
		/* a value that we cannot see may differ */
		if (a->guard->key[i].generated)
			return true;
		if (key_differs(row_value(&a->scope, i), row_value(&b->scope, i)))
			return true;
	}
	return false;
}
