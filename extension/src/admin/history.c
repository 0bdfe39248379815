/*
 * history.c
 *		The end of the chain of events.
 */
#include "regcar.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "funcapi.h"
#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "admin/table_history.h"
#include "util/extension_catalog.h"

/* The index on seq, made by a UNIQUE constraint. */
static Oid
seq_index(Relation history)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(history))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);
		bool		found = index->rd_index->indkey.values[0] == HISTORY_COLUMN_SEQ;

		index_close(index, AccessShareLock);
		if (found)
			return lfirst_oid(lc);
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" has no index on seq",
					RelationGetRelationName(history)),
			 errhint("ALTER TABLE %s ADD UNIQUE (seq);",
					 extension_table_name(TABLE_HISTORY))));
	return InvalidOid;
}

/*
 * history_tail() -> (seq, digest)
 *		The last event of the chain.  Nobody else gets it until the
 *		transaction ends, because of a lock that no SQL command takes and that
 *		nothing else waits for.  Under that lock every event belongs to a
 *		transaction that has ended, or to our own.  So we look at what is
 *		there now; the snapshot may be older.
 */
PG_FUNCTION_INFO_V1(regcar_history_tail);
Datum
regcar_history_tail(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};
	Relation	history;
	Relation	index;
	SysScanDesc scan;
	ScanKeyData has_place;
	HeapTuple	tuple;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "history_tail() returns a row");
	history = table_open(extension_table(TABLE_HISTORY), AccessShareLock);
	LockDatabaseObject(RelationRelationId, RelationGetRelid(history), 0,
					   ExclusiveLock);
	index = index_open(seq_index(history), AccessShareLock);
	/* a large transaction has many that are not in the chain yet */
	ScanKeyEntryInitialize(&has_place, SK_ISNULL | SK_SEARCHNOTNULL, HISTORY_COLUMN_SEQ,
						   InvalidStrategy, InvalidOid, InvalidOid, InvalidOid,
						   (Datum) 0);
	scan = systable_beginscan_ordered(history, index, SnapshotSelf, 1, &has_place);
	tuple = systable_getnext_ordered(scan, BackwardScanDirection);
	if (tuple != NULL)
	{
		values[0] = heap_getattr(tuple, HISTORY_COLUMN_SEQ, RelationGetDescr(history), &nulls[0]);
		values[1] = datumCopy(heap_getattr(tuple, HISTORY_COLUMN_DIGEST, RelationGetDescr(history),
										   &nulls[1]), false, -1);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(history, AccessShareLock);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
