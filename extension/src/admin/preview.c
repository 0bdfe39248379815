/*
 * preview.c
 *		What a scope would cover, before it does.
 *
 * Whoever asks sees what they may read, with the policies that apply to them.
 * For somebody who may not read the table its owner looks, and then only
 * numbers are said: how many rows have a value that the scope itself names.
 *
 * Everything happens in a subtransaction that is rolled back.  So an error on
 * the way is only a remark, and no lock stays for which a dealer could have to
 * wait.
 */
#include "regcar.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class_d.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/rls.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "admin/newest_rows.h"
#include "admin/sight.h"
#include "util/deadline.h"
#include "util/interruption.h"
#include "util/settings.h"

static const Setting pinned[] = {
	{"search_path", "pg_catalog, pg_temp"},
	{"lock_timeout", "20ms"},
	{"row_security", "on"},
	/* a range of pages is read as such, however many there are */
	{"enable_seqscan", "off"},
	{"max_parallel_workers_per_gather", "0"},
	{"jit", "off"},
};

/* Each search goes through thousands of values. */
#define MAX_NEAREST		10

/* One look at a table. */
typedef struct Look
{
	Oid			relid;
	Jsonb	   *scope;
	int			oldest;
	TimestampTz deadline;
	bool		until_whole;	/* stop once each value is known */

	Sight	   *sight;			/* NULL if it did not come to that */
	bool		may_name;		/* whoever asks may read the values */
	const char *note;			/* what went wrong, or NULL */
	int			nearest;		/* values that were searched for */
	TimestampTz until;			/* when that has to end */
	MemoryContext memory;
} Look;

