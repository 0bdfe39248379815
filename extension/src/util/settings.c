/*
 * settings.c
 *		Settings that are pinned for a while.
 */
#include "regcar.h"
#include "util/settings.h"

#include "utils/guc.h"

int
settings_pin(const Setting *settings, int count)
{
	int			level = NewGUCNestLevel();

	for (int i = 0; i < count; i++)
		(void) set_config_option(settings[i].name, settings[i].value,
								 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
	return level;
}

void
settings_unpin(int level)
{
	AtEOXact_GUC(false, level);
}
