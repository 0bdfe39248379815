/*
 * hold.c
 *		What a hold is.
 */
#include "regcar.h"
#include "hold/hold.h"

#include "util/enum_label.h"

/* Labels of the SQL enum hold_action. */
static const char *const action_labels[] = {
	[HOLD_OBSERVE] = "observe",
	[HOLD_PEND] = "pend",
	[HOLD_QUEUE] = "queue",
	[HOLD_REJECT] = "reject",
	[HOLD_FREEZE] = "freeze",
};

Oid
hold_action_label(Oid type, HoldAction action)
{
	return enum_label_oid(type, action_labels[action]);
}

HoldAction
hold_action_of(Oid label)
{
	int			action = enum_label_number(label, action_labels,
										   lengthof(action_labels));

	return action < 0 ? HOLD_FREEZE : action;
}
