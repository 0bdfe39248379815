/*
 * read_text.h
 *		A text as somebody typed, pasted or read it, as letters and digits.
 *
 * Pure C.  The text is UTF-8.  Anything other than letters and digits is left
 * out, whatever its script.
 */
#ifndef REGCAR_READ_TEXT_H
#define REGCAR_READ_TEXT_H

#include "core/confusion.h"

/* No reading of a longer text, in characters, is a mark. */
#define MAX_READ_TEXT		64

#define NO_ZEROS			255

typedef struct ReadText
{
	int			len;			/* letters and digits */
	int			strays;			/* others that can be seen */
	bool		foreign;		/* one of them is CODE_FOREIGN */
	bool		padded;			/* there are leading zeros */
	CodeSet		present;		/* the codes that it has */
	uint8_t		code[MAX_READ_TEXT];
	uint8_t		drop[MAX_READ_TEXT];	/* cost of one too many */
	uint8_t		zeros[MAX_READ_TEXT];	/* start of the leading zeros that
										 * this character is one of; else
										 * NO_ZEROS */
} ReadText;

/*
 * Letters in either case, including full-width ones, and digits become codes.
 * White space and invisible characters are left out; so are other characters,
 * but they are counted.  A letter or digit of another script becomes
 * CODE_FOREIGN, and so does a byte that is not UTF-8.  False for more than
 * MAX_READ_TEXT characters.
 */
extern bool read_text(const char *utf8, size_t len, ReadText *text);

/*
 * The character at *pos, which moves on past it; INVALID_CHARACTER for a byte
 * that does not begin one.
 */
#define INVALID_CHARACTER	UINT32_MAX

extern uint32_t next_character(const char *utf8, size_t len, size_t *pos);

#endif							/* REGCAR_READ_TEXT_H */
