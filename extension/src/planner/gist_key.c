/*
 * gist_key.c
 *		Keys of GiST indexes over marks and over series.
 */
#include "regcar.h"

#include "utils/rangetypes.h"
#include "utils/sortsupport.h"

#include "planner/gist_key.h"

/*
 * range_serialize() puts the bounds, which every key has, after the header
 * and the OID of the type.  In an index the header is a short one, so that
 * DatumGetRangeTypeP() would have to copy each key of each page.
 */
MarkInterval
key_bounds(Datum key)
{
	const char *bounds = VARDATA_ANY(DatumGetPointer(key)) + sizeof(Oid);
	int64		mark[2];

	memcpy(mark, bounds, sizeof(mark));
	return (MarkInterval) {mark[0], mark[1]};
}

MarkInterval
entry_marks(const GISTENTRY *entry)
{
	MarkInterval marks = key_bounds(entry->key);

	if (GIST_LEAF(entry))
		marks.last = marks.first;
	return marks;
}

GISTENTRY *
entry_of_mark(TypeCacheEntry *platerange, const GISTENTRY *entry, int64 mark)
{
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = true};

	lower.val = upper.val = PlateGetDatum(mark);
	gistentryinit(*result,
				  RangeTypePGetDatum(make_range_compat(platerange,
													   &lower, &upper)),
				  entry->rel, entry->page, entry->offset, false);
	return result;
}

/* The entry has no page there. */
GISTENTRY *
entry_of_value(const GISTENTRY *entry, Datum value)
{
	GISTENTRY  *result = palloc(sizeof(GISTENTRY));

	gistentryinit(*result, value, entry->rel, entry->page, entry->offset, false);
	return result;
}

bool
marks_compare(MarkInterval marks, int64 mark, StrategyNumber strategy)
{
	switch (strategy)
	{
		case RTEqualStrategyNumber:
			return marks.first <= mark && mark <= marks.last;
		case RTLessStrategyNumber:
			return marks.first < mark;
		case RTLessEqualStrategyNumber:
			return marks.first <= mark;
		case RTGreaterStrategyNumber:
			return marks.last > mark;
		case RTGreaterEqualStrategyNumber:
			return marks.last >= mark;
		default:
			elog(ERROR, "unknown strategy number %d", strategy);
	}
	return false;
}

/* Keys of leaves are ranges of one mark, so that mark is all there is to sort by. */
static Datum
sort_key(Datum key, SortSupport sort)
{
	return PlateGetDatum(key_bounds(key).first);
}

static int
compare_keys(Datum a, Datum b, SortSupport sort)
{
	return ssup_datum_signed_cmp(sort_key(a, sort), sort_key(b, sort), sort);
}

/* What is compared instead of a key never says less than the key does. */
static bool
never_abort(int memtupcount, SortSupport sort)
{
	return false;
}

/* plate_gist_sortsupport(internal) -> void: to build by sorting */
PG_FUNCTION_INFO_V1(regcar_plate_gist_sortsupport);
Datum
regcar_plate_gist_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport sort = (SortSupport) PG_GETARG_POINTER(0);

	sort->comparator = compare_keys;
	if (sort->abbreviate)
	{
		sort->comparator = ssup_datum_signed_cmp;
		sort->abbrev_converter = sort_key;
		sort->abbrev_abort = never_abort;
		sort->abbrev_full_comparator = compare_keys;
	}
	PG_RETURN_VOID();
}
