/*
 * platerange.h
 *		Blocks of marks: the SQL type platerange.
 */
#ifndef REGCAR_PLATERANGE_H
#define REGCAR_PLATERANGE_H

#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* A block as positions in order of issue, from first to before end. */
extern void block_positions(const RangeType *block, TypeCacheEntry *typcache,
							int64 *first, int64 *end);

#endif							/* REGCAR_PLATERANGE_H */
