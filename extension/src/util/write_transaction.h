/*
 * write_transaction.h
 *		A transaction for what a procedure writes.
 */
#ifndef REGCAR_WRITE_TRANSACTION_H
#define REGCAR_WRITE_TRANSACTION_H

#include "postgres.h"

/*
 * In a procedure that may commit: a transaction that may write, never fails
 * with 40001, and waits for no standby when it commits, whatever the session's
 * defaults are.  It is the current one where that will do, else a new one.
 * 25006 on a standby.
 */
extern void write_transaction(const char *procedure);

#endif							/* REGCAR_WRITE_TRANSACTION_H */
