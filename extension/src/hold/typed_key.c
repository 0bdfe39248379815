/*
 * typed_key.c
 *		The values that scopes name under a key, as one type reads them.
 */
#include "regcar.h"
#include "hold/typed_key.h"

#include "access/xact.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/resowner.h"
#include "utils/typcache.h"

#include "util/interruption.h"
#include "util/settings.h"
#include "util/value_output.h"

/* Values that equal each other. */
typedef struct ValueClass
{
	Datum		datum;
	uint32		hash;
	int			first;			/* of its values, in a list through next_value */
	int			next;			/* class in the same bucket, -1 at the end */
} ValueClass;

struct TypedKey
{
	const ScopeKey *key;
	ComputedKey computed;
	Oid			type;
	Oid			collation;
	int16		typlen;
	bool		typbyval;
	bool		has_equality,
				has_hash,
				has_order;
	FmgrInfo	hash,
				equal,
				compare;
	FmgrInfo	input;
	Oid			input_param;
	ValuePrinter printer;

	/* by the number of a value */
	Datum	   *datum;
	bool	   *readable;
	int		   *class;
	int		   *next_value;

	bool		has_traits;		/* equal values have equal traits */
	uint64		traits;			/* of all classes, a bit for each */

	int			classes;
	ValueClass *of_class;
	int		   *bucket;			/* first class of it, or -1 */
	uint32		mask;

	int			unreadables;
	int		   *unreadable;
};

/*
 * What sessions may have set otherwise.  A date in figures is read as people in
 * the United Kingdom write it.
 */
static const Setting pinned[] = {
	{"DateStyle", "ISO, DMY"},
	{"IntervalStyle", "postgres"},
	{"TimeZone", "UTC"},
	{"search_path", "pg_catalog"},
};

/* Computed values are numbers, the role is a name. */
static Oid
type_of_key(ComputedKey computed, Oid type)
{
	switch (computed)
	{
		case COMPUTED_NONE:
			return getBaseType(type);
		case COMPUTED_ROLE:
			return NAMEOID;
		default:
			return INT4OID;
	}
}

bool
typed_key_is_for(const TypedKey *typed, ComputedKey computed, Oid type,
				 Oid collation)
{
	if (typed->computed != computed)
		return false;
	return computed != COMPUTED_NONE ||
		(typed->type == getBaseType(type) && typed->collation == collation);
}

static void
look_up_functions(TypedKey *typed)
{
	TypeCacheEntry *entry = lookup_type_cache(typed->type,
											  TYPECACHE_HASH_PROC | TYPECACHE_EQ_OPR | TYPECACHE_CMP_PROC);
	Oid			input;

	typed->typlen = entry->typlen;
	typed->typbyval = entry->typbyval;
	typed->has_equality = OidIsValid(entry->eq_opr);
	typed->has_order = OidIsValid(entry->cmp_proc);
	typed->has_hash = OidIsValid(entry->hash_proc);
	if (typed->has_hash)
		fmgr_info_cxt(entry->hash_proc, &typed->hash, CurrentMemoryContext);
	if (typed->has_equality)
		fmgr_info_cxt(get_opcode(entry->eq_opr), &typed->equal, CurrentMemoryContext);
	if (typed->has_order)
		fmgr_info_cxt(entry->cmp_proc, &typed->compare, CurrentMemoryContext);
	getTypeInputInfo(typed->type, &input, &typed->input_param);
	fmgr_info_cxt(input, &typed->input, CurrentMemoryContext);
	value_printer_init(&typed->printer, typed->type, CurrentMemoryContext);
	typed->has_traits = (typed->type == TEXTOID || typed->type == VARCHAROID) &&
		get_collation_isdeterministic(typed->collation);
}

/* 7.0 is a number as JSON writes it, which an integer type reads as 7 only. */
static const char *
without_empty_fraction(Oid type, const char *text)
{
	size_t		len = strlen(text);
	const char *point = strchr(text, '.');

	if ((type != INT2OID && type != INT4OID && type != INT8OID) ||
		point == NULL || point == text || strspn(point + 1, "0") != text + len - point - 1)
		return text;
	return pnstrdup(text, point - text);
}

