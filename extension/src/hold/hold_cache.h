/*
 * hold_cache.h
 *		The backend's own copy of the holds that stand.
 */
#ifndef REGCAR_HOLD_CACHE_H
#define REGCAR_HOLD_CACHE_H

#include "hold/hold.h"

/* Call once, when the module is loaded. */
extern void hold_cache_init(void);

/* The holds that stand, as of now.  The list stays until the next call. */
extern const HoldList *hold_list(void);

/*
 * What the scopes of all holds say under a key, as a type reads it; for a
 * computed key the type does not matter.  Lives as long as the list.
 */
extern const TypedKey *hold_typed_key(const HoldList *holds, int key,
									  ComputedKey computed, Oid type,
									  Oid collation);

#endif							/* REGCAR_HOLD_CACHE_H */
