/*
 * character_name.h
 *		Names for characters that people cannot see, or take for others.
 *
 * Pure C.
 */
#ifndef REGCAR_CHARACTER_NAME_H
#define REGCAR_CHARACTER_NAME_H

#include <stdint.h>

/* "a no-break space"; NULL for a character that has no name here. */
extern const char *character_name(uint32_t character);

#endif							/* REGCAR_CHARACTER_NAME_H */
