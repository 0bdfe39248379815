/*
 * plate_problem.h
 *		Why a text is not a registration mark.
 *
 * Pure C.
 */
#ifndef REGCAR_PLATE_PROBLEM_H
#define REGCAR_PLATE_PROBLEM_H

#include <stddef.h>

#define PLATE_PROBLEM_SIZE	256

/*
 * The offset of the first byte that no mark can have; len if there is none.
 */
extern size_t plate_bad_byte(const char *text, size_t len);

/*
 * Write into buf, as one sentence with a NUL, which rule a text breaks.  It
 * must be a text that plate_parse() refused and that has no bad byte.
 */
extern void plate_problem(const char *text, size_t len,
						  char buf[PLATE_PROBLEM_SIZE]);

#endif							/* REGCAR_PLATE_PROBLEM_H */
