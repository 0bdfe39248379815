/*
 * typed_key.h
 *		The values that scopes name under a key, as one type reads them.
 *
 * Equal is what the default equality of the type calls equal, under the
 * collation of the column: 7 and 7.0, the cases of citext, char(n) with its
 * padding.  Equal values are of one class, found by the type's own hash
 * function.  A value that the type cannot read matches every hold and no
 * exemption, as what a table cannot answer does.
 */
#ifndef REGCAR_TYPED_KEY_H
#define REGCAR_TYPED_KEY_H

#include "postgres.h"

#include "hold/scope.h"

typedef struct TypedKey TypedKey;

#define NO_CLASS	(-1)

/*
 * Read the values of a key in the current memory context: as a type, or as a
 * computed key has them, where the type does not matter.
 */
extern TypedKey *typed_key_make(const ScopeKey *key, ComputedKey computed,
								Oid type, Oid collation);

/* Is it made for this type and collation? */
extern bool typed_key_is_for(const TypedKey *typed, ComputedKey computed,
							 Oid type, Oid collation);

/* The class of the values that equal a row's; NO_CLASS if none does. */
extern int	typed_key_class(const TypedKey *typed, Datum datum);

/* Is a value, by its number, of the class? */
extern bool typed_key_has(const TypedKey *typed, int class, int value);

/* The values of a class: the first, and the next after one; -1 at the end. */
extern int	typed_key_first(const TypedKey *typed, int class);
extern int	typed_key_next(const TypedKey *typed, int value);

/* Could the type not read the value, or not compare it as its operator does? */
extern bool typed_key_unreadable(const TypedKey *typed, int value);

/* Those that are no bounds, in ascending order. */
extern int	typed_key_unreadables(const TypedKey *typed, const int **values);

/* Does a row's value keep to a bound, by its number, that could be read? */
extern bool typed_key_keeps_to(const TypedKey *typed, Datum datum, int bound);

/* Are the values two bounds that no value keeps to, both of which could be read? */
extern bool typed_key_bounds_cross(const TypedKey *typed);

/*
 * A row's value as text, palloc'd, in the same way on every server: without
 * what the type does not count, trailing zeros of a number or blanks of
 * char(n).
 */
extern char *typed_key_text(const TypedKey *typed, Datum datum);

/* Are the values of two rows equal?  No, where the type cannot say. */
extern bool typed_key_equal(const TypedKey *typed, Datum a, Datum b);

#endif							/* REGCAR_TYPED_KEY_H */
