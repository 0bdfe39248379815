/*
 * plate_test.c
 *		The C core without a server: layout on disk, round trips, order, bytes
 *		of any kind.  Prints TAP.
 */
#include <string.h>

#include "core/core.h"
#include "core/plate_problem.h"
#include "core/series.h"
#include "core/compiled_grammar.h"
#include "core/tags.h"
#include "tap.h"

/*
 * The layout on disk: these numbers are in databases.  If one of them fails,
 * the code is wrong, never this table.
 */
static const struct
{
	const char *mark;
	int			series;
	int			format;
	int64_t		serial;
}			on_disk[] = {
	{"AA51 AAA", 43, 1, 0},
	{"AB75 CDE", 91, 1, 15052},
	{"WY75 ZZZ", 91, 1, 6676991},
	{"XG75 AAA", 91, 1, 6676992},
	{"YY99 ZZZ", 139, 1, 7229951},
	{"XA51 AAA", 43, 2, 0},
	{"XF99 ZZZ", 139, 2, 82943},
	{"A1 AAA", 22, 3, 0},
	{"A123 BCD", 22, 3, 1484830},	/* worked by hand in core/plate.c */
	{"M1 MAL", 33, 3, 5829},
	{"M1 MAO", 33, 3, 5831},
	{"Y999 YYY", 42, 3, 12153833},
	{"Q1 AAA", 0, 4, 0},
	{"Q999 YYY", 0, 4, 12154832},
	{"AAA 1A", 1, 5, 0},
	{"LMM 999Y", 21, 5, 5540453},
	{"LMO 1Y", 21, 5, 5540454},
	{"YYY 999Y", 21, 5, 12132854},
	{"A 1", 0, 6, 0},
	{"A 9999", 0, 6, 9998},
	{"AA 1", 0, 6, 9999},
	{"AAA 1", 0, 6, 19998},
	{"AAA 999", 0, 6, 20996},
	{"AAB 1", 0, 6, 20997},
	{"AB 1", 0, 6, 42975},
	{"G 0", 0, 6, 4605687},
	{"G 1", 0, 6, 4605688},
	{"MM 9999", 0, 6, 8824664},
	{"MNA 1", 0, 6, 8846643},
	{"S 0", 0, 6, 12269173},
	{"VS 0", 0, 6, 15109135},
	{"YYY 999", 0, 6, 17642311},
	{"1 A", 0, 7, 0},
	{"1 AA", 0, 7, 1},
	{"1 AAA", 0, 7, 2},
	{"1 AB", 0, 7, 25},
	{"2 A", 0, 7, 12696},
	{"999 YYY", 0, 7, 12683303},
	{"1000 A", 0, 7, 12683304},
	{"9999 YY", 0, 7, 17642303},
	{"AZ 1", 0, 8, 0},
	{"IA 1", 0, 8, 79992},
	{"YZ 9999", 0, 8, 329966},
	{"1 AZ", 0, 9, 0},
	{"9999 YZ", 0, 9, 329966},
	{"AAZ 1", 0, 10, 0},
	{"YYZ 9999", 0, 10, 7589240},
	{"1 AAZ", 0, 11, 0},
	{"9999 YYZ", 0, 11, 7589240},
	{"QNI 1", 0, 12, 0},
	{"QNI 9999", 0, 12, 9998},
	{"101 D 100", 0, 13, 0},
	{"101 X 100", 0, 13, 900},
	{"999 X 999", 0, 13, 1618199},
	{"00 AA 00", 0, 14, 0},
	{"99 ZZ 99", 0, 14, 6759999},
	{"AA 00 AA", 0, 14, 6760000},
	{"ZZ 99 ZZ", 0, 14, 52457599},
	{"00001", 0, 15, 0},
	{"99999", 0, 15, 99998},
	{"A000 0000", 0, 16, 0},
	{"B999 9999", 0, 16, 19999999},
	{"D000 0000", 0, 16, 20000000},
	{"Z999 9999", 0, 16, 249999999},
	{"QTR 1", 0, 17, 0},
	{"QLD 1", 0, 17, 1},
	{"QUE 1", 0, 17, 2},
	{"1 RAQ", 0, 17, 3},
	{"1 CZS", 0, 17, 4},
	{"KI 1", 0, 17, 5},
	{"AH 0", 0, 17, 6},
	{"BH 0521", 0, 17, 7},
	{"BL 0131", 0, 17, 8},
	{"EB 02", 0, 17, 9},
	{"KHW 004", 0, 17, 10},
	{"OS 0500", 0, 17, 11},
	{"OS 0579", 0, 17, 12},
	{"11", 0, 17, 13},
	{"ZG", 0, 17, 14},
	{"ZV", 0, 17, 15},
	{"1 UZB", 0, 17, 16},
	{"ZIM 1", 0, 17, 17},
	{"IC 1", 0, 17, 18},
};

