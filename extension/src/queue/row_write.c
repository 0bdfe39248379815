/*
 * row_write.c
 *		One row of a table, updated or deleted without a right to do so.
 *
 * As the server applies what logical replication brings: triggers, constraints
 * and indexes have their say, and row security and privileges do not.  For the
 * submitter of a row may have no right to update it, and its release is not the
 * submitter's doing.
 */
#include "regcar.h"
#include "queue/row_write.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "parser/parse_relation.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* A write that the executor does. */
typedef struct RowWrite
{
	EState	   *estate;
	ResultRelInfo *result;
	EPQState	epq;
	TupleTableSlot *old;
	TupleTableSlot *new;
} RowWrite;

HeapTuple
row_read(Relation rel, ItemPointer tid)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	HeapTuple	tuple;

	if (!table_tuple_fetch_row_version(rel, tid, SnapshotAny, slot))
		elog(ERROR, "a row that was locked is gone");
	tuple = ExecCopySlotHeapTuple(slot);
	ExecDropSingleTupleTableSlot(slot);
	return tuple;
}

/* column is the one that will be changed, or 0. */
static void
write_begin(RowWrite *write, Relation rel, ItemPointer tid, AttrNumber column)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);

	entry->rtekind = RTE_RELATION;
	entry->relid = RelationGetRelid(rel);
	entry->relkind = rel->rd_rel->relkind;
	entry->rellockmode = RowExclusiveLock;
	write->estate = CreateExecutorState();
	/* triggers may be for the UPDATE of some columns */
	range_table_init_compat(write->estate, entry, column == 0 ? NULL :
							bms_make_singleton(column - FirstLowInvalidHeapAttributeNumber));
	write->estate->es_output_cid = GetCurrentCommandId(true);
	write->estate->es_snapshot = GetActiveSnapshot();
	AfterTriggerBeginQuery();

	write->result = makeNode(ResultRelInfo);
	InitResultRelInfo(write->result, rel, 1, NULL, 0);
	write->estate->es_opened_result_relations =
		lappend(write->estate->es_opened_result_relations, write->result);
	ExecOpenIndices(write->result, false);
	eval_plan_qual_init_compat(&write->epq, write->estate);
	write->old = table_slot_create(rel, &write->estate->es_tupleTable);
	write->new = table_slot_create(rel, &write->estate->es_tupleTable);
	if (!table_tuple_fetch_row_version(rel, tid, SnapshotAny, write->old))
		elog(ERROR, "a row that was locked is gone");
}

/* This fires what comes after the row.  What follows sees the row as it is now. */
static void
write_end(RowWrite *write)
{
	AfterTriggerEndQuery(write->estate);
	EvalPlanQualEnd(&write->epq);
	ExecCloseIndices(write->result);
	ExecResetTupleTable(write->estate->es_tupleTable, false);
	FreeExecutorState(write->estate);
	CommandCounterIncrement();
}

bool
row_set_null(Relation rel, ItemPointer tid, AttrNumber column)
{
	RowWrite	write;
	bool		done;

	write_begin(&write, rel, tid, column);
	slot_getallattrs(write.old);
	ExecClearTuple(write.new);
	memcpy(write.new->tts_values, write.old->tts_values, RelationGetDescr(rel)->natts * sizeof(Datum));
	memcpy(write.new->tts_isnull, write.old->tts_isnull, RelationGetDescr(rel)->natts * sizeof(bool));
	write.new->tts_isnull[column - 1] = true;
	ExecStoreVirtualTuple(write.new);
	ItemPointerSetInvalid(&write.new->tts_tid);
	ExecSimpleRelationUpdate(write.result, write.estate, &write.epq, write.old, write.new);
	/* it has a place when it is stored */
	done = ItemPointerIsValid(&write.new->tts_tid);
	write_end(&write);
	return done;
}

bool
row_delete(Relation rel, ItemPointer tid)
{
	RowWrite	write;
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	bool		is_there;

	write_begin(&write, rel, tid, 0);
	ExecSimpleRelationDelete(write.result, write.estate, &write.epq, write.old);
	write_end(&write);
	is_there = table_tuple_fetch_row_version(rel, tid, SnapshotSelf, slot);
	ExecDropSingleTupleTableSlot(slot);
	return !is_there;
}
