/*
 * attached_rows.h
 *		Rows that come into a guarded table all at once, with a partition or a
 *		child table, without its row triggers.
 */
#ifndef REGCAR_ATTACHED_ROWS_H
#define REGCAR_ATTACHED_ROWS_H

/*
 * A table was attached to another.  RH001 if it has a row that a hold covers;
 * a partition gets its TRUNCATE guard.
 */
extern void judge_attached(Oid parent, Oid child, bool as_partition);

/* Give a partition, and its own, the TRUNCATE guard that its parent has. */
extern void guard_truncates(Oid relid);

#endif							/* REGCAR_ATTACHED_ROWS_H */
