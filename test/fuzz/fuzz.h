/*
 * fuzz.h
 *		What the fuzz targets share: libFuzzer's two functions, and rules that
 *		must hold.
 *
 * A target tells what it was given to the C core and checks what comes back by
 * rules, not only that nothing crashes.  Whatever the core may read or write
 * is in memory of exactly its size, so that the address sanitizer sees the
 * first byte beyond.
 */
#ifndef REGCAR_FUZZ_H
#define REGCAR_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/confusion.h"
#include "core/fixed_layout.h"
#include "core/issue_order.h"
#include "core/series.h"
#include "core/tags.h"

/* Says which rule was broken; libFuzzer then keeps the input and ends. */
#define MUST(rule) \
	((rule) ? (void) 0 : \
	 (fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #rule), abort()))

extern int	LLVMFuzzerInitialize(int *argc, char ***argv);
extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void) argc;
	(void) argv;
	MUST(core_compile());
	return 0;
}

/* A copy with nothing behind it; free() it. */
static inline char *
exact_copy(const void *from, size_t size)
{
	char	   *copy = malloc(size);

	if (size > 0)
		memcpy(copy, from, size);
	return copy;
}

/* A number that an input begins with, less what is taken; 0 at its end. */
static inline uint64_t
take_number(const uint8_t **data, size_t *size, size_t bytes)
{
	uint64_t	number = 0;

	for (; bytes > 0 && *size > 0; bytes--, (*size)--)
		number = number << 8 | *(*data)++;
	return number;
}

/* A mark in print, in a buffer of the size that is promised; free() it. */
static inline char *
printed(int64_t plate, bool spaces, int *len)
{
	char	   *text = malloc(PLATE_BUFFER);

	*len = spaces ? plate_print(plate, text) : plate_print_compact(plate, text);
	MUST(*len >= 0 && *len <= PLATE_MAX_COMPACT + (spaces ? 2 : 0));
	return text;
}

/* Is an integer a mark?  Both its forms agree, and each reads as itself. */
static inline bool
is_mark(int64_t plate)
{
	int			len,
				compact_len;
	char	   *text = printed(plate, true, &len);
	char	   *compact = printed(plate, false, &compact_len);
	char	   *exact = exact_copy(text, len);
	int64_t		read = -1;
	int			at = 0;

	for (int i = 0; i < len; i++)
		if (text[i] != ' ')
			MUST(at < compact_len && text[i] == compact[at++]);
	MUST(at == compact_len);
	if (len > 0)
		MUST(plate_parse(exact, len, &read) && read == plate);
	free(exact);
	exact = exact_copy(compact, compact_len);
	if (len > 0)
		MUST(plate_parse(exact, compact_len, &read) && read == plate);
	free(exact);
	free(compact);
	free(text);
	return len > 0;
}

#endif							/* REGCAR_FUZZ_H */
