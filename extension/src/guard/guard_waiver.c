/*
 * guard_waiver.c
 *		Tables that are left without a guard on purpose.
 *
 * A trigger says so, which never does anything; its argument is the reason.
 */
#include "regcar.h"

#include "access/table.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "guard/guard_change.h"
#include "guard/guard_waiver.h"
#include "guard/weakened_guard.h"
#include "util/clip.h"
#include "util/extension_catalog.h"
#include "util/table_name.h"

/* In bytes, as waive_guard() has it. */
#define LONGEST_REASON	10000

bool
is_waiver(const FormData_pg_trigger *trigger)
{
	return trigger->tgfoid == extension_function("guard_waived", 0, NULL);
}

static const char *
reason_of(const FormData_pg_trigger *waiver)
{
	Relation	rel = table_open(waiver->tgrelid, AccessShareLock);
	const char *reason = "";

	for (int i = 0; i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (trigger->tgoid == waiver->oid && trigger->tgnargs > 0)
			reason = pstrdup(trigger->tgargs[0]);
	}
	table_close(rel, AccessShareLock);
	return reason;
}

/*
 * The history, which nothing is ever deleted from, is not for everybody to
 * write, nor is the list of tables that need no guard.
 */
static void
require_operator(void)
{
	Oid			waive = extension_function("waive_guard", 2, (Oid[]) {REGCLASSOID, TEXTOID});

	if (!DatumGetBool(OidFunctionCall2(F_HAS_FUNCTION_PRIVILEGE_OID_TEXT, ObjectIdGetDatum(waive),
									   CStringGetTextDatum("EXECUTE"))))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to leave a table without a guard"),
				 errhint("Ask an operator or a superuser.")));
}

void
record_waiver(Oid trigger)
{
	FormData_pg_trigger form = {0};

	(void) read_trigger(trigger, &form);
	if (!is_waiver(&form))
		return;
	/* a restore brings what an operator said before */
	if (check_function_bodies)
		require_operator();
	judge_change(CHANGE_WAIVED, table_name(form.tgrelid),
				 psprintf("it has no guard on purpose: %s",
						  clipped(reason_of(&form), LONGEST_REASON)));
}
