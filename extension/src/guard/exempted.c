/*
 * exempted.c
 *		Registrations that exemptions let through.
 */
#include "regcar.h"
#include "guard/exempted.h"

#include "nodes/plannodes.h"
#include "utils/memutils.h"

#include "guard/exempted_counts.h"
#include "util/row_fate.h"
#include "util/statement.h"

/* Of a statement with ON CONFLICT. */
typedef struct Awaited
{
	EState	   *estate;
	RowFate		last;			/* of its last row that needed an exemption */
	Exempting	exempting;		/* that row */
} Awaited;

bool		exempted_awaits;

void
exempting_add(Exempting *exempting, const Exemption *exemption,
			  MemoryContext memory)
{
	for (int i = 0; i < exempting->count; i++)
		if (exempting->by[i].hold == exemption->hold)
			return;
	if (exempting->count == exempting->room)
	{
		exempting->room = Max(4, exempting->room * 2);
		exempting->by = exempting->by == NULL ?
			MemoryContextAlloc(memory, exempting->room * sizeof(*exempting->by)) :
			repalloc(exempting->by, exempting->room * sizeof(*exempting->by));
	}
	exempting->by[exempting->count].hold = exemption->hold;
	exempting->by[exempting->count++].exemption = exemption->id;
}

static void
count(const Exempting *exempting)
{
	for (int i = 0; i < exempting->count; i++)
		exempted_counts_add(exempting->by[i].exemption);
}

static bool
is_upsert(const Plan *plan)
{
	return IsA(plan, ModifyTable) &&
		((const ModifyTable *) plan)->onConflictAction != ONCONFLICT_NONE;
}

/* Does a part of the statement have ON CONFLICT? */
static bool
may_conflict(const EState *estate)
{
	ListCell   *lc;

	/* COPY has no plan */
	if (estate->es_plannedstmt == NULL)
		return false;
	foreach(lc, estate->es_auxmodifytables)
		if (is_upsert(((const ModifyTableState *) lfirst(lc))->ps.plan))
			return true;
	return is_upsert(estate->es_plannedstmt->planTree);
}

/* trigdata is of the next firing, NULL at the end of the statement. */
static void
decide(Awaited *awaited, const TriggerData *trigdata)
{
	if (row_fate(&awaited->last, trigdata, awaited->estate))
		count(&awaited->exempting);
}

static void
at_statement_end(Datum arg)
{
	Awaited    *awaited = (Awaited *) DatumGetPointer(arg);

	if (awaited->last.unsure)
		decide(awaited, NULL);
}

void
exempted_note(const TriggerData *trigdata, const Exempting *exempting)
{
	EState	   *estate = statement_of_trigger();
	Awaited    *awaited;

	if (!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) || !may_conflict(estate))
	{
		count(exempting);
		return;
	}
	awaited = statement_room(estate, sizeof(Awaited), at_statement_end);
	awaited->estate = estate;
	if (awaited->exempting.room < exempting->count)
	{
		awaited->exempting.room = exempting->room;
		awaited->exempting.by = MemoryContextAlloc(estate->es_query_cxt,
												   exempting->room * sizeof(*exempting->by));
	}
	awaited->exempting.count = exempting->count;
	memcpy(awaited->exempting.by, exempting->by,
		   exempting->count * sizeof(*exempting->by));
	row_fate_await(&awaited->last, trigdata, estate);
	exempted_awaits = true;
}

void
exempted_look_back(const TriggerData *trigdata)
{
	Awaited    *awaited = statement_find_room(statement_of_trigger(),
											  at_statement_end);

	if (awaited != NULL && awaited->last.unsure)
		decide(awaited, trigdata);
}

void
exempted_leave(int level, bool committed)
{
	if (level == 1)
		exempted_awaits = false;
	exempted_counts_leave(level, committed);
}
