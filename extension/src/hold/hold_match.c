/*
 * hold_match.c
 *		Which hold stops a row.
 */
#include "hold/hold.h"

const char *
hold_action_name(HoldAction action)
{
	static const char *const names[] = {
		[HOLD_QUEUE] = "queue",
		[HOLD_REJECT] = "reject",
		[HOLD_FREEZE] = "freeze",
	};

	return names[action];
}

typedef struct Search
{
	const HoldList *holds;
	ScopeRow   *row;
	WriteKind	kind;
	TimestampTz now;
	const Hold *hold;			/* whose exemptions are looked through */
	void		(*found) (const Hold *hold, void *arg);
	void	   *arg;
} Search;

/* An exemption whose scope has the row: is it in force? */
static bool
exempts(int number, void *arg)
{
	const Search *search = arg;

	return search->now < search->hold->exemption[number].expires_at;
}

/* A hold whose scope has the row: does it stop this write just now? */
static bool
covers(int number, void *arg)
{
	Search	   *search = arg;
	const Hold *hold = search->hold = &search->holds->hold[number];

	if ((search->kind == WRITE_REGISTRATION || hold->action == HOLD_FREEZE) &&
		hold_in_force(hold, search->now) &&
		(hold->exempt == NULL ||
		 !scope_index_find(hold->exempt, search->row, false, exempts, search)))
		search->found(hold, search->arg);
	return false;				/* look for more */
}

/*
 * Call found() for each hold in force that stops a row.  A key that the row
 * cannot answer, or NULL there, matches a hold and does not match an exemption.
 */
void
holds_against(const HoldList *holds, ScopeRow *row, WriteKind kind,
			  TimestampTz now, void (*found) (const Hold *hold, void *arg),
			  void *arg)
{
	Search		search = {holds, row, kind, now, NULL, found, arg};

	if (holds->count > 0)
		scope_index_find(holds->index, row, true, covers, &search);
}

/*
 * For holds_against(): keep the strongest, of equals the first, in the const
 * Hold * that arg points to.
 */
void
keep_stronger(const Hold *hold, void *arg)
{
	const Hold **strongest = arg;

	if (*strongest == NULL || hold->action > (*strongest)->action ||
		(hold->action == (*strongest)->action && hold->id < (*strongest)->id))
		*strongest = hold;
}

/* The strongest of them, of equals the first; NULL if nothing stops the row. */
const Hold *
hold_against(const HoldList *holds, ScopeRow *row, WriteKind kind,
			 TimestampTz now)
{
	const Hold *strongest = NULL;

	holds_against(holds, row, kind, now, keep_stronger, &strongest);
	return strongest;
}
