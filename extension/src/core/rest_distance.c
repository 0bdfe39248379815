/*
 * rest_distance.c
 *		How near a mark may be of which only the first characters are known.
 *
 * A way to read a mark either comes past the position between two of its
 * characters, with so much of the text read; or it exchanges these two.
 */
#include "core/rest_distance.h"

static inline int
least(int a, int b)
{
	return a < b ? a : b;
}

/* The least cost if the next character of the text is one too many. */
static int
without_next(const ReadText *text, const int16_t *cost, int i)
{
	int			best = cost[i + 1] + text->drop[i];

	if (text->zeros[i] != NO_ZEROS)
		for (int after = i + 1; after <= text->len &&
			 text->zeros[after - 1] == text->zeros[i]; after++)
			best = least(best, cost[after] + COST_ZEROS);
	return best;
}

/* Do the next two characters stand in each other's place? */
static inline bool
exchanged(const ReadText *text, int i, CodeSet first, CodeSet second)
{
	return i + 1 < text->len && second & CODE_BIT(text->code[i]) &&
		first & CODE_BIT(text->code[i + 1]);
}

/* The costs from a position on, once those of the positions after it are known. */
static void
position_costs(const ReadText *text, int pos, RestDistance *rest)
{
	int			length = rest->length;
	const CodeSet *set = &rest->alphabet[pos];
	int16_t    *cost = rest->cost[pos];
	bool		doubled = pos > 0 && pos < length && set[-1] & set[0];

	for (int i = text->len; i >= 0; i--)
	{
		int			best = pos == length && i == text->len ? 0 : INT16_MAX;

		if (i < text->len)
			best = least(best, without_next(text, cost, i));
		if (pos < length)
			best = least(best, rest->cost[pos + 1][i] +
						 (doubled ? COST_DOUBLED : COST_MISSING));
		if (pos < length && i < text->len)
			best = least(best, rest->cost[pos + 1][i + 1] +
						 replacing_cost(text->code[i], set[0]));
		if (pos + 1 < length && exchanged(text, i, set[0], set[1]))
			best = least(best, rest->cost[pos + 2][i + 2] + COST_EXCHANGED);
		cost[i] = best;
	}
}

void
rest_distance_start(const ReadText *text, const Outline *outline, int series,
					RestDistance *rest)
{
	rest->series = series;
	rest->length = outline->length;
	outline_in_series(outline, series, rest->alphabet);
	for (int pos = outline->length; pos >= 0; pos--)
		position_costs(text, pos, rest);
}

int
rest_distance(const ReadText *text, const RestDistance *rest, int pos,
			  const DistanceColumn *column, const DistanceColumn *before,
			  CodeSet before_set)
{
	int			best = INT16_MAX;

	for (int i = 0; i <= text->len; i++)
		best = least(best, column->cost[i] + rest->cost[pos][i]);
	if (pos > 0 && pos < rest->length)
		for (int i = 0; i + 1 < text->len; i++)
			if (exchanged(text, i, before_set, rest->alphabet[pos]))
				best = least(best, before->cost[i] + COST_EXCHANGED +
							 rest->cost[pos + 1][i + 2]);
	return best;
}
