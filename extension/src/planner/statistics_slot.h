/*
 * statistics_slot.h
 *		Slots of pg_statistic that the server leaves free.
 *
 * The numbers of our kinds are from the range for public use, but are not
 * registered, so the type of the values is checked too.
 */
#ifndef REGCAR_STATISTICS_SLOT_H
#define REGCAR_STATISTICS_SLOT_H

#include "commands/vacuum.h"

#define STATISTIC_KIND_SERIES 7563	/* series_stats.c */
#define STATISTIC_KIND_CLASSES 7564 /* class_stats.c */

/* The first free slot of a column that is being analyzed, or -1. */
static inline int
free_statistics_slot(const VacAttrStats *stats)
{
	for (int slot = 0; slot < STATISTIC_NUM_SLOTS; slot++)
		if (stats->stakind[slot] == 0)
			return slot;
	return -1;
}

/*
 * The share to assume of a value that is not in the sample: half a row of it.
 * In a whole table there is none.
 */
static inline double
share_of_unseen(int samplerows, double totalrows)
{
	return samplerows < totalrows ? 0.5 / samplerows : 0;
}

#endif							/* REGCAR_STATISTICS_SLOT_H */
