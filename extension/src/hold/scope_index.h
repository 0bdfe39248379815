/*
 * scope_index.h
 *		Many scopes, found by the values of a row.
 *
 * Each scope is filed under its key with the rarest values, so that a row
 * meets few scopes that do not match.
 */
#ifndef REGCAR_SCOPE_INDEX_H
#define REGCAR_SCOPE_INDEX_H

#include "hold/scope.h"

typedef struct ScopeIndex ScopeIndex;

/*
 * Make an index in the current memory context; the scopes must last as long.
 */
extern ScopeIndex *scope_index_make(int count, const Scope **scopes,
									int keys);

/*
 * Call found() with the number of each scope that matches, until it returns
 * true; return whether it did.
 */
extern bool scope_index_find(const ScopeIndex *index, ScopeRow *row,
							 bool unknown_matches,
							 bool (*found) (int scope, void *arg), void *arg);

#endif							/* REGCAR_SCOPE_INDEX_H */
