/*
 * procedure.c
 *		What procedures that commit share.
 */
#include "regcar.h"
#include "util/procedure.h"

#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

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

Interval
wait_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("wait must not be null"),
				 errhint("Leave it out to wait for 10 seconds.")));
	return *PG_GETARG_INTERVAL_P(number);
}
