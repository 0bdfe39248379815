/*
 * pattern.c
 *		Fuzz target: any bytes as a partial mark, with some marks and a number of
 *		intervals before them.
 */
#include <ctype.h>

#include "fuzz.h"
#include "core/pattern_search.h"

#define MAX_INTERVALS	24
#define WINDOW			24

/*
 * Matching from the text alone: which beginnings of the mark are taken by a
 * beginning of the pattern.
 */
static bool
takes(const char *pattern, size_t len, const char *mark, int mark_len)
{
	bool		taken[PLATE_MAX_COMPACT + 1] = {true};

	for (size_t i = 0; i < len; i++)
	{
		char		c = (char) toupper((unsigned char) pattern[i]);

		if (c == ' ')
			continue;
		if (c == '*' || c == '%')
			for (int n = 1; n <= mark_len; n++)
				taken[n] |= taken[n - 1];
		else
		{
			for (int n = mark_len; n > 0; n--)
				taken[n] = taken[n - 1] &&
					(c == '?' || c == '_' || c == mark[n - 1]);
			taken[0] = false;
		}
	}
	return taken[mark_len];
}

/* Does a mark match?  By both ways. */
static bool
matches(const PlatePattern *pattern, const char *text, size_t len,
		int64_t plate)
{
	int			mark_len;
	char	   *mark = printed(plate, false, &mark_len);
	bool		match = takes(text, len, mark, mark_len);

	MUST(pattern_matches(pattern, plate) == match);
	free(mark);
	return match;
}

/* Whether a pattern is refused is a matter of its bytes alone. */
static void
check_refused(const char *text, size_t len, size_t bad)
{
	MUST(bad < len);
	for (size_t i = 0; i <= bad; i++)
		MUST((isalnum((unsigned char) text[i]) ||
			  (text[i] != '\0' && strchr(" ?_*%", text[i]) != NULL)) == (i < bad));
}

/* All questions among marks that follow each other, and by trying each. */
static void
check_window(const PlatePattern *pattern, const char *text, size_t len,
			 int64_t position)
{
	int64_t		from = plate_at_position(position);
	int64_t		plate = from,
				to = from,
				first = -1,
				last = -1,
				gap = -1;
	int			count = 0;

	for (int i = 0; i < WINDOW && plate >= 0; i++)
	{
		bool		match = matches(pattern, text, len, plate);

		if (match && first < 0)
			first = plate;
		if (match)
			last = plate;
		if (!match && gap < 0)
			gap = plate;
		count += match;
		to = plate;
		plate = issue_order_next(plate);
	}
	MUST(pattern_first(pattern, from, to) == first);
	MUST(pattern_last(pattern, from, to) == last);
	MUST(pattern_gap(pattern, from, to) == gap);
	MUST(pattern_count(pattern, from, to) == count);
}

/* Between two marks anywhere: what is found matches; returns the count. */
static int64_t
check_between(const PlatePattern *pattern, const char *text, size_t len,
			  int64_t from, int64_t to)
{
	int64_t		first = pattern_first(pattern, from, to);
	int64_t		last = pattern_last(pattern, from, to);
	int64_t		gap = pattern_gap(pattern, from, to);
	int64_t		count = pattern_count(pattern, from, to);
	int64_t		between = plate_position(to) - plate_position(from) + 1;

	MUST((first < 0) == (count == 0) && (last < 0) == (count == 0));
	MUST((gap < 0) == (count == between));
	if (gap >= 0)
	{
		MUST(gap >= from && gap <= to && is_mark(gap));
		MUST(!matches(pattern, text, len, gap));
	}
	if (first >= 0)
	{
		MUST(first >= from && last <= to && first <= last);
		MUST(is_mark(first) && matches(pattern, text, len, first));
		MUST(is_mark(last) && matches(pattern, text, len, last));
	}
	return count;
}

/* A mark that matches is in an interval; where none is joined, no other is. */
static void
check_intervals(const PlatePattern *pattern, const char *text, size_t len,
				int max, int64_t all, const int64_t *marks, int mark_count)
{
	MarkInterval *interval = malloc(max * sizeof(MarkInterval));
	int			found = pattern_intervals(pattern, interval, max);
	int64_t		count = 0;
	bool		joined = false;

	MUST(found >= 0 && found <= max);
	for (int i = 0; i < found; i++)
	{
		MUST(interval[i].first <= interval[i].last);
		MUST(i == 0 || interval[i].first > interval[i - 1].last);
		MUST(matches(pattern, text, len, interval[i].first));
		MUST(matches(pattern, text, len, interval[i].last));
		if (pattern_gap(pattern, interval[i].first, interval[i].last) >= 0)
			joined = true;
		count += pattern_count(pattern, interval[i].first, interval[i].last);
	}
	MUST(count == all);
	for (int m = 0; m < mark_count; m++)
	{
		bool		inside = false;

		for (int i = 0; i < found; i++)
			inside |= marks[m] >= interval[i].first && marks[m] <= interval[i].last;
		if (matches(pattern, text, len, marks[m]))
			MUST(inside);
		else
			MUST(!inside || joined);
	}
	free(interval);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t	marks = (uint64_t) issue_order_size();
	int64_t		position[2];
	int64_t		mark[3];
	int64_t		all;
	int			max = 1 + (int) (take_number(&data, &size, 1) % MAX_INTERVALS);
	PlatePattern pattern;
	char	   *text;
	size_t		bad = SIZE_MAX;

	for (int i = 0; i < 2; i++)
	{
		position[i] = (int64_t) (take_number(&data, &size, 5) % marks);
		mark[i] = plate_at_position(position[i]);
	}
	text = exact_copy(data, size);
	if (!pattern_compile(&pattern, text, size, &bad))
		check_refused(text, size, bad);
	else
	{
		/* a pattern that is a mark has that one */
		if (!plate_parse(text, size, &mark[2]))
			mark[2] = mark[0];
		else
			MUST(matches(&pattern, text, size, mark[2]) &&
				 pattern_count(&pattern, mark[2], mark[2]) == 1);
		check_window(&pattern, text, size, position[0]);
		check_window(&pattern, text, size, plate_position(mark[2]));
		check_between(&pattern, text, size, mark[mark[0] > mark[1]],
					  mark[mark[0] <= mark[1]]);
		all = check_between(&pattern, text, size, plate_at_position(0),
							plate_at_position((int64_t) marks - 1));
		check_intervals(&pattern, text, size, max, all, mark, 3);
	}
	free(text);
	return 0;
}
