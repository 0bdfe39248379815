/*
 * row_limit.h
 *		How large a registration may be that is set aside.
 */
#ifndef REGCAR_ROW_LIMIT_H
#define REGCAR_ROW_LIMIT_H

#include "postgres.h"

#include "utils/relcache.h"

/* The setting regcar.queue_row_limit, in bytes. */
extern int	queue_row_limit;

/*
 * Raise RH001: what is too large to be set aside is refused, because the hold,
 * whose description this is, stops it all the same.
 */
extern void row_limit_error(Relation rel, const char *hold);

/*
 * The beginning of a value of a row that is too large, and the value's length.
 */
extern char *row_limit_beginning(const char *value, int bytes);

/* Call once, when the module is loaded. */
extern void row_limit_init(void);

#endif							/* REGCAR_ROW_LIMIT_H */
