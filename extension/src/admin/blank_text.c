/*
 * blank_text.c
 *		Texts that show nothing to whoever reads them.
 *
 * A reason is for people, so one of no-break or zero-width spaces is none.
 */
#include "regcar.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

/*
 * Characters of Unicode that leave nothing on the page: its properties
 * White_Space and Default_Ignorable_Code_Point, the control characters, and the
 * pattern of Braille without a dot.  In order.
 */
static const struct
{
	pg_wchar	first;
	pg_wchar	last;
}			blanks[] = {
	{0x0000, 0x0020}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F},
	{0x061C, 0x061C}, {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5},
	{0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
	{0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static bool
is_blank(pg_wchar character)
{
	for (int i = 0; i < lengthof(blanks); i++)
		if (character <= blanks[i].last)
			return character >= blanks[i].first;
	return false;
}

/*
 * In UTF-8 as far as it can be converted; false if a character cannot, because
 * that is one to be seen.
 */
static bool
convert_to_utf8(const char *text, int length, char **utf8)
{
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;

	*utf8 = unconstify(char *, text);
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return true;
	conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(conversion))
		return true;
	*utf8 = palloc((Size) length * MAX_CONVERSION_GROWTH + 1);
	return pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
										 (unsigned char *) unconstify(char *, text), length,
										 (unsigned char *) *utf8,
										 length * MAX_CONVERSION_GROWTH + 1, true) == length;
}

/*
 * is_blank(text) -> boolean
 *		Is there nothing in it that can be seen?
 */
PG_FUNCTION_INFO_V1(regcar_is_blank);
Datum
regcar_is_blank(PG_FUNCTION_ARGS)
{
	const char *words = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *utf8;
	const unsigned char *next;

	if (!convert_to_utf8(words, strlen(words), &utf8))
		PG_RETURN_BOOL(false);
	for (next = (const unsigned char *) utf8; *next != '\0'; next += pg_utf_mblen(next))
	{
		int			bytes = pg_utf_mblen(next);

		/* in SQL_ASCII there may be anything */
		if (strnlen((const char *) next, bytes) < bytes ||
			!pg_utf8_islegal(next, bytes) || !is_blank(utf8_to_unicode(next)))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}
