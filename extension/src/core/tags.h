/*
 * tags.h
 *		Where a mark was first registered.
 *
 * Pure C.  A tag never tells where a vehicle is kept, and on a personal mark
 * it tells nothing.
 */
#ifndef REGCAR_TAGS_H
#define REGCAR_TAGS_H

#include "core/plate.h"

#define REGIONS		28

extern void tags_compile(void);

/*
 * Is it a current mark whose tag INF104 reserves for another register?  That
 * is MN, for the Isle of Man.
 */
extern bool plate_tag_is_reserved(int64_t plate);

/* The office, or the county in Northern Ireland; NULL if it is in no list. */
extern const char *plate_office_of(int64_t plate);

/* The region of a current or Northern Ireland mark; NULL for any other. */
extern const char *plate_region_of(int64_t plate);

/* The same as a number below REGIONS; 0 for NULL. */
extern int	plate_region_number(int64_t plate);
extern const char *region_name(int number);

#endif							/* REGCAR_TAGS_H */
