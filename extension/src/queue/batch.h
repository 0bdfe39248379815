/*
 * batch.h
 *		Queued registrations that are released together.
 */
#ifndef REGCAR_BATCH_H
#define REGCAR_BATCH_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "storage/itemptr.h"

/* States of an entry: labels of the SQL enum queue_state. */
#define WAITING		"waiting"
#define RELEASED	"released"
#define FAILED		"failed"

typedef struct QueueEntry
{
	int64		id;
	Oid			target;
	char	   *target_name;	/* what the table was called */
	Datum		row;			/* jsonb */
	Oid			role;
	char	   *submitter;		/* what the role was called */
	Datum		search_path;	/* text, which may be long */
	Datum		unnamed;		/* text[], or 0: columns that the submitter
								 * had no right to name */
	bool		in_place;		/* the row waits in its table */
	Oid			relid;			/* where it is now */
	ItemPointerData tid;
	const char *state;			/* NULL: not known yet */
	char	   *outcome;		/* why, or NULL */
} QueueEntry;

typedef struct Batch
{
	int			count;
	QueueEntry *entry;
	MemoryContext memory;		/* lasts as long as the batch */
	MemoryContext chunk;		/* for a few entries; the tables are in it */
	MemoryContext per_row;
	List	   *tables;			/* of a chunk */
	List	   *plans;
	bool		waited;			/* for a lock, in vain */
} Batch;

/*
 * Settle an entry; outcome says why, or is NULL.  2000 bytes of it are kept,
 * because an error may quote a value as large as the server can hold.
 */
extern void settle_entry(Batch *batch, QueueEntry *entry, const char *state,
						 const char *outcome);

/* The same for one that raised an error. */
extern void settle_by_error(Batch *batch, QueueEntry *entry, const char *state,
							const ErrorData *error);

#endif							/* REGCAR_BATCH_H */
