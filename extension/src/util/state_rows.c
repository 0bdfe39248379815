/*
 * state_rows.c
 *		New rows of a table of the state.
 *
 * They are inserted as the executor does it, so that indexes, constraints and
 * triggers that somebody added to the table take effect.
 */
#include "regcar.h"
#include "util/state_rows.h"

#include "commands/trigger.h"
#include "executor/executor.h"

void
state_rows_insert(Relation table, int count, StateRowFill fill, void *arg)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(table),
													&TTSOpsVirtual);

	InitResultRelInfo(result, table, 0, NULL, 0);
	ExecOpenIndices(result, false);
	/* a statement or transaction that ends has no query any more that
	 * triggers could be for */
	AfterTriggerBeginQuery();
	for (int i = 0; i < count; i++)
	{
		ExecClearTuple(slot);
		fill(slot, i, arg);
		ExecStoreVirtualTuple(slot);
		ExecSimpleRelationInsert(result, estate, slot);
		ResetPerTupleExprContext(estate);
	}
	AfterTriggerEndQuery(estate);
	ExecCloseIndices(result);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
}
