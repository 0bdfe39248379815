/*
 * commit_gate.c
 *		The second question, when a transaction commits.
 *
 * The row trigger of a transaction that is still open may have looked before a
 * hold was placed.  So a transaction that was let through asks again just
 * before it commits (or prepares), in this order:
 *
 *	1. take a weak lock on regcar_state.commit_gate,
 *	2. absorb invalidation messages,
 *	3. look at the holds, reading them anew if a message said so.
 *
 * Whoever places a hold commits it (its messages go out before its locks are
 * let go) and then waits for those that have the lock (lockdown.c).  Either such
 * a transaction took the lock before that look, and is waited for, or it took
 * it after, and then 2 finds the message.  Neither side queues behind the
 * other: the lock is weak, and the wait queues none.
 *
 * A table of its own is locked, since every change of regcar_state.hold takes the
 * same weak lock there, and the wait must not name another operator.
 */
#include "regcar.h"
#include "guard/commit_gate.h"

#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/timestamp.h"

#include "guard/row_movement.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "util/extension_catalog.h"

/*
 * For each kind of write, or a stronger one, when the first that still counts
 * was let through.
 */
typedef struct Passage
{
	int			level;			/* nesting of its subtransaction; 0: none was.
								 * What is let through at its level or deeper is
								 * undone when a subtransaction rolls back */
	uint64		generation;		/* of the holds that it was held against */
	TimestampTz at;				/* the clock then, if there were any */
} Passage;

static Passage passage[WRITE_KINDS];

void
gate_note(WriteKind kind, const HoldList *holds, TimestampTz now)
{
	int			level;

	/* what is noted for a kind is noted for the weaker ones */
	if (passage[kind].level == 1)
		return;
	level = GetCurrentTransactionNestLevel();
	for (int k = 0; k <= (int) kind; k++)
		if (passage[k].level == 0)
			passage[k] = (Passage) {level, holds->generation, now};
		else
			passage[k].level = Min(passage[k].level, level);
}

/* Lock regcar_state.commit_gate and absorb; false when the extension is gone. */
static bool
enter_gate(void)
{
	for (int try = 0; try < 10; try++)
	{
		Oid			relid = extension_table(TABLE_COMMIT_GATE);

		if (!OidIsValid(relid))
			return false;
		LockRelationOid(relid, RowExclusiveLock);
		/* with a lock that we have already, locking absorbs nothing */
		AcceptInvalidationMessages();
		if (relid == extension_table(TABLE_COMMIT_GATE))
			return true;
		/* dropped before we had the lock: it is no table's now */
		UnlockRelationOid(relid, RowExclusiveLock);
	}
	extension_replaced();
	return false;
}

/* Did it begin to bind what passed, or lose an exemption, since then? */
static bool
is_new(const Hold *hold, const Passage *passed, TimestampTz now)
{
	if (hold->first_generation > passed->generation ||
		hold->narrowed_generation > passed->generation || hold->starts_at > passed->at)
		return true;
	for (int e = 0; e < hold->exemptions; e++)
		if (hold->exemption[e].expires_at > passed->at &&
			hold->exemption[e].expires_at <= now)
			return true;
	return false;
}

static bool
has_exemption(const Hold *hold, TimestampTz now)
{
	for (int e = 0; e < hold->exemptions; e++)
		if (now < hold->exemption[e].expires_at)
			return true;
	return false;
}

/* The weakest kind of write that a hold may stop. */
static WriteKind
weakest_kind(const Hold *hold, const ScopeKeys *keys)
{
	if (hold->action == HOLD_FREEZE)
		return WRITE_OTHER;
	/* an update may have changed one of its keys, which nobody watched then */
	return scope_has_column(&hold->scope, keys) ? WRITE_UPDATE :
		WRITE_REGISTRATION;
}

/* Does it stop a registration whatever row that is? */
static bool
stops_all(const Hold *hold, TimestampTz now)
{
	return hold->action != HOLD_QUEUE && hold->scope.terms == 0 &&
		!has_exemption(hold, now);
}

/*
 * The hold that stops the transaction, one that stops all before the others,
 * then the strongest; NULL if none does.
 */
static const Hold *
hold_since_passage(const HoldList *holds, TimestampTz now)
{
	const Hold *found = NULL;

	/* most often nothing at all has changed */
	if (holds->count == 0 ||
		(passage[WRITE_OTHER].generation == holds->generation &&
		 now < holds->next_change))
		return NULL;
	for (int h = 0; h < holds->count; h++)
	{
		const Hold *hold = &holds->hold[h];
		const Passage *passed = &passage[weakest_kind(hold, &holds->keys)];

		if (passed->level > 0 && hold_in_force(hold, now) &&
			is_new(hold, passed, now) &&
			(found == NULL || stops_all(hold, now) > stops_all(found, now) ||
			 (stops_all(hold, now) == stops_all(found, now) &&
			  hold->action > found->action)))
			found = hold;
	}
	return found;
}

/*
 * Fail the transaction where a hold came in between: for good where that hold
 * covers everything, else only a retry can tell.
 */
static void
pass_gate(void)
{
	const HoldList *holds;
	const Hold *hold;
	TimestampTz now;

	if (passage[WRITE_OTHER].level == 0 || !enter_gate())
		return;
	holds = hold_list();
	now = GetCurrentTimestamp();
	hold = hold_since_passage(holds, now);
	if (hold == NULL)
		return;
	if (stops_all(hold, now))
		hold_error(hold, NULL);
	hold_retry_error(hold);
}

static void
at_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			pass_gate();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			memset(passage, 0, sizeof(passage));
			moves_forget(1);
			break;
		default:
			break;
	}
}

static void
at_subxact_event(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	moves_forget(level);
	for (int k = 0; k < WRITE_KINDS; k++)
		if (passage[k].level >= level)
			passage[k].level = event == SUBXACT_EVENT_COMMIT_SUB ? level - 1 : 0;
}

void
gate_init(void)
{
	RegisterXactCallback(at_xact_event, NULL);
	RegisterSubXactCallback(at_subxact_event, NULL);
}
