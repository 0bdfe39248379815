/*
 * hold_state.c
 *		The backend's own copy of the holds that are not lifted.
 *
 * The copy is dropped by relcache messages for regcar.hold, which the triggers
 * on that table send (hold_changed() below), and made again when it is next
 * asked for.  Reading uses a snapshot of its own: the transaction's may be
 * older than a hold, under REPEATABLE READ.
 */
#include "hold.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "commands/async.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* Columns of regcar.hold, as extension/install/60_hold.sql has them. */
enum
{
	ANUM_HOLD = 1,
	ANUM_ACTION,
	ANUM_SCOPE,
	ANUM_REASON,
	ANUM_INCIDENT,
	ANUM_PLACED_BY,
	ANUM_PLACED_AT,
	ANUM_STARTS_AT,
	ANUM_EXPIRES_AT,
	ANUM_LIFTED_BY,
	ANUM_LIFTED_AT
};

static HoldList list;			/* what list_context holds */
static MemoryContext list_context;
static bool list_valid;
static uint64 invalidations;	/* messages so far that concern the copy */
static Oid	hold_relid;

/*
 * May run at nearly any point, also outside a transaction and while the copy
 * is being made: it only notes.
 */
static void
relation_changed(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || !OidIsValid(hold_relid) || relid == hold_relid)
	{
		list_valid = false;
		invalidations++;
		hold_relid = InvalidOid;
	}
	gate_relation_changed(relid);
}

void
hold_state_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/*
 * OID of a table of the extension; InvalidOid when the extension is gone, as
 * in a session that drops it.  By schema and name, never by search_path.
 */
Oid
hold_relation(const char *name, Oid *cached)
{
	if (!OidIsValid(*cached))
	{
		Oid			schema = get_namespace_oid("regcar", true);
		Oid			relid = InvalidOid;

		if (OidIsValid(schema))
			relid = get_relname_relid(name, schema);
		if (!OidIsValid(relid) && OidIsValid(get_extension_oid("regcar", true)))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"regcar.%s\" is missing", name),
					 errdetail("Holds cannot be read, so nothing may be registered."),
					 errhint("Restore the extension \"regcar\" from a backup.")));
		*cached = relid;
	}
	return *cached;
}

/* 40001: dropped and made anew while we looked. */
void
extension_replaced(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("the extension \"regcar\" was replaced meanwhile")));
}

static HoldAction
action_of(Oid label)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(label));
	HoldAction	action = HOLD_FREEZE;	/* what is not known stops most */

	if (HeapTupleIsValid(tuple))
	{
		if (strcmp(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel),
				   "reject") == 0)
			action = HOLD_REJECT;
		ReleaseSysCache(tuple);
	}
	return action;
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

static int
by_id(const void *a, const void *b)
{
	int64		x = ((const Hold *) a)->id,
				y = ((const Hold *) b)->id;

	return (x > y) - (x < y);
}

/* Read the holds that are not lifted into the current memory context. */
static HoldList
read_holds(Relation rel)
{
	HoldList	holds = {0, palloc(sizeof(Hold))};
	int			room = 1;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Hold	   *hold;
		bool		isnull;

		if (!slot_attisnull(slot, ANUM_LIFTED_AT))
			continue;
		if (holds.count == room)
			holds.hold = repalloc(holds.hold, (room *= 2) * sizeof(Hold));
		hold = &holds.hold[holds.count++];
		hold->id = DatumGetInt64(slot_getattr(slot, ANUM_HOLD, &isnull));
		hold->action = action_of(DatumGetObjectId(slot_getattr(slot, ANUM_ACTION, &isnull)));
		hold->reason = text_or_null(slot, ANUM_REASON);
		hold->incident = text_or_null(slot, ANUM_INCIDENT);
		hold->placed_at = timestamp_or(slot, ANUM_PLACED_AT, DT_NOBEGIN);
		hold->starts_at = timestamp_or(slot, ANUM_STARTS_AT, DT_NOBEGIN);
		hold->expires_at = timestamp_or(slot, ANUM_EXPIRES_AT, DT_NOEND);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	qsort(holds.hold, holds.count, sizeof(Hold), by_id);
	return holds;
}

/*
 * The holds that are not lifted, as of now.  The list stays until the next
 * call.
 *
 * An error on the way leaves the old copy, marked as not valid.  A message
 * that comes in while we read leaves the new one so: it may show what the
 * message is about or not, but it shows all that was committed when we began.
 */
