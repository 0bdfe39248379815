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

#endif							/* REGCAR_HOLD_CACHE_H */
