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
	Nearest    *nearest;
	const RestDistance *rest;
	int			best;			/* without what the text's strays cost */
} Walk;

void
nearest_start(Nearest *nearest)
{
	nearest->length = 0;
	distance_first(&nearest->text, &nearest->column[0]);
	for (int i = 0; i < MAX_OUTLINES; i++)
		nearest->rest[i].series = NOT_KNOWN;
	memset(nearest->segment, NOT_KNOWN, sizeof(nearest->segment));
}

/* The character at a position, as a set; none before the first. */
static inline CodeSet
character_before(const Nearest *nearest, int pos)
{
	return pos > 0 ? CODE_BIT(nearest->code[pos - 1]) : 0;
}

/* Go on from the characters before a position. */
static inline void
put(Nearest *nearest, int pos, uint8_t code)
{
	if (pos < nearest->length && nearest->code[pos] == code)
		return;
	distance_next(&nearest->text, &nearest->column[pos],
				  character_before(nearest, pos), CODE_BIT(code),
				  &nearest->column[pos + 1]);
	nearest->code[pos] = code;
	nearest->length = pos + 1;
}

int
nearest_mark(Nearest *nearest, int64_t plate)
{
	char		mark[PLATE_BUFFER];
	int			length = plate_print_compact(plate, mark);

	for (int pos = 0; pos < length; pos++)
		put(nearest, pos, mark_code(mark[pos]));
	return distance_of(&nearest->text, &nearest->column[length]);
}

/* Any text that has one of a set at a position. */
static void
walk_freely(Walk *walk, int pos, CodeSet set)
{
	Nearest    *nearest = walk->nearest;
	const DistanceColumn *before = &nearest->column[pos];
	DistanceColumn column;
	int			cost;

	distance_next(&nearest->text, before, character_before(nearest, pos), set,
				  &column);
	cost = rest_distance(&nearest->text, walk->rest, pos + 1, &column, before,
						 set);
	if (cost < walk->best)
		walk->best = cost;
}

/*
 * Texts after a position that are not before and not beyond bounds; NULL
 * where the characters before the position have settled that.
 */
static void
walk_between(Walk *walk, int pos, const Bound *first, const Bound *last)
{
	Nearest    *nearest = walk->nearest;
	CodeSet		set;
	CodeSet		begin = 0;
	CodeSet		end = 0;
	int			cost;

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

	/* nothing is nearer, whatever follows */
	cost = rest_distance(&nearest->text, walk->rest, pos, &nearest->column[pos],
						 &nearest->column[pos > 0 ? pos - 1 : 0],
						 character_before(nearest, pos));
	if (cost >= walk->best)
		return;
	if (first == NULL && last == NULL)
	{
		walk->best = cost;
		return;
	}

	set = walk->rest->alphabet[pos];
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
		walk_freely(walk, pos, set & ~(begin | end));
	if (set & begin)
	{
		put(nearest, pos, first->code[pos]);
		walk_between(walk, pos + 1, first, begin == end ? last : NULL);
	}
	if (set & end & ~begin)
	{
		put(nearest, pos, last->code[pos]);
		walk_between(walk, pos + 1, NULL, last);
	}
}

/*
 * How near a mark of a segment can be that is not before one mark and not
 * after another, NULL for no bound; the best so far if that is nearer.
 */
static int
search_segment(Nearest *nearest, int series, int format,
			   const MarkParts *first, const MarkParts *last, int best)
{
	int			strays = nearest->text.strays * COST_STRAY;
	Walk		walk = {.nearest = nearest, .best = best - strays};

	for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
	{
		RestDistance *rest = &nearest->rest[i];
		Bound		from;
		Bound		to;

		if (rest->series != series)
			rest_distance_start(&nearest->text, &outlines[i], series, rest);
		walk.rest = rest;
		if (first != NULL)
			from = outline_bound(&outlines[i], first, false);
		if (last != NULL)
			to = outline_bound(&outlines[i], last, true);
		walk_between(&walk, 0, first ? &from : NULL, last ? &to : NULL);
	}
	return walk.best + strays;
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
