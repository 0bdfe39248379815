/*
 * pattern_search.c
 *		Where in the order of issue the marks of a pattern are.
 *
 * Each outline of a segment (segment.h) is searched by itself, position by
 * position from the left, and the results are compared.
 */
#include "core/pattern_search.h"

#include <string.h>

#include "core/compiler.h"
#include "core/issue_order.h"
#include "core/segment.h"

/* An outline in a series, and a pattern. */
typedef struct Place
{
	const PlatePattern *pattern;
	const Outline *outline;
	CodeSet		alphabet[PLATE_MAX_COMPACT];
} Place;

static const OutlineField *
field_at(const Outline *outline, int pos)
{
	return &outline->field[outline->field_of[pos]];
}

/* A search for the first or last mark that matches, or that does not. */
typedef struct MarkSearch
{
	Place		place;
	bool		matching;
	bool		down;
	/*
	 * from where a match is possible; if we search for no match: from where
	 * it is certain
	 */
	Reached		ahead[PLATE_MAX_COMPACT + 1];
	int			stop;			/* after the last position to fill */
	uint8_t		code[PLATE_MAX_COMPACT];
} MarkSearch;

/*
 * Fill the positions from pos on with the first possible text.  We go back on
 * a choice only where a field does not have every text of its alphabets.
 */
static bool
fill(MarkSearch *search, int pos, Reached reached, const Bound *bound)
{
	const Outline *outline = search->place.outline;
	CodeSet		choice;

	if (bound != NULL && pos == bound->length)
	{
		if (bound->strict)
			return false;
		bound = NULL;
	}
	if (pos == search->stop)
		return true;

	choice = search->place.alphabet[pos];
	if (bound != NULL)
		choice &= search->down ? CODE_BIT(bound->code[pos] + 1) - 1 :
			~(CODE_BIT(bound->code[pos]) - 1);
	while (choice != 0)
	{
		int			code = search->down ? last_bit(choice) :
			first_bit(choice);
		Reached		next = pattern_step(search->place.pattern, reached, code);
		bool		meets = (next & search->ahead[pos + 1]) != 0;
		const OutlineField *field = field_at(outline, pos);

		choice &= ~CODE_BIT(code);
		search->code[pos] = code;
		if (meets == search->matching &&
			(field->end > pos + 1 || field_has(field, search->code)) &&
			fill(search, pos + 1, next,
				 bound != NULL && code == bound->code[pos] ? bound : NULL))
			return true;
	}
	return false;
}

/*
 * From where a match is possible, for each position: some character leads on,
 * and at the start of a field some text does.
 */
static void
look_for_match(MarkSearch *search)
{
	const PlatePattern *pattern = search->place.pattern;
	const Outline *outline = search->place.outline;
	Reached    *ahead = search->ahead;

	ahead[outline->length] = pattern->end;
	for (int pos = outline->length - 1; pos >= 0; pos--)
	{
		const OutlineField *field = field_at(outline, pos);
		Reached		takes = 0;

		for (int n = 0; n < pattern->elements; n++)
			if (pattern->element[n] & search->place.alphabet[pos])
				takes |= 1 << n;
		ahead[pos] = (ahead[pos + 1] >> 1 & takes) |
			(ahead[pos + 1] & pattern->stars);

		if (pos > field->start || !field->sparse)
			continue;
		search->stop = field->end;
		for (int n = 0; n <= pattern->elements; n++)
			if (ahead[pos] & 1 << n && !fill(search, pos, 1 << n, NULL))
				ahead[pos] &= ~(1 << n);
	}
}

/*
 * From where a match is certain, for each position: every character leads to
 * one.  Texts that a field does not have count here too, which misses little:
 * fill() finds out.
 */
static void
look_for_certain(const Place *place, Reached *ahead)
{
	const PlatePattern *pattern = place->pattern;

	ahead[place->outline->length] = pattern->end;
	for (int pos = place->outline->length - 1; pos >= 0; pos--)
	{
		Reached		takes = 0;

		for (int n = 0; n < pattern->elements; n++)
			if ((place->alphabet[pos] & ~pattern->element[n]) == 0)
				takes |= 1 << n;
		ahead[pos] = (ahead[pos + 1] >> 1 & takes) |
			(ahead[pos + 1] & pattern->stars);
	}
}

/* Can a mark of so many characters match? */
static bool
fits(const PlatePattern *pattern, int length)
{
	return pattern->elements == length ||
		(pattern->elements < length && pattern->stars != 0);
}

