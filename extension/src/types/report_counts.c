/*
 * report_counts.c
 *		Counting marks by series and by region, for reports.
 *
 * There are few of either, so a report counts into an array.  Unlike GROUP BY
 * it does not hash, and the planner need not guess the number of groups
 * before it lets several processes share the work.
 */
#include "regcar.h"

#include "catalog/pg_type_d.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/tags.h"

#define COUNTS(tally)	((int64 *) ARR_DATA_PTR(tally))

/* A new array of counts, from [0] on, all 0. */
static ArrayType *
new_tally(int classes)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + classes * sizeof(int64);
	ArrayType  *tally = palloc0(size);

	SET_VARSIZE(tally, size);
	tally->ndim = 1;
	tally->elemtype = INT8OID;
	ARR_DIMS(tally)[0] = classes;
	return tally;
}

/* The number of counts in an array. */
static int
classes_of(ArrayType *tally)
{
	return ARR_NDIM(tally) == 0 ? 0 : ARR_DIMS(tally)[0];
}

/* Argument n, an array of so many counts or none; 22023 for any other. */
static ArrayType *
tally_argument(FunctionCallInfo fcinfo, int n, int classes)
{
	ArrayType  *tally = PG_GETARG_ARRAYTYPE_P(n);

	if (ARR_NDIM(tally) > 1 || ARR_HASNULL(tally) ||
		ARR_ELEMTYPE(tally) != INT8OID ||
		(classes_of(tally) != 0 && classes_of(tally) != classes))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not an array of %d counts", classes)));
	if (classes_of(tally) < classes)
		return new_tally(classes);
	/* an aggregate may write to its own state */
	if (n == 0 && !AggCheckCallContext(fcinfo, NULL))
		return PG_GETARG_ARRAYTYPE_P_COPY(n);
	return tally;
}

/* Count one more of a class. */
static Datum
count(FunctionCallInfo fcinfo, int class, int classes)
{
	ArrayType  *tally = tally_argument(fcinfo, 0, classes);

	if (class >= classes)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("value " INT64_FORMAT " is not a registration mark",
						PG_GETARG_PLATE(1))));
	COUNTS(tally)[class]++;
	PG_RETURN_ARRAYTYPE_P(tally);
}

/* count_series(bigint[], plate) -> bigint[]: by ordinal of the series */
PG_FUNCTION_INFO_V1(regcar_count_series);
Datum
regcar_count_series(PG_FUNCTION_ARGS)
{
	return count(fcinfo, plate_series_of(PG_GETARG_PLATE(1)), SERIES_LAST + 1);
}

/* count_regions(bigint[], plate) -> bigint[]: by number of the region */
PG_FUNCTION_INFO_V1(regcar_count_regions);
Datum
regcar_count_regions(PG_FUNCTION_ARGS)
{
	return count(fcinfo, plate_region_number(PG_GETARG_PLATE(1)), REGIONS);
}

/* tally_add(bigint[], bigint[]) -> bigint[]: what two processes counted */
PG_FUNCTION_INFO_V1(regcar_tally_add);
Datum
regcar_tally_add(PG_FUNCTION_ARGS)
{
	int			classes = Max(classes_of(PG_GETARG_ARRAYTYPE_P(0)),
							  classes_of(PG_GETARG_ARRAYTYPE_P(1)));
	ArrayType  *tally = tally_argument(fcinfo, 0, classes);
	ArrayType  *other = tally_argument(fcinfo, 1, classes);

	for (int class = 0; class < classes; class++)
		if (pg_add_s64_overflow(COUNTS(tally)[class], COUNTS(other)[class],
								&COUNTS(tally)[class]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("bigint out of range")));
	PG_RETURN_ARRAYTYPE_P(tally);
}

/* region_names() -> text[]: [0] is NULL, the marks of no region */
PG_FUNCTION_INFO_V1(regcar_region_names);
Datum
regcar_region_names(PG_FUNCTION_ARGS)
{
	Datum		names[REGIONS];
	bool		nulls[REGIONS];
	int			dims[1] = {REGIONS};
	int			lbs[1] = {0};

	for (int number = 0; number < REGIONS; number++)
	{
		const char *name = region_name(number);

		nulls[number] = name == NULL;
		names[number] = name ? CStringGetTextDatum(name) : (Datum) 0;
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(names, nulls, 1, dims, lbs,
											 TEXTOID, -1, false, TYPALIGN_INT));
}
