/*
 * unread_values.c
 *		Before a hold is placed: what of its scope a column cannot read, or has
 *		no value for.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "hold/typed_key.h"

static Oid
owner_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/*
 * As the owner of the table, in a security-restricted operation, because an
 * input function may come to a check of a domain, which is anybody's function.
 */
static TypedKey *
read_as_owner(const ScopeKey *key, Oid type, Oid collation, Oid owner)
{
	TypedKey   *typed;
	Oid			caller;
	int			context;
	int			level = NewGUCNestLevel();

	GetUserIdAndSecContext(&caller, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_RESTRICTED_OPERATION);
	typed = typed_key_make(key, COMPUTED_NONE, type, collation);
	SetUserIdAndSecContext(caller, context);
	AtEOXact_GUC(false, level);
	return typed;
}

/* A key of a scope by its name, or NULL. */
static const ScopeKey *
find_key(Jsonb *json, const char *name)
{
	ScopeKeys  *keys = palloc0(sizeof(ScopeKeys));
	Scope		scope;
	char	   *problem;

	if (!scope_read(json, keys, &scope, &problem))
		return NULL;
	for (int i = 0; i < keys->count; i++)
		if (strcmp(keys->key[i].name, name) == 0)
			return &keys->key[i];
	return NULL;
}

/* A key as the type of a column reads it; NULL where there is no such column. */
static const TypedKey *
read_by_column(const ScopeKey *key, Oid relid, Name column_name)
{
	HeapTuple	column = SearchSysCacheAttName(relid, NameStr(*column_name));
	Oid			type,
				collation;

	if (!HeapTupleIsValid(column))
		return NULL;
	type = ((Form_pg_attribute) GETSTRUCT(column))->atttypid;
	collation = ((Form_pg_attribute) GETSTRUCT(column))->attcollation;
	ReleaseSysCache(column);
	return read_as_owner(key, type, collation, owner_of(relid));
}

static Datum
unread(const ScopeKey *key, const TypedKey *typed)
{
	Datum	   *texts = palloc(Max(1, key->count) * sizeof(Datum));
	int			count = 0;

	for (int i = 0; i < key->count; i++)
		if (typed_key_unreadable(typed, i))
			texts[count++] = CStringGetTextDatum(key->value[i].text);
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * unread_values(target regclass, column_name name, scope jsonb, key text)
 *		-> text[]
 *		The values under a key of a scope that the type of a column cannot read,
 *		or cannot compare as the scope asks; NULL where there is no such column.
 */
PG_FUNCTION_INFO_V1(regcar_unread_values);
Datum
regcar_unread_values(PG_FUNCTION_ARGS)
{
	const ScopeKey *key = find_key(PG_GETARG_JSONB_P(2), text_to_cstring(PG_GETARG_TEXT_PP(3)));
	const TypedKey *typed;

	if (key == NULL)
		PG_RETURN_NULL();
	typed = read_by_column(key, PG_GETARG_OID(0), PG_GETARG_NAME(1));
	if (typed == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(unread(key, typed));
}

/*
 * bounds_cross(target regclass, column_name name, scope jsonb, key text)
 *		-> boolean
 *		Does a key of a scope have two bounds with nothing between them, by the
 *		type of a column, or as the mark has it where no column is named?
 */
PG_FUNCTION_INFO_V1(regcar_bounds_cross);
Datum
regcar_bounds_cross(PG_FUNCTION_ARGS)
{
	const ScopeKey *key = find_key(PG_GETARG_JSONB_P(2), text_to_cstring(PG_GETARG_TEXT_PP(3)));
	const TypedKey *typed = NULL;

	if (key != NULL && !PG_ARGISNULL(1))
		typed = read_by_column(key, PG_GETARG_OID(0), PG_GETARG_NAME(1));
	else if (key != NULL && key->computed != COMPUTED_NONE)
		typed = typed_key_make(key, key->computed, InvalidOid, InvalidOid);
	PG_RETURN_BOOL(typed != NULL && typed_key_bounds_cross(typed));
}