/* The result of a search in one outline of a series, or -1. */
static int64_t
search_outline(const PlatePattern *pattern, const Outline *outline, int series,
			   const Bound *bound, bool matching, bool down)
{
	MarkSearch	search = {
		.place = {pattern, outline}, .matching = matching, .down = down
	};
	char		text[PLATE_MAX_COMPACT];
	int64_t		plate;

	if (matching && !fits(pattern, outline->length))
		return -1;
	outline_in_series(outline, series, search.place.alphabet);
	if (matching)
		look_for_match(&search);
	else
		look_for_certain(&search.place, search.ahead);
	if (matching == !(search.ahead[0] & PATTERN_START))
		return -1;

	search.stop = outline->length;
	if (!fill(&search, 0, PATTERN_START, bound))
		return -1;
	for (int i = 0; i < outline->length; i++)
		text[i] = code_char(search.code[i]);
	return plate_parse(text, outline->length, &plate) ? plate : -1;
}

/* Is a mark beyond another, going up or down? */
static bool
beyond(int64_t plate, int64_t limit, bool down)
{
	return down ? plate < limit : plate > limit;
}

static int64_t
search_segments(const PlatePattern *pattern, int64_t from, int64_t to,
				bool matching, bool down)
{
	int			series = plate_series_of(from);
	int			format = plate_format_of(from);
	MarkParts	mark = take_apart(from);
	bool		first = true;

	do
	{
		int64_t		best = -1;

		if (beyond(plate_make(format, series, down ? PLATE_SERIAL_MASK : 0),
				   to, down))
			break;
		for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
		{
			Bound		bound;
			int64_t		found;

			if (first)
			{
				bound = outline_bound(&outlines[i], &mark, down);
				if (bound.length == 0 && bound.strict)
					continue;
			}
			found = search_outline(pattern, &outlines[i], series,
								   first ? &bound : NULL, matching, down);
			if (found >= 0 && (best < 0 || beyond(best, found, down)))
				best = found;
		}
		if (best >= 0)
			return beyond(best, to, down) ? -1 : best;
		first = false;
	} while (next_segment(&series, &format, down ? -1 : 1));
	return -1;
}

int64_t
pattern_first(const PlatePattern *pattern, int64_t from, int64_t to)
{
	return search_segments(pattern, from, to, true, false);
}

int64_t
pattern_last(const PlatePattern *pattern, int64_t from, int64_t to)
{
	return search_segments(pattern, to, from, true, true);
}

int64_t
pattern_gap(const PlatePattern *pattern, int64_t from, int64_t to)
{
	return search_segments(pattern, from, to, false, false);
}

/* A count in one outline of a series. */
typedef struct Count
{
	Place		place;
	Reached		possible[PLATE_MAX_COMPACT + 1];
	Reached		certain[PLATE_MAX_COMPACT + 1];
	int64_t		rest[5];		/* marks that differ from this field on */
	CodeSet		set[PLATE_MAX_COMPACT]; /* characters up to the current
										 * position */
} Count;

static int64_t count_by_set(Count *count, int pos, CodeSet choice,
							Reached reached);

/*
 * Count the marks that match and whose characters so far are from the sets.
 */
static int64_t
count_from(Count *count, int pos, Reached reached)
{
	const Outline *outline = count->place.outline;

	if (!(reached & count->possible[pos]))
		return 0;
	if (pos == outline->length)
		return 1;
	if (reached & count->certain[pos])
	{
		const OutlineField *field = field_at(outline, pos);

		memcpy(count->set + pos, count->place.alphabet + pos,
			   (field->end - pos) * sizeof(CodeSet));
		return field_size(field, count->set) *
			count->rest[outline->field_of[pos] + 1];
	}
	return count_by_set(count, pos, count->place.alphabet[pos], reached);
}

/*
 * Count with the characters at a position from one set, and those before it
 * from their own.
 */
static int64_t
count_with(Count *count, int pos, CodeSet set, Reached next)
{
	const OutlineField *field = field_at(count->place.outline, pos);
	int64_t		texts = 1;

	count->set[pos] = set;
	if (field->end == pos + 1)
		texts = field_size(field, count->set);
	return texts == 0 ? 0 : texts * count_from(count, pos + 1, next);
}

/*
 * Count with a choice of characters at a position: each one that the pattern
 * names, then all others together.
 */
static int64_t
count_by_set(Count *count, int pos, CodeSet choice, Reached reached)
{
	const PlatePattern *pattern = count->place.pattern;
	int64_t		found = 0;

	for (int n = 0; n < pattern->elements; n++)
	{
		CodeSet		named = pattern->element[n];

		if (named == ANY_CODE || !(reached & 1 << n) || !(choice & named))
			continue;
		choice &= ~named;
		found += count_with(count, pos, named,
							pattern_step(pattern, reached,
										 first_bit(named)));
	}
	if (choice != 0)
		found += count_with(count, pos, choice,
							(reached & pattern->any) << 1 |
							(reached & pattern->stars));
	return found;
}

