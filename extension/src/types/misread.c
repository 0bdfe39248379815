/*
 * misread.c
 *		Finding a mark that was misread.
 */
#include "regcar.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "core/suggest.h"

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

/* plate_suggest(text) -> setof (plate, changes): cheapest first, at most 64 */
PG_FUNCTION_INFO_V1(regcar_plate_suggest);
Datum
regcar_plate_suggest(PG_FUNCTION_ARGS)
{
	text	   *misread = PG_GETARG_TEXT_PP(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Suggestion	found[MAX_SUGGESTIONS];
	int			count = plate_suggest(VARDATA_ANY(misread),
									  VARSIZE_ANY_EXHDR(misread), found);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[2] = {
			PlateGetDatum(found[i].plate), Int32GetDatum(found[i].changes)
		};
		bool		nulls[2] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
