/*
 * read_argument.h
 *		Texts of any encoding for the C core, which reads UTF-8.
 */
#ifndef REGCAR_READ_ARGUMENT_H
#define REGCAR_READ_ARGUMENT_H

#include "core/read_text.h"

/*
 * A text in the database's encoding as UTF-8; *utf8_len is its length.  Never an
 * error: where the text cannot be converted it ends with a byte that is not
 * UTF-8.
 */
extern const char *text_as_utf8(const char *text, int len, int *utf8_len);

/* Read an argument; false if it has more than MAX_READ_TEXT characters. */
extern bool read_argument(const text *argument, ReadText *read);

#endif							/* REGCAR_READ_ARGUMENT_H */
