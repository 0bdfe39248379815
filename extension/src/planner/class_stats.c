/*
 * class_stats.c
 *		How many marks of each class a column has, for the planner.
 *
 * The values of the slot are one mark of each class in the sample.  Its
 * numbers are
 *		- the shares of these classes of all rows,
 *		- the share of a class that the sample did not have,
 *		- for each column of days, its number and the share of the rows in
 *		  which the mark may be issued on that day.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type_d.h"
#include "utils/lsyscache.h"

#include "core/mark_class.h"
#include "planner/class_stats.h"
#include "planner/statistics_slot.h"
#include "types/issue_rules.h"
#include "util/extension_catalog.h"

/* More columns of days than a table of registrations has. */
#define MAX_DAY_COLUMNS 16

typedef struct SampledMark
{
	uint32		class;
	int64		mark;
} SampledMark;

static int
compare_sampled(const void *a, const void *b)
{
	const SampledMark *one = a;
	const SampledMark *other = b;

	if (one->class != other->class)
		return one->class < other->class ? -1 : 1;
	return one->mark < other->mark ? -1 : one->mark > other->mark;
}

/* The marks of a sample by their classes; the result is how many. */
static int
sort_sample(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int samplerows,
			SampledMark *sample)
{
	int			marks = 0;

	for (int i = 0; i < samplerows; i++)
	{
		bool		isnull;
		Datum		value = fetch(stats, i, &isnull);

		if (!isnull)
			sample[marks++] = (SampledMark)
		{
			mark_class(DatumGetPlate(value)),
				DatumGetPlate(value)
		};
	}
	qsort(sample, marks, sizeof(SampledMark), compare_sampled);
	return marks;
}

/*
 * In how many rows of the sample the mark may be issued on the day in another
 * column.  Only the rows themselves can tell: most marks of a register were
 * issued on their days, however the marks and the days are spread.
 */
static int
count_issuable(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int samplerows,
			   AttrNumber day)
{
	int			count = 0;

	for (int i = 0; i < samplerows; i++)
	{
		bool		no_mark;
		bool		no_day;
		Datum		mark = fetch(stats, i, &no_mark);
		Datum		value =
		heap_getattr(stats->rows[i], day, stats->tupDesc, &no_day);

		if (!no_mark && !no_day &&
			plate_is_issuable(DatumGetPlate(mark), DatumGetDateADT(value)))
			count++;
	}
	return count;
}

/*
 * The columns of days, and the share of each; the result is how many numbers
 * that is.  An index on an expression has no rows to look at.
 */
static int
day_numbers(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int samplerows,
			double unseen, float4 *numbers)
{
	int			count = 0;

	for (int i = 0; stats->rows != NULL && i < stats->tupDesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(stats->tupDesc, i);
		double		share;

		if (att->attisdropped || att->atttypid != DATEOID ||
			count == 2 * MAX_DAY_COLUMNS)
			continue;
		share =
			(double) count_issuable(stats, fetch, samplerows, att->attnum) /
			samplerows;
		numbers[count++] = att->attnum;
		numbers[count++] = Min(Max(share, unseen), 1 - unseen);
	}
	return count;
}

void
store_class_shares(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch,
				   int samplerows, double totalrows)
{
	int			slot = free_statistics_slot(stats);
	SampledMark *sample = palloc(samplerows * sizeof(SampledMark));
	int			marks = sort_sample(stats, fetch, samplerows, sample);
	double		unseen = share_of_unseen(samplerows, totalrows);
	MemoryContext old;
	Datum	   *values;
	float4	   *numbers;
	int			classes = 0;

	for (int i = 0; i < marks; i++)
		classes += i == 0 || sample[i].class != sample[i - 1].class;
	if (slot < 0 || classes == 0)
		return;

	old = MemoryContextSwitchTo(stats->anl_context);
	values = palloc(classes * sizeof(Datum));
	numbers = palloc((classes + 1 + 2 * MAX_DAY_COLUMNS) * sizeof(float4));
	MemoryContextSwitchTo(old);

	classes = 0;
	for (int first = 0, after; first < marks; first = after)
	{
		for (after = first + 1; after < marks; after++)
			if (sample[after].class != sample[first].class)
				break;
		values[classes] = PlateGetDatum(sample[first].mark);
		numbers[classes++] = (double) (after - first) / samplerows;
	}
	numbers[classes] = unseen;

	stats->stakind[slot] = STATISTIC_KIND_CLASSES;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = classes;
	stats->stanumbers[slot] = numbers;
	stats->numnumbers[slot] =
		classes + 1 +
		day_numbers(stats, fetch, samplerows, unseen, numbers + classes + 1);
	stats->statypid[slot] = extension_type("plate");
	stats->statyplen[slot] = sizeof(int64);
	stats->statypbyval[slot] = true;
	stats->statypalign[slot] = TYPALIGN_DOUBLE;
}

/* The slot of a column; false if it has none, or one that is not ours. */
static bool
read_slot(const VariableStatData *mark, AttStatsSlot *slot)
{
	if (!HeapTupleIsValid(mark->statsTuple) ||
		!get_attstatsslot(slot, mark->statsTuple, STATISTIC_KIND_CLASSES,
						  InvalidOid,
						  ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return false;
	if (slot->valuetype == extension_type("plate") &&
		slot->nnumbers > slot->nvalues)
		return true;
	free_attstatsslot(slot);
	return false;
}

bool
class_shares(const VariableStatData *mark, ClassShares *shares)
{
	AttStatsSlot slot;

	if (!read_slot(mark, &slot))
		return false;
	shares->count = slot.nvalues;
	shares->mark = palloc(slot.nvalues * sizeof(int64));
	shares->share = palloc(slot.nvalues * sizeof(double));
	for (int i = 0; i < slot.nvalues; i++)
	{
		shares->mark[i] = DatumGetPlate(slot.values[i]);
		shares->share[i] = slot.numbers[i];
	}
	shares->unseen = slot.numbers[slot.nvalues];
	free_attstatsslot(&slot);
	return true;
}

double
share_issuable(const VariableStatData *mark, AttrNumber day)
{
	AttStatsSlot slot;
	double		share = -1;

	if (!read_slot(mark, &slot))
		return share;
	for (int i = slot.nvalues + 1; i + 1 < slot.nnumbers; i += 2)
		if (slot.numbers[i] == day)
			share = slot.numbers[i + 1];
	free_attstatsslot(&slot);
	return share;
}
