/*
 * session.c
 *		Who is at the other end of this session.
 */
#include "regcar.h"
#include "util/session.h"

#include "fmgr.h"
#include "utils/fmgrprotos.h"

Datum
session_address(bool *isnull)
{
	LOCAL_FCINFO(call, 0);
	Datum		address;

	InitFunctionCallInfoData(*call, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(call);
	*isnull = call->isnull;
	return address;
}
