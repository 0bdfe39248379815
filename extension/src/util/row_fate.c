/*
 * row_fate.c
 *		Whether a row that a trigger let through goes in.
 */
#include "regcar.h"
#include "util/row_fate.h"

#include "util/statement.h"

/*
 * Does the statement count the rows that go into this relation?  It does so
 * for its own INSERT, and not for one in WITH or of a rule.
 */
static bool
counts_rows(const EState *estate, const ResultRelInfo *result)
{
	const PlannedStmt *statement = estate->es_plannedstmt;
	const ModifyTable *node;
	Index		index = result->ri_RangeTableIndex;

	if (statement == NULL || !IsA(statement->planTree, ModifyTable))
		return false;
	node = (const ModifyTable *) statement->planTree;
	/* a partition that rows are routed to is not in the range table */
	if (index == 0 && result->ri_RootResultRelInfo != NULL)
		index = result->ri_RootResultRelInfo->ri_RangeTableIndex;
	return node->canSetTag && (node->rootRelation == index ||
							   list_member_int(node->resultRelations, index));
}

void
row_fate_await(RowFate *fate, const TriggerData *trigdata, const EState *estate)
{
	const ResultRelInfo *result = statement_result(estate, trigdata->tg_trigger);

	fate->unsure = true;
	fate->result = result;
	fate->counted = result != NULL && counts_rows(estate, result);
	fate->count = estate->es_processed;
}

bool
row_fate(RowFate *fate, const TriggerData *trigdata, const EState *estate)
{
	fate->unsure = false;
	if (trigdata != NULL && TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		const ResultRelInfo *result = statement_result(estate, trigdata->tg_trigger);

		if (result != NULL && result == fate->result && result->ri_onConflict != NULL)
			return false;		/* another row is updated in its place */
	}
	return !fate->counted || estate->es_processed > fate->count;
}
