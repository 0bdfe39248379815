/*
 * commit_gate.c
 *		The second look at the holds, when a transaction commits.
 *
 * The row trigger of an open transaction may have looked before a hold was
 * placed.  So a transaction that was let through looks again just before it
 * commits (or prepares), in this order:
 *
 *	1. take a weak lock, the gate's,
 *	2. absorb invalidation messages,
 *	3. look at the holds, and read them again if a message says so.
 *
 * Whoever places a hold commits it, which sends its messages before it
 * releases its locks, and then waits for the transactions that have the lock
 * (drain.c).  Either such a transaction took the lock before the waiter
 * looked for it, and is waited for; or it took the lock afterwards, and then
 * step 2 finds the message.  Neither side queues for the other, because the
 * lock is weak and the wait takes none.
 *
 * test/model/gate.pml is a model of this: pass_gate() there has these steps,
 * change() and drain() have those of the other side.
 *
 * The lock is on no relation.  Whoever may name a relation can keep it locked,
 * even without a right on it, and the wait must not name such a role (design
 * 9.2).  A lock on the number of a relation is cheap, because the server keeps
 * it where no other session looks unless it must.
 */
#include "regcar.h"
#include "guard/commit_gate.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "guard/exempted.h"
#include "guard/exempted_counts.h"
#include "guard/moved_marks.h"
#include "guard/row_movement.h"
#include "hold/hold_cache.h"
#include "hold/hold_error.h"
#include "util/extension_catalog.h"

/*
 * For each kind of write: when the first write of that kind or a stronger one
 * was let through that still counts.
 */
typedef struct Passage
{
	int			level;			/* nesting of its subtransaction, 0 if
								 * there was none; a rollback at this level
								 * or above undoes it */
	uint64		generation;		/* of the holds that were looked at */
	TimestampTz at;				/* the clock then, if there was a hold */
} Passage;

static Passage passage[WRITE_KINDS];

void
gate_note(WriteKind kind, const HoldList *holds, Clock *clock)
{
	TimestampTz now;
	int			level;

	/* a kind is never noted without the weaker ones */
	if (passage[kind].level == 1)
		return;
	level = GetCurrentTransactionNestLevel();
	now = holds->count > 0 ? clock_time(clock) : 0;
	for (int k = 0; k <= (int) kind; k++)
		if (passage[k].level == 0)
			passage[k] = (Passage) {level, holds->generation, now};
		else
			passage[k].level = Min(passage[k].level, level);
}

/*
 * The server gives relations numbers from its own, and users' from 16384 on;
 * none was ever 1.  drain.sql and the monitoring queries have it, too.
 *
 * The objects of 0.1.0 go with libraries that wait for another lock, on a table.
 */
Oid
gate_lock_relid(void)
{
	return extension_is_older() ?
		get_relname_relid("commit_gate", get_namespace_oid(EXTENSION_SCHEMA, false)) : 1;
}

/*
 * ROW SHARE, because no statement takes it on a mere number; currval() takes
 * ROW EXCLUSIVE on any.
 */
LOCKMODE
gate_lock_mode(void)
{
	return extension_is_older() ? RowExclusiveLock : RowShareLock;
}

/* Take the lock and absorb messages; false when the extension is gone. */
static bool
enter_gate(void)
{
	for (int try = 0; try < 10; try++)
	{
		Oid			holds = extension_table(TABLE_HOLD);
		Oid			relid;
		LOCKMODE	mode;

		if (!OidIsValid(holds))
			return false;
		relid = gate_lock_relid();
		mode = gate_lock_mode();
		LockRelationOid(relid, mode);
		/* a lock that we have already absorbs no messages when taken again */
		AcceptInvalidationMessages();
		if (holds == extension_table(TABLE_HOLD) && relid == gate_lock_relid())
			return true;
		/* the extension was dropped or updated before we had the lock */
		UnlockRelationOid(relid, mode);
	}
	extension_replaced();
	return false;
}

/*
 * Has it begun to bind, or lost an exemption, since the write was let
 * through?
 */
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

/* Does an exemption ask for a column, or for a key that may be one? */
static bool
exemption_has_column(const Exemption *exemption, const ScopeKeys *keys)
{
	return scope_has_column(&exemption->scope, keys) ||
		(exemption->share_key != NO_SHARE_KEY &&
		 scope_key_may_be_column(&keys->key[exemption->share_key]));
}

/* The weakest kind of write that a hold may stop. */
static WriteKind
weakest_kind(const Hold *hold, const ScopeKeys *keys)
{
	if (hold->action == HOLD_FREEZE)
		return WRITE_OTHER;
	/* an update may have changed one of its keys, which nobody looked at then */
	if (scope_has_column(&hold->scope, keys))
		return WRITE_UPDATE;
	/* likewise of an exemption that came with it; one that came later fails
	 * nobody */
	for (int e = 0; e < hold->exemptions; e++)
		if (hold->exemption[e].version == hold->version &&
			exemption_has_column(&hold->exemption[e], keys))
			return WRITE_UPDATE;
	return WRITE_REGISTRATION;
}

/* Does it refuse every registration, whatever the row? */
static bool
stops_all(const Hold *hold, TimestampTz now)
{
	return hold->action >= HOLD_REJECT && hold->scope.terms == 0 &&
		!has_exemption(hold, now);
}

/*
 * The hold that stops the transaction: preferably one that stops everything,
 * then the strongest; NULL if none does.
 */
static const Hold *
hold_since_passage(const HoldList *holds, TimestampTz now)
{
	const Hold *found = NULL;

	/* usually nothing has changed */
	if (holds->count == 0 ||
		(passage[WRITE_OTHER].generation == holds->generation &&
		 now < holds->next_change))
		return NULL;
	for (int h = 0; h < holds->count; h++)
	{
		const Hold *hold = &holds->hold[h];
		const Passage *passed = &passage[weakest_kind(hold, &holds->keys)];

		if (hold->action != HOLD_OBSERVE &&
			passed->level > 0 && hold_in_force(hold, now) &&
			is_new(hold, passed, now) &&
			(found == NULL || stops_all(hold, now) > stops_all(found, now) ||
			 (stops_all(hold, now) == stops_all(found, now) &&
			  hold->action > found->action)))
			found = hold;
	}
	return found;
}

/*
 * Fail the transaction if a hold was placed meanwhile: with RH001 if the hold
 * covers everything, else with 40001, because only a retry can tell.
 */
static void
pass_gate(void)
{
	const HoldList *holds;
	const Hold *hold;
	Refusal		refusal = {.rel = NULL};

	if (passage[WRITE_OTHER].level == 0 || !enter_gate())
		return;
	holds = hold_list();
	refusal.at = GetCurrentTimestamp();
	hold = hold_since_passage(holds, refusal.at);
	if (hold == NULL)
		return;
	if (stops_all(hold, refusal.at))
		hold_error(hold, NULL, &refusal);
	hold_retry_error(hold, &refusal);
}

static void
at_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			/* before the gate, so that a drain does not wait for it */
			exempted_counts_write();
			pass_gate();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			memset(passage, 0, sizeof(passage));
			moves_forget(1);
			moved_marks_leave(1, event != XACT_EVENT_ABORT);
			exempted_leave(1, event != XACT_EVENT_ABORT);
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
	moved_marks_leave(level, event == SUBXACT_EVENT_COMMIT_SUB);
	exempted_leave(level, event == SUBXACT_EVENT_COMMIT_SUB);
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
