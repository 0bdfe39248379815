/*
 * plate_problem.h
 *		Why a text is no registration mark.
 *
 * Pure C.
 */
#ifndef REGCAR_PLATE_PROBLEM_H
#define REGCAR_PLATE_PROBLEM_H

#include <stddef.h>

#define PLATE_PROBLEM_SIZE	256

/* Offset of the first byte that no mark can have, len if there is none. */
extern size_t plate_bad_byte(const char *text, size_t len);

/*
 * Write into buf, as one sentence with a NUL, which rule a text breaks that
 * plate_parse() refused and that has no bad byte.
 */
extern void plate_problem(const char *text, size_t len,
						  char buf[PLATE_PROBLEM_SIZE]);

#endif							/* REGCAR_PLATE_PROBLEM_H */
