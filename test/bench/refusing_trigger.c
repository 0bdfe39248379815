/*
 * refusing_trigger.c
 *		The least that refusing a row can cost: the reference of a refusal.  It
 *		raises the error of a hold, looks at none and notes nobody.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(refusing_trigger);
Datum
refusing_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	ereport(ERROR,
			(errcode(MAKE_SQLSTATE('R', 'H', '0', '0', '1')),
			 errmsg("registrations are held"),
			 errdetail_internal("Hold 1: bench, since %s.",
								timestamptz_to_str(GetCurrentTimestamp())),
			 errhint("Nothing was written. Check regcar.hold_for() before retrying, or LISTEN regcar to hear when the hold ends."),
			 errtable(trigdata->tg_relation)));
}
