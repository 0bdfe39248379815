/*
 * release_table.h
 *		A table that queued registrations are for.
 */
#ifndef REGCAR_RELEASE_TABLE_H
#define REGCAR_RELEASE_TABLE_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/jsonb.h"

#include "hold/guard_row.h"
#include "queue/batch.h"
#include "util/value_input.h"

typedef struct ReleaseColumn
{
	const char *name;
	int			name_length;
	bool		takes_value;	/* not dropped, not generated */
	ValueReader *reader;
} ReleaseColumn;

/* Lasts as long as a chunk, during which nobody can alter the table. */
typedef struct ReleaseTable
{
	Oid			relid;
	Relation	rel;			/* NULL if it was dropped */
	int			columns;		/* attributes, including dropped ones */
	ReleaseColumn *column;
	Guard	   *guard;			/* NULL if it has none */
	bool	   *named;			/* columns that plan is for */
	SPIPlanPtr	plan;			/* NULL: none yet */
} ReleaseTable;

/* A row as it will be inserted; arrays by column. */
typedef struct ReleaseRow
{
	ReleaseTable *table;
	Jsonb	   *json;			/* what is queued */
	char	   *search_path;	/* of its submitter */
	int			found;			/* columns that the entry has a value for */
	char	  **text;			/* NULL without a value, or for NULL */
	Datum	   *value;
	bool	   *isnull;
	bool	   *named;			/* is it in the INSERT? */
} ReleaseRow;

/* The table of an OID, locked; NULL if there is none. */
extern ReleaseTable *release_table(Batch *batch, Oid relid);
extern void release_tables_close(Batch *batch);

/* Does it have a column of that name that takes a value? */
extern bool release_table_takes(const ReleaseTable *table, const char *name);

/* A hold that covers the row; NULL if there is none. */
extern const Hold *release_table_hold(const ReleaseRow *row);

/* Insert a row as the current user; false if it did not go in. */
extern bool release_table_insert(Batch *batch, const ReleaseRow *row);

/* Free the plans that a batch made. */
extern void release_plans_free(Batch *batch);

#endif							/* REGCAR_RELEASE_TABLE_H */
