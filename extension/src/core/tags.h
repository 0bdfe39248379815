/*
 * tags.h
 *		Where a mark was first registered.
 *
 * Pure C.  A tag never tells where a vehicle is kept, and nothing on a
 * personal mark.
 */
#ifndef REGCAR_TAGS_H
#define REGCAR_TAGS_H

#include "core/plate.h"

#define REGIONS		28

extern void tags_compile(void);

/*
 * Is it a current mark of a tag that INF104 keeps for another register: MN, for
 * the Isle of Man?
 */
extern bool plate_tag_is_reserved(int64_t plate);

/* Office, or county in Northern Ireland; NULL where no list names it. */
extern const char *plate_office_of(int64_t plate);

/* Region of a current or Northern Ireland mark; NULL elsewhere. */
extern const char *plate_region_of(int64_t plate);

/* The same as a number below REGIONS, 0 for NULL. */
extern int	plate_region_number(int64_t plate);
extern const char *region_name(int number);

#endif							/* REGCAR_TAGS_H */