static Datum
read_value(TypedKey *typed, const char *text)
{
	if (typed->computed != COMPUTED_NONE && typed->computed != COMPUTED_ROLE)
		return Int32GetDatum(computed_value_number(typed->computed, text));
	text = without_empty_fraction(typed->type, text);
	return InputFunctionCall(&typed->input, unconstify(char *, text),
							 typed->input_param, -1);
}

/*
 * Read values from a number on, until one fails or all are read; the number
 * after the last that was read.  In a subtransaction, because an input function
 * may raise an error, and may have done anything before it.
 */
static int
read_values_from(TypedKey *typed, int from)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int next = from;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		int			level = settings_pin(pinned, lengthof(pinned));

		for (; next < typed->key->count; next++)
		{
			typed->datum[next] = read_value(typed, typed->key->value[next].text);
			typed->readable[next] = true;
		}
		settings_unpin(level);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		/* that says nothing of the value */
		if (error_is_interruption(error))
			ReThrowError(error);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return next;
}

/* Can the type do what the operator of a value asks for? */
static bool
can_compare(const TypedKey *typed, const ScopeValue *value)
{
	return value->operator == SCOPE_EQUAL ? typed->has_equality : typed->has_order;
}

static void
read_values(TypedKey *typed)
{
	int			count = typed->key->count;

	for (int next = 0; next < count; next++)
		next = read_values_from(typed, next);
	typed->unreadable = palloc(Max(1, count) * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		typed->readable[i] &= can_compare(typed, &typed->key->value[i]);
		if (!typed->readable[i] && typed->key->value[i].operator == SCOPE_EQUAL)
			typed->unreadable[typed->unreadables++] = i;
	}
}

/* Of a type without hash function all values are in one bucket. */
static uint32
hash_of(const TypedKey *typed, Datum datum)
{
	if (!typed->has_hash)
		return 0;
	return DatumGetUInt32(FunctionCall1Coll(unconstify(FmgrInfo *, &typed->hash),
											typed->collation, datum));
}

bool
typed_key_equal(const TypedKey *typed, Datum a, Datum b)
{
	if (!typed->has_equality)
		return false;
	return DatumGetBool(FunctionCall2Coll(unconstify(FmgrInfo *, &typed->equal),
										  typed->collation, a, b));
}

static int
find_class(const TypedKey *typed, Datum datum, uint32 hash)
{
	for (int c = typed->bucket[hash & typed->mask]; c >= 0;
		 c = typed->of_class[c].next)
		if (typed->of_class[c].hash == hash &&
			typed_key_equal(typed, typed->of_class[c].datum, datum))
			return c;
	return NO_CLASS;
}

/*
 * A bit for the length of a text and three of its bytes; all bits for one that
 * would have to be unpacked.
 */
static uint64
traits_of(Datum datum)
{
	const struct varlena *text = (const struct varlena *) DatumGetPointer(datum);
	const unsigned char *bytes = (const unsigned char *) VARDATA_ANY(text);
	uint32		len;

	if (VARATT_IS_EXTERNAL(text) || VARATT_IS_COMPRESSED(text))
		return PG_UINT64_MAX;
	len = VARSIZE_ANY_EXHDR(text);
	if (len == 0)
		return 1;
	return UINT64CONST(1) <<
		(murmurhash32(len ^ bytes[0] << 8 ^ bytes[len / 2] << 16 ^
					  (uint32) bytes[len - 1] << 24) % 64);
}

/* Sort the values that can be found by hash into classes. */
static void
make_classes(TypedKey *typed)
{
	int			count = typed->key->count;
	uint32		buckets = 4;

	while (buckets < count * 2)
		buckets *= 2;
	typed->mask = buckets - 1;
	typed->bucket = palloc_extended(buckets * sizeof(int), MCXT_ALLOC_HUGE);
	memset(typed->bucket, -1, buckets * sizeof(int));
	typed->of_class = palloc_extended(Max(1, count) * sizeof(ValueClass), MCXT_ALLOC_HUGE);
	/* backwards, so that the values of a class are in ascending order */
	for (int i = count - 1; i >= 0; i--)
	{
		uint32		hash;
		int			class;

		typed->class[i] = NO_CLASS;
		if (!typed->readable[i] || typed->key->value[i].operator != SCOPE_EQUAL)
			continue;
		hash = hash_of(typed, typed->datum[i]);
		class = find_class(typed, typed->datum[i], hash);
		if (class == NO_CLASS)
		{
			class = typed->classes++;
			if (typed->has_traits)
				typed->traits |= traits_of(typed->datum[i]);
			typed->of_class[class] = (ValueClass) {typed->datum[i], hash, -1,
			typed->bucket[hash & typed->mask]};
			typed->bucket[hash & typed->mask] = class;
		}
		typed->class[i] = class;
		typed->next_value[i] = typed->of_class[class].first;
		typed->of_class[class].first = i;
	}
}

