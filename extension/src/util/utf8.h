/*
 * utf8.h
 *		Texts in UTF-8, whatever the encoding of the database.
 */
#ifndef REGCAR_UTF8_H
#define REGCAR_UTF8_H

#include "postgres.h"

/*
 * The text in UTF-8; its bytes as they are if these cannot be converted.  Never
 * an error, because somebody else's text is no reason to stop.
 */
extern const char *in_utf8(const char *text, int length, int *utf8_length);

/* The same, but NULL if it has a character that cannot be converted. */
extern const char *convert_to_utf8(const char *text, int length, int *utf8_length);

#endif							/* REGCAR_UTF8_H */
