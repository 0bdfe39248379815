/*
 * plate_pattern.c
 *		Partial marks in SQL: mark LIKE pattern, and the intervals of a pattern.
 */
#include "regcar.h"

#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "core/pattern_search.h"
#include "types/last_text.h"
#include "types/plate_pattern.h"
#include "types/plate_type.h"
#include "core/issue_order.h"

static void
compile(const text *source, PlatePattern *pattern)
{
	const char *bytes = VARDATA_ANY(source);
	int			len = VARSIZE_ANY_EXHDR(source);
	size_t		bad;

	if (!pattern_compile(pattern, bytes, len, &bad))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid pattern for registration marks: \"%s\"",
						quoted_input(bytes, len)),
				 errdetail("Character %d, \"%.*s\", is not a letter A to Z, a digit, a space, ? or _, * or %%.",
						   pg_mbstrlen_with_len(bytes, bad) + 1,
						   pg_mblen(bytes + bad), bytes + bad)));
}

const PlatePattern *
cached_pattern(PatternCache *cache, text *source, MemoryContext context)
{
	if (!is_last_text(cache->source, source))
	{
		PlatePattern pattern;

		compile(source, &pattern);
		keep_last_text(&cache->source, source, context);
		cache->pattern = pattern;
	}
	return &cache->pattern;
}

bool
try_pattern(const text *source, PlatePattern *pattern)
{
	size_t		bad;

	return pattern_compile(pattern, VARDATA_ANY(source),
						   VARSIZE_ANY_EXHDR(source), &bad);
}

static bool
call_matches(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;

	if (flinfo->fn_extra == NULL)
		flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt,
												  sizeof(PatternCache));
	return pattern_matches(cached_pattern(flinfo->fn_extra,
										  PG_GETARG_TEXT_PP(1),
										  flinfo->fn_mcxt),
						   PG_GETARG_PLATE(0));
}

/* plate_matches(plate, text) -> bool: mark LIKE pattern */
PG_FUNCTION_INFO_V1(regcar_plate_matches);
Datum
regcar_plate_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(call_matches(fcinfo));
}

/* plate_not_matches(plate, text) -> bool: mark NOT LIKE pattern */
PG_FUNCTION_INFO_V1(regcar_plate_not_matches);
Datum
regcar_plate_not_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!call_matches(fcinfo));
}

/* What plate_intervals() still has to return. */
typedef struct Intervals
{
	TypeCacheEntry *platerange;
	MarkInterval interval[PATTERN_MAX_INTERVALS];
} Intervals;

static bool
ends_irregular(const MarkInterval *interval)
{
	return plate_format_of(interval->first) != PLATE_IRREGULAR &&
		plate_format_of(interval->last) == PLATE_IRREGULAR;
}

/* plate_intervals(text) -> setof platerange, in order of issue */
PG_FUNCTION_INFO_V1(regcar_plate_intervals);
Datum
regcar_plate_intervals(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Intervals  *intervals;
	const MarkInterval *interval;
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {.inclusive = true};

	if (SRF_IS_FIRSTCALL())
	{
		PlatePattern pattern;

		compile(PG_GETARG_TEXT_PP(0), &pattern);
		context = SRF_FIRSTCALL_INIT();
		intervals = MemoryContextAlloc(context->multi_call_memory_ctx,
									   sizeof(Intervals));
		/* fn_extra belongs to the set, so there is no cached look-up */
		intervals->platerange =
			lookup_type_cache(get_func_rettype(fcinfo->flinfo->fn_oid),
							  TYPECACHE_RANGE_INFO);
		context->max_calls = pattern_intervals(&pattern, intervals->interval,
											   PATTERN_MAX_INTERVALS);
		context->user_fctx = intervals;
	}

	context = SRF_PERCALL_SETUP();
	intervals = context->user_fctx;
	if (context->call_cntr >= context->max_calls)
		SRF_RETURN_DONE(context);
	interval = &intervals->interval[context->call_cntr];
	lower.val = PlateGetDatum(interval->first);
	/* a block that ends with the irregular marks would lose them */
	upper.val = PlateGetDatum(ends_irregular(interval) ?
							  issue_order_next(interval->last) : interval->last);
	SRF_RETURN_NEXT(context,
					RangeTypePGetDatum(make_range_compat(intervals->platerange,
														 &lower, &upper)));
}
