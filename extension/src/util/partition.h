/*
 * partition.h
 *		The table that a partition belongs to.
 */
#ifndef REGCAR_PARTITION_H
#define REGCAR_PARTITION_H

#include "postgres.h"

/*
 * The whole table of a partition; the table itself if it is none.  While
 * DETACH CONCURRENTLY is pending, a partition still belongs to its table for
 * transactions that began before, so it does here.
 */
extern Oid	partition_root(Oid relid);

/* Is a detach of the partition, or of one above it, pending? */
extern bool partition_is_detaching(Oid relid);

#endif							/* REGCAR_PARTITION_H */
