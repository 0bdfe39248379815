/*
 * module.c
 *		Loading: the tables of the C core, and the one registration of each
 *		callback.
 */
#include "regcar.h"

#include "core/core.h"
#include "guard/commit_gate.h"
#include "hold/hold_cache.h"
#include "hold/listeners.h"
#include "planner/property_stats.h"
#include "planner/table_hook.h"
#include "queue/row_limit.h"
#include "queue/submitter.h"
#include "util/extension_catalog.h"

REGCAR_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	static bool compiled = false;

	/* a load that ran out of memory further down is tried again */
	if (!compiled)
	{
		if (!core_compile())
			elog(ERROR, "the grammar of marks outgrew its tables");
		compiled = true;
	}
	extension_catalog_init();
	hold_cache_init();
	gate_init();
	listeners_init();
	row_limit_init();
	submitter_init();
	property_stats_init();
	table_hook_init();
}
