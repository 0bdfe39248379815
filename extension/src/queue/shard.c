/*
 * shard.c
 *		Tables that Citus keeps in pieces, or in copies.
 *
 * A row that waits is known to one node.  It must not wait where another node
 * has the same row, or may get the shard of it.
 */
#include "regcar.h"
#include "queue/shard.h"

#include "catalog/pg_type_d.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "util/query.h"

const char *
why_none_waits(Relation rel, HoldAction action, MemoryContext memory)
{
	const Oid	types[] = {REGCLASSOID, BOOLOID};
	const Datum values[] = {ObjectIdGetDatum(RelationGetRelid(rel)), BoolGetDatum(action == HOLD_PEND)};
	NullableDatum why;

	if (!OidIsValid(get_extension_oid("citus", true)))
		return NULL;
	/* create_distributed_table() fills it, from a table that has its guard */
	if (rel->rd_createSubid != InvalidSubTransactionId)
		return "The table is being made, and its rows may be copies of registered ones.";
	why = call_function("why_none_waits", lengthof(types), types, values);
	return why.isnull ? NULL :
		MemoryContextStrdup(memory, TextDatumGetCString(why.value));
}

bool
is_in_shards(Oid relid)
{
	return OidIsValid(get_extension_oid("citus", true)) &&
		query("SELECT FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid OPERATOR(pg_catalog.=) $1",
			  1, &(QueryArgument) {REGCLASSOID, ObjectIdGetDatum(relid), false}) > 0;
}
