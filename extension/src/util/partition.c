/*
 * partition.c
 *		The table that a partition belongs to.
 */
#include "regcar.h"
#include "util/partition.h"

#include "catalog/partition.h"
#include "utils/lsyscache.h"

Oid
partition_root(Oid relid)
{
	/* get_partition_ancestors() leaves out what is above a pending detach */
	while (get_rel_relispartition(relid))
		relid = get_partition_parent(relid, true);
	return relid;
}

bool
partition_is_detaching(Oid relid)
{
	return get_rel_relispartition(relid) &&
		(get_partition_ancestors(relid) == NIL ||
		 llast_oid(get_partition_ancestors(relid)) != partition_root(relid));
}
