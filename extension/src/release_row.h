/*
 * release_row.h
 *		One queued registration, on its way back.
 */
#ifndef REGCAR_RELEASE_ROW_H
#define REGCAR_RELEASE_ROW_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/jsonb.h"

/* What becomes of an entry; labels of the SQL enum queue_state. */
#define WAITING		"waiting"
#define RELEASED	"released"
#define FAILED		"failed"

typedef struct Entry
{
	int64		id;
	Oid			target;
	Jsonb	   *row;
	Oid			role;
	char	   *submitter;		/* what the role was called */
	char	   *search_path;
	const char *state;
	char	   *outcome;		/* why, or NULL */
} Entry;

typedef struct Batch
{
	int			count;
	Entry	   *entry;
	MemoryContext memory;		/* lasts as long as the batch */
	MemoryContext per_row;
	char	   *sql;			/* the statement that was prepared last */
	SPIPlanPtr	plan;
} Batch;

extern void settle(Batch *batch, Entry *entry, const char *state,
				   const char *outcome);

/* Try one entry, as its submitter; an error is the caller's to catch. */
extern void release_entry(Batch *batch, Entry *entry);

#endif							/* REGCAR_RELEASE_ROW_H */
