/*
 * read_argument.h
 *		Texts in any encoding for the C core, which reads UTF-8.
 */
#ifndef REGCAR_READ_ARGUMENT_H
#define REGCAR_READ_ARGUMENT_H

#include "core/read_text.h"

/*
 * Convert a text from the encoding of the database to UTF-8; *utf8_len is its
 * length.  This is never an error: a text that cannot be converted ends with
 * a byte that is not UTF-8.
 */
extern const char *text_as_utf8(const char *text, int len, int *utf8_len);

/* Read an argument; false if it has more than MAX_READ_TEXT characters. */
extern bool read_argument(const text *argument, ReadText *read);

#endif							/* REGCAR_READ_ARGUMENT_H */
