/*
 * drain.c
 *		Waiting for the transactions that are already past the gate.
 */
#include "regcar.h"

#include "catalog/pg_type_d.h"
#include "access/twophase.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "guard/commit_gate.h"
#include "util/deadline.h"
#include "util/extension_catalog.h"
#include "util/query.h"

/* Longest nap between two looks, in ms. */
#define LONGEST_NAP		20

/* After this, in ms, whom we wait for is named. */
#define NAMED_AFTER		1000

/* Transactions as pg_locks writes them. */
typedef struct Waiting
{
	int			count;
	Datum	   *name;
	VirtualTransactionId *vxid;
} Waiting;

static Waiting
waiting_room(int count)
{
	return (Waiting) {
		count, palloc((count + 1) * sizeof(Datum)),
		palloc0((count + 1) * sizeof(VirtualTransactionId))
	};
}

/* "4/711" */
static VirtualTransactionId
parse_vxid(const char *text)
{
	VirtualTransactionId vxid = {0};
	int			backend;
	uint32		local;

	if (sscanf(text, "%d/%u", &backend, &local) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a virtual transaction", text)));
	vxid_backend(vxid) = backend;
	vxid.localTransactionId = local;
	return vxid;
}

/* Who is past the gate now. */
static Waiting
transactions_past_gate(void)
{
	const QueryArgument arguments[] = {
		{OIDOID, ObjectIdGetDatum(MyDatabaseId), false},
		{OIDOID, ObjectIdGetDatum(gate_lock_relid()), false},
		{TEXTOID, CStringGetTextDatum(GetLockmodeName(DEFAULT_LOCKMETHOD, gate_lock_mode())), false}
	};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext spi;
	Waiting		waiting;
	int			found;

	SPI_connect();
	found = query("SELECT virtualtransaction FROM pg_catalog.pg_locks "
						  "WHERE locktype OPERATOR(pg_catalog.=) 'relation' AND database OPERATOR(pg_catalog.=) $1 "
						  "AND relation OPERATOR(pg_catalog.=) $2 AND mode OPERATOR(pg_catalog.=) $3 "
						  "AND granted AND pid IS DISTINCT FROM pg_catalog.pg_backend_pid()",
						  lengthof(arguments), arguments);
	spi = MemoryContextSwitchTo(caller);
	waiting = waiting_room(found);
	waiting.count = 0;
	for (int i = 0; i < found; i++)
	{
		char	   *name = query_text(i, 1);
		VirtualTransactionId vxid = parse_vxid(name);

		/* one that has ended already, and is about to let its locks go */
		if (!VirtualTransactionIdIsValid(vxid))
			continue;
		waiting.name[waiting.count] = CStringGetTextDatum(name);
		waiting.vxid[waiting.count++] = vxid;
	}
	MemoryContextSwitchTo(spi);
	SPI_finish();
	return waiting;
}

static Datum
names_of(const Waiting *waiting)
{
	return PointerGetDatum(construct_array(waiting->name, waiting->count, TEXTOID, -1,
										   false, TYPALIGN_INT));
}

/* Whoever calls hears whom we wait for, before we go on waiting. */
static void
name_sessions(const Waiting *waiting)
{
	QueryArgument argument = {TEXTARRAYOID, names_of(waiting), false};
	uint64		count;

	SPI_connect();
	count = query("SELECT pid, usename, application_name, xact_start FROM regcar.gate_sessions($1) WHERE pid IS NOT NULL",
				  1, &argument);
	for (uint64 i = 0; i < count; i++)
		ereport(NOTICE,
				(errmsg("waiting for session %s of %s, which is committing a registration",
						query_text(i, 1), query_text(i, 2)),
				 errdetail("Application \"%s\", transaction since %s.",
						   query_text(i, 3), query_text(i, 4))));
	SPI_finish();
}

/* Only a person ends one that is prepared, or that is just being prepared. */
static bool
is_prepared(VirtualTransactionId vxid)
{
	bool		more;

	return TransactionIdIsValid(TwoPhaseGetXidByVirtualXID(vxid, &more));
}

/* Leave out those that have ended; how many are left that may end by themselves. */
static int
forget_ended(Waiting *waiting)
{
	int			kept = 0;
	int			live = 0;

	for (int i = 0; i < waiting->count; i++)
	{
		VirtualTransactionId vxid = waiting->vxid[i];

		if (VirtualXactLock(vxid, false))
			continue;
		waiting->name[kept] = waiting->name[i];
		waiting->vxid[kept++] = vxid;
		live += !is_prepared(vxid);
	}
	waiting->count = kept;
	return live;
}

/*
 * Wait for them, as long as the interval says, and forget those that have
 * ended.  Prepared ones are not waited for: only a person can end them.
 */
static void
wait_for(Waiting *waiting, const Interval *wait)
{
	TimestampTz deadline = deadline_after(wait);
	TimestampTz start = GetCurrentTimestamp();
	bool		named = extension_is_older();	/* and cannot tell */
	long		nap = 1;

	while (forget_ended(waiting) > 0)
	{
		TimestampTz now = GetCurrentTimestamp();

		if (now >= deadline)
			break;
		if (!named && TimestampDifferenceExceeds(start, now, NAMED_AFTER))
		{
			name_sessions(waiting);
			named = true;
		}
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 nap, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		nap = Min(nap * 2, LONGEST_NAP);
	}
}

/*
 * drain_gate(interval) -> text[]
 *		Wait for the transactions that are past the gate now; those that are still
 *		there.  Later ones are not waited for: they have seen the hold.  In the
 *		model, test/model/gate.pml: look_at_gate(), wait_for_them().
 */
PG_FUNCTION_INFO_V1(regcar_drain_gate);
Datum
regcar_drain_gate(PG_FUNCTION_ARGS)
{
	Waiting		waiting = transactions_past_gate();

	wait_for(&waiting, PG_GETARG_INTERVAL_P(0));
	PG_RETURN_DATUM(names_of(&waiting));
}

/*
 * await_transactions(text[], interval) -> text[]
 *		The same for transactions of sessions that are named.
 */
PG_FUNCTION_INFO_V1(regcar_await_transactions);
Datum
regcar_await_transactions(PG_FUNCTION_ARGS)
{
	Datum	   *names;
	int			count;
	Waiting		waiting;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT,
					  &names, NULL, &count);
	waiting = waiting_room(count);
	for (int i = 0; i < count; i++)
	{
		waiting.name[i] = names[i];
		waiting.vxid[i] = parse_vxid(TextDatumGetCString(names[i]));
	}
	wait_for(&waiting, PG_GETARG_INTERVAL_P(1));
	PG_RETURN_DATUM(names_of(&waiting));
}
