/*
 * replicas.c
 *		Which standbys there should be.
 */
#include "regcar.h"

#include "catalog/pg_type_d.h"
#include "replication/syncrep.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* sync_standby_names() -> text[]: the names in synchronous_standby_names */
PG_FUNCTION_INFO_V1(regcar_sync_standby_names);
Datum
regcar_sync_standby_names(PG_FUNCTION_ARGS)
{
	int			count = SyncRepConfig != NULL ? SyncRepConfig->nmembers : 0;
	Datum	   *names = palloc((count + 1) * sizeof(Datum));
	const char *name = count > 0 ? SyncRepConfig->member_names : NULL;

	for (int i = 0; i < count; i++)
	{
		names[i] = CStringGetTextDatum(name);
		name += strlen(name) + 1;
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(names, count, TEXTOID, -1, false,
										  TYPALIGN_INT));
}
