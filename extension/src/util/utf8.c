/*
 * utf8.c
 *		Texts in UTF-8, whatever the encoding of the database.
 *
 * SQL_ASCII takes any bytes, and some encodings have characters that nothing
 * in UTF-8 is the same as.
 */
#include "regcar.h"
#include "util/utf8.h"

#include <limits.h>

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

const char *
convert_to_utf8(const char *text, int length, int *utf8_length)
{
	int			encoding = GetDatabaseEncoding();
	Size		room = (Size) length * MAX_CONVERSION_GROWTH + 1;
	Oid			convert;
	char	   *utf8;

	*utf8_length = length;
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || length == 0)
		return text;
	convert = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(convert) || room > INT_MAX)
		return text;
	utf8 = palloc_extended(room, MCXT_ALLOC_HUGE);
	if (pg_do_encoding_conversion_buf(convert, encoding, PG_UTF8, (unsigned char *) unconstify(char *, text),
									  length, (unsigned char *) utf8, room, true) < length)
	{
		pfree(utf8);
		return NULL;
	}
	*utf8_length = strlen(utf8);
	return utf8;
}

const char *
in_utf8(const char *text, int length, int *utf8_length)
{
	const char *utf8 = convert_to_utf8(text, length, utf8_length);

	return utf8 != NULL ? utf8 : text;
}

/* utf8_bytes(text) -> bytea */
PG_FUNCTION_INFO_V1(regcar_utf8_bytes);
Datum
regcar_utf8_bytes(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	int			length;
	const char *utf8 = in_utf8(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &length);

	PG_RETURN_BYTEA_P((bytea *) cstring_to_text_with_len(utf8, length));
}
