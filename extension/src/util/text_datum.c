/*
 * text_datum.c
 *		Texts as values of SQL.
 */
#include "regcar.h"
#include "util/text_datum.h"

#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

Datum
text_datum(const char *text)
{
	return CStringGetTextDatum(text != NULL ? text : "");
}

Datum
text_datum_cut(const char *text, int most)
{
	return PointerGetDatum(cstring_to_text_with_len(text, pg_mbcliplen(text, strlen(text), most)));
}

Datum
text_array(Datum *values, bool *nulls, int count)
{
	int			lower = 1;

	return PointerGetDatum(construct_md_array(values, nulls, 1, &count, &lower,
											  TEXTOID, -1, false, TYPALIGN_INT));
}
