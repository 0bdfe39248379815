/*
 * listeners.c
 *		Telling those who LISTEN to "regcar".
 *
 * What there is to tell is kept until COMMIT, because only then can we see
 * whether telling would make it fail or wait.  A role that may do nothing else
 * can bring about both, and neither may keep a hold from binding (design 9.2):
 *
 * - Whoever LISTENs and stays in a transaction keeps the server's queue of
 *	 notifications from being emptied; a full one makes a COMMIT fail.
 * - A COMMIT with a notification has the queue locked until it ends.  If it
 *	 waits for a standby meanwhile, every other one waits for it.
 */
#include "regcar.h"
#include "hold/listeners.h"

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/async.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "util/settings.h"

/* From this share on the queue is left alone: the rest is for others. */
#define FULL_QUEUE		0.5

/* How long another COMMIT may have the queue, in milliseconds. */
#define LONGEST_WAIT	1000

/* To be told at COMMIT, in TopTransactionContext. */
typedef struct Change
{
	int			level;			/* nesting of its subtransaction */
	char	   *payload;
} Change;

static List *changes = NIL;

void
tell_listeners(const char *payload)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	Change	   *change = palloc(sizeof(Change));

	change->level = GetCurrentTransactionNestLevel();
	change->payload = pstrdup(payload);
	changes = lappend(changes, change);
	MemoryContextSwitchTo(caller);
}

static bool
has_room(void)
{
	double		usage = DatumGetFloat8(OidFunctionCall0(F_PG_NOTIFICATION_QUEUE_USAGE));

	if (usage < FULL_QUEUE)
		return true;
	ereport(WARNING,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("those who LISTEN to \"regcar\" are not told of this change"),
			 errdetail("The queue of notifications is %.0f %% full. The change itself is made.",
					   usage * 100),
			 errhint("The server log names the session that keeps it full; a superuser may end it.")));
	return false;
}

/* Queue for the lock, in a subtransaction because the wait ends with an error. */
static bool
lock_within(int milliseconds)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char		timeout[12];
	Setting		pinned[] = {{"lock_timeout", timeout}};
	volatile bool locked = true;

	snprintf(timeout, sizeof(timeout), "%d", milliseconds);
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		int			level = settings_pin(pinned, lengthof(pinned));

		LockSharedObject(DatabaseRelationId, InvalidOid, 0, AccessExclusiveLock);
		settings_unpin(level);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (geterrcode() != ERRCODE_LOCK_NOT_AVAILABLE)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		locked = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return locked;
}

/*
 * Take the lock that the server takes itself a little later in COMMIT
 * (PreCommit_Notify()), and waits for as long as it takes.
 */
static bool
lock_queue(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, InvalidOid, 0);
	if (LockAcquire(&tag, AccessExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL ||
		lock_within(LockTimeout > 0 ? Min(LockTimeout, LONGEST_WAIT) : LONGEST_WAIT))
		return true;
	ereport(WARNING,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("those who LISTEN to \"regcar\" are not told of this change"),
			 errdetail("The COMMIT of another session with a notification does not end. The change itself is made."),
			 errhint("If it waits for a standby, this shows it: SELECT pid, usename FROM pg_stat_activity WHERE wait_event = 'SyncRep';")));
	return false;
}

static void
tell(void)
{
	ListCell   *c;

	foreach(c, changes)
		Async_Notify("regcar", ((const Change *) lfirst(c))->payload);
}

static void
at_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (changes != NIL && has_room() && lock_queue())
				tell();
			break;
		case XACT_EVENT_PRE_PREPARE:
			/* the server refuses that, and says why */
			tell();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			changes = NIL;
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
	ListCell   *c;

	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	foreach(c, changes)
	{
		Change	   *change = lfirst(c);

		if (change->level < level)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			change->level = level - 1;
		else
			changes = foreach_delete_current(changes, c);
	}
}

void
listeners_init(void)
{
	RegisterXactCallback(at_xact_event, NULL);
	RegisterSubXactCallback(at_subxact_event, NULL);
}

/* tell_listeners(payload text) */
PG_FUNCTION_INFO_V1(regcar_tell_listeners);
Datum
regcar_tell_listeners(PG_FUNCTION_ARGS)
{
	tell_listeners(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
