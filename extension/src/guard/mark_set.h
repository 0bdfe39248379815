/*
 * mark_set.h
 *		Marks that a transaction has to remember.
 */
#ifndef REGCAR_MARK_SET_H
#define REGCAR_MARK_SET_H

#include "postgres.h"

/* NULL while it is empty, and after the transaction. */
typedef struct MarkSet MarkSet;

/* A mark in one table; in any, if table is InvalidOid. */
extern void mark_set_add(MarkSet **set, int64 mark, Oid table);
extern bool mark_set_has(MarkSet *set, int64 mark, Oid table);

/* How many times something was added, twice the same counting twice. */
extern int	mark_set_size(const MarkSet *set);

/*
 * A subtransaction of this nesting has ended: what it added belongs to the
 * one around it, or is forgotten.
 */
extern void mark_set_leave(MarkSet *set, int level, bool committed);

#endif							/* REGCAR_MARK_SET_H */
