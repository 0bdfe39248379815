/*
 * partition_predicate.h
 *		Partial indexes on the marks of partitions.
 *
 * Where the mark is a partition key, mark <@ series and plate_in_block()
 * become comparisons (partition_key.h).  An index of a partition whose
 * predicate is such a condition has to suit the comparisons too.
 */
#ifndef REGCAR_PARTITION_PREDICATE_H
#define REGCAR_PARTITION_PREDICATE_H

#include "nodes/pathnodes.h"

/* Complete the predicates of the indexes of a partition. */
extern void complete_predicates(PlannerInfo *root, RelOptInfo *rel);

#endif							/* REGCAR_PARTITION_PREDICATE_H */
