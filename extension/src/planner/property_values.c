/*
 * property_values.c
 *		The values of a function in the classes of a column of marks.
 */
#include "regcar.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "planner/property_values.h"

/* A class, or a combination of values, with its share. */
typedef struct Counted
{
	uint64		key;
	double		share;
} Counted;

/*
 * Which of the values this is; a new one is added. Classes that follow one
 * another often have the same.
 */
static int
place_of(PropertyValues *values, Datum value, bool byval, int16 length,
		 int last)
{
	if (last >= 0 && datumIsEqual(values->value[last], value, byval, length))
		return last;
	for (int i = 0; i < values->count; i++)
		if (datumIsEqual(values->value[i], value, byval, length))
			return i;
	values->value[values->count] = value;
	values->share[values->count] = 0;
	return values->count++;
}

/* The statistics of a column have the most frequent value first. */
static int
compare_shares(const void *a, const void *b)
{
	double		one = ((const Counted *) a)->share;
	double		other = ((const Counted *) b)->share;

	return one > other ? -1 : one < other;
}

static void
sort_by_share(PropertyValues *values, int classes)
{
	Counted    *order = palloc(values->count * sizeof(Counted));
	Datum	   *value = palloc(values->count * sizeof(Datum));
	int		   *place = palloc(values->count * sizeof(int));

	for (int i = 0; i < values->count; i++)
		order[i] = (Counted)
	{
		i, values->share[i]
	};
	qsort(order, values->count, sizeof(Counted), compare_shares);
	for (int i = 0; i < values->count; i++)
	{
		value[i] = values->value[order[i].key];
		values->share[i] = order[i].share;
		place[order[i].key] = i;
	}
	values->value = value;
	for (int i = 0; i < classes; i++)
		if (values->of_class[i] >= 0)
			values->of_class[i] = place[values->of_class[i]];
}

void
property_values(const FuncExpr *call, const ClassShares *shares,
				PropertyValues *values)
{
	FmgrInfo	function;
	int16		length;
	bool		byval;
	int			place = -1;

	fmgr_info(call->funcid, &function);
	get_typlenbyval(call->funcresulttype, &length, &byval);
	values->count = 0;
	values->value = palloc(shares->count * sizeof(Datum));
	values->share = palloc(shares->count * sizeof(double));
	values->of_class = palloc(shares->count * sizeof(int));
	values->nulls = 1;
	for (int i = 0; i < shares->count; i++)
	{
		LOCAL_FCINFO(fcinfo, 1);
		Datum		value;

		InitFunctionCallInfoData(*fcinfo, &function, 1, call->inputcollid,
								 NULL, NULL);
		fcinfo->args[0].value = PlateGetDatum(shares->mark[i]);
		fcinfo->args[0].isnull = false;
		value = FunctionCallInvoke(fcinfo);
		values->of_class[i] = -1;
		if (fcinfo->isnull)
			continue;
		place = place_of(values, value, byval, length, place);
		values->of_class[i] = place;
		values->share[place] += shares->share[i];
		values->nulls -= shares->share[i];
	}
	values->nulls = Max(values->nulls, 0);
	sort_by_share(values, shares->count);
}

static int
compare_keys(const void *a, const void *b)
{
	uint64		one = ((const Counted *) a)->key;
	uint64		other = ((const Counted *) b)->key;

	return one < other ? -1 : one > other;
}

/*
 * A sample lacks the rarest combinations. How many these are is estimated from
 * those that it has once and twice (Chao 1984).
 */
double
count_combinations(const PropertyValues *values, int calls,
				   const ClassShares *shares)
{
	Counted    *class = palloc(shares->count * sizeof(Counted));
	double		row = 2 * shares->unseen;	/* the share of a row of the
											 * sample */
	int			seen = 0;
	int			once = 0;
	int			twice = 0;

	for (int i = 0; i < shares->count; i++)
	{
		class[i] = (Counted)
		{
			0, shares->share[i]
		};
		for (int c = 0; c < calls; c++)
			class[i].key = class[i].key * (values[c].count + 1) +
				values[c].of_class[i] + 1;
	}
	qsort(class, shares->count, sizeof(Counted), compare_keys);
	for (int first = 0, after; first < shares->count; first = after)
	{
		double		share = 0;

		for (after = first; after < shares->count; after++)
		{
			if (class[after].key != class[first].key)
				break;
			share += class[after].share;
		}
		seen++;
		once += share < 1.5 * row;
		twice += share >= 1.5 * row && share < 2.5 * row;
	}
	pfree(class);
	return seen + (double) once * (once - 1) / (2 * (twice + 1));
}
