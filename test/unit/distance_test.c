/*
 * distance_test.c
 *		The distance of a text and a mark, against the mistakes tried one by
 *		one; and how a text is read.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/distance.h"
#include "core/issue_order.h"
#include "core/series.h"
#include "tap.h"

static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* What it costs to read one character for another. */
static int
replacing(char read, char meant)
{
	static const char *const confused[] = {
		"B8", "S5", "Z2", "G6", "DO", "D0", "QO", "Q0", "J3", "A4", "VY", "CG",
		"T7", "L1", "LI"
	};
	char		pair[3] = {read, meant},
				other[3] = {meant, read};

	if (read == meant)
		return 0;
	if (strstr("O0O I1I", pair) != NULL)
		return 1;
	for (size_t i = 0; i < sizeof(confused) / sizeof(confused[0]); i++)
		if (strcmp(confused[i], pair) == 0 || strcmp(confused[i], other) == 0)
			return 2;
	return 5;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* How many zeros end behind so many characters and stand before a number. */
static int
zeros_before(const char *text, int len, int end)
{
	int			zeros = 0;

	if (end >= len || !digit(text[end]))
		return 0;
	while (zeros < end && text[end - 1 - zeros] == '0')
		zeros++;
	return zeros < end && digit(text[end - 1 - zeros]) ? 0 : zeros;
}

/* The definition: the last mistake is one of these. */
static int
slow_distance(const char *text, int len, int i, const char *mark, int j)
{
	int			best = 1000,
				zeros = zeros_before(text, len, i);

#define LEAST(cost) \
	do { int least_cost = (cost); best = least_cost < best ? least_cost : best; } while (0)

	if (i == 0 && j == 0)
		return 0;
	if (i > 0 && j > 0)
		LEAST(slow_distance(text, len, i - 1, mark, j - 1) +
			  replacing(text[i - 1], mark[j - 1]));
	if (i > 0)
		LEAST(slow_distance(text, len, i - 1, mark, j) +
			  (i > 1 && text[i - 1] == text[i - 2] ? 2 : 3));
	if (j > 0)
		LEAST(slow_distance(text, len, i, mark, j - 1) +
			  (j > 1 && mark[j - 1] == mark[j - 2] ? 2 : 3));
	if (i > 1 && j > 1 && text[i - 1] == mark[j - 2] && text[i - 2] == mark[j - 1])
		LEAST(slow_distance(text, len, i - 2, mark, j - 2) + 2);
	for (int n = 1; n <= zeros; n++)
		LEAST(slow_distance(text, len, i - n, mark, j) + 1);
	return best;
}

static ReadText
read_of(const char *text)
{
	ReadText	read;

	if (!read_text(text, strlen(text), &read))
		abort();
	return read;
}

/* Distance of two texts of letters and digits. */
static int
distance_between(const char *text, const char *mark)
{
	ReadText	read = read_of(text);
	CodeSet		set[MAX_READ_TEXT];
	int			length = (int) strlen(mark);

	for (int i = 0; i < length; i++)
		set[i] = CODE_BIT(mark_code(mark[i]));
	return sets_distance(&read, set, length);
}

static void
random_text(char *text, const char *from, int max)
{
	int			len = random_next() % (max + 1);

	for (int i = 0; i < len; i++)
		text[i] = from[random_next() % strlen(from)];
	text[len] = '\0';
}

static void
test_against_definition(int pairs)
{
	char		text[8],
				mark[8];
	bool		right = true;

	for (int i = 0; i < pairs && right; i++)
	{
		const char *from = i & 1 ? "0O1IAB8" : characters;

		random_text(text, from, 6);
		random_text(mark, from, 5);
		right = distance_between(text, mark) ==
			slow_distance(text, strlen(text), strlen(text), mark, strlen(mark));
	}
	ok(right, "%d pairs are as far as the definition says (wrong: \"%s\" \"%s\")",
	   pairs, right ? "" : text, right ? "" : mark);
}

/* Without zeros nothing is dropped that may not be missing as well. */
static void
test_symmetry(int pairs)
{
	char		a[9],
				b[9];
	bool		right = true;

	for (int i = 0; i < pairs && right; i++)
	{
		random_text(a, "AB8S5OD1IJ3Q", 8);
		random_text(b, "AB8S5OD1IJ3Q", 8);
		right = distance_between(a, b) == distance_between(b, a) &&
			(distance_between(a, b) == 0) == (strcmp(a, b) == 0);
	}
	ok(right, "%d pairs without zeros are as far there as back, and only equal ones are at 0",
	   pairs);
}

/* A set for each position: the least of all its texts, or less. */
static void
test_bound(int cases)
{
	bool		admissible = true;
	long		tight = 0,
				all = 0;

	for (int i = 0; i < cases && admissible; i++)
	{
		char		text[9];
		CodeSet		set[3] = {0};
		int			least = 1000;
		int			bound;
		ReadText	read;

		random_text(text, "A0B8O1", 5);
		read = read_of(text);
		for (int p = 0; p < 3; p++)
			for (int n = 1 + random_next() % 4; n > 0; n--)
				set[p] |= CODE_BIT(mark_code("A0B8O1"[random_next() % 6]));
		bound = sets_distance(&read, set, 3);
		for (const char *a = characters; *a; a++)
			for (const char *b = characters; *b; b++)
				for (const char *c = characters; *c; c++)
				{
					char		mark[4] = {*a, *b, *c};
					int			distance;

					if (!(set[0] & CODE_BIT(mark_code(*a))) ||
						!(set[1] & CODE_BIT(mark_code(*b))) ||
						!(set[2] & CODE_BIT(mark_code(*c))))
						continue;
					distance = distance_between(text, mark);
					least = distance < least ? distance : least;
				}
		admissible = bound <= least;
		tight += bound == least;
		all++;
	}
	ok(admissible && tight > all * 3 / 4,
	   "%d sets of texts are no farther than their nearest, %ld exactly as far",
	   cases, tight);
}

static void
test_mark(const char *text, const char *mark, int wanted)
{
	ReadText	read = read_of(text);
	int64_t		plate;
	int			distance;

	if (!plate_parse(mark, strlen(mark), &plate))
		abort();
	distance = mark_distance(&read, plate);
	ok(distance == wanted, "\"%s\" is %d from %s (wanted %d)", text, distance,
	   mark, wanted);
}

/* Texts that are read as these letters and digits ('?' foreign), and strays. */
static const struct
{
	const char *text;
	const char *read;
	int			strays;
}			readings[] = {
	{"", "", 0},
	{"ab12 cde", "AB12CDE", 0},
	{"AB12\xC2\xA0" "CDE", "AB12CDE", 0},	/* no-break space */
	{"\xEF\xBB\xBF" "AB12CDE", "AB12CDE", 0},	/* byte order mark */
	{"AB12\xE2\x80\x8B" "CDE", "AB12CDE", 0},	/* zero-width space */
	{"AB12\xE2\x80\x93" "CDE", "AB12CDE", 1},	/* en dash */
	{"\xE2\x80\xA2 AB12-CDE.", "AB12CDE", 3},	/* bullet */
	{"AB12\t3DE\r\n", "AB123DE", 0},
	{"\xEF\xBC\xA1\xEF\xBD\x82\xEF\xBC\x91", "AB1", 0}, /* full width */
	{"AB12 \xD0\x90" "BC", "AB12?BC", 0},	/* Cyrillic A */
	{"\xC3\x81" "B1", "?B1", 0},	/* A with acute, */
	{"A\xCC\x81" "B1", "AB1", 1},	/* and in two parts */
	{"A\xD9\xA2" "1", "A?1", 0},	/* Arabic-Indic digit two */
	{"A\xF0\x9F\x9A\x97" "1", "A1", 1}, /* a car */
	{"A\xF0\x9D\x90\x80" "1", "A?1", 0},	/* mathematical bold A */
	{"A\xC2", "A?", 0},			/* what is not UTF-8: cut off, */
	{"A\xC0\xA0" "1", "A??1", 0},	/* longer than needed, */
	{"A\xED\xA0\x80" "1", "A???1", 0},	/* half of a surrogate pair, */
	{"A\xF4\x90\x80\x80" "1", "A????1", 0}, /* beyond U+10FFFF */
	{"A\x80" "1", "A?1", 0},
};

static void
test_readings(void)
{
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++)
	{
		ReadText	read = read_of(readings[i].text);
		char		got[MAX_READ_TEXT + 1];

		for (int n = 0; n < read.len; n++)
			got[n] = read.code[n] == CODE_FOREIGN ? '?' :
				code_char(read.code[n]);
		got[read.len] = '\0';
		ok(strcmp(got, readings[i].read) == 0 &&
		   read.strays == readings[i].strays &&
		   read.foreign == (strchr(got, '?') != NULL),
		   "reading %zu is %s with %d strays (wanted %s, %d)", i, got,
		   read.strays, readings[i].read, readings[i].strays);
	}
}

