/*
 * plate_pattern.h
 *		Compiled patterns of SQL calls.
 */
#ifndef REGCAR_PLATE_PATTERN_H
#define REGCAR_PLATE_PATTERN_H

#include "core/pattern.h"

/*
 * How many intervals of marks plate_intervals() returns.  Each is a descent of
 * an index, some microseconds, so that all of them take less time than to read
 * a table of millions; and a mark of which two letters and one digit are not
 * known has 5,520.
 */
#define PATTERN_MAX_INTERVALS	10000

/* The last pattern of a call, for the next row most likely has it too. */
typedef struct PatternCache
{
	text	   *source;			/* NULL if there is none yet */
	PlatePattern pattern;
} PatternCache;

/* Compile, or find it compiled; 22023 for what is no pattern. */
extern const PlatePattern *cached_pattern(PatternCache *cache, text *source,
										  MemoryContext context);

/* Compile where an error would be too early: false for what is no pattern. */
extern bool try_pattern(const text *source, PlatePattern *pattern);

#endif							/* REGCAR_PLATE_PATTERN_H */
