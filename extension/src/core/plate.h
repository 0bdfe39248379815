/*
 * plate.h
 *		Registration marks as integers: parse, print and take apart.
 *
 * Pure C.
 */
#ifndef REGCAR_PLATE_H
#define REGCAR_PLATE_H

#include "core/compiler.h"
#include "core/plate_bits.h"

/*
 * Parse len bytes.  ASCII letters in either case, digits and white space (space,
 * tab, newline, carriage return) anywhere, nothing else.  False if the text is not a mark; plate_problem.h says why.
 */
extern must_use bool plate_parse(const char *text, size_t len,
								 int64_t *plate);

/*
 * Print a mark, without a NUL, and return its length, which is 0 for an
 * integer that is not a mark.  The rest of buf is undefined.
 */
extern int	plate_print(int64_t plate, char buf[PLATE_BUFFER]);
extern int	plate_print_compact(int64_t plate, char buf[PLATE_BUFFER]);

/*
 * The memory tag of a current or export mark, or the area code of a prefix,
 * suffix, dateless or Northern Ireland mark.  The length is 1 or 2, or 0 if
 * there is none.
 */
extern int	plate_tag_of(int64_t plate, char *buf);

#endif							/* REGCAR_PLATE_H */
