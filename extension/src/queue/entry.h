/*
 * entry.h
 *		New rows of the table queue_entry.
 */
#ifndef REGCAR_ENTRY_H
#define REGCAR_ENTRY_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/relcache.h"

/* What entries have in common that a statement makes for one table. */
typedef struct EntryOrigin
{
	Oid			submitter;
	Oid			target;
	Datum		target_name;
	Datum		submitter_name;
	Datum		login;
	Datum		address;
	bool		address_isnull;
} EntryOrigin;

typedef struct Entry
{
	int64		id;
	int64		hold;
	TimestampTz submitted_at;
	const EntryOrigin *origin;
	Datum		row;			/* jsonb; 0 if the row waits in its table, */
	Datum		keys;			/* and then a jsonb of its columns that scopes
								 * name, or 0 */
	Datum		unnamed;		/* text[], or 0: columns that the submitter
								 * had no right to name */
} Entry;

/* Of rows for a table that the current user submits; it is kept in memory. */
extern EntryOrigin *entry_origin(Relation rel, MemoryContext memory);

/* Write entries, which have not been written before. */
extern void entries_write(int count, const Entry *entry);

#endif							/* REGCAR_ENTRY_H */
