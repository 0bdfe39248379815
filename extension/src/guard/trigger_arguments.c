/*
 * trigger_arguments.c
 *		The arguments of a trigger, for SQL.
 */
#include "regcar.h"

#include "access/detoast.h"
#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"

/*
 * A guard has a column and its keys, a waiver a reason.  Whoever may create
 * triggers may give them longer arguments, and every lockdown reads them all
 * (design 9.2).
 */
#define LONGEST_ARGUMENTS	(256 * 1024)

/*
 * trigger_arguments(tgargs bytea) -> text[]
 *		In pg_trigger.tgargs each argument ends with a zero byte.  NULL if
 *		there is none, or if they are longer than those of any guard.
 */
PG_FUNCTION_INFO_V1(regcar_trigger_arguments);
Datum
regcar_trigger_arguments(PG_FUNCTION_ARGS)
{
	ArrayBuildState *arguments = NULL;
	bytea	   *bytes;
	const char *at;
	const char *end;

	if (toast_raw_datum_size(PG_GETARG_DATUM(0)) - VARHDRSZ > LONGEST_ARGUMENTS)
		PG_RETURN_NULL();
	bytes = PG_GETARG_BYTEA_PP(0);
	at = VARDATA_ANY(bytes);
	end = at + VARSIZE_ANY_EXHDR(bytes);
	while (at < end)
	{
		Size		length = strnlen(at, end - at);

		arguments = accumArrayResult(arguments,
									 PointerGetDatum(cstring_to_text_with_len(at, length)),
									 false, TEXTOID, CurrentMemoryContext);
		at += length + 1;
	}
	if (arguments == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(makeArrayResult(arguments, CurrentMemoryContext));
}
