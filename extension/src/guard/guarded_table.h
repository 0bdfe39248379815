/*
 * guarded_table.h
 *		A table that a command concerns, and its guard.
 */
#ifndef REGCAR_GUARDED_TABLE_H
#define REGCAR_GUARDED_TABLE_H

#include "hold/guard_row.h"
#include "utils/relcache.h"

/*
 * Open a table that a command changed, with its guard; NULL if it is gone or
 * has no guard.  The caller closes it, with AccessShareLock.
 */
extern Relation open_guarded(Oid relid, Guard **guard);

/* Is the table guarded as a whole or as a partition? */
extern bool is_guarded(Oid relid);

/* Do the guard's settings name the column? */
extern bool guard_names_column(const Guard *guard, const char *column);

#endif							/* REGCAR_GUARDED_TABLE_H */
