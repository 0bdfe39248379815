/*
 * pattern_search.h
 *		Where in the order of issue the marks of a pattern are.
 *
 * Pure C.  Everything is computed from the grammar, format by format and
 * series by series; no mark that does not match is tried.
 */
#ifndef REGCAR_PATTERN_SEARCH_H
#define REGCAR_PATTERN_SEARCH_H

#include "core/pattern.h"

/*
 * The first and the last mark that match, of those from one mark to another;
 * or -1.
 */
extern int64_t pattern_first(const PlatePattern *pattern,
							 int64_t from, int64_t to);
extern int64_t pattern_last(const PlatePattern *pattern,
							int64_t from, int64_t to);

/*
 * The first mark that does not match, of those from one mark to another; or
 * -1.
 */
extern int64_t pattern_gap(const PlatePattern *pattern,
						   int64_t from, int64_t to);

/* The number of marks that match, of those from one mark to another. */
extern int64_t pattern_count(const PlatePattern *pattern,
							 int64_t from, int64_t to);

typedef struct MarkInterval
{
	int64_t		first;
	int64_t		last;
} MarkInterval;

/*
 * All runs of marks that match, in order; the result is their number.  If
 * there are more than max, runs that are near each other are joined, with the
 * marks between them that do not match.
 */
extern int	pattern_intervals(const PlatePattern *pattern,
							  MarkInterval *interval, int max);

#endif							/* REGCAR_PATTERN_SEARCH_H */
