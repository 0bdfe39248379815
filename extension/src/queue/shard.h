/*
 * shard.h
 *		Tables that Citus keeps in pieces, or in copies.
 */
#ifndef REGCAR_SHARD_H
#define REGCAR_SHARD_H

#include "postgres.h"

#include "utils/relcache.h"

#include "hold/hold.h"

/*
 * Why no row of this table may wait under an action; NULL if it may.  The answer
 * lives in that memory context.
 */
extern const char *why_none_waits(Relation rel, HoldAction action,
								  MemoryContext memory);

/*
 * Are the rows of this table in shards, of which the queue of another node may
 * be?  To be called within SPI.
 */
extern bool is_in_shards(Oid relid);

#endif							/* REGCAR_SHARD_H */
