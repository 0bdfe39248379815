/*
 * mark_class.c
 *		Marks that are alike in whatever is counted.
 */
#include "core/mark_class.h"

#include "core/issue_days.h"
#include "core/series.h"
#include "core/tags.h"

uint32_t
mark_class(int64_t plate)
{
	int series = plate_series_of(plate);
	int wait = 0; /* days of its series before its own */

	if (series != 0)
		wait = plate_issue_days(plate).first - series_start(series);
	return (uint32_t) series << 24 | (uint32_t) plate_format_of(plate) << 16 |
		   (uint32_t) plate_region_number(plate) << 9 | (uint32_t) wait << 1 |
		   plate_tag_is_reserved(plate);
}