static void
test_layout(void)
{
	for (size_t i = 0; i < sizeof(on_disk) / sizeof(on_disk[0]); i++)
	{
		int64_t		plate = -1;

		ok(plate_parse(on_disk[i].mark, strlen(on_disk[i].mark), &plate) &&
		   plate == ((int64_t) on_disk[i].series << 44 |
					 (int64_t) on_disk[i].format << 36 | on_disk[i].serial),
		   "%s is stored as series %d, format %d, serial %lld",
		   on_disk[i].mark, on_disk[i].series, on_disk[i].format,
		   (long long) on_disk[i].serial);
	}
}

/*
 * How many marks each format has, counted from the rules by hand: 23 letters
 * without I, Q and Z, 24 with Z, 33 Northern Ireland codes, 22 groups of three
 * letters that the Isle of Man has, MN besides, and eight civic zeros.
 */
static const int64_t sizes[PLATE_FORMATS + 1] = {
	[PLATE_CURRENT] = (23 * 23 - 6) * 24 * 24 * 24,
	[PLATE_EXPORT] = 6 * 24 * 24 * 24,
	[PLATE_PREFIX] = 999 * (23 * 23 * 23 - 1),
	[PLATE_Q] = 999 * 23 * 23 * 23,
	[PLATE_SUFFIX] = 999 * (23 * 23 * 23 - 22),
	[PLATE_DATELESS] = 9999 * (23 + 23 * 23 - 1) + 999 * (23 * 23 * 23 - 22) + 8,
	[PLATE_DATELESS_REVERSED] = 9999 * (23 + 23 * 23 - 1) + 999 * (23 * 23 * 23 - 22),
	[PLATE_NI] = 33 * 9999,
	[PLATE_NI_REVERSED] = 33 * 9999,
	[PLATE_NI_SERIAL] = 23 * 33 * 9999,
	[PLATE_NI_SERIAL_REVERSED] = 23 * 33 * 9999,
	[PLATE_QNI] = 9999,
	[PLATE_DIPLOMATIC] = 899 * 2 * 900,
	[PLATE_MILITARY] = 26 * 26 * 100 * (26 * 26 + 100),
	[PLATE_TRADE] = 99999,
	[PLATE_TRAILER] = 25 * 10000000,
	[PLATE_IRREGULAR] = 19,
};

/*
 * Every serial of a format, or every so-many-th and both ends where there are
 * many, is a mark that reads back as itself; the number after the last is none.
 */
