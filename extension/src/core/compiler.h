/*
 * compiler.h
 *		What the core asks of a compiler beyond C11.
 *
 * Pure C.  GNU compilers know all of it; with any other, or with CORE_PLAIN_C,
 * the same comes slower.  Outside the core the server's names do these things.
 */
#ifndef REGCAR_COMPILER_H
#define REGCAR_COMPILER_H

#include <stdint.h>

#if defined(__GNUC__) && !defined(CORE_PLAIN_C)

/* A condition that hardly ever holds. */
#define rarely(condition)		__builtin_expect((condition) != 0, 0)
#define always_inline			inline __attribute__((always_inline))
#define never_inline			__attribute__((noinline))
/* No caller may ignore the result. */
#define must_use				__attribute__((warn_unused_result))
/* Arguments like those of printf(), by their places. */
#define printf_like(format_at, first_at) \
	__attribute__((format(printf, format_at, first_at)))

/* How many bits a set has; where the first and the last of some are. */
#define bits_in(set)			__builtin_popcountll(set)
#define first_bit(set)			__builtin_ctzll(set)
#define last_bit(set)			(63 - __builtin_clzll(set))

#else

#define rarely(condition)		((condition) != 0)
#define always_inline			inline
#define never_inline
#define must_use
#define printf_like(format_at, first_at)

static inline int
bits_in(uint64_t set)
{
	int			bits = 0;

	for (; set != 0; set &= set - 1)
		bits++;
	return bits;
}

static inline int
first_bit(uint64_t set)
{
	return bits_in((set & -set) - 1);
}

static inline int
last_bit(uint64_t set)
{
	int			bit = 0;

	while (set >>= 1)
		bit++;
	return bit;
}

#endif
#endif							/* REGCAR_COMPILER_H */
