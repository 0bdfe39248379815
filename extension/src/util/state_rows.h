/*
 * state_rows.h
 *		New rows of a table of the state.
 */
#ifndef REGCAR_STATE_ROWS_H
#define REGCAR_STATE_ROWS_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "utils/rel.h"

/* Put into an empty slot, as values, the row of that number, counted from 0. */
typedef void (*StateRowFill) (TupleTableSlot *slot, int number, void *arg);

/*
 * Insert so many rows into an open table.  No right is asked for, because
 * anybody who may insert into a guarded table may cause this.
 */
extern void state_rows_insert(Relation table, int count, StateRowFill fill,
							  void *arg);

#endif							/* REGCAR_STATE_ROWS_H */
