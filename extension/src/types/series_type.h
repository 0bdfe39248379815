/*
 * series_type.h
 *		Series as text in messages.
 */
#ifndef REGCAR_SERIES_TYPE_H
#define REGCAR_SERIES_TYPE_H

#include "regcar.h"

/* "75", "S-prefix"; palloc'd. */
extern char *series_to_cstring(int series);

#endif							/* REGCAR_SERIES_TYPE_H */
