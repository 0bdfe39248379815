/*
 * last_text.c
 *		The text that a call was given last.
 */
#include "regcar.h"

#include "types/last_text.h"

bool
is_last_text(const text *last, const text *source)
{
	int			len = VARSIZE_ANY_EXHDR(source);

	return last != NULL && VARSIZE_ANY_EXHDR(last) == len &&
		memcmp(VARDATA_ANY(last), VARDATA_ANY(source), len) == 0;
}

void
keep_last_text(text **last, const text *source, MemoryContext context)
{
	int			len = VARSIZE_ANY_EXHDR(source);
	text	   *copy = MemoryContextAlloc(context, len + VARHDRSZ);

	SET_VARSIZE(copy, len + VARHDRSZ);
	memcpy(VARDATA(copy), VARDATA_ANY(source), len);
	if (*last != NULL)
		pfree(*last);
	*last = copy;
}
