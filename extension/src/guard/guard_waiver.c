/*
 * guard_waiver.c
 *		Tables that are left without a guard on purpose.
 *
 * A trigger says so, which never does anything; its argument is the reason.
 */
#include "regcar.h"

#include "access/table.h"
#include "commands/trigger.h"
#include "utils/rel.h"

#include "guard/guard_change.h"
#include "guard/guard_waiver.h"
#include "guard/weakened_guard.h"
#include "util/extension_catalog.h"
#include "util/table_name.h"

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

void
record_waiver(Oid trigger)
{
	FormData_pg_trigger form = {0};

	(void) read_trigger(trigger, &form);
	if (is_waiver(&form))
		judge_change(CHANGE_WAIVED, table_name(form.tgrelid),
					 psprintf("it has no guard on purpose: %s", reason_of(&form)));
}
