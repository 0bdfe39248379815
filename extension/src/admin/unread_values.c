/*
 * unread_values.c
 *		Before a hold is placed: what of its scope a column cannot read.
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
	Oid			relid = PG_GETARG_OID(0);
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(3));
	HeapTuple	column = SearchSysCacheAttName(relid, NameStr(*PG_GETARG_NAME(1)));
	ScopeKeys	keys = {0};
	Scope		scope;
	char	   *problem;
	Oid			type,
				collation;

	if (!HeapTupleIsValid(column))
		PG_RETURN_NULL();
	type = ((Form_pg_attribute) GETSTRUCT(column))->atttypid;
	collation = ((Form_pg_attribute) GETSTRUCT(column))->attcollation;
	ReleaseSysCache(column);

	if (!scope_read(PG_GETARG_JSONB_P(2), &keys, &scope, &problem))
		PG_RETURN_NULL();
	for (int i = 0; i < keys.count; i++)
		if (strcmp(keys.key[i].name, name) == 0)
			PG_RETURN_DATUM(unread(&keys.key[i],
								   read_as_owner(&keys.key[i], type, collation,
												 owner_of(relid))));
	PG_RETURN_NULL();
}
