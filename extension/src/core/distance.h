/*
 * distance.h
 *		How far a text that was read is from a mark.
 *
 * Pure C.  It is the least cost of the mistakes (confusion.h) that turn the
 * mark into the text: characters replaced, exchanged with a neighbour, too
 * many or missing.  A character that was exchanged is not changed again
 * (optimal string alignment).  Leading zeros are dropped only from the text,
 * so the distance is symmetric except for these.
 */
#ifndef REGCAR_DISTANCE_H
#define REGCAR_DISTANCE_H

#include "core/read_text.h"

/*
 * For the characters of a mark up to some position: the cost of having read
 * so many characters of the text for them.
 */
typedef struct DistanceColumn
{
	int16_t		cost[MAX_READ_TEXT + 1];
} DistanceColumn;

/* The column for no characters. */
extern void distance_first(const ReadText *text, DistanceColumn *column);

/*
 * The column after a character that is one of a set. before[0] is the column
 * before it, before[-1] the one before that, and before_set the character
 * between these; for the first character before_set is 0, and there is no
 * before[-1].  The costs are exact for sets of one character.  For larger
 * sets, no text made from them costs less.
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

/*
 * The least distance of any text that has one character of a set at each
 * position.
 */
extern int	sets_distance(const ReadText *text, const CodeSet *set, int length);

/* The distance of a mark. */
extern int	mark_distance(const ReadText *text, int64_t plate);

#endif							/* REGCAR_DISTANCE_H */
