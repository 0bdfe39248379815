/*
 * numbers.h
 *		Numbers of holds, exemptions and queue entries.
 */
#ifndef REGCAR_NUMBERS_H
#define REGCAR_NUMBERS_H

#include "util/extension_catalog.h"

/*
 * The next number of a sequence.  It was never given out before, not even by a
 * server that this one replaced (design 9.1).
 */
extern int64 next_number(ExtensionTable sequence);

#endif							/* REGCAR_NUMBERS_H */