static const HoldList *
hold_list(void)
{
	static const HoldList none = {0};
	HoldList	fresh;
	MemoryContext context;
	MemoryContext caller;
	uint64		before;
	Oid			relid;
	Relation	rel;

	if (likely(list_valid))
		return &list;

	relid = hold_relation("hold", &hold_relid);
	rel = OidIsValid(relid) ? try_table_open(relid, AccessShareLock) : NULL;
	if (rel == NULL)
	{
		hold_relid = InvalidOid;
		if (OidIsValid(hold_relation("hold", &hold_relid)))
			extension_replaced();
		return &none;
	}

	/* opening may have thrown the OID away; it is the one we read */
	hold_relid = relid;
	before = invalidations;
	context = AllocSetContextCreate(CurrentMemoryContext, "regcar holds",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	fresh = read_holds(rel);
	MemoryContextSwitchTo(caller);
	table_close(rel, AccessShareLock);

	MemoryContextSetParent(context, CacheMemoryContext);
	if (list_context != NULL)
		MemoryContextDelete(list_context);
	list_context = context;
	list = fresh;
	list_valid = invalidations == before;
	return &list;
}

static bool
hold_in_force(const Hold *hold, TimestampTz now)
{
	return hold->starts_at <= now && now < hold->expires_at;
}

/*
 * The strongest hold in force that stops a registration, or a write that is
 * none; of equals the first.  NULL if nothing does.
 */
const Hold *
hold_against(bool registration)
{
	const HoldList *holds = hold_list();
	const Hold *against = NULL;
	TimestampTz now;

	if (likely(holds->count == 0))
		return NULL;
	now = GetCurrentTimestamp();	/* the clock, not the transaction's start */
	for (int i = 0; i < holds->count; i++)
	{
		const Hold *hold = &holds->hold[i];

		if ((registration || hold->action == HOLD_FREEZE) &&
			(against == NULL || hold->action > against->action) &&
			hold_in_force(hold, now))
			against = hold;
	}
	return against;
}

/*
 * holds_in_force() -> setof (hold, action, reason, incident, since)
 *		What a guarded row meets just now, whatever the snapshot.
 */
PG_FUNCTION_INFO_V1(regcar_holds_in_force);
Datum
regcar_holds_in_force(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const HoldList *holds;
	TimestampTz now = GetCurrentTimestamp();

	InitMaterializedSRF(fcinfo, 0);
	AcceptInvalidationMessages();
	holds = hold_list();
	for (int i = 0; i < holds->count; i++)
	{
		const Hold *hold = &holds->hold[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		if (!hold_in_force(hold, now))
			continue;
		values[0] = Int64GetDatum(hold->id);
		values[1] = CStringGetTextDatum(hold->action == HOLD_FREEZE ?
										"freeze" : "reject");
		values[2] = CStringGetTextDatum(hold->reason);
		nulls[3] = hold->incident == NULL;
		if (!nulls[3])
			values[3] = CStringGetTextDatum(hold->incident);
		values[4] = TimestampTzGetDatum(hold_since(hold));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What happened to a hold, for those who LISTEN. */
static const char *
event_name(TriggerData *trigdata)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		return "placed";
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		return "deleted";
	if (heap_attisnull(trigdata->tg_trigtuple, ANUM_LIFTED_AT, desc) &&
		!heap_attisnull(trigdata->tg_newtuple, ANUM_LIFTED_AT, desc))
		return "lifted";
	return "changed";
}

/*
 * hold_changed() -> trigger
 *		AFTER, on regcar.hold: tells every backend at commit that its copy is
 *		old, and who LISTENs to "regcar" what happened.  As row trigger, for
 *		logical replication fires no other; and on TRUNCATE.
 */
PG_FUNCTION_INFO_V1(regcar_hold_changed);
Datum
regcar_hold_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER a change of \"regcar.hold\"",
						"hold_changed")));

	CacheInvalidateRelcache(trigdata->tg_relation);
	if (TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
	{
		bool		isnull;
		int64		hold = DatumGetInt64(heap_getattr(trigdata->tg_trigtuple, ANUM_HOLD,
													  RelationGetDescr(trigdata->tg_relation),
													  &isnull));

		Async_Notify("regcar",
					 psprintf("{\"event\":\"%s\",\"hold\":" INT64_FORMAT "}",
							  event_name(trigdata), hold));
	}
	else
		Async_Notify("regcar", "{\"event\":\"truncated\",\"hold\":null}");
	return PointerGetDatum(NULL);
}