static bool
may_read(const Sight *sight, Oid relid, Oid role)
{
	if (pg_class_aclcheck(relid, role, ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (int i = 0; i < sight->keys.count; i++)
		if (sight->key[i].column != 0 &&
			pg_attribute_aclcheck(relid, sight->key[i].column, role, ACL_SELECT) != ACLCHECK_OK)
			return false;
	return sight->mark_place == 0 ||
		pg_attribute_aclcheck(relid, sight->guard->mark, role, ACL_SELECT) == ACLCHECK_OK;
}

static bool
take_row(HeapTuple row, TupleDesc desc, void *arg)
{
	Look	   *look = arg;

	sight_count(look->sight, row, desc);
	return look->until_whole && sight_is_whole(look->sight);
}

static void
read_rows(Look *look, bool by_table)
{
	NewestRows	rows = {look->relid, by_table, look->sight->list, look->sight->tail,
		look->oldest, look->deadline, take_row, look};

	/* what is read under SERIALIZABLE can fail a dealer's transaction */
	if (IsolationIsSerializable())
	{
		look->note = "not looked at in a serializable transaction";
		return;
	}
	SPI_connect();
	newest_rows_read(&rows);
	SPI_finish();
}

/* As the table's owner, or if policies apply, as the one who asks. */
static void
look_at(Look *look, Relation rel, const Trigger *trigger)
{
	Oid			asking = GetOuterUserId();
	Oid			owner = rel->rd_rel->relowner;
	int			restricted = SECURITY_RESTRICTED_OPERATION | SECURITY_LOCAL_USERID_CHANGE;
	bool		has_policies;

	(void) settings_pin(pinned, lengthof(pinned));
	/* reading the values of the scope may run anybody's function */
	SetUserIdAndSecContext(owner, restricted);
	look->sight = sight_make(rel, trigger, look->scope);
	look->may_name = may_read(look->sight, look->relid, asking);
	has_policies = look->may_name &&
		check_enable_rls(look->relid, asking, true) == RLS_ENABLED;
	if (has_policies)
		SetUserIdAndSecContext(asking, restricted);
	else
		sight_add_statistics(look->sight, look->relid);
	if (!look->until_whole || !sight_is_whole(look->sight))
		read_rows(look, has_policies);
}

static void
open_and_look(Look *look)
{
	Relation	rel;
	const Trigger *trigger;

	MemoryContextSwitchTo(look->memory);
	if (!ConditionalLockRelationOid(look->relid, AccessShareLock))
	{
		look->note = "not looked at: it is locked";
		return;
	}
	rel = try_table_open(look->relid, NoLock);
	trigger = rel != NULL ? find_guard_trigger(rel) : NULL;
	if (trigger != NULL)
		look_at(look, rel, trigger);
	else
		look->note = "not looked at: it is not guarded";
	if (rel != NULL)
		table_close(rel, NoLock);
}

static void
look_in_subtransaction(Look *look)
{
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		open_and_look(look);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(look->memory);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(look->memory);
	CurrentResourceOwner = owner;
	if (error == NULL)
		return;
	/* that says nothing of the table */
	if (error_is_interruption(error))
		ReThrowError(error);
	look->note = psprintf("not looked at: %s", error->message);
}

/* A bound with its sign, as the scope has it. */
static const char *
value_with_sign(const ScopeValue *value)
{
	static const char *const signs[] = {
		[SCOPE_EQUAL] = "", [SCOPE_LESS] = "< ", [SCOPE_LESS_EQUAL] = "<= ",
		[SCOPE_GREATER_EQUAL] = ">= ", [SCOPE_GREATER] = "> ",
	};

	return psprintf("%s%s", signs[value->operator], value->text);
}

/* Why a value says nothing of the rows; NULL where it does. */
static const char *
note_of(const Sight *sight, int key, int value)
{
	if (sight->key[key].typed == NULL)
		return "the table has no column for the key, so every row matches";
	if (!sight_can_tell(sight, key))
		return "rows do not tell who registers";
	if (typed_key_unreadable(sight->key[key].typed, value))
		return "the column cannot read it, so every row matches";
	return NULL;
}

enum
{
	COLUMN_KEY, COLUMN_VALUE, COLUMN_MATCHES, COLUMN_LOOKED_AT, COLUMN_KNOWN,
	COLUMN_NEAREST, COLUMN_NEAREST_MATCHES, COLUMN_NOTE, COLUMNS
};

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

static void
put_value(ReturnSetInfo *rsinfo, Look *look, int key, int number)
{
	const Sight *sight = look->sight;
	const ScopeKey *wanted = &sight->keys.key[key];
	const ScopeValue *value = &wanted->value[number];
	const char *note = note_of(sight, key, number);
	const char *nearest = NULL;
	int64		rows = 0;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};

	if (note == NULL && !sight->key[key].known[number] && look->may_name &&
		value->operator == SCOPE_EQUAL && look->nearest++ < MAX_NEAREST)
		nearest = seen_values_nearest(sight->key[key].seen, value->text,
									  look->until, &rows);
	put_text(values, nulls, COLUMN_KEY, wanted->name);
	put_text(values, nulls, COLUMN_VALUE, value_with_sign(value));
	nulls[COLUMN_MATCHES] = nulls[COLUMN_KNOWN] = note != NULL;
	values[COLUMN_MATCHES] = Int64GetDatum(sight->key[key].rows[number]);
	values[COLUMN_LOOKED_AT] = Int64GetDatum(sight->rows);
	values[COLUMN_KNOWN] = BoolGetDatum(sight->key[key].known[number]);
	put_text(values, nulls, COLUMN_NEAREST, nearest);
	nulls[COLUMN_NEAREST_MATCHES] = nearest == NULL;
	values[COLUMN_NEAREST_MATCHES] = Int64GetDatum(rows);
	put_text(values, nulls, COLUMN_NOTE, note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The scope as a whole, without a key. */
static void
put_whole(ReturnSetInfo *rsinfo, const Look *look)
{
	const Sight *sight = look->sight;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {true, true, false, false, true, true, true, false};
	const char *note = look->note;

	if (note == NULL && sight != NULL && !look->may_name)
		note = "read as the table's owner, so that no values are named: you may not SELECT them";
	nulls[COLUMN_MATCHES] = nulls[COLUMN_LOOKED_AT] = sight == NULL;
	if (sight != NULL)
	{
		values[COLUMN_MATCHES] = Int64GetDatum(sight->matching);
		values[COLUMN_LOOKED_AT] = Int64GetDatum(sight->rows);
	}
	put_text(values, nulls, COLUMN_NOTE, note);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * look_at_rows(target regclass, scope jsonb, oldest integer, wait interval,
 *		altogether interval, until_known boolean) -> setof (key, value, matches,
 *		looked_at, known, nearest, nearest_matches, note)
 *		What the newest rows of a guarded table, no transaction of theirs older
 *		than so many, have of a scope: first of all of it, then of each value.
 *		The first of the times is for the rows, the second also for the search
 *		of the nearest values.
 */
PG_FUNCTION_INFO_V1(regcar_look_at_rows);
Datum
regcar_look_at_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Look		look = {
		.relid = PG_GETARG_OID(0),
		.scope = PG_GETARG_JSONB_P(1),
		.oldest = PG_ARGISNULL(2) ? -1 : PG_GETARG_INT32(2),
		.deadline = deadline_after(PG_GETARG_INTERVAL_P(3)),
		.until = deadline_after(PG_GETARG_INTERVAL_P(4)),
		.until_whole = PG_GETARG_BOOL(5),
		.memory = CurrentMemoryContext,
	};

	InitMaterializedSRF(fcinfo, 0);
	look_in_subtransaction(&look);
	put_whole(rsinfo, &look);
	if (look.sight == NULL)
		return (Datum) 0;
	for (int t = 0; t < look.sight->scope.terms; t++)
		for (int v = 0; v < look.sight->scope.term[t].count; v++)
			put_value(rsinfo, &look, look.sight->scope.term[t].key,
					  look.sight->scope.term[t].value[v]);
	return (Datum) 0;
}