TypedKey *
typed_key_make(const ScopeKey *key, ComputedKey computed, Oid type,
			   Oid collation)
{
	TypedKey   *typed = palloc0(sizeof(TypedKey));
	int			room = Max(1, key->count);

	typed->key = key;
	typed->computed = computed;
	typed->type = type_of_key(computed, type);
	typed->collation = computed == COMPUTED_NONE ? collation : C_COLLATION_OID;
	look_up_functions(typed);
	typed->datum = palloc_extended(room * sizeof(Datum), MCXT_ALLOC_HUGE);
	typed->readable = palloc0(room * sizeof(bool));
	typed->class = palloc(room * sizeof(int));
	typed->next_value = palloc(room * sizeof(int));
	read_values(typed);
	make_classes(typed);
	return typed;
}

int
typed_key_class(const TypedKey *typed, Datum datum)
{
	if (typed->classes == 0)
		return NO_CLASS;
	/* a text of the same bytes is the only one that is equal: most are not */
	if (typed->has_traits && (typed->traits & traits_of(datum)) == 0)
		return NO_CLASS;
	return find_class(typed, datum, hash_of(typed, datum));
}

bool
typed_key_has(const TypedKey *typed, int class, int value)
{
	return typed->class[value] == class && class != NO_CLASS;
}

int
typed_key_first(const TypedKey *typed, int class)
{
	return class == NO_CLASS ? -1 : typed->of_class[class].first;
}

int
typed_key_next(const TypedKey *typed, int value)
{
	return typed->next_value[value];
}

bool
typed_key_unreadable(const TypedKey *typed, int value)
{
	return !typed->readable[value];
}

int
typed_key_unreadables(const TypedKey *typed, const int **values)
{
	*values = typed->unreadable;
	return typed->unreadables;
}

bool
typed_key_keeps_to(const TypedKey *typed, Datum datum, int bound)
{
	int			order = DatumGetInt32(FunctionCall2Coll(unconstify(FmgrInfo *, &typed->compare),
														typed->collation, datum,
														typed->datum[bound]));

	switch (typed->key->value[bound].operator)
	{
		case SCOPE_LESS:
			return order < 0;
		case SCOPE_LESS_EQUAL:
			return order <= 0;
		case SCOPE_GREATER_EQUAL:
			return order >= 0;
		case SCOPE_GREATER:
			return order > 0;
		case SCOPE_EQUAL:
			break;
	}
	return order == 0;
}

static bool
is_lower_bound(const ScopeValue *value)
{
	return value->operator == SCOPE_GREATER || value->operator == SCOPE_GREATER_EQUAL;
}

bool
typed_key_bounds_cross(const TypedKey *typed)
{
	const ScopeKey *key = typed->key;

	if (key->count != 2 || key->value[0].operator == SCOPE_EQUAL ||
		key->value[1].operator == SCOPE_EQUAL ||
		is_lower_bound(&key->value[0]) == is_lower_bound(&key->value[1]) ||
		typed_key_unreadable(typed, 0) || typed_key_unreadable(typed, 1))
		return false;
	return !typed_key_keeps_to(typed, typed->datum[0], 1) ||
		!typed_key_keeps_to(typed, typed->datum[1], 0);
}

char *
typed_key_text(const TypedKey *typed, Datum datum)
{
	if (typed->computed != COMPUTED_NONE && typed->computed != COMPUTED_ROLE)
		return computed_value_text(typed->computed, DatumGetInt32(datum));
	if (typed->type == NUMERICOID)
		return numeric_normalize(DatumGetNumeric(datum));
	return value_text(unconstify(ValuePrinter *, &typed->printer), datum);
}
