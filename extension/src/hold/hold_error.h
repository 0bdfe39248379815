/*
 * hold_error.h
 *		Errors for people stopped by a hold.
 */
#ifndef REGCAR_HOLD_ERROR_H
#define REGCAR_HOLD_ERROR_H

#include "utils/relcache.h"

#include "hold/hold.h"

/* Raises RH001.  rel is the table of the row, NULL when a commit is stopped. */
extern void hold_error(const Hold *hold, Relation rel);

/* Raises 40001: a commit that is stopped, and a retry may go through. */
extern void hold_retry_error(const Hold *hold);

/* "Hold 3: reason (incident INC-1), since ...", palloc'd. */
extern char *hold_description(const Hold *hold);

#endif							/* REGCAR_HOLD_ERROR_H */
