/*
 * series.h
 *		The calendar of age identifiers.
 *
 * Pure C.  A series is its ordinal: suffix A = 1 to Y = 21, prefix A = 22 to
 * Y = 42, then 51 = 43, 02 = 44, ... 99 = 139.  0 stands for no series.
 * A day is a number of days since 2000-01-01, as in PostgreSQL.
 */
#ifndef REGCAR_SERIES_H
#define REGCAR_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIES_FIRST_SUFFIX		1
#define SERIES_FIRST_PREFIX		22
#define SERIES_FIRST_CURRENT	43
#define SERIES_LAST				139

#define SERIES_MAX_TEXT			8	/* S-prefix */

/*
 * Year letters in use, in order: never I, O, Q, U or Z (SI 2001/561; INF104).
 */
#define SERIES_YEAR_LETTERS		"ABCDEFGHJKLMNPRSTVWXY"

/*
 * series_compile() makes these once; index 0 and SERIES_LAST + 1 are the
 * ends.
 */
extern int32_t series_starts[SERIES_LAST + 2];
extern uint8_t series_of_age[100];	/* 0 for 00, 01 and 50 */
extern uint8_t series_of_letter[26];	/* suffix ordinal, 0 for I, O, Q, U, Z */
extern char series_mark[SERIES_LAST + 1][2];	/* what the mark has: an
												 * age identifier, or a
												 * letter */

extern void series_compile(void);

/* Series in force on a day; 0 before 1963-01-01 and after the last series. */
extern int	series_on_day(int32_t day);

/*
 * Ordinal from "75", "'75" or "S-prefix", in either case; 0 for anything
 * else.
 */
extern int	series_parse(const char *text, size_t len);

/* Write the text into buf, without a NUL, and return its length. */
extern int	series_print(int series, char *buf);

/* First day of a series, and the first day after it. */
static inline int32_t
series_start(int series)
{
	return series_starts[series];
}

static inline int32_t
series_end(int series)
{
	return series_starts[series + 1];
}

#endif							/* REGCAR_SERIES_H */
