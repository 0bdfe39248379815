/*
 * guard_change.c
 *		What a command did to a guarded table: refused, or written into the
 *		history.
 *
 * A change that is let through is noted at the gate, so that a hold which is
 * placed before its COMMIT stops it as it stops a registration.
 */
#include "regcar.h"

#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "guard/commit_gate.h"
#include "guard/guard_change.h"
#include "hold/errors.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "hold/hold_match.h"
#include "util/query.h"

static const struct
{
	const char *event;
	bool		forbidden;		/* to others than superusers, by such a hold */
	HoldAction	weakest;		/* hold that forbids it */
	const char *message;
}			changes[] = {
	[CHANGE_GUARDED] = {"guarded"},
	[CHANGE_ATTACHED] = {"attached"},
	[CHANGE_WAIVED] = {"waived"},
	[CHANGE_REQUIRED] = {"required"},
	[CHANGE_UNGUARDED] = {"unguarded", true, HOLD_PEND,
	"cannot remove the guard of %s while a hold stands"},
	[CHANGE_WEAKENED] = {"weakened", true, HOLD_PEND,
	"cannot weaken the guard of %s while a hold stands"},
	[CHANGE_DETACHED] = {"detached", true, HOLD_FREEZE,
	"cannot detach partition %s while registered data is frozen"},
	[CHANGE_REWRITTEN] = {"rewritten", true, HOLD_FREEZE,
	"cannot rewrite %s while registered data is frozen"},
	[CHANGE_DROPPED] = {"dropped", true, HOLD_FREEZE,
	"cannot drop %s while registered data is frozen"},
};

static void
record_change(GuardChange change, const char *table, const char *what)
{
	Datum		values[] = {CStringGetTextDatum(changes[change].event),
		CStringGetTextDatum(table), CStringGetTextDatum(what)};

	call_function("record_guard_change", 3, (Oid[]) {TEXTOID, TEXTOID, TEXTOID}, values);
}

void
judge_change(GuardChange change, const char *table, const char *what)
{
	Clock		clock = {0};
	const HoldList *holds;
	const Hold *hold;

	if (changes[change].forbidden)
	{
		AcceptInvalidationMessages();
		holds = hold_list();
		hold = strongest_hold(holds, changes[change].weakest, &clock);
		if (hold != NULL && !superuser())
			ereport(ERROR,
					(errcode(ERRCODE_REGCAR_HELD),
					 errmsg(changes[change].message, table),
					 errdetail("The command would have this effect: %s. %s", what,
							   hold_description(hold)),
					 errhint("Wait until the hold is lifted, or ask a superuser.")));
		if (hold != NULL)
			ereport(WARNING,
					(errmsg("guard of %s: %s, while a hold stands", table, what),
					 errdetail_internal("%s", hold_description(hold)),
					 errhint("SELECT * FROM regcar.guards WHERE status <> 'ok'; shows what is unsound.")));
		else if (!superuser())
			gate_note(changes[change].weakest == HOLD_FREEZE ?
					  WRITE_OTHER : WRITE_REGISTRATION, holds, &clock);
	}
	record_change(change, table, what);
}
