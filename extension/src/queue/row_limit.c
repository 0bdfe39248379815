/*
 * row_limit.c
 *		How large a registration may be that is set aside.
 *
 * Whoever may insert a row chooses how large it is, but who keeps, shows and
 * releases it is somebody else (design 9.2).  Older releases had no limit, so
 * a larger row may still be in the queue: it is released like any other, but
 * nobody sees more of it than the beginning of each value.
 */
#include "regcar.h"
#include "queue/row_limit.h"

#include "access/detoast.h"
#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"

#include "hold/errors.h"
#include "util/clip.h"

#define MEGABYTE		(1024 * 1024)

/* What JSON adds to the texts of a row at most: names, and lengths. */
#define ROOM_FOR_NAMES	(128 * 1024)

/* Bytes that are shown of a value, if its row is too large. */
#define SHOWN_BYTES		1000

int			queue_row_limit = MEGABYTE;

void
row_limit_init(void)
{
	DefineCustomIntVariable("regcar.queue_row_limit",
							"Sets the size of the largest row that a hold sets aside.",
							"The values count as text. A larger row is refused, and a larger one of an older release is shown in part.",
							&queue_row_limit, MEGABYTE, 1024, 64 * MEGABYTE,
							PGC_SUSET, GUC_UNIT_BYTE, NULL, NULL, NULL);
	MarkGUCPrefixReserved("regcar");
}

void
row_limit_error(Relation rel, const char *hold)
{
	ereport(ERROR,
			(errcode(ERRCODE_REGCAR_HELD),
			 errmsg("registrations are held, and this one is too large to be queued"),
			 errdetail("%s As text it has more than %d bytes, the setting regcar.queue_row_limit.",
					   hold, queue_row_limit),
			 errhint("Nothing was written. Register it when the hold ends, or without its large values; LISTEN regcar to hear when it ends."),
			 errtable(rel)));
}

char *
row_limit_beginning(const char *value, int bytes)
{
	char	   *text = pnstrdup(value, Min(bytes, SHOWN_BYTES + 1));

	if (bytes <= SHOWN_BYTES)
		return text;
	return psprintf("%s... (%d bytes)", clipped(text, SHOWN_BYTES), bytes);
}

/* A row with the beginning of each value. */
static Datum
shortened(Jsonb *row)
{
	int			columns = JsonContainerSize(&row->root);
	Datum	   *names = palloc(columns * sizeof(Datum));
	Datum	   *texts = palloc0(columns * sizeof(Datum));
	bool	   *nulls = palloc(columns * sizeof(bool));
	JsonbIterator *it = JsonbIteratorInit(&row->root);
	JsonbValue	v;
	JsonbIteratorToken token;
	int			lower = 1;
	int			n = 0;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			names[n] = PointerGetDatum(cstring_to_text_with_len(v.val.string.val,
																v.val.string.len));
		else if (token == WJB_VALUE)
		{
			nulls[n] = v.type != jbvString;
			if (!nulls[n])
				texts[n] = CStringGetTextDatum(row_limit_beginning(v.val.string.val, v.val.string.len));
			n++;
		}
	}
	return DirectFunctionCall2(jsonb_object_two_arg,
							   PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT)),
							   PointerGetDatum(construct_md_array(texts, nulls, 1, &n, &lower, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* shown_row(jsonb) -> jsonb: a queued row, shortened if it is too large */
PG_FUNCTION_INFO_V1(regcar_shown_row);
Datum
regcar_shown_row(PG_FUNCTION_ARGS)
{
	Datum		row = PG_GETARG_DATUM(0);

	if (toast_raw_datum_size(row) <= (Size) queue_row_limit + ROOM_FOR_NAMES ||
		!JB_ROOT_IS_OBJECT(DatumGetJsonbP(row)))
		PG_RETURN_DATUM(row);
	PG_RETURN_DATUM(shortened(DatumGetJsonbP(row)));
}
