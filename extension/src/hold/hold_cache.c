/*
 * hold_cache.c
 *		The backend's own copy of the holds that stand.
 *
 * The triggers on the tables hold and exemption send relcache messages
 * (hold_change_trigger.c).  A message drops the copy, and it is made again
 * when it is next needed.  Reading uses a snapshot of its own, because under
 * REPEATABLE READ the snapshot of the transaction may be older than a hold.
 */
#include "regcar.h"
#include "hold/hold_cache.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "hold/table_exemption.h"
#include "hold/table_hold.h"
#include "util/extension_catalog.h"

static HoldList list;			/* what list_context holds */
static MemoryContext list_context;
static bool list_valid;
static uint64 invalidations;	/* messages so far about these tables */
static Oid	hold_relid;			/* the tables that it was read from */
static Oid	exemption_relid;

/*
 * This may run at nearly any point, even outside a transaction or while the
 * copy is being made, so it only takes a note.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || !OidIsValid(hold_relid) ||
		!OidIsValid(exemption_relid) ||
		relid == hold_relid || relid == exemption_relid)
	{
		list_valid = false;
		invalidations++;
		hold_relid = exemption_relid = InvalidOid;
	}
}

void
hold_cache_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

static TimestampTz
timestamp_or(TupleTableSlot *slot, int column, TimestampTz otherwise)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(value);
}

static char *
text_or_null(TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static int64
number_of(TupleTableSlot *slot, int column)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, column, &isnull));
}

/*
 * The transaction that wrote the row.  Another version of it counts as
 * another hold.
 */
static TransactionId
version_of(TupleTableSlot *slot)
{
	bool		isnull;

	return DatumGetTransactionId(slot_getsysattr(slot, MinTransactionIdAttributeNumber,
												 &isnull));
}

/*
 * An unreadable scope covers everything in a hold, and nothing in an
 * exemption.
 */
static void
read_scope(TupleTableSlot *slot, int column, ScopeKeys *keys, Scope *scope)
{
	bool		isnull;
	Datum		json = slot_getattr(slot, column, &isnull);
	char	   *problem;

	scope_read(DatumGetJsonbPCopy(json), keys, scope, &problem);
}

/* An expired hold stops nobody, and its scope adds no keys. */
static bool
read_hold(TupleTableSlot *slot, HoldList *fresh, void *row)
{
	Hold	   *hold = row;
	bool		isnull;

	hold->expires_at = timestamp_or(slot, HOLD_COLUMN_EXPIRES_AT, DT_NOEND);
	if (hold->expires_at <= GetCurrentTimestamp())
		return false;
	hold->id = number_of(slot, HOLD_COLUMN_HOLD);
	hold->version = version_of(slot);
	hold->action = hold_action_of(DatumGetObjectId(slot_getattr(slot, HOLD_COLUMN_ACTION, &isnull)));
	hold->reason = text_or_null(slot, HOLD_COLUMN_REASON);
	hold->incident = text_or_null(slot, HOLD_COLUMN_INCIDENT);
	hold->placed_at = timestamp_or(slot, HOLD_COLUMN_PLACED_AT, DT_NOBEGIN);
	hold->starts_at = timestamp_or(slot, HOLD_COLUMN_STARTS_AT, DT_NOBEGIN);
	read_scope(slot, HOLD_COLUMN_SCOPE, &fresh->keys, &hold->scope);
	return true;
}

static int
compare_holds(const void *a, const void *b)
{
	int64		x = ((const Hold *) a)->id,
				y = ((const Hold *) b)->id;

	return (x > y) - (x < y);
}

/*
 * For which share of a key's values an exemption is.  The columns are missing
 * where the extension in the database is older than this library.
 */
static void
read_share(TupleTableSlot *slot, ScopeKeys *keys, Exemption *exemption)
{
	bool		isnull = true;
	Datum		share = (Datum) 0;
	char	   *key = NULL;

	if (slot->tts_tupleDescriptor->natts >= EXEMPTION_COLUMN_SHARE_BY)
	{
		share = slot_getattr(slot, EXEMPTION_COLUMN_SHARE, &isnull);
		key = text_or_null(slot, EXEMPTION_COLUMN_SHARE_BY);
	}
	exemption->share = isnull ? 100 : DatumGetInt32(share);
	exemption->share_key = key == NULL ? NO_SHARE_KEY : scope_key_number(keys, key);
}

/*
 * Exemptions from a hold that no longer stands are left out, and so are their
 * keys.
 */
static bool
read_exemption(TupleTableSlot *slot, HoldList *fresh, void *row)
{
	Exemption  *exemption = row;
	Hold		wanted = {.id = number_of(slot, EXEMPTION_COLUMN_HOLD)};

	if (bsearch(&wanted, fresh->hold, fresh->count, sizeof(Hold),
				compare_holds) == NULL)
		return false;
	exemption->id = number_of(slot, EXEMPTION_COLUMN_EXEMPTION);
	exemption->hold = wanted.id;
	exemption->version = version_of(slot);
	exemption->expires_at = timestamp_or(slot, EXEMPTION_COLUMN_EXPIRES_AT, DT_NOEND);
	read_scope(slot, EXEMPTION_COLUMN_SCOPE, &fresh->keys, &exemption->scope);
	read_share(slot, &fresh->keys, exemption);
	return true;
}

