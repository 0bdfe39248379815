/*
 * segment.c
 *		What one format has in one series.
 */
#include "core/segment.h"

#include <string.h>

#include "core/plate.h"
#include "core/series.h"

MarkParts
take_apart(int64_t plate)
{
	char		text[PLATE_BUFFER];
	int			length = plate_print_compact(plate, text);
	MarkParts	mark;

	for (int i = 0; i < length; i++)
		mark.code[i] = mark_code(text[i]);
	mark.outline = outline_of(plate_format_of(plate), mark.code, length);
	return mark;
}

/*
 * Fields are compared from the left.  Groups of letters are compared as
 * words, so that a group comes before the longer groups that it begins.
 * Numbers are compared by value, so that a wider one is greater.
 */
Bound
outline_bound(const Outline *outline, const MarkParts *mark, bool down)
{
	Bound		bound = {.length = 0};

	if (outline->layout != mark->outline->layout)
	{
		bound.strict = (outline->layout < mark->outline->layout) != down;
		return bound;
	}
	for (int f = 0; f < outline->fields; f++)
	{
		const OutlineField *mine = &outline->field[f];
		const OutlineField *its = &mark->outline->field[f];
		int			my_width = mine->end - mine->start;
		int			its_width = its->end - its->start;
		int			width = my_width < its_width ? my_width : its_width;

		if (my_width == its_width || mine->kind == FIELD_LETTERS)
		{
			memcpy(bound.code + bound.length, mark->code + its->start, width);
			bound.length += width;
		}
		if (my_width != its_width)
		{
			bound.strict = (my_width < its_width) != down;
			break;
		}
	}
	return bound;
}

bool
next_segment(int *series, int *format, int step)
{
	do
	{
		*format += step;
		if (*format < 1 || *format > PLATE_FORMATS)
		{
			*series += step;
			*format = step > 0 ? 1 : PLATE_FORMATS;
			if (*series < 0 || *series > SERIES_LAST)
				return false;
		}
	} while (*series < plate_format_info[*format].first_series ||
			 *series > plate_format_info[*format].last_series);
	return true;
}
