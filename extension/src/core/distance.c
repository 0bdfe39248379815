/*
 * distance.c
 *		How far a text that was read is from a mark.
 */
#include "core/distance.h"
#include "core/plate.h"

static inline int
least(int a, int b)
{
	return a < b ? a : b;
}

/*
 * The cost of reading so many characters for a prefix, if the last of them is
 * one too many. *zeros is the least cost before the zeros that this one may
 * be dropped with.
 */
static inline int
dropped(const ReadText *text, const DistanceColumn *column, int i, int *zeros)
{
	int			cost = column->cost[i] + text->drop[i];

	if (text->zeros[i] == NO_ZEROS)
		return cost;
	if (text->zeros[i] == i)
		*zeros = column->cost[i];
	*zeros = least(*zeros, column->cost[i]);
	return least(cost, *zeros + COST_ZEROS);
}

void
distance_first(const ReadText *text, DistanceColumn *column)
{
	int			zeros = 0;

	column->cost[0] = 0;
	for (int i = 0; i < text->len; i++)
		column->cost[i + 1] = dropped(text, column, i, &zeros);
}

void
distance_next(const ReadText *text, const DistanceColumn *before,
			  CodeSet before_set, CodeSet set, DistanceColumn *column)
{
	int			missing = before_set & set ? COST_DOUBLED : COST_MISSING;
	bool		exchange = before_set & text->present && set & text->present;
	int			zeros = 0;
	int			last = before->cost[0] + missing;

	column->cost[0] = last;
	for (int i = 0; i < text->len; i++)
	{
		int			cost = before->cost[i] + replacing_cost(text->code[i], set);

		cost = least(cost, before->cost[i + 1] + missing);
		cost = least(cost, text->padded ? dropped(text, column, i, &zeros) :
					 last + text->drop[i]);
		if (exchange && i > 0 && before_set & CODE_BIT(text->code[i]) &&
			set & CODE_BIT(text->code[i - 1]))
			cost = least(cost, before[-1].cost[i - 1] + COST_EXCHANGED);
		column->cost[i + 1] = last = cost;
	}
}

int
sets_distance(const ReadText *text, const CodeSet *set, int length)
{
	DistanceColumn column[PLATE_MAX_COMPACT + 1];

	distance_first(text, &column[0]);
	for (int i = 0; i < length; i++)
		distance_next(text, &column[i], i > 0 ? set[i - 1] : 0, set[i],
					  &column[i + 1]);
	return distance_of(text, &column[length]);
}

int
mark_distance(const ReadText *text, int64_t plate)
{
	char		mark[PLATE_BUFFER];
	CodeSet		set[PLATE_MAX_COMPACT];
	int			length = plate_print_compact(plate, mark);

	for (int i = 0; i < length; i++)
		set[i] = CODE_BIT(mark_code(mark[i]));
	return sets_distance(text, set, length);
}
