/*
 * plate_pattern.h
 *		Compiled patterns of SQL calls.
 */
#ifndef REGCAR_PLATE_PATTERN_H
#define REGCAR_PLATE_PATTERN_H

#include "core/pattern.h"

/*
 * How many intervals of marks plate_intervals() returns at most.  Each costs
 * a descent of an index, some microseconds, so all of them together cost less
 * than reading a table of millions.  A mark with two unknown letters and one
 * unknown digit has 5,520.
 */
#define PATTERN_MAX_INTERVALS	10000

/* The last pattern of a call, compiled. */
typedef struct PatternCache
{
	text	   *source;			/* NULL before the first */
	PlatePattern pattern;
} PatternCache;

/*
 * Compile a pattern, unless it is the one in the cache; 22023 if it is not
 * valid.
 */
extern const PlatePattern *cached_pattern(PatternCache *cache, text *source,
										  MemoryContext context);

/*
 * Compile without an error, where that would be too early: false if it is not
 * valid.
 */
extern bool try_pattern(const text *source, PlatePattern *pattern);

#endif							/* REGCAR_PLATE_PATTERN_H */
