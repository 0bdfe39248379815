/*
 * plate_typanalyze.c
 *		What ANALYZE stores about a column of marks: what it stores about any
 *		ordered type, the shares of the series, and those of the classes.
 */
#include "regcar.h"

#include "planner/class_stats.h"
#include "planner/series_stats.h"

/* What the server's own analysis of a scalar type wants passed on. */
typedef struct ScalarAnalysis
{
	AnalyzeAttrComputeStatsFunc compute;
	void	   *data;
} ScalarAnalysis;

static void
compute_plate_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch,
					int samplerows, double totalrows)
{
	ScalarAnalysis *scalar = stats->extra_data;

	stats->extra_data = scalar->data;
	scalar->compute(stats, fetch, samplerows, totalrows);
	stats->extra_data = scalar;
	if (!stats->stats_valid)
		return;
	store_series_shares(stats, fetch, samplerows, totalrows);
	store_class_shares(stats, fetch, samplerows, totalrows);
}

/* plate_typanalyze(internal) -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_typanalyze);
Datum
regcar_plate_typanalyze(PG_FUNCTION_ARGS)
{
	VacAttrStats *stats = (VacAttrStats *) PG_GETARG_POINTER(0);
	ScalarAnalysis *scalar;

	if (!std_typanalyze(stats))
		PG_RETURN_BOOL(false);
	scalar = palloc(sizeof(ScalarAnalysis));
	scalar->compute = stats->compute_stats;
	scalar->data = stats->extra_data;
	stats->compute_stats = compute_plate_stats;
	stats->extra_data = scalar;
	PG_RETURN_BOOL(true);
}
