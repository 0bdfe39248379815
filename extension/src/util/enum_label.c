/*
 * enum_label.c
 *		Labels of the extension's SQL enums, and their numbers in C.
 */
#include "regcar.h"
#include "util/enum_label.h"

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

Oid
enum_label_oid(Oid type, const char *label)
{
	Oid			oid = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
									  ObjectIdGetDatum(type),
									  CStringGetDatum(label));

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type %s has no label \"%s\"", format_type_be(type),
						label),
				 errhint("As a superuser: ALTER EXTENSION regcar UPDATE.")));
	return oid;
}

int
enum_label_number(Oid label, const char *const *names, int count)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(label));
	int			number = -1;

	if (!HeapTupleIsValid(tuple))
		return -1;
	for (int i = 0; i < count; i++)
		if (strcmp(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel),
				   names[i]) == 0)
			number = i;
	ReleaseSysCache(tuple);
	return number;
}
