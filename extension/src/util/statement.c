/*
 * statement.c
 *		The statement whose row a trigger is called for.
 *
 * The server tells a trigger which row it is called for, but not by which
 * statement.  It calls each row trigger in a memory context whose parent is
 * that of the statement, and the first thing in there is the EState, which
 * knows the context.  Where that is we learn from an EState of our own.  So
 * nothing here costs anything before a row is to be queued, and no hook has to
 * be in place when the statement begins.
 */
#include "regcar.h"
#include "util/statement.h"

#include "executor/executor.h"

/* Where CreateExecutorState() puts an EState, counted from its context. */
static Size
place_of_estate(void)
{
	static Size place = 0;

	if (place == 0)
	{
		EState	   *estate = CreateExecutorState();

		place = (char *) estate - (char *) estate->es_query_cxt;
		FreeExecutorState(estate);
	}
	return place;
}

EState *
statement_of_trigger(void)
{
	MemoryContext context = MemoryContextGetParent(CurrentMemoryContext);
	EState	   *estate = NULL;

	if (context != NULL && IsA(context, AllocSetContext) &&
		strcmp(context->name, "ExecutorState") == 0)
		estate = (EState *) ((char *) context + place_of_estate());
	if (estate == NULL || !IsA(estate, EState) || estate->es_query_cxt != context)
		elog(ERROR, "registration_hold() is not called as the executor calls a trigger");
	return estate;
}

static const ResultRelInfo *
find_result(List *results, const Trigger *trigger)
{
	ListCell   *lc;

	foreach(lc, results)
	{
		const ResultRelInfo *result = lfirst(lc);
		const TriggerDesc *desc = result->ri_TrigDesc;

		if (desc != NULL && trigger >= desc->triggers &&
			trigger < desc->triggers + desc->numtriggers)
			return result;
	}
	return NULL;
}

const ResultRelInfo *
statement_result(const EState *estate, const Trigger *trigger)
{
	const ResultRelInfo *result = find_result(estate->es_opened_result_relations,
											  trigger);

	/* a partition that rows are routed to is in a list of its own */
	return result != NULL ? result :
		find_result(estate->es_tuple_routing_result_relations, trigger);
}

void *
statement_find_room(const EState *estate, ExprContextCallbackFunction at_end)
{
	const ExprContext *context = estate->es_per_tuple_exprcontext;
	const ExprContext_CB *callback = context != NULL ? context->ecxt_callbacks : NULL;

	while (callback != NULL && callback->function != at_end)
		callback = callback->next;
	return callback != NULL ? DatumGetPointer(callback->arg) : NULL;
}

void *
statement_room(EState *estate, Size size, ExprContextCallbackFunction at_end)
{
	void	   *room = statement_find_room(estate, at_end);

	if (room == NULL)
	{
		room = MemoryContextAllocZero(estate->es_query_cxt, size);
		RegisterExprContextCallback(GetPerTupleExprContext(estate), at_end,
									PointerGetDatum(room));
	}
	return room;
}
