/*
 * segment.h
 *		What one format has in one series.
 *
 * Pure C.  Segments follow one another in the order of issue.  A segment is
 * searched outline by outline (fixed_layout.h), of each either all marks or
 * those up to a mark, or from it on.
 */
#ifndef REGCAR_SEGMENT_H
#define REGCAR_SEGMENT_H

#include "core/fixed_layout.h"

/* A mark taken apart. */
typedef struct MarkParts
{
	const Outline *outline;
	uint8_t		code[PLATE_MAX_COMPACT];
} MarkParts;

extern MarkParts take_apart(int64_t plate);

/*
 * The marks of an outline that are not before a mark (going down: not after
 * it): those whose first so many characters are not before its own.
 */
typedef struct Bound
{
	uint8_t		code[PLATE_MAX_COMPACT];
	int			length;
	bool		strict;			/* they must not be the same either */
} Bound;

/* For an outline of the mark's own format, in the mark's own series. */
extern Bound outline_bound(const Outline *outline, const MarkParts *mark,
						   bool down);

/* The next segment, step 1 or -1 away; false after the last. */
extern bool next_segment(int *series, int *format, int step);

#endif							/* REGCAR_SEGMENT_H */
