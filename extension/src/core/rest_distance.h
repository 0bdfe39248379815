/*
 * rest_distance.h
 *		How near a mark may be of which only the first characters are known.
 *
 * Pure C.
 */
#ifndef REGCAR_REST_DISTANCE_H
#define REGCAR_REST_DISTANCE_H

#include "core/distance.h"

/*
 * For the positions of an outline from each one on, and for what is left of a
 * text from each character on: the least cost of having read the one for the
 * other, whichever characters of their alphabets the positions have.
 */
typedef struct RestDistance
{
	int			series;			/* which the alphabets are for; -1 if none is
								 * worked out yet */
	int			length;			/* of the outline */
	CodeSet		alphabet[PLATE_MAX_COMPACT];
	int16_t		cost[PLATE_MAX_COMPACT + 1][MAX_READ_TEXT + 1];
} RestDistance;

extern void rest_distance_start(const ReadText *text, const Outline *outline,
								int series, RestDistance *rest);

/*
 * The least cost of a whole mark, given the column after its characters before
 * a position. The last of them is one of a set, and before is the column
 * without it; both are unused at the first position.
 */
extern int	rest_distance(const ReadText *text, const RestDistance *rest,
						  int pos, const DistanceColumn *column,
						  const DistanceColumn *before, CodeSet before_set);

#endif							/* REGCAR_REST_DISTANCE_H */
