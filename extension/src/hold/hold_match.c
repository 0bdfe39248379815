/*
 * hold_match.c
 *		Which hold stops a row.
 */
#include "regcar.h"
#include "hold/hold_match.h"

#include "hold/row_share.h"

/* One search of the holds for a row. */
typedef struct Matching
{
	const HoldList *holds;
	ScopeRow   *row;
	WriteKind	kind;
	bool		observing;		/* for holds that observe, and no others */
	Clock	   *clock;
	const Hold *hold;			/* the one whose exemptions are searched, */
	const Exemption *exemption; /* and the oldest that lets the row through */
	HoldFound	found;
	void	   *arg;
} Matching;

/*
 * Is the row of the share that an exemption is for?  Not one that does not say
 * by what it is to be shared.
 */
static bool
in_share(const Exemption *exemption, ScopeRow *row)
{
	const KeyValue *value;

	if (exemption->share >= 100)
		return true;
	if (exemption->share_key == NO_SHARE_KEY)
		return false;
	value = row->value(row, exemption->share_key);
	return value->state == KEY_KNOWN &&
		share_of_text(typed_key_text(value->typed, value->datum)) <= exemption->share;
}

/*
 * The scope of this exemption matches the row: does it let the row through?
 * They are in order of age, but not found in it.
 */
static bool
exempts(int number, void *arg)
{
	Matching   *matching = arg;
	const Exemption *exemption = &matching->hold->exemption[number];

	if ((matching->exemption == NULL || exemption < matching->exemption) &&
		clock_time(matching->clock) < exemption->expires_at &&
		in_share(exemption, matching->row))
		matching->exemption = exemption;
	return false;				/* go on searching */
}

/*
 * The scope of this hold matches the row: does the hold stop the write now,
 * and does an exemption let it through all the same?
 */
static bool
covers(int number, void *arg)
{
	Matching   *matching = arg;
	const Hold *hold = matching->hold = &matching->holds->hold[number];

	if ((hold->action == HOLD_OBSERVE) != matching->observing ||
		(matching->kind != WRITE_REGISTRATION && hold->action != HOLD_FREEZE) ||
		!hold_in_force(hold, clock_time(matching->clock)))
		return false;
	matching->exemption = NULL;
	if (hold->exempt != NULL)
		scope_index_find(hold->exempt, matching->row, false, exempts, matching);
	matching->found(hold, matching->exemption, matching->arg);
	return false;				/* go on searching */
}

void
holds_over(const HoldList *holds, ScopeRow *row, WriteKind kind,
		   Clock *clock, HoldFound found, void *arg)
{
	Matching	matching = {holds, row, kind, false, clock, NULL, NULL, found, arg};

	if (holds->count > 0)
		scope_index_find(holds->index, row, true, covers, &matching);
}

void
keep_stronger(const Hold *hold, const Exemption *exemption, void *arg)
{
	const Hold **strongest = arg;

	if (exemption != NULL)
		return;
	if (*strongest == NULL || hold->action > (*strongest)->action ||
		(hold->action == (*strongest)->action && hold->id < (*strongest)->id))
		*strongest = hold;
}

const Hold *
hold_against(const HoldList *holds, ScopeRow *row, WriteKind kind,
			 Clock *clock)
{
	const Hold *strongest = NULL;

	holds_over(holds, row, kind, clock, keep_stronger, &strongest);
	return strongest;
}

const Hold *
strongest_hold(const HoldList *holds, HoldAction weakest, Clock *clock)
{
	const Hold *strongest = NULL;

	for (int h = 0; h < holds->count; h++)
		if (holds->hold[h].action >= weakest &&
			hold_in_force(&holds->hold[h], clock_time(clock)))
			keep_stronger(&holds->hold[h], NULL, &strongest);
	return strongest;
}

const Hold *
hold_observing(const HoldList *holds, ScopeRow *row, Clock *clock)
{
	const Hold *first = NULL;
	Matching	matching = {holds, row, WRITE_REGISTRATION, true, clock, NULL, NULL,
		keep_stronger, &first};

	if (holds->observing)
		scope_index_find(holds->index, row, true, covers, &matching);
	return first;
}
