/*
 * numbers.c
 *		Numbers of holds, exemptions and queue entries.
 *
 * They come from sequences, and a sequence is only as new as the WAL that a
 * server has.  A standby that lagged when it was promoted would give numbers
 * again that the primary before it gave out, and so would a server restored from
 * an older backup.  Both begin a timeline.  So a further sequence, server_seq,
 * keeps a fingerprint of the server and timeline that gave the last number, and
 * where it differs all sequences jump (design 9.1).
 *
 * They jump by a wide margin, and at least to a number that grows with the
 * clock and has some chance in it.  For two servers that never heard of each
 * other may both be promoted from the same state, and the numbers of a region
 * must not meet those of its headquarters.
 */
#include "regcar.h"
#include "util/numbers.h"

#include "access/generic_xlog.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* 2025-01-01 00:00 UTC, in seconds after PostgreSQL's epoch */
#define NUMBERS_EPOCH	INT64CONST(789004800)

/* Half of what JSON keeps: so many numbers are left at least. */
#define LARGEST_PASSED	(INT64CONST(1) << 52)

/* How far a sequence jumps: at least by the margin. */
static const struct
{
	const char *kind;			/* for SQL, which gives no numbers to the queue */
	ExtensionTable sequence;
	int64		margin;
	int64		span;			/* seconds; each since the epoch above */
	int64		per_span;		/* counts for so many numbers, */
	int64		places;			/* and one of so many places within them */
}			jumps[] = {
	{"hold", SEQUENCE_HOLD, 1000000, SECS_PER_DAY, 100000000, 10000},
	{"exemption", SEQUENCE_EXEMPTION, 1000000, SECS_PER_DAY, 100000000, 10000},
	{NULL, SEQUENCE_QUEUE_ENTRY_ID, 1000000000, 1, 1000000, 1},
};

/* The last number that a sequence gave; 0 before the first. */
static int64
last_number(Oid sequence)
{
	Relation	rel = relation_open(sequence, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan_compat(rel, SnapshotAny);
	int64		number = 0;
	bool		isnull;

	/* a sequence has one row, which every snapshot sees */
	if (table_scan_getnextslot(scan, ForwardScanDirection, slot) &&
		DatumGetBool(slot_getattr(slot, SEQ_COL_CALLED, &isnull)))
		number = DatumGetInt64(slot_getattr(slot, SEQ_COL_LASTVAL, &isnull));
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	relation_close(rel, AccessShareLock);
	return number;
}

/* As its owner, because whoever registers has no right on it. */
static void
set_last_number(Oid sequence, int64 number)
{
	Relation	rel = relation_open(sequence, AccessShareLock);
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(rel->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE);
	DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence),
						Int64GetDatum(number));
	SetUserIdAndSecContext(user, context);
	relation_close(rel, AccessShareLock);
}

/* Which server this is, and which timeline of it; not 0. */
static int64
server_fingerprint(void)
{
	struct
	{
		uint64		system;
		uint64		timeline;
	}			server = {GetSystemIdentifier(), GetWALInsertionTimeLine()};
	uint64		hash = DatumGetUInt64(hash_any_extended((unsigned char *) &server,
														sizeof(server), 0));

	return Max(1, (int64) (hash & PG_INT64_MAX));
}

static void
jump(void)
{
	int64		seconds = GetCurrentTimestamp() / USECS_PER_SEC - NUMBERS_EPOCH;

	for (int i = 0; i < lengthof(jumps); i++)
	{
		Oid			sequence = extension_table(jumps[i].sequence);
		int64		place = pg_prng_uint64_range(&pg_global_prng_state, 0, jumps[i].places - 1);
		int64		by_clock = seconds / jumps[i].span * jumps[i].per_span +
			place * (jumps[i].per_span / jumps[i].places);

		set_last_number(sequence, Max(last_number(sequence) + jumps[i].margin, by_clock));
	}
}

/*
 * Jump where another server, or timeline, gave the last number.  The fingerprint
 * is written last: after a crash in between, they jump once more.
 */
static void
number_for_this_server(void)
{
	Oid			server = extension_table(SEQUENCE_SERVER);
	int64		fingerprint = server_fingerprint();

	if (last_number(server) == fingerprint)
		return;

	/* two that jump at once would give the same numbers */
	LockDatabaseObject(RelationRelationId, server, 0, ExclusiveLock);
	if (last_number(server) != fingerprint)
	{
		jump();
		set_last_number(server, fingerprint);
	}
	UnlockDatabaseObject(RelationRelationId, server, 0, ExclusiveLock);
}

