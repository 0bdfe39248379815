/*
 * number.c
 *		Fuzz target: two integers of any value as marks, series, positions and
 *		days, and a text as a series.
 */
#include "fuzz.h"

/* Neighbours, position and tag of a mark. */
static void
check_mark(int64_t plate)
{
	int64_t		after = plate_after(plate),
				before = plate_before(plate);
	int			series = plate_series_of(plate);
	char	   *tag = malloc(2);
	int			tag_len = plate_tag_of(plate, tag);
	const char *region = plate_region_of(plate);

	MUST(plate_at_position(plate_position(plate)) == plate);
	if (after >= 0)
		MUST(is_mark(after) && plate_before(after) == plate);
	if (before >= 0)
		MUST(is_mark(before) && plate_after(before) == plate);
	/* irregular marks are a list, and none of them is another's neighbour */
	if (plate_format_of(plate) == PLATE_IRREGULAR)
		MUST(after < 0 && before < 0);
	else
	{
		if (after < 0)
			MUST(!is_mark(plate + 1));
		if (before < 0)
			MUST(plate_serial_of(plate) == 0);
	}

	MUST(series >= 0 && series <= SERIES_LAST);
	MUST(series_first_plate(series) <= plate);
	MUST(series_last_plate(series) >= plate);

	MUST(tag_len >= 0 && tag_len <= 2);
	for (int i = 0; i < tag_len; i++)
		MUST(tag[i] >= 'A' && tag[i] <= 'Z');
	MUST(plate_region_number(plate) >= 0 && plate_region_number(plate) < REGIONS);
	MUST((region == NULL) == (plate_region_number(plate) == 0));
	MUST(plate_office_of(plate) == NULL || plate_office_of(plate)[0] != '\0');
	free(tag);
}

/* Order of integers is order of issue, and positions count what is between. */
static void
check_order(int64_t a, int64_t b)
{
	MUST((a < b) == (plate_position(a) < plate_position(b)));
	MUST(plate_series_of(a) == plate_series_of(b) ||
		 (a < b) == (plate_series_of(a) < plate_series_of(b)));
	if (plate_position(a) + 1 == plate_position(b))
		MUST(issue_order_next(a) == b);
}

static void
check_position(int64_t position)
{
	int64_t		plate = plate_at_position(position);

	if (position < 0 || position >= issue_order_size())
		MUST(plate == -1);
	else
		MUST(is_mark(plate) && plate_position(plate) == position);
}

static void
check_day(int32_t day)
{
	int			series = series_on_day(day);

	MUST(series >= 0 && series <= SERIES_LAST);
	if (series > 0)
		MUST(series_start(series) <= day && day < series_end(series));
	else
		MUST(day < series_start(1) || day >= series_end(SERIES_LAST));
}

static void
check_series(const char *text, size_t len)
{
	int			series = series_parse(text, len);
	char	   *again = malloc(SERIES_MAX_TEXT);

	MUST(series >= 0 && series <= SERIES_LAST);
	if (series > 0)
	{
		int			again_len = series_print(series, again);

		MUST(again_len > 0 && again_len <= SERIES_MAX_TEXT);
		again = realloc(again, again_len);
		MUST(series_parse(again, again_len) == series);
	}
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t		a = (int64_t) take_number(&data, &size, 8);
	int64_t		b = (int64_t) take_number(&data, &size, 8);
	int64_t		near = plate_at_position((a & INT64_MAX) % issue_order_size());
	char	   *text = exact_copy(data, size);

	if (is_mark(a))
		check_mark(a);
	if (is_mark(a) && is_mark(b))
		check_order(a, b);
	check_mark(near);
	if (is_mark(b))
		check_order(near, b);
	check_position(a);
	check_position(b);
	check_day((int32_t) a);
	check_series(text, size);
	free(text);
	return 0;
}
