/*
 * observe.c
 *		Holds that stop nobody, and note whom they would have stopped.
 */
#include "regcar.h"
#include "guard/observe.h"

#include "hold/hold_match.h"
#include "hold/refusal.h"

static bool
observe_row(const LetThrough *write, const HoldList *holds, GuardRow *row,
			int64 *observed)
{
	const Hold *hold = hold_observing(holds, &row->scope, write->clock);

	if (hold == NULL)
		return false;
	if (hold->id != *observed)
	{
		Refusal		refusal = {write->rel, row, clock_time(write->clock)};

		*observed = hold->id;
		note_refusal(hold, &refusal);
	}
	return true;
}

void
observe(const LetThrough *write, const HoldList *holds, int64 *observed)
{
	bool		is_update = write->before != NULL;
	GuardRow	before;
	GuardRow	after;

	if (write->kind == WRITE_OTHER)
		return;
	guard_row_init(&after, write->guard, 1, write->after);
	if (is_update)
		guard_row_init(&before, write->guard, 0, write->before);
	if (write->kind == WRITE_UPDATE &&
		!(is_update && guard_rows_differ(&before, &after, true)))
		return;
	/* the row may move into the scope, or out of it */
	if (!observe_row(write, holds, &after, observed) && is_update)
		(void) observe_row(write, holds, &before, observed);
}
