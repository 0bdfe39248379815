/*
 * hold_for.c
 *		Asking in advance: what would stop a row.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "hold/guard_row.h"
#include "hold/hold_cache.h"
#include "hold/hold_match.h"
#include "util/query.h"
#include "util/table_name.h"

/*
 * A row of the table as an INSERT would make it, with the search_path and the
 * rights of the caller, because the check of a domain may be anybody's
 * function.
 */
static HeapTupleHeader
row_of_table(Relation rel, Datum row_data)
{
	QueryArgument argument = {JSONBOID, row_data, false};
	char	   *name = table_name(RelationGetRelid(rel));

	query(psprintf("SELECT pg_catalog.jsonb_populate_record(NULL::%s, $1)", name),
		  1, &argument);
	return DatumGetHeapTupleHeader(query_datum(0, 1));
}

static void
collect(const Hold *hold, const Exemption *exemption, void *arg)
{
	List	  **found = arg;

	/* a hold whose scope lists values that equal each other comes twice */
	if (exemption == NULL)
		*found = list_append_unique_ptr(*found, unconstify(Hold *, hold));
}

/* The hold that decides comes first. */
static int
compare_strength(const ListCell *a, const ListCell *b)
{
	const Hold *x = lfirst(a),
			   *y = lfirst(b);

	if (x->action != y->action)
		return y->action - x->action;
	return (x->id > y->id) - (x->id < y->id);
}

static void
put_hold(ReturnSetInfo *rsinfo, const Hold *hold)
{
	Oid			action = TupleDescAttr(rsinfo->setDesc, 1)->atttypid;
	Datum		values[6];
	bool		nulls[6] = {false};

	values[0] = Int64GetDatum(hold->id);
	values[1] = ObjectIdGetDatum(hold_action_label(action, hold->action));
	values[2] = CStringGetTextDatum(hold->reason);
	nulls[3] = hold->incident == NULL;
	values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(hold->incident);
	values[4] = TimestampTzGetDatum(hold_binds_from(hold));
	nulls[5] = TIMESTAMP_NOT_FINITE(hold->expires_at);
	values[5] = TimestampTzGetDatum(hold->expires_at);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The holds in force that stop the row as a registration, strongest first. */
static List *
holds_of_row(Relation rel, const Trigger *trigger, HeapTupleHeader row)
{
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Guard	   *guard = guard_make(trigger, RelationGetDescr(rel), CurrentMemoryContext);
	const HoldList *holds;
	GuardRow	scope_row;
	List	   *found = NIL;

	AcceptInvalidationMessages();
	holds = hold_list();
	guard_use_holds(guard, holds);
	guard_row_init(&scope_row, guard, 0, &tuple);
	holds_over(holds, &scope_row.scope, WRITE_REGISTRATION,
			   &(Clock) {0}, collect, &found);
	list_sort(found, compare_strength);
	return found;
}

/*
 * hold_for(regclass, jsonb) -> setof (hold, action, reason, incident, since,
 *		expires_at)
 *		What would stop a row of the table as a registration now, whatever the
 *		snapshot; nothing if the table is not guarded.  42P01 for a table that
 *		was dropped, 22023 for NULL and for JSON that is not an object.
 */
PG_FUNCTION_INFO_V1(regcar_hold_for);
Datum
regcar_hold_for(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Relation	rel;
	const Trigger *trigger;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) ||
		!JB_ROOT_IS_OBJECT(PG_GETARG_JSONB_P(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("hold_for() takes a table, and a row as a JSON object"),
				 errhint("SELECT * FROM regcar.hold_for('table', to_jsonb(row));")));
	InitMaterializedSRF(fcinfo, 0);
	rel = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no table with OID %u", PG_GETARG_OID(0))));
	trigger = find_guard_trigger(rel);
	if (trigger != NULL)
	{
		ListCell   *lc;

		SPI_connect();
		foreach(lc, holds_of_row(rel, trigger, row_of_table(rel, PG_GETARG_DATUM(1))))
			put_hold(rsinfo, lfirst(lc));
		SPI_finish();
	}
	relation_close(rel, AccessShareLock);
	return (Datum) 0;
}
