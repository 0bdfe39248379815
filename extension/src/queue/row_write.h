/*
 * row_write.h
 *		One row of a table, updated or deleted without a right to do so.
 */
#ifndef REGCAR_ROW_WRITE_H
#define REGCAR_ROW_WRITE_H

#include "postgres.h"

#include "access/htup.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

/* The row with that place, palloc'd.  The caller has locked it. */
extern HeapTuple row_read(Relation rel, ItemPointer tid);

/*
 * Set a column of a row to NULL, with all that the server does in an UPDATE of
 * that column, as the current user.  No right is asked for.  False if a trigger
 * kept the row.
 */
extern bool row_set_null(Relation rel, ItemPointer tid, AttrNumber column);

/* Likewise delete a row. */
extern bool row_delete(Relation rel, ItemPointer tid);

#endif							/* REGCAR_ROW_WRITE_H */
