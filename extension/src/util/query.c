/*
 * query.c
 *		Queries that C code runs through SPI.
 */
#include "regcar.h"
#include "util/query.h"

#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "util/extension_catalog.h"

uint64
query(const char *sql, int count, const QueryArgument *arguments)
{
	Oid			types[MAX_QUERY_ARGUMENTS];
	Datum		values[MAX_QUERY_ARGUMENTS] = {0};
	char		nulls[MAX_QUERY_ARGUMENTS] = {0};

	Assert(count <= MAX_QUERY_ARGUMENTS);
	for (int i = 0; i < count; i++)
	{
		types[i] = arguments[i].type;
		values[i] = arguments[i].value;
		nulls[i] = arguments[i].isnull ? 'n' : ' ';
	}
	if (SPI_execute_with_args(sql, count, types, values, nulls, false, 0) !=
		SPI_OK_SELECT)
		elog(ERROR, "this is not a query: %s", sql);
	return SPI_processed;
}

uint64
query_as_owner(FunctionCallInfo fcinfo, const char *sql, int count,
			   const QueryArgument *arguments)
{
	HeapTuple	function = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	Oid			owner = ((Form_pg_proc) GETSTRUCT(function))->proowner;
	Oid			user;
	int			context;
	uint64		rows;

	ReleaseSysCache(function);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
	rows = query(sql, count, arguments);
	SetUserIdAndSecContext(user, context);
	return rows;
}

uint64
query_with_call(FunctionCallInfo fcinfo, const char *sql, int count)
{
	QueryArgument arguments[MAX_QUERY_ARGUMENTS];
	Oid		   *types;
	int			all;

	get_func_signature(fcinfo->flinfo->fn_oid, &types, &all);
	Assert(count <= Min(all, MAX_QUERY_ARGUMENTS));
	for (int i = 0; i < count; i++)
		arguments[i] = (QueryArgument) {types[i], PG_GETARG_DATUM(i), PG_ARGISNULL(i)};
	return query(sql, count, arguments);
}

Datum
query_datum(uint64 row, int column)
{
	bool		isnull;

	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						 column, &isnull);
}

int64
query_number(uint64 row, int column)
{
	return DatumGetInt64(query_datum(row, column));
}

char *
query_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

NullableDatum
call_function(const char *name, int nargs, const Oid *types, const Datum *values)
{
	LOCAL_FCINFO(fcinfo, MAX_QUERY_ARGUMENTS);
	FmgrInfo	function;
	NullableDatum result;

	fmgr_info(extension_function(name, nargs, types), &function);
	InitFunctionCallInfoData(*fcinfo, &function, nargs, InvalidOid, NULL, NULL);
	for (int i = 0; i < nargs; i++)
		fcinfo->args[i] = (NullableDatum) {values[i], false};
	result.value = FunctionCallInvoke(fcinfo);
	result.isnull = fcinfo->isnull;
	return result;
}
