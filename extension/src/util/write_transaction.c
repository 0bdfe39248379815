/*
 * write_transaction.c
 *		A transaction for what a procedure writes.
 */
#include "regcar.h"
#include "util/write_transaction.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "executor/spi.h"
#include "utils/guc.h"

/* Until the transaction ends, as SET LOCAL does. */
static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
}

void
write_transaction(const char *procedure)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot execute %s() on a standby", procedure),
				 errhint("CALL it on the primary, whose holds this server has too.")));
	if (IsolationUsesXactSnapshot() || XactReadOnly)
	{
		/* both can be set only before the first snapshot */
		SPI_commit();
		set_local("transaction_isolation", "read committed");
		set_local("transaction_read_only", "off");
	}
	set_local("synchronous_commit", "local");
}

/* commit_locally(): for a function that no procedure calls */
PG_FUNCTION_INFO_V1(regcar_commit_locally);
Datum
regcar_commit_locally(PG_FUNCTION_ARGS)
{
	/* in a block, what else it does waits as its user wants */
	if (!IsTransactionBlock())
		set_local("synchronous_commit", "local");
	PG_RETURN_VOID();
}
