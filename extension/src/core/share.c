/*
 * share.c
 *		The place of a value among a hundred.
 *
 * FNV-1a of 64 bits, which takes byte after byte, then the finalizer of
 * MurmurHash3, because texts that differ in their last letter alone would
 * otherwise lie close together.
 */
#include "core/share.h"

#include <stdint.h>

int
share_of(const char *text, size_t len)
{
	uint64_t	hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
	{
		hash ^= (unsigned char) text[i];
		hash *= UINT64_C(0x100000001b3);
	}
	hash ^= hash >> 33;
	hash *= UINT64_C(0xff51afd7ed558ccd);
	hash ^= hash >> 33;
	hash *= UINT64_C(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 33;
	return (int) ((hash >> 32) * 100 >> 32) + 1;
}
