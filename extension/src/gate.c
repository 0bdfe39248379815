/*
 * gate.c
 *		The second question, when a transaction commits.
 *
 * The row trigger of a transaction that is still open may have looked before a
 * hold was placed.  So a transaction that was let through asks again just
 * before it commits (or prepares), in this order:
 *
 *	1. take a weak lock on regcar.commit_gate,
 *	2. absorb invalidation messages,
 *	3. look at the holds, reading them anew if a message said so.
 *
 * Whoever places a hold commits it (its messages go out before its locks are
 * let go) and then waits for those that have the lock (drain.c).  Either such
 * a transaction took the lock before that look, and is waited for, or it took
 * it after, and then 2 finds the message.  Neither side queues behind the
 * other: the lock is weak, and the wait queues none.
 *
 * A table of its own is locked, since every change of regcar.hold takes the
 * same weak lock there, and the wait must not name another operator.
 */
#include "hold.h"

#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/inval.h"

#include "hold_error.h"

/*
 * Outermost nesting level of a subtransaction at which this transaction was
 * let through; 0 if it was not.  When a subtransaction rolls back, what was
 * let through at its level or deeper is undone.
 */
static int	write_level;		/* any write of a guarded table */
static int	registration_level;

static Oid	gate_relid;

void
gate_relation_changed(Oid relid)
{
	if (!OidIsValid(relid) || relid == gate_relid)
		gate_relid = InvalidOid;
}

/* OID of regcar.commit_gate; InvalidOid when the extension is gone. */
Oid
gate_relation(void)
{
	return hold_relation("commit_gate", &gate_relid);
}

/* A row of a guarded table was let through. */
void
gate_note(bool registration)
{
	int			level;

	if (write_level == 1 && (!registration || registration_level == 1))
		return;
	level = GetCurrentTransactionNestLevel();
	if (write_level == 0 || level < write_level)
		write_level = level;
	if (registration &&
		(registration_level == 0 || level < registration_level))
		registration_level = level;
}

/* Lock regcar.commit_gate and absorb; false when the extension is gone. */
static bool
enter_gate(void)
{
	for (int try = 0; try < 10; try++)
	{
		Oid			relid = gate_relation();

		if (!OidIsValid(relid))
			return false;
		LockRelationOid(relid, RowExclusiveLock);
		/* with a lock that we have already, locking absorbs nothing */
		AcceptInvalidationMessages();
		if (relid == gate_relation())
			return true;
		/* dropped before we had the lock: it is no table's now */
		UnlockRelationOid(relid, RowExclusiveLock);
	}
	extension_replaced();
	return false;
}

static void
at_xact_event(XactEvent event, void *arg)
{
	const Hold *hold;

	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			if (write_level == 0 || !enter_gate())
				break;
			hold = hold_against(registration_level > 0);
			if (hold != NULL)
				hold_error(hold, NULL);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			write_level = registration_level = 0;
			guard_forget_move();
			break;
		default:
			break;
	}
}

static void
end_subtransaction(int *noted, int level, bool commit)
{
	if (*noted >= level)
		*noted = commit ? level - 1 : 0;
}

static void
at_subxact_event(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	guard_forget_move();
	end_subtransaction(&write_level, level, event == SUBXACT_EVENT_COMMIT_SUB);
	end_subtransaction(&registration_level, level,
					   event == SUBXACT_EVENT_COMMIT_SUB);
}

void
gate_init(void)
{
	RegisterXactCallback(at_xact_event, NULL);
	RegisterSubXactCallback(at_subxact_event, NULL);
}
