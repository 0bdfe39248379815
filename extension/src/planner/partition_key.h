/*
 * partition_key.h
 *		Conditions on the mark that a table is partitioned by.
 *
 * The server prunes partitions by comparisons with the key alone, and asks no
 * support function there.  So a condition that stands for two comparisons
 * becomes these before it looks.
 */
#ifndef REGCAR_PARTITION_KEY_H
#define REGCAR_PARTITION_KEY_H

#include "nodes/supportnodes.h"

/*
 * The btree operator family of a partitioned table for a condition between a
 * column and an argument that is the same for all rows.  InvalidOid if the
 * column is not a partition key, or if the argument should not be evaluated
 * twice.
 */
extern Oid	partition_key_family(PlannerInfo *root, Node *column,
								 Node *argument);

#endif							/* REGCAR_PARTITION_KEY_H */
