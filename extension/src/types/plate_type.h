/*
 * plate_type.h
 *		Marks as text in messages.
 */
#ifndef REGCAR_PLATE_TYPE_H
#define REGCAR_PLATE_TYPE_H

#include "regcar.h"

/* Display form of a mark, palloc'd. */
extern char *plate_to_cstring(int64 plate);

/* The rule that a text breaks, as one sentence, palloc'd. */
extern char *mark_problem(const char *text, size_t len);

/* The start of a bad input, as a message quotes it, palloc'd. */
extern char *quoted_input(const char *text, size_t len);

#endif							/* REGCAR_PLATE_TYPE_H */
