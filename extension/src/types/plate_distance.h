/*
 * plate_distance.h
 *		Distances of marks from a text, in SQL calls.
 */
#ifndef REGCAR_PLATE_DISTANCE_H
#define REGCAR_PLATE_DISTANCE_H

#include "core/nearest.h"

/* The last text of a call, read. */
typedef struct NearestCache
{
	text	   *source;			/* NULL if there is none yet */
	Nearest		nearest;
} NearestCache;

/* Read a text, or find it read; 22023 for one that is too long. */
extern Nearest *cached_nearest(NearestCache *cache, const text *source,
							   MemoryContext context);

#endif							/* REGCAR_PLATE_DISTANCE_H */
