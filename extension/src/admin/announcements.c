/*
 * announcements.c
 *		Changes of holds that are seen, but that not everybody was told yet.
 *
 * A COMMIT first makes its changes visible, then sends its messages, and then
 * lets its locks go.  In between, a session may pass the gate without having
 * heard of the change.  So a drain may speak for the changes that it sees only
 * when none of their transactions has its locks any more: in the model,
 * test/model/gate.pml, "unfinished".
 */
#include "regcar.h"

#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/procarray.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "util/deadline.h"
#include "util/extension_catalog.h"

/* Who changed holds, and has its locks. */
typedef enum Announcement
{
	ALL_ARE_TOLD,
	BEING_TOLD,					/* another transaction, that others see as
								 * ended */
	NOT_COMMITTED				/* this transaction */
} Announcement;

/* Does its lock say that a transaction changed holds or exemptions? */
static bool
changes_holds(const LockInstanceData *lock)
{
	return lock->locktag.locktag_type == LOCKTAG_RELATION &&
		lock->locktag.locktag_field1 == MyDatabaseId &&
		(lock->locktag.locktag_field2 == extension_table(TABLE_HOLD) ||
		 lock->locktag.locktag_field2 == extension_table(TABLE_EXEMPTION)) &&
		(lock->holdMask & LOCKBIT_ON(RowExclusiveLock)) != 0;
}

/*
 * Is it the lock that a transaction has on its own number until the end?  Then
 * a transaction that is not in progress any more has been seen to end.
 */
static bool
has_ended(const LockInstanceData *lock)
{
	return lock->locktag.locktag_type == LOCKTAG_TRANSACTION &&
		(lock->holdMask & LOCKBIT_ON(ExclusiveLock)) != 0 &&
		!TransactionIdIsInProgress(lock->locktag.locktag_field1);
}

/* Only prepared ones have no process. */
static bool
same_transaction(const LockInstanceData *a, const LockInstanceData *b)
{
	return a->pid == b->pid &&
		(a->pid != 0 || VirtualTransactionIdEquals(lock_vxid(*a), lock_vxid(*b)));
}

static Announcement
look(void)
{
	LockData   *locks = GetLockStatusData();

	for (int i = 0; i < locks->nelements; i++)
	{
		if (!changes_holds(&locks->locks[i]))
			continue;
		if (locks->locks[i].pid == MyProcPid)
			return NOT_COMMITTED;
		for (int k = 0; k < locks->nelements; k++)
			if (same_transaction(&locks->locks[i], &locks->locks[k]) &&
				has_ended(&locks->locks[k]))
				return BEING_TOLD;
	}
	return ALL_ARE_TOLD;
}

/*
 * await_announcements(interval) -> boolean
 *		Wait until everybody was told of every change of holds that a snapshot
 *		before this call shows, which takes microseconds; true then.  Nobody is
 *		told of what this transaction itself has changed.
 */
PG_FUNCTION_INFO_V1(regcar_await_announcements);
Datum
regcar_await_announcements(PG_FUNCTION_ARGS)
{
	TimestampTz deadline = deadline_after(PG_GETARG_INTERVAL_P(0));
	Announcement found;

	while ((found = look()) == BEING_TOLD && GetCurrentTimestamp() < deadline)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 1, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_BOOL(found == ALL_ARE_TOLD);
}
