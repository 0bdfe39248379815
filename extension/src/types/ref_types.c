/*
 * ref_types.c
 *		Types table_ref and role_ref: the OID of a table or role, which a
 *		dump writes as its name, like regclass and regrole.
 *
 * They differ when they are read: a name that does not exist gives 0, not an
 * error.  A queue must be restorable where a role or a table is missing; and
 * a number, which a dump writes for a dropped object, would be something else
 * there.
 */
#include "regcar.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/*
 * The OID that lookup, to_regclass() or to_regrole(), finds for a name; 0 for
 * NULL.
 */
static Oid
reference(PGFunction lookup, const char *name)
{
	LOCAL_FCINFO(call, 1);
	Datum		oid;

	if (name[strspn(name, "0123456789")] == '\0' || strcmp(name, "-") == 0)
		return InvalidOid;
	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = CStringGetTextDatum(name);
	call->args[0].isnull = false;
	oid = lookup(call);
	return call->isnull ? InvalidOid : DatumGetObjectId(oid);
}

/* table_ref_in(cstring) -> table_ref */
PG_FUNCTION_INFO_V1(regcar_table_ref_in);
Datum
regcar_table_ref_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(reference(to_regclass, PG_GETARG_CSTRING(0)));
}

/* role_ref_in(cstring) -> role_ref */
PG_FUNCTION_INFO_V1(regcar_role_ref_in);
Datum
regcar_role_ref_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(reference(to_regrole, PG_GETARG_CSTRING(0)));
}
