/*
 * scope.h
 *		What a hold or an exemption covers.
 *
 * A scope is a JSON object.  All of its keys must match; a value is a scalar
 * or a list of alternatives; {} matches every row.  Values are compared as
 * text.
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

/* What a row has for a key. */
typedef struct KeyValue
{
	enum
	{
		KEY_UNREAD,				/* not asked for yet */
		KEY_TEXT,
		KEY_NONE,				/* it is known to have none, as an undated
								 * mark has no series */
		KEY_UNKNOWN				/* NULL, or the table cannot answer */
	}			state;
	ScopeText	text;
} KeyValue;

/* The keys of a set of scopes; the number of a key is its place here. */
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
	bool		unreadable;		/* the table has something else, which only
								 * a superuser can have written */
} Scope;

/* A row that scopes are compared with; value() answers for one key. */
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
	COMPUTED_REGION,
	COMPUTED_TAG				/* unless the guard maps it to a column */
} ComputedKey;

extern ComputedKey computed_key(const char *name);

/*
 * Read a scope into the current memory context.  If the JSON is not a scope
 * the result is false, problem is a sentence that says why, and
 * scope->unreadable is set.
 */
extern bool scope_read(Jsonb *json, ScopeKeys *keys, Scope *scope,
					   char **problem);

/* Does it have a key that is a column, or may be one? */
extern bool scope_has_column(const Scope *scope, const ScopeKeys *keys);

/* Does it match?  The caller says whether an unknown value matches. */
extern bool scope_matches(const Scope *scope, ScopeRow *row,
						  bool unknown_matches);

#endif							/* REGCAR_SCOPE_H */
