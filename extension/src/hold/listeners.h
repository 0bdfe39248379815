/*
 * listeners.h
 *		Telling those who LISTEN to "regcar".
 */
#ifndef REGCAR_LISTENERS_H
#define REGCAR_LISTENERS_H

#include "postgres.h"

/*
 * At COMMIT, as NOTIFY does.  A queue of notifications that is filling up makes
 * it a WARNING instead, because a full one makes the COMMIT fail.
 */
extern void tell_listeners(const char *payload);

#endif							/* REGCAR_LISTENERS_H */
