/*
 * query.h
 *		Queries that C code runs through SPI, and functions that it calls.
 */
#ifndef REGCAR_QUERY_H
#define REGCAR_QUERY_H

#include "postgres.h"
#include "fmgr.h"

typedef struct QueryArgument
{
	Oid			type;
	Datum		value;
	bool		isnull;
} QueryArgument;

#define MAX_QUERY_ARGUMENTS		8

/*
 * Run a SELECT through the connected SPI, and return the number of its rows.
 * The functions below read these rows until the next query.
 */
extern uint64 query(const char *sql, int count, const QueryArgument *arguments);

/*
 * The same as the owner of the function that is called: whoever may call that
 * needs no right on what it is made of.
 */
extern uint64 query_as_owner(FunctionCallInfo fcinfo, const char *sql,
							 int count, const QueryArgument *arguments);

/* The same, with the first arguments of the function that is called. */
extern uint64 query_with_call(FunctionCallInfo fcinfo, const char *sql,
							  int count);

/*
 * Call a function of the extension.  No right to execute it is asked for, because
 * the caller may be anybody.
 */
extern NullableDatum call_function(const char *name, int nargs,
								   const Oid *types, const Datum *values);

/* Columns count from 1.  The result is 0 for NULL. */
extern Datum query_datum(uint64 row, int column);
extern int64 query_number(uint64 row, int column);
extern char *query_text(uint64 row, int column);

#endif							/* REGCAR_QUERY_H */
