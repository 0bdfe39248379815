/*
 * replicator.c
 *		Does a replicator write just now?
 *
 * The server knows its own workers.  Those of pglogical, and clients that apply
 * changes, set an origin instead, so that what they write is not sent back.
 */
#include "regcar.h"
#include "util/replicator.h"

#include "replication/logicalworker.h"
#include "replication/origin.h"

bool
replicates(void)
{
	return IsLogicalWorker() || session_has_origin();
}
