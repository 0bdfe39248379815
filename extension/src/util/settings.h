/*
 * settings.h
 *		Settings that are pinned for a while.
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
 * Give settings these values until settings_unpin().  Calls may nest.  An
 * error undoes them with its (sub)transaction.
 */
extern int	settings_pin(const Setting *settings, int count);

/* This also undoes whatever else was set since then. */
extern void settings_unpin(int level);

#endif							/* REGCAR_SETTINGS_H */
