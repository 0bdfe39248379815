/*
 * scope_index.h
 *		Many scopes, found by the values of a row.
 *
 * Each scope is filed under the key whose values are rarest, so that a row meets
 * few scopes that do not match.
 */
#ifndef REGCAR_SCOPE_INDEX_H
#define REGCAR_SCOPE_INDEX_H

#include "hold/scope.h"

typedef struct ScopeIndex ScopeIndex;

/* Made in the current memory context; the scopes must stay as long. */
extern ScopeIndex *scope_index_make(int count, const Scope **scopes,
									int keys);

/*
 * Call found() for each scope of the index that matches, by its number, until
 * it returns true; whether it did.
 */
extern bool scope_index_find(const ScopeIndex *index, ScopeRow *row,
							 bool unknown_matches,
							 bool (*found) (int scope, void *arg), void *arg);

#endif							/* REGCAR_SCOPE_INDEX_H */
