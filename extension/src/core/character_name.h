/*
 * character_name.h
 *		What messages call characters that one does not see, or takes for others.
 *
 * Pure C.
 */
#ifndef REGCAR_CHARACTER_NAME_H
#define REGCAR_CHARACTER_NAME_H

#include <stdint.h>

/* "a no-break space"; NULL for what has no name here. */
extern const char *character_name(uint32_t character);

#endif							/* REGCAR_CHARACTER_NAME_H */
