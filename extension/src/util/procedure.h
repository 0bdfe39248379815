/*
 * procedure.h
 *		What procedures that commit share.
 */
#ifndef REGCAR_PROCEDURE_H
#define REGCAR_PROCEDURE_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "fmgr.h"

/* Was this called by CALL, where it may commit? */
extern bool may_commit(FunctionCallInfo fcinfo);

/* Raise 25001 where it may not commit; the DETAIL says why it would. */
extern void require_may_commit(FunctionCallInfo fcinfo, const char *detail);

/* The argument that says how long to wait; 22023 for NULL. */
extern Interval wait_argument(FunctionCallInfo fcinfo, int number);

#endif							/* REGCAR_PROCEDURE_H */
