/*
 * hold_error.c
 *		Errors for people stopped by a hold.
 *
 * The primary message is constant, so that logs can be grouped by it.  What
 * differs between holds is in DETAIL.
 */
#include "regcar.h"
#include "hold/hold_error.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "hold/errors.h"

char *
hold_description(const Hold *hold)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "Hold " INT64_FORMAT ": %s", hold->id, hold->reason);
	if (hold->incident != NULL)
		appendStringInfo(&text, " (incident %s)", hold->incident);
	appendStringInfo(&text, ", since %s", timestamptz_to_str(hold_binds_from(hold)));
	if (!TIMESTAMP_NOT_FINITE(hold->expires_at))
		appendStringInfo(&text, ", until %s", timestamptz_to_str(hold->expires_at));
	appendStringInfoChar(&text, '.');
	return text.data;
}

void
hold_error(const Hold *hold, Relation rel, const Refusal *refusal)
{
	hold_error_because(hold, rel, NULL, refusal);
}

void
hold_error_because(const Hold *hold, Relation rel, const char *why,
				   const Refusal *refusal)
{
	bool		freezes = hold->action == HOLD_FREEZE;
	char	   *description = hold_description(hold);

	if (refusal != NULL)
		note_refusal(hold, refusal);
	ereport(ERROR,
			(errcode(ERRCODE_REGCAR_HELD),
			 freezes ?
			 errmsg("registered data is frozen") :
			 errmsg("registrations are held"),
			 errdetail_internal("%s%s%s", description,
								why != NULL ? " " : "", why != NULL ? why : ""),
			 rel != NULL ?
			 errhint("Nothing was written. Check regcar.hold_for() before retrying, or LISTEN regcar to hear when the hold ends.") :
			 errhint("The hold was placed while this transaction was open, so all of it was rolled back. Check regcar.hold_for() before retrying, or LISTEN regcar to hear when the hold ends."),
			 rel != NULL ? errtable(rel) : 0));
}

void
hold_returning_error(const Hold *hold, Relation rel, const char *why,
					 const Refusal *refusal)
{
	char	   *description = hold_description(hold);

	if (refusal != NULL)
		note_refusal(hold, refusal);
	ereport(ERROR,
			(errcode(ERRCODE_REGCAR_RETURNING),
			 errmsg("a row that is to be returned cannot be queued"),
			 errdetail_internal("%s", description),
			 errhint("Nothing was written. regcar.submit() registers or queues a row and says which; without RETURNING, INSERT queues it. Under a hold of action pend such rows go in and wait in their table."),
			 errtable(rel)));
}

void
ticket_error(Relation rel, AttrNumber column)
{
	const char *name = NameStr(TupleDescAttr(RelationGetDescr(rel), column - 1)->attname);

	ereport(ERROR,
			(errcode(ERRCODE_GENERATED_ALWAYS),
			 errmsg("a new row cannot bring a ticket"),
			 errdetail("Only the guard of \"%s\" writes the column \"%s\".",
					   RelationGetRelationName(rel), name),
			 errhint("Leave the column out, and give it no default. A data-only restore needs pg_restore --disable-triggers."),
			 errtablecol(rel, column)));
}

void
hold_retry_error(const Hold *hold, const Refusal *refusal)
{
	char	   *description = hold_description(hold);

	note_refusal(hold, refusal);
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("a hold changed while this transaction was open"),
			 errdetail_internal("%s", description),
			 errhint("Retry the transaction: rows that the hold does not cover will go through.")));
}
