/*
 * issue_order.h
 *		All marks of all formats and series as one sequence, in order of issue.
 *
 * Pure C.  What lies between two marks is counted by subtraction, even across
 * series and formats.
 */
#ifndef REGCAR_ISSUE_ORDER_H
#define REGCAR_ISSUE_ORDER_H

#include "core/plate.h"

/* core_compile() runs it; false if there are too many formats and series. */
extern bool sequence_compile(void);

/* How many marks there are. */
extern int64_t sequence_size(void);

/* How many marks come before one. */
extern int64_t plate_position(int64_t plate);

/* The mark with so many before it; -1 beyond the last. */
extern int64_t plate_at_position(int64_t position);

/* The mark behind another; -1 behind the last. */
extern int64_t sequence_next(int64_t plate);

/*
 * Neighbours in the same format and series; -1 at its ends, and for an irregular
 * mark, which was given out by itself.
 */
extern int64_t plate_after(int64_t plate);
extern int64_t plate_before(int64_t plate);

/*
 * How many marks of a block there are between two positions: all but the
 * irregular ones, each of which was given out by itself.
 */
extern int64_t regular_marks(int64_t position, int64_t end);

/* The first position from another on that is not an irregular mark's. */
extern int64_t regular_position(int64_t position);

/*
 * What a block that ends with a mark ends before.  The block of the last mark
 * of a format leaves the irregular marks behind it out.
 */
extern int64_t block_end(int64_t plate);

/* The same as positions: leave them out where a block ends behind them. */
extern int64_t trimmed_end(int64_t position, int64_t end);

/* First and last mark of a series. */
extern int64_t series_first_plate(int series);
extern int64_t series_last_plate(int series);

#endif							/* REGCAR_ISSUE_ORDER_H */
