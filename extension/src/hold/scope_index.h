/*
 * scope_index.h
 *		Many scopes, found by the values of a row.
 *
 * Each scope is filed under its key with the rarest values, so that a row
 * meets few scopes that do not match.
 */
#ifndef REGCAR_SCOPE_INDEX_H
#define REGCAR_SCOPE_INDEX_H

#include "hold/typed_key.h"

/* What a row has under a key. */
typedef struct KeyValue
{
	enum
	{
		KEY_UNREAD,				/* nobody has looked yet */
		KEY_KNOWN,
		KEY_NONE,				/* known to have none: an undated mark's series */
		KEY_UNKNOWN				/* NULL, or the table cannot answer */
	}			state;
	const TypedKey *typed;
	Datum		datum;
	int			class;			/* of the values that scopes name */
} KeyValue;

/* A row that scopes are asked about; value() answers for one key. */
typedef struct ScopeRow
{
	const KeyValue *(*value) (struct ScopeRow *row, int key);
} ScopeRow;

typedef struct ScopeIndex ScopeIndex;

/*
 * Make an index in the current memory context; the scopes must last as long.
 */
extern ScopeIndex *scope_index_make(int count, const Scope **scopes,
									const ScopeKeys *keys);

/*
 * Call found() for each scope of the index that matches, by its number, until
 * it returns true; whether it did.  What is unknown matches or not, as the
 * caller says.  A scope that lists two values which equal each other may be
 * found twice.
 */
extern bool scope_index_find(const ScopeIndex *index, ScopeRow *row,
							 bool unknown_matches,
							 bool (*found) (int scope, void *arg), void *arg);

#endif							/* REGCAR_SCOPE_INDEX_H */
