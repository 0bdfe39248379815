/*
 * suggest.h
 *		Marks that a misread text may stand for.
 *
 * Pure C.
 */
#ifndef REGCAR_SUGGEST_H
#define REGCAR_SUGGEST_H

#include "core/read_text.h"

#define MAX_SUGGESTIONS		64

/* Most outlines of one length. */
#define MAX_SAME_LENGTH		20

typedef struct Suggestion
{
	int64_t		plate;
	int			changes;		/* its distance (distance.h) */
} Suggestion;

typedef struct Suggestions
{
	int			count;
	int			steps;			/* that the search took, which tests bound */
	Suggestion	best[MAX_SUGGESTIONS];
} Suggestions;

/*
 * The best marks that a text may be, nearest first; of equally near ones those
 * of vehicles first, then the likelier format, then the earlier mark.  Any of
 * its characters may have been confused with others (confusion.h).  Besides,
 * two neighbours may be exchanged, or one character may be missing or too many,
 * or zeros in front of one number.  There is none for a text that is no mark's:
 * with letters or digits of another script, with many stray characters, or what
 * a spreadsheet makes of something else.
 */
extern void plate_suggest(const char *utf8, size_t len, Suggestions *found);

/* Replace letters that look like figures on a plate: O by 0, I by 1. */
extern void plate_fold(char *mark, int len);

#endif							/* REGCAR_SUGGEST_H */
