/*
 * procedure.c
 *		What procedures that commit share.
 */
#include "util/procedure.h"

#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"

bool
may_commit(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL && IsA(fcinfo->context, CallContext) &&
		!castNode(CallContext, fcinfo->context)->atomic;
}

void
require_may_commit(FunctionCallInfo fcinfo, const char *detail)
{
	const char *name;

	if (may_commit(fcinfo))
		return;
	name = get_func_name(fcinfo->flinfo->fn_oid);
	ereport(ERROR,
			(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
			 errmsg("%s() cannot run inside a transaction block", name),
			 errdetail_internal("%s", detail),
			 errhint("CALL regcar.%s(...); by itself.", name)));
}
