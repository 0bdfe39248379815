/*
 * release_row.h
 *		Queued registrations, on their way back.
 */
#ifndef REGCAR_RELEASE_ROW_H
#define REGCAR_RELEASE_ROW_H

#include "postgres.h"

#include "executor/spi.h"
#include "nodes/pg_list.h"

/* What becomes of an entry; labels of the SQL enum queue_state. */
#define WAITING		"waiting"
#define RELEASED	"released"
#define FAILED		"failed"

typedef struct Entry
{
	int64		id;
	Oid			target;
	char	   *target_name;	/* what the table was called */
	Datum		row;			/* jsonb */
	Oid			role;
	char	   *submitter;		/* what the role was called */
	char	   *search_path;
	Datum		unnamed;		/* text[], 0 if none: columns that the role had
								 * no right to name */
	const char *state;			/* NULL: not known yet */
	char	   *outcome;		/* why, or NULL */
} Entry;

typedef struct Batch
{
	int			count;
	Entry	   *entry;
	MemoryContext memory;		/* lasts as long as the batch */
	MemoryContext chunk;		/* for a few entries; the tables are in it */
	MemoryContext per_row;
	List	   *tables;			/* of a chunk */
	List	   *plans;
} Batch;

extern void settle(Batch *batch, Entry *entry, const char *state,
				   const char *outcome);

/*
 * Try the entries from first to before end, each as its submitter; an error is
 * the caller's to catch, who then gives up the chunk.
 */
extern void release_rows(Batch *batch, int first, int end);

#endif							/* REGCAR_RELEASE_ROW_H */