static void
start_count(Count *count, const PlatePattern *pattern, const Outline *outline,
			int series)
{
	MarkSearch	search = {.place = {pattern, outline}, .matching = true};

	outline_in_series(outline, series, search.place.alphabet);
	look_for_match(&search);
	memcpy(count->possible, search.ahead, sizeof(count->possible));
	count->place = search.place;
	look_for_certain(&count->place, count->certain);
	count->rest[outline->fields] = 1;
	for (int f = outline->fields - 1; f >= 0; f--)
		count->rest[f] = count->rest[f + 1] *
			field_size(&outline->field[f], count->place.alphabet);
}

/* Count the marks of an outline that match and come before a bound. */
static int64_t
count_before(Count *count, const Bound *bound)
{
	const Outline *outline = count->place.outline;
	const PlatePattern *pattern = count->place.pattern;
	Reached		reached = PATTERN_START;
	int64_t		found = 0;

	for (int pos = 0; pos < bound->length; pos++)
	{
		const OutlineField *field = field_at(outline, pos);
		CodeSet		same = CODE_BIT(bound->code[pos]);

		found += count_by_set(count, pos,
							  count->place.alphabet[pos] & (same - 1), reached);
		reached = pattern_step(pattern, reached, bound->code[pos]);
		count->set[pos] = same;
		if (!(count->place.alphabet[pos] & same) ||
			(field->end == pos + 1 && !field_has(field, bound->code)))
			return found;
	}
	return bound->strict ? found + count_from(count, bound->length, reached) :
		found;
}

/*
 * Count the marks of a segment that match: all of them, or those before a
 * mark.
 */
static int64_t
count_segment(const PlatePattern *pattern, int series, int format,
			  const MarkParts *before)
{
	int64_t		found = 0;

	for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
	{
		Count		count;
		Bound		bound;

		if (!fits(pattern, outlines[i].length))
			continue;
		start_count(&count, pattern, &outlines[i], series);
		if (before == NULL)
			found += count_from(&count, 0, PATTERN_START);
		else
		{
			bound = outline_bound(&outlines[i], before, false);
			found += count_before(&count, &bound);
		}
	}
	return found;
}

int64_t
pattern_count(const PlatePattern *pattern, int64_t from, int64_t to)
{
	MarkParts	first = take_apart(from);
	MarkParts	last = take_apart(to);
	int			series = plate_series_of(from);
	int			format = plate_format_of(from);
	int64_t		found = pattern_matches(pattern, to);

	if (from > to)
		return 0;
	found -= count_segment(pattern, series, format, &first);
	while (series != plate_series_of(to) ||
		   format != (int) plate_format_of(to))
	{
		found += count_segment(pattern, series, format, NULL);
		next_segment(&series, &format, 1);
	}
	return found + count_segment(pattern, series, format, &last);
}

/* The first mark after another that matches, or -1. */
static int64_t
next_match(const PlatePattern *pattern, int64_t plate, int64_t last)
{
	return plate == last ? -1 :
		pattern_first(pattern, issue_order_next(plate), last);
}

/* The end of the run of a mark that matches. */
static int64_t
run_end(const PlatePattern *pattern, int64_t plate, int64_t last)
{
	int64_t		gap = pattern_gap(pattern, plate, last);

	return gap < 0 ? last : plate_at_position(plate_position(gap) - 1);
}

/*
 * The runs from the first to the last mark that matches, joined where they
 * are at most so many marks apart; max + 1 if there are more than max.
 */
static int
join_runs(const PlatePattern *pattern, int64_t first, int64_t last,
		  int64_t apart, MarkInterval *interval, int max)
{
	int			found = 0;

	while (first >= 0)
	{
		int64_t		end = run_end(pattern, first, last);
		int64_t		next = next_match(pattern, end, last);

		while (next >= 0 &&
			   plate_position(next) - plate_position(end) <= apart)
		{
			int64_t		reach = plate_position(end) + apart;

			/* not run by run, because there may be millions */
			end = plate_at_position(reach);
			if (end < 0 || end > last)
				end = last;
			end = run_end(pattern, pattern_last(pattern, next, end), last);
			next = next_match(pattern, end, last);
		}
		if (found == max)
			return max + 1;
		interval[found++] = (MarkInterval) {first, end};
		first = next;
	}
	return found;
}

int
pattern_intervals(const PlatePattern *pattern, MarkInterval *interval, int max)
{
	int64_t		end = plate_at_position(issue_order_size() - 1);
	int64_t		first = pattern_first(pattern, plate_at_position(0), end);
	int64_t		last;
	int64_t		span;
	int			found;

	if (first < 0)
		return 0;
	last = pattern_last(pattern, first, end);
	found = join_runs(pattern, first, last, 0, interval, max);
	if (found <= max)
		return found;
	/*
	 * if more than max intervals are further apart than this, they do not fit
	 */
	span = plate_position(last) - plate_position(first);
	return join_runs(pattern, first, last, span / max + 1, interval, max);
}
