/*
 * word.h
 *		A mark as one word of eight bytes.
 *
 * Pure C.  The first character is in the lowest byte, letters are in either
 * case, spaces are left out, and zeros follow the last character.
 */
#ifndef REGCAR_WORD_H
#define REGCAR_WORD_H

#include <stdint.h>

/* A word of eight equal bytes. */
#define BYTES(b)		((b) * UINT64_C(0x0101010101010101))

/* Bring what begins at a bit to the front. */
static inline uint64_t
rotate(uint64_t mark, unsigned bits)
{
	return mark >> bits | mark << (-bits & 63);
}

/* The lowest bit of each byte that is a letter. */
static inline uint64_t
letter_bits(uint64_t mark)
{
	return mark >> 6 & BYTES(1);
}

/* Half a word from memory and back. */
static inline uint32_t
load32(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;

	return byte[0] | (uint32_t) byte[1] << 8 | (uint32_t) byte[2] << 16 |
		(uint32_t) byte[3] << 24;
}

static inline void
store32(uint32_t word, char *text)
{
	text[0] = (char) word;
	text[1] = (char) (word >> 8);
	text[2] = (char) (word >> 16);
	text[3] = (char) (word >> 24);
}

#endif							/* REGCAR_WORD_H */
