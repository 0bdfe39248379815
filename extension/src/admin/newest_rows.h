/*
 * newest_rows.h
 *		Reading the newest rows of a table, as many as the time allows.
 */
#ifndef REGCAR_NEWEST_ROWS_H
#define REGCAR_NEWEST_ROWS_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"

typedef struct NewestRows
{
	Oid			table;			/* or partitioned table */
	bool		by_table;		/* partitions are read through it, so that its
								 * policies hold */
	const char *list;			/* what to select */
	const char *tail;			/* GROUP BY, or nothing */
	int			oldest;			/* age of the oldest transaction; -1 for any */
	TimestampTz deadline;

	/* takes a row of the result, and says whether that is enough */
	bool		(*take) (HeapTuple row, TupleDesc desc, void *arg);
	void	   *arg;
} NewestRows;

/*
 * Under a connected SPI.  From the ends of the table's files, where new rows
 * usually are, and of the newest partitions first.
 */
extern void newest_rows_read(const NewestRows *rows);

#endif							/* REGCAR_NEWEST_ROWS_H */
