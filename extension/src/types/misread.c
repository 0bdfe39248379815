/*
 * misread.c
 *		Finding a mark that was misread.
 */
#include "regcar.h"

#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "core/suggest.h"
#include "types/read_argument.h"

/* plate_lookalike(plate) -> text: one text for all that look alike */
PG_FUNCTION_INFO_V1(regcar_plate_lookalike);
Datum
regcar_plate_lookalike(PG_FUNCTION_ARGS)
{
	char		text[PLATE_BUFFER];
	int			len = plate_print_compact(PG_GETARG_PLATE(0), text);

	plate_fold(text, len);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, len));
}

/*
 * plate_suggest(text) -> setof (plate, changes): nearest first, at most 64
 *		Nothing for a text that is too long to be a mark's.
 */
PG_FUNCTION_INFO_V1(regcar_plate_suggest);
Datum
regcar_plate_suggest(PG_FUNCTION_ARGS)
{
	text	   *misread = PG_GETARG_TEXT_PP(0);
	int			len = VARSIZE_ANY_EXHDR(misread);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Suggestions found = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (len <= MAX_READ_TEXT * MAX_MULTIBYTE_CHAR_LEN)
	{
		const char *utf8 = text_as_utf8(VARDATA_ANY(misread), len, &len);

		plate_suggest(utf8, len, &found);
	}
	for (int i = 0; i < found.count; i++)
	{
		Datum		values[2] = {
			PlateGetDatum(found.best[i].plate),
			Int32GetDatum(found.best[i].changes)
		};
		bool		nulls[2] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
