/*
 * tap.h
 *		What the unit tests share: TAP, and numbers at random.
 */
#ifndef REGCAR_TAP_H
#define REGCAR_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static int	tests;
static int	failures;

static void
ok(bool passed, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	printf("%sok %d - ", passed ? "" : "not ", ++tests);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failures += !passed;
}

/* The plan; what main() returns. */
static int
tap_end(void)
{
	printf("1..%d\n", tests);
	return failures > 0;
}

/* Xorshift64: the same walk every time. */
static uint64_t
random_next(void)
{
	static uint64_t state = UINT64_C(0x2545F4914F6CDD1D);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#endif							/* REGCAR_TAP_H */
