/*
 * issue_order.c
 *		All marks of all formats and series as one sequence, in order of issue.
 *
 * The integers of marks have gaps between the formats of a series and between
 * series; a segment is what lies between two gaps.
 */
#include "core/issue_order.h"

#include "core/series.h"
#include "core/compiled_grammar.h"

#define MAX_SEGMENTS	256

typedef struct Segment
{
	int64_t		first;			/* its first mark */
	int64_t		position;		/* marks before that */
} Segment;

static Segment segments[MAX_SEGMENTS + 1];
static int	segment_count;

/* The segments of all series and formats, in the order of the integers. */
bool
issue_order_compile(void)
{
	int64_t		position = 0;

	segment_count = 0;
	for (int series = 0; series <= SERIES_LAST; series++)
		for (int format = 1; format <= PLATE_FORMATS; format++)
		{
			const FormatInfo *info = &plate_format_info[format];

			if (series < info->first_series || series > info->last_series)
				continue;
			if (segment_count == MAX_SEGMENTS)
				return false;
			segments[segment_count++] = (Segment) {
				plate_make(format, series, 0), position
			};
			position += format_size(format);
		}
	segments[segment_count].first = INT64_MAX;
	segments[segment_count].position = position;
	return true;
}

int64_t
issue_order_size(void)
{
	return segments[segment_count].position;
}

/* The last segment that begins at or before a mark. */
static const Segment *
segment_of(int64_t plate)
{
	int			low = 0,
				high = segment_count;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (segments[middle].first <= plate)
			low = middle;
		else
			high = middle;
	}
	return &segments[low];
}

int64_t
plate_position(int64_t plate)
{
	const Segment *segment = segment_of(plate);

	return segment->position + (plate - segment->first);
}

int64_t
plate_at_position(int64_t position)
{
	int			low = 0,
				high = segment_count;

	if (position < 0 || position >= issue_order_size())
		return -1;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (segments[middle].position <= position)
			low = middle;
		else
			high = middle;
	}
	return segments[low].first + (position - segments[low].position);
}

int64_t
issue_order_next(int64_t plate)
{
	return plate_at_position(plate_position(plate) + 1);
}

/* The positions of the irregular marks: from *first to before the result. */
static int64_t
irregular_positions(int64_t *first)
{
	*first = plate_position(plate_make(PLATE_IRREGULAR, 0, 0));
	return *first + format_size(PLATE_IRREGULAR);
}

int64_t
regular_marks(int64_t position, int64_t end)
{
	int64_t		first;
	int64_t		after = irregular_positions(&first);
	int64_t		from = position > first ? position : first;
	int64_t		to = end < after ? end : after;

	return end - position - (to > from ? to - from : 0);
}

int64_t
regular_position(int64_t position)
{
	int64_t		first;
	int64_t		after = irregular_positions(&first);

	return position >= first && position < after ? after : position;
}

int64_t
block_end(int64_t plate)
{
	int64_t		next = plate_position(plate) + 1;

	return plate_at_position(plate_format_of(plate) == PLATE_IRREGULAR ? next :
							 regular_position(next));
}

int64_t
trimmed_end(int64_t position, int64_t end)
{
	int64_t		first;

	return end == irregular_positions(&first) && position < first ? first : end;
}

int64_t
plate_after(int64_t plate)
{
	PlateFormat format = plate_format_of(plate);

	return format != PLATE_IRREGULAR &&
		plate_serial_of(plate) + 1 < format_size(format) ? plate + 1 : -1;
}

int64_t
plate_before(int64_t plate)
{
	return plate_format_of(plate) != PLATE_IRREGULAR &&
		plate_serial_of(plate) > 0 ? plate - 1 : -1;
}

int64_t
series_first_plate(int series)
{
	int			format = 1;

	/* its formats follow one another, and the first has the first mark */
	while (series < plate_format_info[format].first_series ||
		   series > plate_format_info[format].last_series)
		format++;
	return plate_make(format, series, 0);
}

int64_t
series_last_plate(int series)
{
	int64_t		next = series < SERIES_LAST ?
		plate_position(series_first_plate(series + 1)) : issue_order_size();

	return plate_at_position(next - 1);
}
