/*
 * series.c
 *		The calendar of age identifiers.
 *
 * A series runs until the next one starts, so one list of first days is the
 * whole calendar.  Sources: for the letters, the lists that agree on them (we
 * use the nominal start of A; its first issue was in February 1963); for 51
 * to 79 INF104, for 80 to 99 HMRC VEXMOTORS4100.  Both end with 99.  00 and
 * 50 are not age identifiers, and 01 never was one.
 */
#include "core/series.h"

#include <string.h>

/* Runs of series that start in the same months. */
static const struct
{
	int			first;			/* ordinal */
	int			year,
				month;			/* when it starts */
	int			months;			/* until the next one starts */
}			calendar[] = {
	{1, 1963, 1, 12},			/* A to D suffix */
	{5, 1967, 1, 7},			/* E: the change moves to August */
	{6, 1967, 8, 12},			/* F suffix to R prefix */
	{37, 1998, 8, 7},			/* S: twice a year from March 1999 */
	{38, 1999, 3, 6},			/* T prefix to 99 */
	{SERIES_LAST + 1, 2050, 3, 0}
};

int32_t		series_starts[SERIES_LAST + 2];
uint8_t		series_of_age[100];
uint8_t		series_of_letter[26];
char		series_mark[SERIES_LAST + 1][2];

/* No series is shorter than this, so a bucket has at most one change. */
#define BUCKET_SHIFT	7
#define BUCKETS			256

static uint8_t bucket_series[BUCKETS];	/* in force on the first day of the
										 * bucket */

/* Days from 2000-01-01 to the first of a month, proleptic Gregorian. */
static int32_t
month_start(int year, int month)
{
	static const int before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
	};
	int			y = year - 1;
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return y * 365 + y / 4 - y / 100 + y / 400 - 730119 +
		before[month - 1] + (leap && month > 2);
}

/* core_compile() runs this. */
void
series_compile(void)
{
	int			row = 0;

	for (int series = 1; series <= SERIES_LAST + 1; series++)
	{
		int			months;

		if (series == calendar[row + 1].first)
			row++;
		months = calendar[row].year * 12 + calendar[row].month - 1 +
			(series - calendar[row].first) * calendar[row].months;
		series_starts[series] = month_start(months / 12, months % 12 + 1);
	}
	/* there is none before the first series */
	series_starts[0] = INT32_MIN;

	for (int i = 0, series = 1; i < BUCKETS; i++)
	{
		int32_t		day = series_starts[1] + (i << BUCKET_SHIFT);

		while (series < SERIES_LAST && series_starts[series + 1] <= day)
			series++;
		bucket_series[i] = series;
	}

	/* March numbers are the year, September numbers the year and 50 */
	for (int year = 2; year <= 49; year++)
		series_of_age[year] = 2 * year + 40;
	for (int year = 1; year <= 49; year++)
		series_of_age[year + 50] = 2 * year + 41;
	for (int age = 0; age < 100; age++)
	{
		series_mark[series_of_age[age]][0] = '0' + age / 10;
		series_mark[series_of_age[age]][1] = '0' + age % 10;
	}
	for (int i = 0; SERIES_YEAR_LETTERS[i] != '\0'; i++)
	{
		series_of_letter[SERIES_YEAR_LETTERS[i] - 'A'] = i + 1;
		series_mark[SERIES_FIRST_SUFFIX + i][0] = SERIES_YEAR_LETTERS[i];
		series_mark[SERIES_FIRST_PREFIX + i][0] = SERIES_YEAR_LETTERS[i];
	}
}

int
series_on_day(int32_t day)
{
	uint32_t	offset = (uint32_t) day - (uint32_t) series_starts[1];
	int			series;

	if (day < series_starts[1] || day >= series_starts[SERIES_LAST + 1])
		return 0;
	series = bucket_series[offset >> BUCKET_SHIFT];
	return series + (day >= series_starts[series + 1]);
}

static int
letter_index(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

static bool
equal_fold(const char *text, const char *lower, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != lower[i] &&
			!(text[i] >= 'A' && text[i] <= 'Z' && text[i] + 32 == lower[i]))
			return false;
	return true;
}

int
series_parse(const char *text, size_t len)
{
	int			letter;

	if (len == 3 && text[0] == '\'')	/* as people write the year: '75 */
	{
		text++;
		len--;
	}
	if (len == 2 && text[0] >= '0' && text[0] <= '9' &&
		text[1] >= '0' && text[1] <= '9')
		return series_of_age[(text[0] - '0') * 10 + text[1] - '0'];

	if (len != SERIES_MAX_TEXT || (letter = letter_index(text[0])) < 0 ||
		series_of_letter[letter] == 0)
		return 0;
	if (equal_fold(text + 1, "-suffix", 7))
		return series_of_letter[letter];
	if (equal_fold(text + 1, "-prefix", 7))
		return series_of_letter[letter] + SERIES_FIRST_PREFIX - 1;
	return 0;
}

int
series_print(int series, char *buf)
{
	memcpy(buf, series_mark[series], 2);
	if (series < SERIES_FIRST_CURRENT)
	{
		memcpy(buf + 1, series >= SERIES_FIRST_PREFIX ? "-prefix" : "-suffix", 7);
		return SERIES_MAX_TEXT;
	}
	return 2;
}