static void
test_round_trip(PlateFormat format)
{
	const FormatInfo *info = &plate_format_info[format];
	int64_t		size = format_size(format);
	int64_t		step = size / 400000 | 1;
	int64_t		bad = -1;
	char		buf[PLATE_BUFFER];

	for (int64_t serial = 0; serial < size && bad < 0;
		 serial += serial < 20000 || serial > size - 20000 ? 1 : step)
	{
		int			series = info->first_series == 0 ? 0 :
			info->first_series + serial % (info->last_series - info->first_series + 1);
		int64_t		plate = plate_make(format, series, serial);
		int64_t		back = -1;

		if (!plate_parse(buf, plate_print(plate, buf), &back) || back != plate ||
			!plate_parse(buf, plate_print_compact(plate, buf), &back) ||
			back != plate)
			bad = serial;
	}
	ok(size == sizes[format], "%s has the size that the rules give",
	   info->name);
	ok(bad < 0, "%s: value to text to value (first wrong serial: %lld)",
	   info->name, (long long) bad);
	ok(plate_print(plate_make(format, info->first_series, size), buf) == 0 &&
	   plate_print(plate_make(format, info->last_series + 1, 0), buf) == 0,
	   "%s ends at its last serial and its last series", info->name);
}

/* Text that is no mark gives one sentence; any bytes at all give no harm. */
static void
test_random_bytes(void)
{
	static const char likely[] = "ABIMNQXZ0019 \t";
	int			marks = 0,
				sentences = 0,
				rejected = 0,
				wrong = 0;

	for (int i = 0; i < 2000000; i++)
	{
		char		text[12];
		char		problem[PLATE_PROBLEM_SIZE];
		size_t		len = random_next() % sizeof(text);
		int64_t		plate;

		for (size_t c = 0; c < len; c++)
			text[c] = i & 1 ? likely[random_next() % (sizeof(likely) - 1)] :
				(char) random_next();
		if (plate_parse(text, len, &plate))
		{
			char		buf[PLATE_BUFFER];
			int64_t		back;

			marks++;
			if (!plate_parse(buf, plate_print(plate, buf), &back) || back != plate)
				wrong++;
			plate_office_of(plate);
			plate_region_of(plate);
		}
		else if (plate_bad_byte(text, len) < len)
			rejected++;
		else
		{
			plate_problem(text, len, problem);
			sentences++;
			if (strlen(problem) < 10 || problem[strlen(problem) - 1] != '.' ||
				strstr(problem, "breaks a rule") != NULL)
				wrong++;
		}
	}
	ok(wrong == 0 && marks > 1000 && sentences > 1000 && rejected > 1000,
	   "random bytes: %d marks, %d with a reason, %d with a foreign byte",
	   marks, sentences, rejected);
}

/* Any 64 bits at all print as a mark that reads back, or as nothing. */
static void
test_random_values(void)
{
	int			printed = 0,
				wrong = 0;

	for (int i = 0; i < 2000000; i++)
	{
		int64_t		plate = (int64_t) random_next();
		int64_t		back;
		char		buf[PLATE_BUFFER];
		int			len;

		if (i & 1)				/* near to what exists */
			plate = plate_make(random_next() % 19, random_next() % 141,
							   random_next() % 260000000);
		len = plate_print(plate, buf);
		if (len == 0)
			continue;
		printed++;
		if (!plate_parse(buf, len, &back) || back != plate)
			wrong++;
	}
	ok(wrong == 0 && printed > 1000, "random values: %d are marks", printed);
}

static void
test_series(void)
{
	int			wrong = 0;

	for (int series = 1; series <= SERIES_LAST; series++)
	{
		char		buf[SERIES_MAX_TEXT];

		wrong += series_parse(buf, series_print(series, buf)) != series ||
			series_on_day(series_start(series)) != series ||
			series_on_day(series_end(series) - 1) != series ||
			series_start(series + 1) <= series_start(series);
	}
	ok(wrong == 0, "every series reads back and holds its first and last day");
	ok(series_on_day(series_start(1) - 1) == 0 &&
	   series_on_day(series_end(SERIES_LAST)) == 0 &&
	   series_on_day(INT32_MIN) == 0 && series_on_day(INT32_MAX) == 0,
	   "no series before the first, after the last or at infinity");
}

int
main(void)
{
	if (!core_compile())
		return 1;

	test_layout();
	for (int format = 1; format <= PLATE_FORMATS; format++)
		test_round_trip(format);
	test_random_bytes();
	test_random_values();
	test_series();
	return tap_end();
}
