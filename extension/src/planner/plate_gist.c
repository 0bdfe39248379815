/*
 * plate_gist.c
 *		GiST over marks: exclusion constraints (one mark, one vehicle at a
 *		time), partial marks, marks of series and blocks, and the nearest marks
 *		to what was read.
 *
 * The operator classes plate_gist_ops and plate_search_ops share all of it;
 * the second has no comparisons.
 */
#include "regcar.h"

#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"

#include "planner/gist_key.h"
#include "types/plate_distance.h"
#include "types/plate_pattern.h"
#include "util/extension_catalog.h"

/* Strategies; the numbers up to 30 have a meaning of core's. */
#define STRATEGY_PATTERN		31	/* plate ~~ text */
#define STRATEGY_SERIES			32	/* plate <@ plate_series */
#define STRATEGY_BLOCK			33	/* anyelement <@ anyrange */
#define STRATEGY_BLOCKS			34	/* anyelement <@ anymultirange */
#define STRATEGY_PATTERN_ANY_CASE	36	/* plate ~~* text, which is ~~ */

/* What a support function keeps from call to call. */
typedef struct GistCache
{
	TypeCacheEntry *platerange;
	TypeCacheEntry *block;		/* the range type of a query */
	union
	{
		PatternCache pattern;
		NearestCache nearest;
	};
} GistCache;

static GistCache *
cache(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
	{
		GistCache  *fresh = MemoryContextAllocZero(flinfo->fn_mcxt,
												   sizeof(GistCache));

		fresh->platerange = lookup_type_cache(extension_type("platerange"),
											  TYPECACHE_RANGE_INFO);
		flinfo->fn_extra = fresh;
	}
	return flinfo->fn_extra;
}

/* plate_gist_compress(internal) -> internal: a mark as the range of just it */
PG_FUNCTION_INFO_V1(regcar_plate_gist_compress);
Datum
regcar_plate_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	if (entry->leafkey)
		entry = entry_of_mark(cache(fcinfo)->platerange, entry,
							  DatumGetPlate(entry->key));
	PG_RETURN_POINTER(entry);
}

/* plate_gist_fetch(internal) -> internal: the mark back */
PG_FUNCTION_INFO_V1(regcar_plate_gist_fetch);
Datum
regcar_plate_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	int64		mark = key_bounds(entry->key).first;

	PG_RETURN_POINTER(entry_of_value(entry, PlateGetDatum(mark)));
}

/* Has an entry a mark that matches a pattern? */
static bool
entry_matches(FunctionCallInfo fcinfo, const GISTENTRY *entry,
			  MarkInterval marks)
{
	const PlatePattern *pattern =
		cached_pattern(&cache(fcinfo)->pattern, PG_GETARG_TEXT_PP(1),
					   fcinfo->flinfo->fn_mcxt);

	return GIST_LEAF(entry) ? pattern_matches(pattern, marks.first) :
		pattern_first(pattern, marks.first, marks.last) >= 0;
}

/*
 * Has an entry a mark of a block, or of one of several?  The operator takes any
 * type of range over marks, and only of platerange is it known how it compares
 * with a key.
 */
static bool
entry_in_blocks(FunctionCallInfo fcinfo, const GISTENTRY *entry,
				MarkInterval marks, bool several)
{
	TypeCacheEntry *platerange = cache(fcinfo)->platerange;
	TypeCacheEntry **block = &cache(fcinfo)->block;
	RangeType  *key = DatumGetRangeTypeP(entry->key);

	if (several)
	{
		MultirangeType *blocks = PG_GETARG_MULTIRANGE_P(1);

		if (*block == NULL)
			*block = lookup_type_cache(MultirangeTypeGetOid(blocks),
									   TYPECACHE_MULTIRANGE_INFO)->rngtype;
		return GIST_LEAF(entry) ?
			multirange_contains_elem_internal(*block, blocks,
											  PlateGetDatum(marks.first)) :
			*block != platerange ||
			range_overlaps_multirange_internal(platerange, key, blocks);
	}
	else
	{
		RangeType  *range = PG_GETARG_RANGE_P(1);

		if (*block == NULL)
			*block = lookup_type_cache(RangeTypeGetOid(range),
									   TYPECACHE_RANGE_INFO);
		return GIST_LEAF(entry) ?
			range_contains_elem_internal(*block, range,
										 PlateGetDatum(marks.first)) :
			*block != platerange ||
			range_overlaps_internal(platerange, key, range);
	}
}

/*
 * plate_gist_consistent(internal, plate, smallint, oid, internal) -> bool
 *		The query is a mark, or what the strategy's operator has on its right:
 *		of a page, may there be a mark between its bounds that matches?
 */
PG_FUNCTION_INFO_V1(regcar_plate_gist_consistent);
Datum
regcar_plate_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = (StrategyNumber) PG_GETARG_UINT16(2);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	MarkInterval marks = entry_marks(entry);

	*recheck = false;
	switch (strategy)
	{
		case STRATEGY_PATTERN:
		case STRATEGY_PATTERN_ANY_CASE:
			PG_RETURN_BOOL(entry_matches(fcinfo, entry, marks));
		case STRATEGY_SERIES:
			PG_RETURN_BOOL(plate_series_of(marks.first) <= PG_GETARG_SERIES(1) &&
						   plate_series_of(marks.last) >= PG_GETARG_SERIES(1));
		case STRATEGY_BLOCK:
			PG_RETURN_BOOL(entry_in_blocks(fcinfo, entry, marks, false));
		case STRATEGY_BLOCKS:
			PG_RETURN_BOOL(entry_in_blocks(fcinfo, entry, marks, true));
		default:
			PG_RETURN_BOOL(marks_compare(marks, PG_GETARG_PLATE(1), strategy));
	}
}

/*
 * plate_gist_distance(internal, plate, smallint, oid, internal) -> double precision
 *		The query is a text.
 *		Of a page, how near a mark between its bounds may be; exact for a mark.
 */
PG_FUNCTION_INFO_V1(regcar_plate_gist_distance);
Datum
regcar_plate_gist_distance(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	MarkInterval marks = entry_marks(entry);
	Nearest    *nearest = cached_nearest(&cache(fcinfo)->nearest,
										 PG_GETARG_TEXT_PP(1),
										 fcinfo->flinfo->fn_mcxt);

	*recheck = false;
	PG_RETURN_FLOAT8(GIST_LEAF(entry) ? nearest_mark(nearest, marks.first) :
					 nearest_between(nearest, marks.first, marks.last));
}
