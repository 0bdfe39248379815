/*
 * scope.h
 *		What a hold or an exemption covers.
 *
 * A scope is a JSON object: all its keys must match, a value is a scalar or a
 * list of alternatives, {} matches every row.  Values are compared as text.
 */
#ifndef REGCAR_SCOPE_H
#define REGCAR_SCOPE_H

#include "postgres.h"

#include "utils/jsonb.h"

typedef struct ScopeText
{
	const char *text;
	int			len;
} ScopeText;

static inline bool
same_scope_text(const ScopeText *a, const ScopeText *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* What a row has under a key. */
typedef struct KeyValue
{
	enum
	{
		KEY_UNREAD,				/* nobody has looked yet */
		KEY_TEXT,
		KEY_NONE,				/* known to have none: an undated mark's series */
		KEY_UNKNOWN				/* NULL, or the table cannot answer */
	}			state;
	ScopeText	text;
} KeyValue;

/* Keys that some scope of a set has; a key's number is its place. */
typedef struct ScopeKeys
{
	int			count;
	int			room;
	char	  **name;
} ScopeKeys;

typedef struct ScopeTerm
{
	int			key;
	int			count;
	ScopeText  *value;			/* alternatives, sorted */
} ScopeTerm;

typedef struct Scope
{
	int			terms;
	ScopeTerm  *term;
	bool		unreadable;		/* no scope: nobody but a superuser can have
								 * written it */
} Scope;

/* A row that scopes are asked about; value() answers for one key. */
typedef struct ScopeRow
{
	const KeyValue *(*value) (struct ScopeRow *row, int key);
} ScopeRow;

/* Keys that are computed from the mark rather than read from a column. */
typedef enum ComputedKey
{
	COMPUTED_NONE,
	COMPUTED_SERIES,
	COMPUTED_FORMAT,
	COMPUTED_REGION
} ComputedKey;

extern ComputedKey computed_key(const char *name);

/*
 * Read a scope into the current memory context.  False, with a sentence in
 * problem, where it is none; then scope->unreadable is set.
 */
extern bool scope_read(Jsonb *json, ScopeKeys *keys, Scope *scope,
					   char **problem);

/* Has it a key that is a column? */
extern bool scope_has_column(const Scope *scope, const ScopeKeys *keys);

/* Does it match?  What is unknown matches or not, as the caller says. */
extern bool scope_matches(const Scope *scope, ScopeRow *row,
						  bool unknown_matches);

#endif							/* REGCAR_SCOPE_H */
