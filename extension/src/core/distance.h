/*
 * distance.h
 *		How far what was read is from a mark.
 *
 * Pure C.  The least cost of the mistakes (confusion.h) that make the text of
 * a mark: characters replaced, exchanged with a neighbour, too many or missing.
 * A character that was exchanged is not changed again (optimal string
 * alignment).  Only the text that was read has zeros in front dropped, so
 * that the distance is symmetric but for these.
 */
#ifndef REGCAR_DISTANCE_H
#define REGCAR_DISTANCE_H

#include "core/read_text.h"

/*
 * Of a mark its characters up to some position: what it costs to have read so
 * many characters of the text for them.
 */
typedef struct DistanceColumn
{
	int16_t		cost[MAX_READ_TEXT + 1];
} DistanceColumn;

/* The column of no character. */
extern void distance_first(const ReadText *text, DistanceColumn *column);

/*
 * The column behind a character that is one of a set.  With before[0] the
 * column in front of it, before[-1] the one in front of that, and before_set
 * the character between; for the first character before_set is 0, and there
 * is no before[-1].  The costs are exact for sets of one; otherwise no text
 * that is made of the sets costs less.
 */
extern void distance_next(const ReadText *text, const DistanceColumn *before,
						  CodeSet before_set, CodeSet set,
						  DistanceColumn *column);

/* The distance once all characters of a mark have their columns. */
static inline int
distance_of(const ReadText *text, const DistanceColumn *column)
{
	return column->cost[text->len] + text->strays * COST_STRAY;
}

/* The least distance of a text that has at each position one of a set. */
extern int	sets_distance(const ReadText *text, const CodeSet *set, int length);

/* The distance of a mark. */
extern int	mark_distance(const ReadText *text, int64_t plate);

#endif							/* REGCAR_DISTANCE_H */
