/*
 * lasting_row.h
 *		Rows that stay, whatever becomes of the transaction that writes them.
 *
 * They are written to their page as bloom writes its index: by generic WAL
 * records, which crash recovery and standbys of every server replay.  A row is
 * frozen from the start, so it is visible at once and to every snapshot, and
 * there is no transaction whose rollback could take it back: none is even
 * assigned.  VACUUM, amcheck, pg_dump and CLUSTER know such rows from databases
 * of any age.
 *
 * For tables without an index: a scan that checks one may meet a row that came
 * after it had read the index.
 */
#ifndef REGCAR_LASTING_ROW_H
#define REGCAR_LASTING_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/relcache.h"

/*
 * Insert a row that is small enough for a page, and say where it is.  At the
 * end, rows stay in order of time, except those of sessions that have a page
 * from earlier; else they take what space VACUUM found.  The caller has locked
 * the table ROW EXCLUSIVE.
 */
extern void lasting_row_insert(Relation rel, HeapTuple tuple, bool at_end,
							   ItemPointer tid);

/*
 * Change a row in place: change() gets its columns, as they lie on the page, and
 * may write to those of fixed width.  Nobody else changes a row of that page
 * meanwhile.  False if there is no lasting row at that place, which lies within
 * the table, or change() says that it has not changed this one.
 */
extern bool lasting_row_change(Relation rel, ItemPointer tid,
							   bool (*change) (char *columns, void *arg),
							   void *arg);

/*
 * Have the WAL writer flush what was written, which a transaction without a
 * number leaves to whoever flushes some next; once, after the last of several
 * rows.  As long as it was told within its own delay, it is not told again,
 * because that is half of what a row costs.
 */
extern void lasting_rows_tell(void);

#endif							/* REGCAR_LASTING_ROW_H */
