/*
 * settings.h
 *		Settings of the session that hold for a while.
 */
#ifndef REGCAR_SETTINGS_H
#define REGCAR_SETTINGS_H

#include "postgres.h"

typedef struct Setting
{
	const char *name;
	const char *value;
} Setting;

/*
 * From here to settings_unpin() the settings have these values.  Calls may
 * nest.  An error undoes them with its (sub)transaction.
 */
extern int	settings_pin(const Setting *settings, int count);

/* Undoes also whatever else was set since then. */
extern void settings_unpin(int level);

#endif							/* REGCAR_SETTINGS_H */
