/*
 * row_share.c
 *		The share that a value is of, as SQL and exemptions have it.
 */
#include "regcar.h"
#include "hold/row_share.h"

#include "utils/builtins.h"

#include "core/share.h"
#include "util/utf8.h"

int
share_of_text(const char *text)
{
	int			length;
	const char *utf8 = in_utf8(text, strlen(text), &length);

	return share_of(utf8, length);
}

/*
 * share_of(text) -> int
 *		The least share, from 1 to 100, that an exemption for a share has to
 *		have to let the value through.
 */
PG_FUNCTION_INFO_V1(regcar_share_of);
Datum
regcar_share_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(share_of_text(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
