/*
 * forget_refusals.c
 *		Deleting old refusals.
 */
#include "regcar.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "hold/table_refusal.h"
#include "util/extension_catalog.h"
#include "util/query.h"

/*
 * forget_refusals(before timestamptz) -> bigint
 *		Row by row, past the trigger that refuses a DELETE.  The lock lets
 *		refusals be noted meanwhile, but keeps a second caller out.
 */
PG_FUNCTION_INFO_V1(regcar_forget_refusals);
Datum
regcar_forget_refusals(PG_FUNCTION_ARGS)
{
	TimestampTz before = DatumGetTimestampTz(PG_GETARG_DATUM(0));
	Datum		act = CStringGetTextDatum("forgetting refusals");
	Snapshot	snapshot;
	Relation	rel;
	TupleTableSlot *slot;
	TableScanDesc scan;
	int64		deleted = 0;
	bool		isnull;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("before must not be null"),
				 errhint("SELECT regcar.forget_refusals(now() - interval '90 days');")));
	call_function("require_writable", 1, &(Oid) {TEXTOID}, &act);
	rel = table_open(extension_table(TABLE_REFUSAL), ShareUpdateExclusiveLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan_compat(rel, snapshot);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (DatumGetTimestampTz(slot_getattr(slot, REFUSAL_COLUMN_AT, &isnull)) >= before)
			continue;
		simple_heap_delete(rel, &slot->tts_tid);
		deleted++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	/* a second call in the same statement must not find them again */
	CommandCounterIncrement();
	PG_RETURN_INT64(deleted);
}
