/*
 * listeners.h
 *		Telling those who LISTEN to "regcar".
 */
#ifndef REGCAR_LISTENERS_H
#define REGCAR_LISTENERS_H

#include "postgres.h"

/*
 * At COMMIT, as NOTIFY does.  A queue of notifications that is filling up, or
 * that another COMMIT does not let go, makes it a WARNING instead.
 */
extern void tell_listeners(const char *payload);

/* After gate_init(): what was called last comes first, and may wait a second. */
extern void listeners_init(void);

#endif							/* REGCAR_LISTENERS_H */
