/*
 * nearest.c
 *		The marks nearest to what was read, for a search through an index.
 *
 * An interval of marks is, in each outline of each segment (segment.h), all
 * texts from one to another.  These are a few products of sets of characters:
 * those that begin as the first text does up to some position and have a later
 * character there, with anything after it; likewise for the last.
 */
#include "core/nearest.h"

#include <string.h>

#include "core/plate.h"
#include "core/segment.h"

#define NOT_KNOWN		(-1)	/* all bits set */
#define FAR				INT16_MAX	/* farther than any mark */

/* A walk over the texts of an outline from one to another. */
typedef struct Walk
{
	const ReadText *text;
	const Outline *outline;
	CodeSet		alphabet[PLATE_MAX_COMPACT];
	CodeSet		set[PLATE_MAX_COMPACT];	/* characters up to where it is */
	DistanceColumn column[PLATE_MAX_COMPACT + 1];
	int			best;
} Walk;

void
nearest_start(Nearest *nearest)
{
	nearest->length = 0;
	distance_first(&nearest->text, &nearest->column[0]);
	memset(nearest->segment, NOT_KNOWN, sizeof(nearest->segment));
}

int
nearest_mark(Nearest *nearest, int64_t plate)
{
	char		mark[PLATE_BUFFER];
	int			length = plate_print_compact(plate, mark);
	int			same = 0;

	while (same < length && same < nearest->length &&
		   nearest->code[same] == mark_code(mark[same]))
		same++;
	for (int pos = same; pos < length; pos++)
	{
		nearest->code[pos] = mark_code(mark[pos]);
		distance_next(&nearest->text, &nearest->column[pos],
					  pos > 0 ? CODE_BIT(nearest->code[pos - 1]) : 0,
					  CODE_BIT(nearest->code[pos]), &nearest->column[pos + 1]);
	}
	nearest->length = length;
	return distance_of(&nearest->text, &nearest->column[length]);
}

/* With the characters at a position from a set. */
static void
step(Walk *walk, int pos, CodeSet set)
{
	walk->set[pos] = set;
	distance_next(walk->text, &walk->column[pos],
				  pos > 0 ? walk->set[pos - 1] : 0, set,
				  &walk->column[pos + 1]);
}

/*
 * Can nothing be nearer than the best, whatever follows?  What follows goes on
 * from this column, or by an exchange from the one before.
 */
static bool
hopeless(const Walk *walk, int pos)
{
	const DistanceColumn *column = &walk->column[pos];
	int			best = walk->best - walk->text->strays * COST_STRAY;

	for (int i = 0; i <= walk->text->len; i++)
		if (column->cost[i] < best ||
			(pos > 0 && column[-1].cost[i] + COST_EXCHANGED < best))
			return false;
	return true;
}

/* Any text after a position. */
static void
walk_freely(Walk *walk, int pos)
{
	int			distance;

	for (; pos < walk->outline->length; pos++)
	{
		if (hopeless(walk, pos))
			return;
		step(walk, pos, walk->alphabet[pos]);
	}
	distance = distance_of(walk->text, &walk->column[pos]);
	if (distance < walk->best)
		walk->best = distance;
}

/*
 * Texts after a position that are not before and not beyond bounds; NULL
 * where the characters before the position have settled that.
 */
static void
walk_between(Walk *walk, int pos, const Bound *first, const Bound *last)
{
	CodeSet		set;
	CodeSet		begin = 0;
	CodeSet		end = 0;

	if (first != NULL && pos == first->length)
	{
		if (first->strict)
			return;
		first = NULL;
	}
	if (last != NULL && pos == last->length)
	{
		if (last->strict)
			return;
		last = NULL;
	}
	if (first == NULL && last == NULL)
	{
		walk_freely(walk, pos);
		return;
	}
	if (hopeless(walk, pos))
		return;

	set = walk->alphabet[pos];
	if (first != NULL)
	{
		begin = CODE_BIT(first->code[pos]);
		set &= ~(begin - 1);
	}
	if (last != NULL)
	{
		end = CODE_BIT(last->code[pos]);
		set &= end | (end - 1);
	}
	if (set & ~(begin | end))
	{
		step(walk, pos, set & ~(begin | end));
		walk_freely(walk, pos + 1);
	}
	if (set & begin)
	{
		step(walk, pos, begin);
		walk_between(walk, pos + 1, first, begin == end ? last : NULL);
	}
	if (set & end & ~begin)
	{
		step(walk, pos, end);
		walk_between(walk, pos + 1, NULL, last);
	}
}

/*
 * How near a mark of a segment can be that is not before one mark and not
 * after another, NULL for no bound; the best so far if that is nearer.
 */
static int
search_segment(const Nearest *nearest, int series, int format,
			   const MarkParts *first, const MarkParts *last, int best)
{
	Walk		walk;

	walk.text = &nearest->text;
	walk.best = best;
	walk.column[0] = nearest->column[0];
	for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
	{
		Bound		from;
		Bound		to;

		walk.outline = &outlines[i];
		outline_in_series(walk.outline, series, walk.alphabet);
		if (first != NULL)
			from = outline_bound(walk.outline, first, false);
		if (last != NULL)
			to = outline_bound(walk.outline, last, true);
		walk_between(&walk, 0, first ? &from : NULL, last ? &to : NULL);
	}
	return walk.best;
}

/* The same for all of a segment, which is remembered. */
static int
whole_segment(Nearest *nearest, int series, int format)
{
	int16_t    *known = &nearest->segment[series][format];

	if (*known == NOT_KNOWN)
		*known = search_segment(nearest, series, format, NULL, NULL, FAR);
	return *known;
}

int
nearest_between(Nearest *nearest, int64_t first, int64_t last)
{
	MarkParts	begin = take_apart(first);
	MarkParts	end = take_apart(last);
	int			series = plate_series_of(first);
	int			format = plate_format_of(first);
	int			best = FAR;

	for (bool at_begin = true, at_end = false; !at_end; at_begin = false)
	{
		int			whole = whole_segment(nearest, series, format);

		at_end = series == plate_series_of(last) &&
			format == (int) plate_format_of(last);
		if (whole < best)
			best = at_begin || at_end ?
				search_segment(nearest, series, format,
							   at_begin ? &begin : NULL, at_end ? &end : NULL,
							   best) :
				whole;
		if (!at_end && !next_segment(&series, &format, 1))
			break;
	}
	return best;
}
