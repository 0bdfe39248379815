/*
 * tags.h
 *		Where a mark was first registered.
 *
 * Pure C.  A tag never tells where a vehicle is kept, and nothing on a
 * personal mark.
 */
#ifndef REGCAR_TAGS_H
#define REGCAR_TAGS_H

#include "plate.h"

extern void tags_compile(void);

/* Office, or county in Northern Ireland; NULL where no list names it. */
extern const char *plate_office_of(int64_t plate);

/* Region of a current or Northern Ireland mark; NULL elsewhere. */
extern const char *plate_region_of(int64_t plate);

/* Is there a region of this name? */
extern bool is_region(const char *name);

#endif							/* REGCAR_TAGS_H */
