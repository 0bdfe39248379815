/*
 * plate.h
 *		Registration marks as integers: parse, print and take apart.
 *
 * Pure C.
 */
#ifndef REGCAR_PLATE_H
#define REGCAR_PLATE_H

#include "core/plate_bits.h"

/*
 * Parse len bytes.  ASCII letters in either case, digits and white space (space,
 * tab, newline, carriage return) anywhere, nothing else.  False when the text is no mark; plate_problem.h says why.
 */
extern bool plate_parse(const char *text, size_t len, int64_t *plate)
__attribute__((warn_unused_result));

/*
 * Print without a NUL and return the length; what is in buf behind that means
 * nothing.  0 for an integer that is no mark.
 */
extern int	plate_print(int64_t plate, char buf[PLATE_BUFFER]);
extern int	plate_print_compact(int64_t plate, char buf[PLATE_BUFFER]);

/*
 * Memory tag of a current or export mark; area code of a prefix, suffix,
 * dateless or Northern Ireland mark.  Length 1 or 2, 0 where there is none.
 */
extern int	plate_tag_of(int64_t plate, char *buf);

#endif							/* REGCAR_PLATE_H */
