/*
 * plate_gist.c
 *		GiST over marks and over series: exclusion constraints (one mark, one
 *		vehicle at a time), and partial marks.
 *
 * A key is a platerange, so that the server's own functions for ranges unite,
 * weigh and split pages; here is what they do not know.  A series is there as
 * its first mark.
 */
#include "regcar.h"

#include "access/gist.h"
#include "access/stratnum.h"
#include "utils/rangetypes.h"
#include "utils/sortsupport.h"
#include "utils/typcache.h"

#include "core/pattern_search.h"
#include "types/plate_pattern.h"
#include "util/extension_catalog.h"
#include "core/issue_order.h"

/* The operator ~~; the numbers up to 30 have a meaning of core's. */
#define PATTERN_STRATEGY	31

/* What a support function keeps from call to call. */
typedef struct GistCache
{
	TypeCacheEntry *platerange;
	PatternCache pattern;
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

/* A range in the index as its bounds. */
static MarkInterval
bounds(TypeCacheEntry *platerange, Datum key)
{
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(platerange, DatumGetRangeTypeP(key),
					  &lower, &upper, &empty);
	return (MarkInterval) {DatumGetPlate(lower.val), DatumGetPlate(upper.val)};
}

/* First and last mark that a key stands for. */
static MarkInterval
key_marks(FunctionCallInfo fcinfo, const GISTENTRY *entry)
{
	MarkInterval marks = bounds(cache(fcinfo)->platerange, entry->key);

	/* of a page, what may be there: a bound more does no harm */
	if (GIST_LEAF(entry))
		marks.last = marks.first;
	return marks;
}

/* A key as the range of just one mark. */
static Datum
compress(FunctionCallInfo fcinfo, const GISTENTRY *entry, int64 mark)
{
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = true};

	lower.val = upper.val = PlateGetDatum(mark);
	gistentryinit(*result,
				  RangeTypePGetDatum(make_range_compat(cache(fcinfo)->platerange,
													   &lower, &upper)),
				  entry->rel, entry->page, entry->offset, false);
	PG_RETURN_POINTER(result);
}

/* What was indexed, for index-only scans; entry has no page there. */
static Datum
fetch(const GISTENTRY *entry, Datum value)
{
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));

	gistentryinit(*result, value, entry->rel, entry->page, entry->offset, false);
	PG_RETURN_POINTER(result);
}

/* May a mark that a key stands for be before, behind or equal to another? */
static bool
compares(MarkInterval key, int64 mark, StrategyNumber strategy)
{
	switch (strategy)
	{
		case RTEqualStrategyNumber:
			return key.first <= mark && mark <= key.last;
		case RTLessStrategyNumber:
			return key.first < mark;
		case RTLessEqualStrategyNumber:
			return key.first <= mark;
		case RTGreaterStrategyNumber:
			return key.last > mark;
		case RTGreaterEqualStrategyNumber:
			return key.last >= mark;
		default:
			elog(ERROR, "unknown strategy number %d", strategy);
	}
	return false;
}

/* plate_gist_compress(internal) -> internal: a mark as the range of just it */
PG_FUNCTION_INFO_V1(regcar_plate_gist_compress);
Datum
regcar_plate_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	if (!entry->leafkey)
		PG_RETURN_POINTER(entry);
	return compress(fcinfo, entry, DatumGetPlate(entry->key));
}

/* plate_gist_fetch(internal) -> internal: the mark back */
PG_FUNCTION_INFO_V1(regcar_plate_gist_fetch);
Datum
regcar_plate_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	MarkInterval marks = bounds(cache(fcinfo)->platerange, entry->key);

	return fetch(entry, PlateGetDatum(marks.first));
}

/*
 * plate_gist_consistent(internal, plate, smallint, oid, internal) -> bool
 *		The query is a mark, or a text where the strategy is that of ~~: of a
 *		page, is there a mark between its bounds that matches?
 */
PG_FUNCTION_INFO_V1(regcar_plate_gist_consistent);
Datum
regcar_plate_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	StrategyNumber strategy = (StrategyNumber) PG_GETARG_UINT16(2);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	MarkInterval key = key_marks(fcinfo, entry);
	const PlatePattern *pattern;

	*recheck = false;
	if (strategy != PATTERN_STRATEGY)
		PG_RETURN_BOOL(compares(key, PG_GETARG_PLATE(1), strategy));

	pattern = cached_pattern(&cache(fcinfo)->pattern, PG_GETARG_TEXT_PP(1),
							 fcinfo->flinfo->fn_mcxt);
	PG_RETURN_BOOL(GIST_LEAF(entry) ? pattern_matches(pattern, key.first) :
				   pattern_first(pattern, key.first, key.last) >= 0);
}

/* series_gist_compress(internal) -> internal: a series as its first mark */
PG_FUNCTION_INFO_V1(regcar_series_gist_compress);
Datum
regcar_series_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	if (!entry->leafkey)
		PG_RETURN_POINTER(entry);
	return compress(fcinfo, entry,
					series_first_plate(DatumGetInt16(entry->key)));
}

/* series_gist_fetch(internal) -> internal: the series back */
PG_FUNCTION_INFO_V1(regcar_series_gist_fetch);
Datum
regcar_series_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	MarkInterval marks = bounds(cache(fcinfo)->platerange, entry->key);

	return fetch(entry, Int16GetDatum(plate_series_of(marks.first)));
}

/* series_gist_consistent(internal, plate_series, smallint, oid, internal) -> bool */
PG_FUNCTION_INFO_V1(regcar_series_gist_consistent);
Datum
regcar_series_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);

	*recheck = false;
	PG_RETURN_BOOL(compares(key_marks(fcinfo, entry),
							series_first_plate(PG_GETARG_SERIES(1)),
							(StrategyNumber) PG_GETARG_UINT16(2)));
}

/* Keys of leaves are ranges of one mark, so that mark is all there is to sort by. */
static Datum
sort_key(Datum key, SortSupport sort)
{
	return PlateGetDatum(bounds(sort->ssup_extra, key).first);
}

static int
compare_keys(Datum a, Datum b, SortSupport sort)
{
	return ssup_datum_signed_cmp(sort_key(a, sort), sort_key(b, sort), sort);
}

/* What is compared instead of a key never says less than the key does. */
static bool
never_abort(int memtupcount, SortSupport sort)
{
	return false;
}

/* plate_gist_sortsupport(internal) -> void: to build by sorting */
PG_FUNCTION_INFO_V1(regcar_plate_gist_sortsupport);
Datum
regcar_plate_gist_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport sort = (SortSupport) PG_GETARG_POINTER(0);

	sort->ssup_extra = lookup_type_cache(extension_type("platerange"),
										 TYPECACHE_RANGE_INFO);
	sort->comparator = compare_keys;
	if (sort->abbreviate)
	{
		sort->comparator = ssup_datum_signed_cmp;
		sort->abbrev_converter = sort_key;
		sort->abbrev_abort = never_abort;
		sort->abbrev_full_comparator = compare_keys;
	}
	PG_RETURN_VOID();
}
