/*
 * blank_text.c
 *		Texts that show nothing to whoever reads them.
 *
 * A reason is for people, so one of no-break or zero-width spaces is none.
 */
#include "regcar.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "util/utf8.h"

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
 * is_blank(text) -> boolean
 *		Is there nothing in it that can be seen?
 */
PG_FUNCTION_INFO_V1(regcar_is_blank);
Datum
regcar_is_blank(PG_FUNCTION_ARGS)
{
	const char *words = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			length;
	const char *utf8 = convert_to_utf8(words, strlen(words), &length);
	const unsigned char *next;

	/* a character that cannot be converted is one to be seen */
	if (utf8 == NULL)
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
