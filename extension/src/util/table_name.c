/*
 * table_name.c
 *		The name of a table, for messages and statements.
 */
#include "regcar.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "util/table_name.h"

char *
table_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}
