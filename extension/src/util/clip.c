/*
 * clip.c
 *		The beginning of a text that may be long.
 */
#include "regcar.h"
#include "util/clip.h"

#include "mb/pg_wchar.h"

char *
clipped(const char *text, int bytes)
{
	return pnstrdup(text, pg_mbcliplen(text, strnlen(text, bytes + 1), bytes));
}
