/*
 * plate_distance.c
 *		mark <-> text: how far a mark is from what was read.
 */
#include "regcar.h"

#include "types/last_text.h"
#include "types/plate_distance.h"
#include "types/read_argument.h"

Nearest *
cached_nearest(NearestCache *cache, const text *source, MemoryContext context)
{
	if (!is_last_text(cache->source, source))
	{
		ReadText	read;

		if (!read_argument(source, &read))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("text is too long to be compared with registration marks"),
					 errdetail("It has more than %d characters.",
							   MAX_READ_TEXT)));
		keep_last_text(&cache->source, source, context);
		cache->nearest.text = read;
		nearest_start(&cache->nearest);
	}
	return &cache->nearest;
}

static float4
distance(FunctionCallInfo fcinfo, int64 mark, const text *read)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt,
												  sizeof(NearestCache));
	return nearest_mark(cached_nearest(flinfo->fn_extra, read, flinfo->fn_mcxt),
						mark);
}

/* plate_distance(plate, text) -> real */
PG_FUNCTION_INFO_V1(regcar_plate_text_distance);
Datum
regcar_plate_text_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT4(distance(fcinfo, PG_GETARG_PLATE(0),
							  PG_GETARG_TEXT_PP(1)));
}

/* plate_distance(text, plate) -> real */
PG_FUNCTION_INFO_V1(regcar_text_plate_distance);
Datum
regcar_text_plate_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT4(distance(fcinfo, PG_GETARG_PLATE(1),
							  PG_GETARG_TEXT_PP(0)));
}
