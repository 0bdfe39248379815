/*
 * nearest.h
 *		The marks nearest to what was read, for a search through an index.
 *
 * Pure C.  An index has intervals of marks, and a search takes the nearest of
 * them first; so it must be known how near the marks of an interval may be.
 */
#ifndef REGCAR_NEAREST_H
#define REGCAR_NEAREST_H

#include "core/rest_distance.h"
#include "core/series.h"

/* A text, and what a search has found out of it. */
typedef struct Nearest
{
	ReadText	text;
	/* the beginning that was looked at last, and what its beginnings cost */
	int			length;
	uint8_t		code[PLATE_MAX_COMPACT];
	DistanceColumn column[PLATE_MAX_COMPACT + 1];
	/* by outline: how near any mark may be that begins with some characters */
	RestDistance rest[MAX_OUTLINES];
	/* how near a mark of a format in a series may be; -1 if not known yet */
	int16_t		segment[SERIES_LAST + 1][PLATE_FORMATS + 1];
} Nearest;

/* Begin, once the text is in its place. */
extern void nearest_start(Nearest *nearest);

/*
 * The distance of a mark.  The same as mark_distance(), but quicker for marks
 * that begin as the last one did.
 */
extern int	nearest_mark(Nearest *nearest, int64_t plate);

/* No mark from one to another is nearer than this. */
extern int	nearest_between(Nearest *nearest, int64_t first, int64_t last);

#endif							/* REGCAR_NEAREST_H */