/*
 * Read the rows whose column "ended" is NULL into an array of elements of the
 * given size, and return how many there are. read() fills an element, which
 * is zeroed, or returns false to leave the row out.
 *
 * We go through all versions of the rows ourselves, because a scan with the
 * snapshot would count as reading under SERIALIZABLE: then lifting a hold
 * could fail a transaction that had only looked at it.
 */
static int
read_rows(Relation rel, Snapshot snapshot, int ended, Size size,
		  bool (*read) (TupleTableSlot *slot, HoldList *fresh, void *row),
		  HoldList *fresh, void **rows)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan_compat(rel, SnapshotAny);
	int			count = 0;
	Size		room = 8;

	*rows = palloc(room * size);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		char	   *row;

		if (!table_tuple_satisfies_snapshot(rel, slot, snapshot) ||
			!slot_attisnull(slot, ended))
			continue;
		if (count == room)
			*rows = repalloc_huge(*rows, (room *= 2) * size);
		row = (char *) *rows + size * count;
		memset(row, 0, size);
		if (read(slot, fresh, row))
			count++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return count;
}

static int
compare_exemptions(const void *a, const void *b)
{
	const Exemption *x = a,
			   *y = b;

	if (x->hold != y->hold)
		return (x->hold > y->hold) - (x->hold < y->hold);
	return (x->id > y->id) - (x->id < y->id);
}

/* Give each hold its own exemptions; they are sorted by hold. */
static void
share_out_exemptions(HoldList *fresh, int count, Exemption *exemption)
{
	int			next = 0;

	for (int h = 0; h < fresh->count; h++)
	{
		Hold	   *hold = &fresh->hold[h];
		const Scope **scopes;

		hold->exemption = &exemption[next];
		while (next < count && exemption[next].hold == hold->id)
		{
			next++;
			hold->exemptions++;
		}
		if (hold->exemptions == 0)
			continue;
		scopes = palloc(hold->exemptions * sizeof(*scopes));
		for (int e = 0; e < hold->exemptions; e++)
			scopes[e] = &hold->exemption[e].scope;
		hold->exempt = scope_index_make(hold->exemptions, scopes, &fresh->keys);
	}
}

/* Has the newer version of a hold all the exemptions of the older one? */
static bool
keeps_exemptions(const Hold *newer, const Hold *older)
{
	int			n = 0;

	for (int o = 0; o < older->exemptions; o++)
	{
		const Exemption *exemption = &older->exemption[o];

		while (n < newer->exemptions && newer->exemption[n].id < exemption->id)
			n++;
		if (n == newer->exemptions ||
			newer->exemption[n].id != exemption->id ||
			newer->exemption[n].version != exemption->version)
			return false;
	}
	return true;
}

/* Take over from the previous copy since when a hold has been as it is. */
static void
inherit(HoldList *fresh, const HoldList *before)
{
	int			b = 0;

	for (int h = 0; h < fresh->count; h++)
	{
		Hold	   *hold = &fresh->hold[h];
		const Hold *older;

		hold->first_generation = fresh->generation;
		while (b < before->count && before->hold[b].id < hold->id)
			b++;
		if (b == before->count || before->hold[b].id != hold->id)
			continue;
		older = &before->hold[b];
		if (hold->version == older->version)
			hold->first_generation = older->first_generation;
		hold->narrowed_generation = keeps_exemptions(hold, older) ?
			older->narrowed_generation : fresh->generation;
	}
}

static void
mark_keys(ScopeKeys *keys, const Scope *scope)
{
	for (int i = 0; i < scope->terms; i++)
		keys->key[scope->term[i].key].binds = true;
}

/*
 * Which keys of a row matter to a hold that stops rows: an UPDATE of any other
 * is not a registration.
 */
static void
mark_binding_keys(HoldList *fresh)
{
	for (int h = 0; h < fresh->count; h++)
	{
		const Hold *hold = &fresh->hold[h];

		if (hold->action == HOLD_OBSERVE)
			continue;
		mark_keys(&fresh->keys, &hold->scope);
		for (int e = 0; e < hold->exemptions; e++)
		{
			mark_keys(&fresh->keys, &hold->exemption[e].scope);
			if (hold->exemption[e].share_key != NO_SHARE_KEY)
				fresh->keys.key[hold->exemption[e].share_key].binds = true;
		}
	}
}

