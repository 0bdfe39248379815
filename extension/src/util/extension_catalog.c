/*
 * extension_catalog.c
 *		The extension's own objects, by OID.
 */
#include "regcar.h"
#include "util/extension_catalog.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Schemas that may have the state: that of older objects, which this library
 * meets until ALTER EXTENSION UPDATE, then today's.  In this order, because
 * anybody could create the second while it does not exist.
 */
static const char *const state_schemas[] = {EXTENSION_SCHEMA, "regcar_state"};

static const char *const table_names[EXTENSION_TABLES] = {
	[TABLE_HOLD] = "hold",
	[TABLE_EXEMPTION] = "exemption",
	[TABLE_QUEUE_ENTRY] = "queue_entry",
	[SEQUENCE_HOLD] = "hold_hold_seq",
	[SEQUENCE_EXEMPTION] = "exemption_exemption_seq",
	[SEQUENCE_QUEUE_ENTRY_ID] = "queue_entry_id_seq",
	[SEQUENCE_SERVER] = "server_seq",
	[TABLE_HISTORY] = "history",
	[TABLE_REFUSAL] = "refusal",
	[TABLE_REFUSAL_COUNT] = "refusal_count",
	[TABLE_EXEMPTED] = "exempted",
};

/* InvalidOid: not looked up since the last message about the table. */
static Oid	table_oids[EXTENSION_TABLES];

/* Was the last one found where older releases have it?  All move together. */
static bool found_in_older_schema;

/* This may run at nearly any point, so it only forgets. */
static void
relation_changed(Datum arg, Oid relid)
{
	for (int i = 0; i < EXTENSION_TABLES; i++)
		if (!OidIsValid(relid) || table_oids[i] == relid)
			table_oids[i] = InvalidOid;
}

void
extension_catalog_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

static Oid
look_up_table(ExtensionTable table)
{
	Oid			relid = InvalidOid;

	for (int i = 0; i < lengthof(state_schemas) && !OidIsValid(relid); i++)
	{
		Oid			schema = get_namespace_oid(state_schemas[i], true);

		if (OidIsValid(schema))
			relid = get_relname_relid(table_names[table], schema);
		/* Views by the names of two tables are there for operators. */
		if (OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_VIEW)
			relid = InvalidOid;
		found_in_older_schema = i == 0;
	}
	if (!OidIsValid(relid) &&
		OidIsValid(get_extension_oid("regcar", true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" of the extension \"regcar\" is missing",
						table_names[table]),
				 errdetail("Holds cannot be read, so nothing may be registered."),
				 errhint("Restore the extension \"regcar\" from a backup.")));
	return relid;
}

Oid
extension_table(ExtensionTable table)
{
	if (unlikely(!OidIsValid(table_oids[table])))
		table_oids[table] = look_up_table(table);
	return table_oids[table];
}

bool
extension_is_older(void)
{
	(void) extension_table(TABLE_HOLD);
	return found_in_older_schema;
}

char *
extension_table_name(ExtensionTable table)
{
	Oid			relid = extension_table(table);

	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  table_names[table]);
}

Oid
extension_type(const char *name)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum(name),
						   ObjectIdGetDatum(get_namespace_oid(EXTENSION_SCHEMA,
															  false)));
}

/*
 * Without the checks of the parser: whoever changes a guarded table may have no
 * right to the schema.
 */
static Oid
look_up_function(const char *name, int nargs, const Oid *types)
{
	Oid			schema = get_namespace_oid(EXTENSION_SCHEMA, true);

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
						   CStringGetDatum(name),
						   PointerGetDatum(buildoidvector(types, nargs)),
						   ObjectIdGetDatum(schema));
}

Oid
extension_function(const char *name, int nargs, const Oid *types)
{
	Oid			function = look_up_function(name, nargs, types);

	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function \"%s.%s\" is missing", EXTENSION_SCHEMA, name),
				 errhint("As a superuser: ALTER EXTENSION regcar UPDATE, or create the extension \"regcar\" again.")));
	return function;
}

bool
extension_has_function(const char *name)
{
	return OidIsValid(look_up_function(name, 0, NULL));
}

void
extension_replaced(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("the extension \"regcar\" was replaced meanwhile")));
}