static void
test_length(void)
{
	char		text[3 * (MAX_READ_TEXT + 1)];
	ReadText	read;

	for (int i = 0; i <= MAX_READ_TEXT; i++)
		memcpy(text + 3 * i, "\xE2\x80\xA2", 3);
	ok(read_text(text, 3 * MAX_READ_TEXT, &read) &&
	   read.strays == MAX_READ_TEXT, "%d characters are read", MAX_READ_TEXT);
	ok(!read_text(text, sizeof(text), &read), "one more is too many");
}

int
main(void)
{
	if (!core_compile())
		return 1;

	test_against_definition(4000);
	test_symmetry(100000);
	test_bound(200);
	test_readings();
	test_length();

	test_mark("AB75 CDE", "AB75 CDE", 0);
	test_mark("AB75-CDE", "AB75 CDE", 2);
	test_mark("AB57 CDE", "AB75 CDE", 2);
	test_mark("BD15 DLQ", "BD15 DLO", 2);
	test_mark("0001 AB", "1 AB", 1);
	test_mark("JU0043", "JU 43", 1);
	test_mark("AB75 CDDE", "AB75 CDE", 2);
	test_mark("AB75 CD", "AB75 CDD", 2);
	test_mark("AB75 CD", "AB75 CDE", 3);
	test_mark("AB75 CXDE", "AB75 CDE", 3);
	test_mark("", "AB75 CDE", 21);
	test_mark("", "A 1", 6);
	test_mark("", "AA 11", 10);
	test_mark("\xD0\x90" "B75 CDE", "AB75 CDE", 5);
	return tap_end();
}
