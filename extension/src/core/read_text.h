/*
 * read_text.h
 *		A text as somebody typed, pasted or read it, as letters and digits.
 *
 * Pure C.  UTF-8; what is no letter or digit is left out, whatever its script.
 */
#ifndef REGCAR_READ_TEXT_H
#define REGCAR_READ_TEXT_H

#include "core/confusion.h"

/* A longer text, in characters, is no mark in any reading. */
#define MAX_READ_TEXT		64

#define NO_ZEROS			255

typedef struct ReadText
{
	int			len;			/* letters and digits */
	int			strays;			/* others that can be seen */
	bool		foreign;		/* one of them is CODE_FOREIGN */
	uint8_t		code[MAX_READ_TEXT];
	uint8_t		drop[MAX_READ_TEXT];	/* cost of one too many */
	uint8_t		zeros[MAX_READ_TEXT];	/* where the zeros in front of a
										 * number begin that this is one of;
										 * else NO_ZEROS */
} ReadText;

/*
 * Letters in either case, full-width ones as well, and digits become codes.
 * White space and what cannot be seen are left out; other characters too, but
 * they are counted.  A letter or digit of another script, and a byte that is
 * not UTF-8, are CODE_FOREIGN.  False for more than MAX_READ_TEXT characters.
 */
extern bool read_text(const char *utf8, size_t len, ReadText *text);

/*
 * The character at *pos, which moves behind it; a byte that begins none is
 * INVALID_CHARACTER.
 */
#define INVALID_CHARACTER	UINT32_MAX

extern uint32_t next_character(const char *utf8, size_t len, size_t *pos);

#endif							/* REGCAR_READ_TEXT_H */
