/*
 * history.c
 *		The end of the chain of events, and those that are not in it yet.
 *
 * Both are looked up as they are now, because the snapshot of the transaction
 * may be older: of ended transactions, and of our own.
 */
#include "regcar.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "admin/table_history.h"
#include "util/extension_catalog.h"

/* The index on a column, of all rows or of some; 55000 if there is none. */
static Relation
open_index(Relation history, int column, bool partial, const char *what,
		   const char *repair)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(history))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (index->rd_index->indkey.values[0] == column &&
			partial == !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
			return index;
		index_close(index, AccessShareLock);
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" has no index on %s",
					RelationGetRelationName(history), what),
			 errhint(repair, extension_table_name(TABLE_HISTORY))));
	return NULL;
}

/*
 * Take the chain until the transaction ends, by a lock that no SQL command
 * takes and that nothing else waits for.  If another transaction has the chain,
 * go on without it, unless it must be had.
 */
static bool
take_chain(Relation history, bool must)
{
	LOCKTAG		chain;

	SET_LOCKTAG_OBJECT(chain, MyDatabaseId, RelationRelationId,
					   RelationGetRelid(history), 0);
	return LockAcquire(&chain, ExclusiveLock, false, !must) != LOCKACQUIRE_NOT_AVAIL;
}

/* The last event of the chain, in the first of these columns. */
static void
read_tail(Relation history, Datum *values, bool *nulls)
{
	Relation	index = open_index(history, HISTORY_COLUMN_SEQ, false, "seq",
								   "As a superuser: ALTER TABLE %s ADD UNIQUE (seq);");
	SysScanDesc scan;
	ScanKeyData has_place;
	HeapTuple	tuple;

	/* a large transaction has many that are not in the chain yet */
	ScanKeyEntryInitialize(&has_place, SK_ISNULL | SK_SEARCHNOTNULL, HISTORY_COLUMN_SEQ,
						   InvalidStrategy, InvalidOid, InvalidOid, InvalidOid,
						   (Datum) 0);
	scan = systable_beginscan_ordered(history, index, SnapshotSelf, 1, &has_place);
	tuple = systable_getnext_ordered(scan, BackwardScanDirection);
	if (tuple != NULL)
	{
		TupleDesc	desc = RelationGetDescr(history);

		values[0] = heap_getattr(tuple, HISTORY_COLUMN_SEQ, desc, &nulls[0]);
		values[1] = datumCopy(heap_getattr(tuple, HISTORY_COLUMN_DIGEST, desc, &nulls[1]),
							  false, -1);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
}

static Datum
chain_tail(FunctionCallInfo fcinfo, bool must)
{
	TupleDesc	desc;
	Datum		values[3] = {0};
	bool		nulls[3] = {true, true, false};
	Relation	history;
	bool		is_ours;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the tail of the chain is a row");
	/* what an event tells of is announced when COMMIT returns (design 9.1) */
	ForceSyncCommit();
	history = table_open(extension_table(TABLE_HISTORY), AccessShareLock);
	is_ours = take_chain(history, must);
	if (is_ours)
		read_tail(history, values, nulls);
	values[2] = BoolGetDatum(is_ours);
	table_close(history, AccessShareLock);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * chain_tail() -> (seq, digest, is_ours)
 *		The last event of the chain, if we could take the chain.
 */
PG_FUNCTION_INFO_V1(regcar_chain_tail);
Datum
regcar_chain_tail(PG_FUNCTION_ARGS)
{
	return chain_tail(fcinfo, false);
}

/* history_tail() -> (seq, digest): the same in 0.1.0, which waits for the chain */
PG_FUNCTION_INFO_V1(regcar_history_tail);
Datum
regcar_history_tail(PG_FUNCTION_ARGS)
{
	return chain_tail(fcinfo, true);
}

/* late_events() -> bigint[]: ids of those that found the chain taken */
PG_FUNCTION_INFO_V1(regcar_late_events);
Datum
regcar_late_events(PG_FUNCTION_ARGS)
{
	Relation	history = table_open(extension_table(TABLE_HISTORY), AccessShareLock);
	Relation	index = open_index(history, HISTORY_COLUMN_ID, true, "events that are late",
								   "As a superuser: CREATE INDEX ON %s (id) WHERE late;");
	SysScanDesc scan = systable_beginscan_ordered(history, index, SnapshotSelf, 0, NULL);
	ArrayBuildState *ids = initArrayResult(INT8OID, CurrentMemoryContext, false);
	HeapTuple	tuple;

	while ((tuple = systable_getnext_ordered(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		Datum		id = heap_getattr(tuple, HISTORY_COLUMN_ID,
									  RelationGetDescr(history), &isnull);

		(void) accumArrayResult(ids, id, isnull, INT8OID, CurrentMemoryContext);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(history, AccessShareLock);
	PG_RETURN_DATUM(makeArrayResult(ids, CurrentMemoryContext));
}
