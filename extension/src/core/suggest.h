/*
 * suggest.h
 *		Marks that a misread text may stand for.
 *
 * Pure C.
 */
#ifndef REGCAR_SUGGEST_H
#define REGCAR_SUGGEST_H

#include "core/plate.h"

#define MAX_SUGGESTIONS		64

typedef struct Suggestion
{
	int64_t		plate;
	int			changes;		/* sum of what its changes cost */
} Suggestion;

/*
 * The best marks that len bytes of text may be, cheapest first; how many.
 * O for 0 and I for 1, which are one drawing on a plate, cost 1; B for 8, S for
 * 5, Z for 2, G for 6, D for 0 and V for Y cost 2, and so does a character that
 * is no letter, digit or space and is left out, of which there may be eight.
 */
extern int	plate_suggest(const char *text, size_t len,
						  Suggestion found[MAX_SUGGESTIONS]);

/* Replace letters that look like figures on a plate: O by 0, I by 1. */
extern void plate_fold(char *mark, int len);

#endif							/* REGCAR_SUGGEST_H */
