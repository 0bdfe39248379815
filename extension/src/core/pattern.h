/*
 * pattern.h
 *		Partial marks: as much of a mark as a witness or a camera has seen.
 *
 * Pure C.  A pattern is read without spaces, in either case.  Letters and
 * digits stand for themselves, ? and _ for one character, * and % for any
 * number of characters, including none.  It is compared with the compact form
 * of a mark.
 */
#ifndef REGCAR_PATTERN_H
#define REGCAR_PATTERN_H

#include "core/fixed_layout.h"

/*
 * How far a mark has come through a pattern, for all ways of reading it at
 * once: bit n is set if n elements, that is letters, digits or ?, can take
 * the characters so far.
 */
typedef uint16_t Reached;

#define ANY_CODE		(~UINT64_C(0))

typedef struct PlatePattern
{
	int			elements;
	CodeSet		element[PLATE_MAX_COMPACT]; /* what each takes */
	Reached		takes[CODES];	/* elements that take this character */
	Reached		any;			/* all elements */
	Reached		stars;			/* elements with a star before them */
	Reached		end;			/* all elements; 0 in a pattern with more
								 * of them than a mark has characters */
} PlatePattern;

#define PATTERN_START	((Reached) 1)

/*
 * Read len bytes.  False if a byte cannot be in a pattern; then *bad is its
 * offset.  Any other text is a pattern.  One without elements and stars, or
 * with more than eight elements, matches nothing.
 */
extern bool pattern_compile(PlatePattern *pattern, const char *text,
							size_t len, size_t *bad);

/* Does a mark match? */
extern bool pattern_matches(const PlatePattern *pattern, int64_t plate);

/* One character further. */
static inline Reached
pattern_step(const PlatePattern *pattern, Reached reached, uint8_t code)
{
	return (Reached) ((reached & pattern->takes[code]) << 1) |
		(reached & pattern->stars);
}

#endif							/* REGCAR_PATTERN_H */
