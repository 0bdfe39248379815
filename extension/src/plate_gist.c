/*
 * plate_gist.c
 *		GiST over marks, for exclusion constraints: one mark, one vehicle at a
 *		time.
 *
 * A key is a platerange, so that the server's own functions for ranges unite,
 * weigh and split pages; here is what they do not know.
 */
#include "regcar.h"

#include "access/gist.h"
#include "access/stratnum.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

static TypeCacheEntry *
platerange_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = lookup_type_cache(regcar_type("platerange"),
													 TYPECACHE_RANGE_INFO);
	return fcinfo->flinfo->fn_extra;
}

/* plate_gist_compress(internal) -> internal: a mark as the range of just it */
PG_FUNCTION_INFO_V1(regcar_plate_gist_compress);
Datum
regcar_plate_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result;
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = true};

	if (!entry->leafkey)
		PG_RETURN_POINTER(entry);
	lower.val = upper.val = entry->key;
	result = palloc(sizeof(GISTENTRY));
	gistentryinit(*result,
				  RangeTypePGetDatum(make_range_compat(platerange_cache(fcinfo),
													   &lower, &upper)),
				  entry->rel, entry->page, entry->offset, false);
	PG_RETURN_POINTER(result);
}

/* plate_gist_fetch(internal) -> internal: the mark back, for index-only scans */
PG_FUNCTION_INFO_V1(regcar_plate_gist_fetch);
Datum
regcar_plate_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(platerange_cache(fcinfo),
					  DatumGetRangeTypeP(entry->key), &lower, &upper, &empty);
	gistentryinit(*result, lower.val, entry->rel, entry->page, entry->offset,
				  false);
	PG_RETURN_POINTER(result);
}

/* plate_gist_consistent(internal, plate, smallint, oid, internal) -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_gist_consistent);
Datum
regcar_plate_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	int64		query = PG_GETARG_PLATE(1);
	StrategyNumber strategy = (StrategyNumber) PG_GETARG_UINT16(2);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	int64		first;
	int64		last;

	*recheck = false;
	range_deserialize(platerange_cache(fcinfo),
					  DatumGetRangeTypeP(entry->key), &lower, &upper, &empty);
	/* of a page, what may be there: a bound more does no harm */
	first = DatumGetPlate(lower.val);
	last = GIST_LEAF(entry) ? first : DatumGetPlate(upper.val);

	switch (strategy)
	{
		case RTEqualStrategyNumber:
			PG_RETURN_BOOL(first <= query && query <= last);
		case RTLessStrategyNumber:
			PG_RETURN_BOOL(first < query);
		case RTLessEqualStrategyNumber:
			PG_RETURN_BOOL(first <= query);
		case RTGreaterStrategyNumber:
			PG_RETURN_BOOL(last > query);
		case RTGreaterEqualStrategyNumber:
			PG_RETURN_BOOL(last >= query);
		default:
			elog(ERROR, "unknown strategy number %d", strategy);
	}
	PG_RETURN_BOOL(false);
}
