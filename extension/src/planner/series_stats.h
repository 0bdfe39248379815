/*
 * series_stats.h
 *		How many marks of a series a column has, for the planner.
 */
#ifndef REGCAR_SERIES_STATS_H
#define REGCAR_SERIES_STATS_H

#include "commands/vacuum.h"
#include "nodes/supportnodes.h"

/* Add the shares of the series to what ANALYZE stores about a column. */
extern void store_series_shares(VacAttrStats *stats,
								AnalyzeAttrFetchFunc fetch, int samplerows,
								double totalrows);

/* Answer for a call of the function of plate <@ plate_series. */
extern void series_selectivity(SupportRequestSelectivity *request);

#endif							/* REGCAR_SERIES_STATS_H */
