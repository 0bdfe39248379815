/*
 * nearest_test.c
 *		How near the marks of an interval may be, against all of them looked at
 *		one by one.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/compiled_grammar.h"
#include "core/core.h"
#include "core/issue_order.h"
#include "core/nearest.h"
#include "core/plate.h"
#include "core/segment.h"
#include "tap.h"

#define LONGEST			3000	/* interval that is looked at mark by mark */

static int
below(int limit)
{
	return (int) (random_next() % (uint64_t) limit);
}

/* A mark of any format, as likely as of any other. */
static int64_t
random_mark(void)
{
	int			format = 1 + below(PLATE_FORMATS);
	const FormatInfo *info = &plate_format_info[format];
	int			series = info->first_series +
		below(info->last_series - info->first_series + 1);

	return plate_make(format, series,
					  random_next() % (uint64_t) format_size(format));
}

/* A mark, mistyped up to three times, or anything. */
static void
random_text(int64_t mark, Nearest *nearest)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-0O1I";
	char		text[PLATE_BUFFER + 4];
	int			len = below(8) ? plate_print_compact(mark, text) : 0;

	for (int slips = below(4); slips > 0; slips--)
	{
		int			at = below(len + 1);
		char		c = characters[below(sizeof(characters) - 1)];

		switch (below(4))
		{
			case 0:
				if (at < len)
					text[at] = c;
				break;
			case 1:
				if (at + 1 < len)
				{
					c = text[at];
					text[at] = text[at + 1];
					text[at + 1] = c;
				}
				break;
			case 2:
				if (at < len)
					memmove(text + at, text + at + 1, --len - at);
				break;
			case 3:
				memmove(text + at + 1, text + at, len++ - at);
				text[at] = c;
				break;
		}
	}
	if (!read_text(text, len, &nearest->text))
		abort();
	nearest_start(nearest);
}

/* The least distance from one mark to another; each as mark_distance() has it. */
static int
least_distance(Nearest *nearest, int64_t first, int64_t last, bool *same)
{
	int			least = INT16_MAX;

	for (int64_t mark = first; mark >= 0 && mark <= last;
		 mark = issue_order_next(mark))
	{
		int			distance = mark_distance(&nearest->text, mark);

		least = distance < least ? distance : least;
		*same = *same && nearest_mark(nearest, mark) == distance;
	}
	return least;
}

static void
test_intervals(int cases)
{
	bool		admissible = true;
	bool		same = true;
	int			tight = 0;
	static Nearest nearest;

	for (int i = 0; i < cases && admissible && same; i++)
	{
		int64_t		first = random_mark();
		int64_t		last = plate_at_position(plate_position(first) +
											 below(below(LONGEST) + 1));
		int			bound;
		int			least;

		if (last < 0)
			last = first;
		random_text(below(2) ? first : random_mark(), &nearest);
		least = least_distance(&nearest, first, last, &same);
		bound = nearest_between(&nearest, first, last);
		admissible = bound <= least;
		tight += bound == least;
	}
	ok(admissible, "no mark of %d intervals is nearer than they are", cases);
	ok(same, "and mark after mark each is as far as by itself");
	ok(tight > cases * 9 / 10, "%d intervals are as far as their nearest mark",
	   tight);
}

/* Where an interval has more segments than can be looked at mark by mark. */
static void
test_wide(int cases)
{
	bool		admissible = true;
	int			found = 0;
	static Nearest nearest;

	for (int i = 0; i < cases && admissible; i++)
	{
		int64_t		mark = random_mark();
		int64_t		first = random_mark();
		int64_t		last = random_mark();
		int			all;

		if (first > last)
		{
			int64_t		swap = first;

			first = last;
			last = swap;
		}
		random_text(mark, &nearest);
		all = nearest_between(&nearest, plate_at_position(0),
							  plate_at_position(issue_order_size() - 1));
		admissible = all <= nearest_between(&nearest, first, last) &&
			all <= mark_distance(&nearest.text, mark);
		if (mark < first || mark > last)
			continue;
		found++;
		admissible = admissible && nearest_between(&nearest, first, last) <=
			mark_distance(&nearest.text, mark);
	}
	ok(admissible && found > cases / 10,
	   "nor is one of %d intervals of many series, and %d marks are in them",
	   cases, found);
}

/* What is beyond an interval does not count. */
static void
test_ends(int cases)
{
	int			apart = 0;
	bool		right = true;
	static Nearest nearest;

	for (int i = 0; i < cases; i++)
	{
		int64_t		mark = random_mark();
		int64_t		before = plate_before(mark);
		int64_t		after = plate_after(mark);
		char		text[PLATE_BUFFER];

		if (before < 0 || after < 0)
			continue;
		apart++;
		if (!read_text(text, plate_print_compact(mark, text), &nearest.text))
			abort();
		nearest_start(&nearest);
		right = right && nearest_between(&nearest, mark, mark) == 0 &&
			nearest_between(&nearest, before, after) == 0 &&
			nearest_between(&nearest, before, before) > 0 &&
			nearest_between(&nearest, after, after) > 0;
	}
	ok(right && apart > cases / 2,
	   "%d marks are in their intervals, and not in those that end beside them",
	   apart);
}

int
main(void)
{
	if (!core_compile())
		return 1;

	test_intervals(2000);
	test_wide(2000);
	test_ends(2000);
	return tap_end();
}
