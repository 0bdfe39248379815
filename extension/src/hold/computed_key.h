/*
 * computed_key.h
 *		Keys of scopes that are computed rather than read from a column.
 *
 * All but the role are computed from the mark.  Their values are small numbers,
 * so that a row costs no text.
 */
#ifndef REGCAR_COMPUTED_KEY_H
#define REGCAR_COMPUTED_KEY_H

#include "postgres.h"

typedef enum ComputedKey
{
	COMPUTED_NONE,
	COMPUTED_SERIES,
	COMPUTED_FORMAT,
	COMPUTED_REGION,
	COMPUTED_TAG,
	COMPUTED_ROLE				/* that is logged in: a name, not a number */
} ComputedKey;

#define NO_COMPUTED_VALUE	(-1)	/* the mark is known to have none */
#define UNKNOWN_VALUE		0

/* The computed key of a name; COMPUTED_NONE if that is a column's. */
extern ComputedKey computed_key(const char *name);

/* May a guard map a column to the key, which then is not computed? */
extern bool computed_key_may_be_column(ComputedKey key);

/* Have its values an order, so that a scope may name a bound? */
extern bool computed_key_has_order(ComputedKey key);

/* The number of a value that a scope names; UNKNOWN_VALUE if there is none. */
extern int	computed_value_number(ComputedKey key, const char *text);

/*
 * A sentence about a value that there is not, palloc'd; NULL for one that
 * there is, and for all values of a key that may be a column.
 */
extern char *computed_value_problem(ComputedKey key, const char *text);

/* What a mark has under the key, or one of the two numbers above. */
extern int	computed_value_of_mark(ComputedKey key, int64 plate);

/* The text of a number that a mark has under the key, palloc'd. */
extern char *computed_value_text(ComputedKey key, int number);

#endif							/* REGCAR_COMPUTED_KEY_H */
