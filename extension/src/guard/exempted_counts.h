/*
 * exempted_counts.h
 *		How many registrations of a transaction each exemption let through.
 */
#ifndef REGCAR_EXEMPTED_COUNTS_H
#define REGCAR_EXEMPTED_COUNTS_H

#include "postgres.h"

/* One more. */
extern void exempted_counts_add(int64 exemption);

/* Write them, as the transaction is about to commit or prepare. */
extern void exempted_counts_write(void);

/*
 * A subtransaction of this nesting has ended: what it counted belongs to the
 * one around it, or is forgotten.  With 1, the transaction has.
 */
extern void exempted_counts_leave(int level, bool committed);

#endif							/* REGCAR_EXEMPTED_COUNTS_H */
