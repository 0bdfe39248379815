/*
 * seen_values.h
 *		The values that rows were seen to have, and the nearest to a text.
 */
#ifndef REGCAR_SEEN_VALUES_H
#define REGCAR_SEEN_VALUES_H

#include "postgres.h"

#include "datatype/timestamp.h"

typedef struct SeenValues SeenValues;

/* In the current memory context. */
extern SeenValues *seen_values_make(void);

/* So many rows have the value; too long ones, and too many, are left out. */
extern void seen_values_add(SeenValues *seen, const char *text, int64 rows);

/* The same by an estimate, which counts where no row was seen to have it. */
extern void seen_values_estimate(SeenValues *seen, const char *text,
								 int64 rows);

/*
 * The value with the fewest characters to change, not counting case; of those,
 * the one that most rows have.  Of those that can be compared until a deadline.
 * NULL if there is none.
 */
extern const char *seen_values_nearest(SeenValues *seen, const char *text,
									   TimestampTz deadline, int64 *rows);

#endif							/* REGCAR_SEEN_VALUES_H */
