/*
 * hold_for.c
 *		Asking before trying: what would stop a row.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "guard_row.h"

static void
put_hold(const Hold *hold, void *arg)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = Int64GetDatum(hold->id);
	values[1] = CStringGetTextDatum(hold_action_name(hold->action));
	values[2] = CStringGetTextDatum(hold->reason);
	nulls[3] = hold->incident == NULL;
	values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(hold->incident);
	values[4] = TimestampTzGetDatum(hold_since(hold));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * holds_for_row(regclass, record) -> setof (hold, action, reason, incident, since)
 *		What would stop a row of the table as a registration just now, whatever
 *		the snapshot; none where the table is not guarded.  The row is of the
 *		table's own type.
 */
PG_FUNCTION_INFO_V1(regcar_holds_for_row);
Datum
regcar_holds_for_row(PG_FUNCTION_ARGS)
{
	Oid			target = PG_GETARG_OID(0);
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Relation	rel;
	const Trigger *trigger;
	const HoldList *holds;
	Guard	   *guard;
	GuardRow	scope_row;

	InitMaterializedSRF(fcinfo, 0);
	rel = try_table_open(target, AccessShareLock);
	if (rel == NULL)
		return (Datum) 0;
	if (HeapTupleHeaderGetTypeId(row) != rel->rd_rel->reltype)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the row is not of the type of \"%s\"",
						RelationGetRelationName(rel)),
				 errhint("Ask regcar.hold_for().")));
	trigger = guard_trigger(rel->trigdesc);
	if (trigger != NULL)
	{
		AcceptInvalidationMessages();
		holds = hold_list();
		guard = guard_make(trigger, RelationGetDescr(rel), CurrentMemoryContext);
		guard_use_holds(guard, holds);
		guard_row_init(&scope_row, guard, 0, &tuple);
		holds_against(holds, &scope_row.scope, WRITE_REGISTRATION,
					  GetCurrentTimestamp(), put_hold, rsinfo);
	}
	table_close(rel, AccessShareLock);
	return (Datum) 0;
}
