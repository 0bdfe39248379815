/*
 * issue_days.c
 *		The days on which a mark may be newly issued.
 */
#include "core/issue_days.h"

#include "core/compiled_grammar.h"
#include "core/series.h"

#define MONTHS		6

/*
 * Days of a series before each of its months, March to August or September to
 * February: the last month is the one that differs from year to year.
 */
static const int32_t before_month[2][MONTHS] = {
	{0, 31, 61, 92, 122, 153},
	{0, 30, 61, 91, 122, 153}
};

/*
 * The second letter of an export tag, A to F, is the month in the series
 * (VEXMOTORS4100).  51, the first of the series that have export marks, begins
 * in September.
 */
static IssueDays
export_month(int64_t plate)
{
	int			series = plate_series_of(plate);
	const int32_t *before = before_month[(series - SERIES_FIRST_CURRENT) % 2 == 0];
	const LayoutTable *layout = format_layout[PLATE_EXPORT];
	int			month = (int) (plate_serial_of(plate) /
							   layout->step[0].weight.divisor);
	IssueDays	days = {
		series_start(series) + before[month],
		month + 1 < MONTHS ? series_start(series) + before[month + 1] :
			series_end(series)
	};

	return days;
}

IssueDays
plate_issue_days(int64_t plate)
{
	int			series = plate_series_of(plate);
	IssueDays	days = {series_start(series), series_end(series)};

	return plate_format_of(plate) == PLATE_EXPORT ? export_month(plate) : days;
}
