/*
 * core.c
 *		Marks parsed and printed in a second by the C core alone.
 *
 * The marks are many and in no order, so that no branch can learn them: what
 * format comes next cannot be foreseen.  A column of one format is faster.
 *
 * Prints one line a round: million marks parsed a second, and printed.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/core.h"
#include "core/plate.h"
#include "core/series.h"
#include "core/compiled_grammar.h"

#define MARKS		65536
#define PASSES		125
#define ROUNDS		7

/* Eight formats, equally often, as people write them. */
static const char *const sample[] = {
	"AB51 ABC", "A123 BCD", "ABC 123D", "ABC 123", "1234 AB", "AAZ 1234",
	"Q123 ABC", "101 D 101"
};

/* Xorshift64: the same order every time. */
static uint64_t
random_next(void)
{
	static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int
main(void)
{
	static int64_t plates[MARKS];
	static char text[MARKS][PLATE_BUFFER];
	static int	length[MARKS];
	volatile int64_t sink = 0;

	if (!core_compile())
		return 1;

	/* marks of those formats, spread over their serials and series */
	for (int i = 0; i < MARKS; i++)
	{
		const char *mark = sample[i % 8];
		int			format;
		int			series;

		if (!plate_parse(mark, strlen(mark), &plates[i]))
			return 1;
		format = plate_format_of(plates[i]);
		series = plate_series_of(plates[i]);
		if (series)
			series = plate_format_info[format].first_series + i / 8 %
				(plate_format_info[format].last_series -
				 plate_format_info[format].first_series + 1);
		plates[i] = plate_make(format, series,
							   (int64_t) i * 7919 * 1009 % format_size(format));
	}
	for (int i = MARKS - 1; i > 0; i--)
	{
		int			j = random_next() % (i + 1);
		int64_t		plate = plates[i];

		plates[i] = plates[j];
		plates[j] = plate;
	}
	for (int i = 0; i < MARKS; i++)
		length[i] = plate_print(plates[i], text[i]);

	for (int round = 0; round < ROUNDS; round++)
	{
		double		start = seconds();
		double		parsed;
		double		printed;
		char		buf[PLATE_BUFFER];

		for (int pass = 0; pass < PASSES; pass++)
			for (int i = 0; i < MARKS; i++)
			{
				int64_t		plate = 0;

				if (!plate_parse(text[i], length[i], &plate))
					return 1;
				sink += plate;
			}
		parsed = seconds();
		for (int pass = 0; pass < PASSES; pass++)
			for (int i = 0; i < MARKS; i++)
				sink += plate_print(plates[i], buf);
		printed = seconds();
		printf("%.1f %.1f\n", MARKS / 1e6 * PASSES / (parsed - start),
			   MARKS / 1e6 * PASSES / (printed - parsed));
	}
	return 0;
}
