/*
 * series_stats.h
 *		How many marks of a series a column has, for the planner.
 */
#ifndef REGCAR_SERIES_STATS_H
#define REGCAR_SERIES_STATS_H

#include "nodes/supportnodes.h"

/* Answer for a call of the function of plate <@ plate_series. */
extern void series_selectivity(SupportRequestSelectivity *request);

#endif							/* REGCAR_SERIES_STATS_H */
