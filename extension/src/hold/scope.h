/*
 * scope.h
 *		What a hold or an exemption covers.
 *
 * A scope is a JSON object: all its keys must match, {} matches every row.  A
 * value is a scalar, a list of alternatives, or an object of one or two bounds,
 * {"<=": "2025-08-31"}.  A scope has texts; what they mean for a row, the type
 * of its column says (typed_key.h).
 */
#ifndef REGCAR_SCOPE_H
#define REGCAR_SCOPE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "hold/computed_key.h"

typedef enum ScopeOperator
{
	SCOPE_EQUAL,
	SCOPE_LESS,
	SCOPE_LESS_EQUAL,
	SCOPE_GREATER_EQUAL,
	SCOPE_GREATER
} ScopeOperator;

/* A value, or a bound, that some scope names under a key. */
typedef struct ScopeValue
{
	ScopeOperator operator;
	const char *text;
} ScopeValue;

/* A key that some scope of a set has.  A value's number is its place. */
typedef struct ScopeKey
{
	char	   *name;
	ComputedKey computed;
	bool		binds;			/* a scope has it that may stop a row */
	int			count;
	int			room;
	ScopeValue *value;
} ScopeKey;

/* All of them.  A key's number is its place. */
typedef struct ScopeKeys
{
	int			count;
	int			room;
	ScopeKey   *key;
	struct value_numbers_hash *numbers;
} ScopeKeys;

/* A list of alternatives, or one bound. */
typedef struct ScopeTerm
{
	int			key;
	int			count;
	int		   *value;			/* numbers, ascending */
	bool		is_bound;
} ScopeTerm;

typedef struct Scope
{
	int			terms;
	ScopeTerm  *term;
	bool		unreadable;		/* not a scope: only a superuser can have written
								 * it */
} Scope;

/*
 * Read a scope into the current memory context.  If the JSON is not a scope
 * the result is false, problem is a sentence that says why, and
 * scope->unreadable is set.
 */
extern bool scope_read(Jsonb *json, ScopeKeys *keys, Scope *scope,
					   char **problem);

/* The number of a key, which is added where it is new. */
extern int	scope_key_number(ScopeKeys *keys, const char *name);

/* Is the key a column, or may it be one? */
extern bool scope_key_may_be_column(const ScopeKey *key);

/* Does it have a key that is a column, or may be one? */
extern bool scope_has_column(const Scope *scope, const ScopeKeys *keys);

#endif							/* REGCAR_SCOPE_H */
