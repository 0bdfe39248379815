/*
 * gist_key.h
 *		Keys of GiST indexes over marks and over series.
 *
 * A key is a platerange, so that the server's own functions for ranges unite,
 * weigh and split pages.  In a leaf it has one mark; a series is there as its
 * first mark.
 */
#ifndef REGCAR_GIST_KEY_H
#define REGCAR_GIST_KEY_H

#include "access/gist.h"
#include "access/stratnum.h"
#include "utils/typcache.h"

#include "core/pattern_search.h"

/* A key as its bounds. */
extern MarkInterval key_bounds(Datum key);

/*
 * First and last mark that an entry stands for.  Of a page, what may be there:
 * a bound more does no harm.
 */
extern MarkInterval entry_marks(const GISTENTRY *entry);

/* An entry with the range of just one mark as its key, palloc'd. */
extern GISTENTRY *entry_of_mark(TypeCacheEntry *platerange,
								const GISTENTRY *entry, int64 mark);

/* An entry with what was indexed, for an index-only scan, palloc'd. */
extern GISTENTRY *entry_of_value(const GISTENTRY *entry, Datum value);

/* May one of these marks be before, after or equal to another mark? */
extern bool marks_compare(MarkInterval marks, int64 mark,
						  StrategyNumber strategy);

#endif							/* REGCAR_GIST_KEY_H */
