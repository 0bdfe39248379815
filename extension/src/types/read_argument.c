/*
 * read_argument.c
 *		Texts in any encoding for the C core, which reads UTF-8.
 */
#include "regcar.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"

#include "types/read_argument.h"

/* A byte that never occurs in UTF-8. */
#define NOT_UTF8	'\xFF'

static bool
is_ascii(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (IS_HIGHBIT_SET(text[i]))
			return false;
	return true;
}

const char *
text_as_utf8(const char *text, int len, int *utf8_len)
{
	int			encoding = GetDatabaseEncoding();
	int			size = (len + 2) * MAX_CONVERSION_GROWTH;
	char	   *utf8;
	Oid			convert;
	int			converted = 0;

	*utf8_len = len;
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || is_ascii(text, len))
		return text;

	utf8 = palloc0(size);
	convert = FindDefaultConversionProc(encoding, PG_UTF8);
	if (OidIsValid(convert))
		converted = pg_do_encoding_conversion_buf(convert, encoding, PG_UTF8,
												  (unsigned char *) text, len,
												  (unsigned char *) utf8,
												  size - 1, true);
	*utf8_len = (int) strlen(utf8);
	if (converted < len)
		utf8[(*utf8_len)++] = NOT_UTF8;
	return utf8;
}

bool
read_argument(const text *argument, ReadText *read)
{
	int			len = VARSIZE_ANY_EXHDR(argument);
	const char *utf8;

	/* no encoding of the server has longer characters */
	if (len > MAX_READ_TEXT * MAX_MULTIBYTE_CHAR_LEN)
		return false;
	utf8 = text_as_utf8(VARDATA_ANY(argument), len, &len);
	return read_text(utf8, len, read);
}
