/*
 * numbers.h
 *		Numbers of holds, exemptions and queue entries.
 */
#ifndef REGCAR_NUMBERS_H
#define REGCAR_NUMBERS_H

#include "util/extension_catalog.h"

/*
 * The next numbers of a sequence: the first of so many that follow each other.
 * They were never given out before, not even by a server that this one replaced
 * (design 9.1).  lastval() does not notice.
 */
extern int64 next_numbers(ExtensionTable sequence, int count);

#endif							/* REGCAR_NUMBERS_H */