/*
 * Take some numbers from a sequence; the first of them.  As nextval() does it,
 * on the same page, but without its trace in the session: lastval() must go on
 * to answer for the sequence of the application (design 9.5).
 */
static int64
take_numbers(Oid sequence, int count)
{
	Relation	rel;
	Buffer		buffer;
	GenericXLogState *change;
	Page		page;
	HeapTupleHeader row;
	FormData_pg_sequence_data *data;
	int64		first;

	PreventCommandIfReadOnly("next_number()");
	PreventCommandIfParallelMode("next_number()");
	/* so that a COMMIT waits until the numbers are on the disk */
	(void) GetTopTransactionId();
	rel = relation_open(sequence, RowExclusiveLock);
	buffer = ReadBuffer(rel, 0);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	change = GenericXLogStart(rel);
	page = GenericXLogRegisterBuffer(change, buffer, 0);
	row = (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, FirstOffsetNumber));
	data = (FormData_pg_sequence_data *) ((char *) row + row->t_hoff);
	first = data->is_called ? data->last_value + 1 : data->last_value;
	data->last_value = first + count - 1;
	data->is_called = true;
	data->log_cnt = 0;			/* nextval() must log its next number */
	GenericXLogFinish(change);
	UnlockReleaseBuffer(buffer);
	relation_close(rel, NoLock);
	return first;
}

int64
next_numbers(ExtensionTable sequence, int count)
{
	/* a session does not outlive its timeline */
	static bool checked = false;

	if (unlikely(!checked) && !extension_is_older())
	{
		number_for_this_server();
		checked = true;
	}
	return take_numbers(extension_table(sequence), count);
}

/* What SQL calls a kind of number; 22023 for others. */
static int
kind_of(const text *kind)
{
	const char *name = text_to_cstring(kind);

	for (int i = 0; i < lengthof(jumps); i++)
		if (jumps[i].kind != NULL && strcmp(name, jumps[i].kind) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there are no numbers of \"%s\"", name)));
	return 0;
}

/*
 * For each kind, the number that use_number() said is next in this session, or
 * 0.  If nobody takes it, the next to come gets it: no other server gives it to
 * anybody else.
 */
static int64 given[lengthof(jumps)];

/* next_number(kind text) -> bigint */
PG_FUNCTION_INFO_V1(regcar_next_number);
Datum
regcar_next_number(PG_FUNCTION_ARGS)
{
	int			kind = kind_of(PG_GETARG_TEXT_PP(0));
	int64		number = given[kind];

	given[kind] = 0;
	PG_RETURN_INT64(number != 0 ? number : next_numbers(jumps[kind].sequence, 1));
}

/* use_number(kind text, number bigint): one that another server gave for us */
PG_FUNCTION_INFO_V1(regcar_use_number);
Datum
regcar_use_number(PG_FUNCTION_ARGS)
{
	int			kind = kind_of(PG_GETARG_TEXT_PP(0));
	int64		number = PG_GETARG_INT64(1);

	if (number < 1 || number > LARGEST_PASSED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number " INT64_FORMAT " is out of range", number)));
	given[kind] = number;
	PG_RETURN_VOID();
}

/* pass_number(kind text, number bigint): go on after one that another gave */
PG_FUNCTION_INFO_V1(regcar_pass_number);
Datum
regcar_pass_number(PG_FUNCTION_ARGS)
{
	Oid			sequence = extension_table(jumps[kind_of(PG_GETARG_TEXT_PP(0))].sequence);
	int64		number = PG_GETARG_INT64(1);
	int64		gap;

	if (number > LARGEST_PASSED)
		PG_RETURN_VOID();
	while ((gap = number - last_number(sequence)) > 0)
	{
		/* another session may count meanwhile, but not so far */
		if (gap > 1000)
			set_last_number(sequence, number);
		else
			(void) take_numbers(sequence, 1);
	}
	PG_RETURN_VOID();
}

/* server_fingerprint() -> bigint: for CREATE EXTENSION, and an update */
PG_FUNCTION_INFO_V1(regcar_server_fingerprint);
Datum
regcar_server_fingerprint(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(server_fingerprint());
}
