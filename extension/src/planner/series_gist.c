/*
 * series_gist.c
 *		GiST over series, for exclusion constraints.
 */
#include "regcar.h"

#include "core/issue_order.h"
#include "planner/gist_key.h"
#include "util/extension_catalog.h"

/* series_gist_compress(internal) -> internal: a series as its first mark */
PG_FUNCTION_INFO_V1(regcar_series_gist_compress);
Datum
regcar_series_gist_compress(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);

	/* the type of the keys, looked up once */
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			lookup_type_cache(extension_type("platerange"),
							  TYPECACHE_RANGE_INFO);
	if (entry->leafkey)
		entry = entry_of_mark(fcinfo->flinfo->fn_extra, entry,
							  series_first_plate(DatumGetInt16(entry->key)));
	PG_RETURN_POINTER(entry);
}

/* series_gist_fetch(internal) -> internal: the series back */
PG_FUNCTION_INFO_V1(regcar_series_gist_fetch);
Datum
regcar_series_gist_fetch(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	int64		mark = key_bounds(entry->key).first;

	PG_RETURN_POINTER(entry_of_value(entry,
									 Int16GetDatum(plate_series_of(mark))));
}

/* series_gist_consistent(internal, plate_series, smallint, oid, internal) -> bool */
PG_FUNCTION_INFO_V1(regcar_series_gist_consistent);
Datum
regcar_series_gist_consistent(PG_FUNCTION_ARGS)
{
	GISTENTRY  *entry = (GISTENTRY *) PG_GETARG_POINTER(0);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(4);

	*recheck = false;
	PG_RETURN_BOOL(marks_compare(entry_marks(entry),
								 series_first_plate(PG_GETARG_SERIES(1)),
								 (StrategyNumber) PG_GETARG_UINT16(2)));
}