/* The next time at which the clock alone makes more rows be stopped. */
static TimestampTz
next_change(const HoldList *fresh, TimestampTz now)
{
	TimestampTz next = DT_NOEND;

	for (int h = 0; h < fresh->count; h++)
	{
		const Hold *hold = &fresh->hold[h];

		if (hold->starts_at > now)
			next = Min(next, hold->starts_at);
		for (int e = 0; e < hold->exemptions; e++)
			if (hold->exemption[e].expires_at > now)
				next = Min(next, hold->exemption[e].expires_at);
	}
	return next;
}

/* Read the holds that stand into the current memory context. */
static HoldList
read_list(Relation holds, Relation exemptions)
{
	HoldList	fresh = {.generation = list.generation + 1};
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	const Scope **scopes;
	void	   *rows;
	int			count;

	fresh.count = read_rows(holds, snapshot, HOLD_COLUMN_LIFTED_AT, sizeof(Hold),
							read_hold, &fresh, &rows);
	fresh.hold = rows;
	qsort(fresh.hold, fresh.count, sizeof(Hold), compare_holds);
	count = read_rows(exemptions, snapshot, EXEMPTION_COLUMN_REVOKED_AT, sizeof(Exemption),
					  read_exemption, &fresh, &rows);
	UnregisterSnapshot(snapshot);

	qsort(rows, count, sizeof(Exemption), compare_exemptions);
	share_out_exemptions(&fresh, count, rows);
	mark_binding_keys(&fresh);
	inherit(&fresh, &list);
	fresh.next_change = next_change(&fresh, GetCurrentTimestamp());

	scopes = palloc(Max(1, fresh.count) * sizeof(*scopes));
	for (int h = 0; h < fresh.count; h++)
	{
		scopes[h] = &fresh.hold[h].scope;
		fresh.observing |= fresh.hold[h].action == HOLD_OBSERVE;
	}
	fresh.index = scope_index_make(fresh.count, scopes, &fresh.keys);
	fresh.typed = palloc0(Max(1, fresh.keys.count) * sizeof(List *));
	return fresh;
}

/* Open both tables; false when the extension is gone. */
static bool
open_tables(Relation *holds, Relation *exemptions)
{
	Oid			hold = extension_table(TABLE_HOLD);
	Oid			exemption = extension_table(TABLE_EXEMPTION);

	*holds = OidIsValid(hold) ? try_table_open(hold, AccessShareLock) : NULL;
	*exemptions = OidIsValid(exemption) ?
		try_table_open(exemption, AccessShareLock) : NULL;
	if (*holds != NULL && *exemptions != NULL)
	{
		hold_relid = hold;
		exemption_relid = exemption;
		return true;
	}

	if (*holds != NULL)
		table_close(*holds, AccessShareLock);
	if (*exemptions != NULL)
		table_close(*exemptions, AccessShareLock);
	hold_relid = exemption_relid = InvalidOid;
	if (OidIsValid(extension_table(TABLE_HOLD)))
		extension_replaced();
	return false;
}

/*
 * An input function may run anything, and a new list would pull the keys from
 * under the one that is being made.
 */
static bool typing;

const TypedKey *
hold_typed_key(const HoldList *holds, int key, ComputedKey computed, Oid type,
			   Oid collation)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	TypedKey   *typed;
	ListCell   *lc;

	foreach(lc, holds->typed[key])
		if (typed_key_is_for(lfirst(lc), computed, type, collation))
			return lfirst(lc);

	context = AllocSetContextCreate(CurrentMemoryContext, "regcar typed key",
									ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(context);
	typing = true;
	PG_TRY();
	{
		typed = typed_key_make(&holds->keys.key[key], computed, type, collation);
	}
	PG_FINALLY();
	{
		typing = false;
	}
	PG_END_TRY();
	MemoryContextSetParent(context, list_context);
	MemoryContextSwitchTo(list_context);
	holds->typed[key] = lappend(holds->typed[key], typed);
	MemoryContextSwitchTo(caller);
	return typed;
}

/*
 * An error on the way leaves the old copy, marked as not valid.  A message
 * that comes in while we read leaves the new one so: it may show what the
 * message is about or not, but it shows all that was committed when we began.
 */
const HoldList *
hold_list(void)
{
	static const HoldList none = {0};
	HoldList	fresh;
	MemoryContext context;
	MemoryContext caller;
	uint64		before;
	Relation	holds;
	Relation	exemptions;

	if (unlikely(typing))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("reading a value of a type must not register anything")));
	if (likely(list_valid))
		return &list;
	if (!open_tables(&holds, &exemptions))
		return &none;

	before = invalidations;
	context = AllocSetContextCreate(CurrentMemoryContext, "regcar holds",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	fresh = read_list(holds, exemptions);
	MemoryContextSwitchTo(caller);
	table_close(exemptions, AccessShareLock);
	table_close(holds, AccessShareLock);

	MemoryContextSetParent(context, CacheMemoryContext);
	if (list_context != NULL)
		MemoryContextDelete(list_context);
	list_context = context;
	list = fresh;
	list_valid = invalidations == before;
	return &list;
}
