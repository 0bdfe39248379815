/*
 * submitter.c
 *		Acting as the role that submitted a row.
 *
 * We act in a security-restricted operation, so that a trigger of the table
 * has no more rights than it would have had.  Settings that it changes are
 * undone after each row.
 */
#include "regcar.h"
#include "queue/submitter.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "queue/enqueue.h"
#include "util/settings.h"

static object_access_hook_type next_hook;

/* Was this type created in the temporary schema? */
static bool
is_temporary(Oid type)
{
	Relation	types = table_open(TypeRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result;

	ScanKeyInit(&key, Anum_pg_type_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(type));
	scan = systable_beginscan(types, TypeOidIndexId, true, SnapshotSelf, 1, &key);
	tuple = systable_getnext(scan);
	result = HeapTupleIsValid(tuple) &&
		isTempNamespace(((Form_pg_type) GETSTRUCT(tuple))->typnamespace);
	systable_endscan(scan);
	table_close(types, AccessShareLock);
	return result;
}

/*
 * The temporary schema belongs to the session, and so to the operator, and
 * names are looked up there first.  A security-restricted operation can
 * create no table in it, but older minor releases of the server let it create
 * types.
 */
static void
on_access(ObjectAccessType access, Oid class, Oid object, int part, void *arg)
{
	if (next_hook != NULL)
		next_hook(access, class, object, part, arg);
	if (access == OAT_POST_CREATE && class == TypeRelationId &&
		queue_is_releasing() && InSecurityRestrictedOperation() &&
		is_temporary(object))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot create temporary type within security-restricted operation")));
}

void
submitter_init(void)
{
	next_hook = object_access_hook;
	object_access_hook = on_access;
}

void
submitter_begin(Submitter *submitter)
{
	memset(submitter, 0, sizeof(*submitter));
	GetUserIdAndSecContext(&submitter->user, &submitter->context);
}

/*
 * Rows of a role come in runs, so its search_path stays until the next role.
 */
static void
set_search_path(Submitter *submitter, const char *search_path)
{
	const Setting settings[] = {
		{"search_path", search_path},
		{"row_security", "on"},
	};

	if (submitter->search_path != NULL)
	{
		if (strcmp(submitter->search_path, search_path) == 0)
			return;
		settings_unpin(submitter->path_settings);
	}
	submitter->path_settings = settings_pin(settings, lengthof(settings));
	submitter->search_path = search_path;
}

void
submitter_act(Submitter *submitter, Oid role, const char *search_path)
{
	set_search_path(submitter, search_path);
	submitter->act_settings = settings_pin(NULL, 0);
	SetUserIdAndSecContext(role, submitter->context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
}

void
submitter_rest(Submitter *submitter)
{
	settings_unpin(submitter->act_settings);
	SetUserIdAndSecContext(submitter->user, submitter->context);
}

void
submitter_end(Submitter *submitter)
{
	if (submitter->search_path != NULL)
		settings_unpin(submitter->path_settings);
	submitter->search_path = NULL;
}
