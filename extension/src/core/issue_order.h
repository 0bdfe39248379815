/*
 * issue_order.h
 *		All marks of all formats and series as one sequence, in order of
 *		issue.
 *
 * Pure C.  The marks between two marks are counted by subtraction, even
 * across series and formats.
 */
#ifndef REGCAR_ISSUE_ORDER_H
#define REGCAR_ISSUE_ORDER_H

#include "core/plate.h"

/*
 * core_compile() runs this; false if there are too many formats and series.
 */
extern bool issue_order_compile(void);

/* The number of all marks. */
extern int64_t issue_order_size(void);

/* The number of marks that come before this one. */
extern int64_t plate_position(int64_t plate);

/* The mark that has so many before it; -1 after the last. */
extern int64_t plate_at_position(int64_t position);

/* The mark after another; -1 after the last. */
extern int64_t issue_order_next(int64_t plate);

/*
 * Neighbours in the same format and series; -1 at the ends, and for an
 * irregular mark, which was given out by itself.
 */
extern int64_t plate_after(int64_t plate);
extern int64_t plate_before(int64_t plate);

/*
 * The number of marks of a block between two positions: all but the irregular
 * ones, each of which was given out by itself.
 */
extern int64_t regular_marks(int64_t position, int64_t end);

/*
 * The first position, from another one on, that does not belong to an
 * irregular mark.
 */
extern int64_t regular_position(int64_t position);

/*
 * The mark that a block ends before, if this is its last mark.  The block of
 * the last mark of a format leaves out the irregular marks after it.
 */
extern int64_t block_end(int64_t plate);

/*
 * The same for positions: leave the irregular marks out, if a block ends
 * after them.
 */
extern int64_t trimmed_end(int64_t position, int64_t end);

/* The first and the last mark of a series. */
extern int64_t series_first_plate(int series);
extern int64_t series_last_plate(int series);

#endif							/* REGCAR_ISSUE_ORDER_H */
