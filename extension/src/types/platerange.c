/*
 * platerange.c
 *		Blocks of marks: neighbours, ranges, counting, enumeration.
 */
#include "regcar.h"

#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "types/platerange.h"
#include "core/issue_order.h"
#include "core/compiled_grammar.h"
#include "types/plate_type.h"
#include "types/series_type.h"

/* plate_next(plate) -> plate, NULL at the end of its format and series */
PG_FUNCTION_INFO_V1(regcar_plate_next);
Datum
regcar_plate_next(PG_FUNCTION_ARGS)
{
	int64		next = plate_after(PG_GETARG_PLATE(0));

	if (next < 0)
		PG_RETURN_NULL();
	PG_RETURN_PLATE(next);
}

/* plate_prior(plate) -> plate, NULL at the start of its format and series */
PG_FUNCTION_INFO_V1(regcar_plate_prior);
Datum
regcar_plate_prior(PG_FUNCTION_ARGS)
{
	int64		prior = plate_before(PG_GETARG_PLATE(0));

	if (prior < 0)
		PG_RETURN_NULL();
	PG_RETURN_PLATE(prior);
}

/*
 * platerange_canonical(platerange) -> platerange
 *		[first, after the last).  Nothing comes after the last mark of all, so
 *		a range that includes it keeps its upper bound.
 */
PG_FUNCTION_INFO_V1(regcar_platerange_canonical);
Datum
regcar_platerange_canonical(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(0);
	TypeCacheEntry *typcache = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_RANGE_P(range);

	if (!lower.infinite && !lower.inclusive)
	{
		int64		next = block_end(DatumGetPlate(lower.val));

		if (next < 0)
			PG_RETURN_RANGE_P(make_empty_range(typcache));
		lower.val = PlateGetDatum(next);
		lower.inclusive = true;
	}
	if (!upper.infinite && upper.inclusive)
	{
		int64		next = block_end(DatumGetPlate(upper.val));

		if (next >= 0)
		{
			upper.val = PlateGetDatum(next);
			upper.inclusive = false;
		}
	}
	PG_RETURN_RANGE_P(range_serialize_compat(typcache, &lower, &upper));
}

/* plate_distance(plate, plate) -> float8: marks from the second to the first */
PG_FUNCTION_INFO_V1(regcar_plate_distance);
Datum
regcar_plate_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8((float8) (plate_position(PG_GETARG_PLATE(0)) -
							   plate_position(PG_GETARG_PLATE(1))));
}

void
block_positions(const RangeType *range, TypeCacheEntry *typcache,
				int64 *first, int64 *end)
{
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	*first = *end = 0;
	if (empty)
		return;
	if (!lower.infinite)
		*first = plate_position(DatumGetPlate(lower.val)) + !lower.inclusive;
	*end = upper.infinite ? issue_order_size() :
		plate_position(DatumGetPlate(upper.val)) + upper.inclusive;
	*end = trimmed_end(*first, *end);
}

/* The same for an argument of a function. */
static void
argument_positions(FunctionCallInfo fcinfo, int64 *first, int64 *end)
{
	RangeType  *block = PG_GETARG_RANGE_P(0);

	block_positions(block, range_get_typcache(fcinfo, RangeTypeGetOid(block)),
					first, end);
}

/*
 * plate_count(platerange) -> bigint: by subtraction, across series and formats
 *		Irregular marks do not count, as in plates().
 */
PG_FUNCTION_INFO_V1(regcar_plate_count);
Datum
regcar_plate_count(PG_FUNCTION_ARGS)
{
	int64		first;
	int64		end;

	argument_positions(fcinfo, &first, &end);
	PG_RETURN_INT64(regular_marks(first, end));
}

/* block_first(platerange) -> plate, NULL for an empty one */
PG_FUNCTION_INFO_V1(regcar_block_first);
Datum
regcar_block_first(PG_FUNCTION_ARGS)
{
	int64		first;
	int64		end;

	argument_positions(fcinfo, &first, &end);
	if (first >= end)
		PG_RETURN_NULL();
	PG_RETURN_PLATE(plate_at_position(first));
}

/* block_last(platerange) -> plate, NULL for an empty one */
PG_FUNCTION_INFO_V1(regcar_block_last);
Datum
regcar_block_last(PG_FUNCTION_ARGS)
{
	int64		first;
	int64		end;

	argument_positions(fcinfo, &first, &end);
	if (first >= end)
		PG_RETURN_NULL();
	PG_RETURN_PLATE(plate_at_position(end - 1));
}

/* The state of plates(). */
typedef struct Walk
{
	int64		plate;
	int64		position;
	int64		end;
} Walk;

/* Go to the next mark that plates() returns, from a position on. */
static void
go_to(Walk *walk, int64 position)
{
	walk->position = regular_position(position);
	walk->plate = plate_at_position(walk->position);
}

/*
 * plates(platerange) -> setof plate, in order, one at a time
 *		Irregular marks are left out, because each was given out by itself.
 */
PG_FUNCTION_INFO_V1(regcar_plates);
Datum
regcar_plates(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Walk	   *walk;
	int64		plate;

	if (SRF_IS_FIRSTCALL())
	{
		RangeType  *range = PG_GETARG_RANGE_P(0);

		context = SRF_FIRSTCALL_INIT();
		walk = MemoryContextAlloc(context->multi_call_memory_ctx, sizeof(Walk));
		/* fn_extra belongs to the set, so there is no cached look-up */
		block_positions(range, lookup_type_cache(RangeTypeGetOid(range),
												 TYPECACHE_RANGE_INFO),
						&walk->position, &walk->end);
		go_to(walk, walk->position);
		context->user_fctx = walk;
	}

	context = SRF_PERCALL_SETUP();
	walk = context->user_fctx;
	if (walk->position >= walk->end)
		SRF_RETURN_DONE(context);
	plate = walk->plate;
	walk->position++;
	walk->plate = plate_after(plate);
	if (walk->plate < 0)
		go_to(walk, walk->position);
	SRF_RETURN_NEXT(context, PlateGetDatum(plate));
}

/* plates_support(internal) -> internal: how many rows plates() returns */
PG_FUNCTION_INFO_V1(regcar_plates_support);
Datum
regcar_plates_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestRows *rows;
	Node	   *arg;
	RangeType  *range;
	int64		first;
	int64		end;

	if (!IsA(request, SupportRequestRows))
		PG_RETURN_POINTER(NULL);
	rows = (SupportRequestRows *) request;
	if (!is_funcclause(rows->node))
		PG_RETURN_POINTER(NULL);
	arg = estimate_expression_value(rows->root,
									linitial(((FuncExpr *) rows->node)->args));
	if (!IsA(arg, Const) || ((Const *) arg)->constisnull)
		PG_RETURN_POINTER(NULL);

	range = DatumGetRangeTypeP(((Const *) arg)->constvalue);
	block_positions(range, lookup_type_cache(RangeTypeGetOid(range),
											 TYPECACHE_RANGE_INFO),
					&first, &end);
	rows->rows = (double) regular_marks(first, end);
	PG_RETURN_POINTER(rows);
}

/*
 * plate_block(tag text, plate_series) -> platerange
 *		All marks of a memory or export tag in a current series.  Earlier
 *		marks begin with a number or a serial letter, so those of an area code
 *		are not a range: 22023, as for an unknown tag.
 */
PG_FUNCTION_INFO_V1(regcar_plate_block);
Datum
regcar_plate_block(PG_FUNCTION_ARGS)
{
	char	   *tag = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			series = PG_GETARG_SERIES(1);
	Oid			rangetype = get_func_rettype(fcinfo->flinfo->fn_oid);
	TypeCacheEntry *typcache = range_get_typcache(fcinfo, rangetype);
	char	   *text;
	int64		first;
	int64		next;
	RangeBound	lower = {.inclusive = true, .lower = true};
	RangeBound	upper = {0};

	if (series < SERIES_FIRST_CURRENT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series %s has no blocks", series_to_cstring(series)),
				 errdetail("Blocks by tag are of the current format, from series 51 on.")));
	text = psprintf("%s%sAAA", tag, series_to_cstring(series));
	if (strlen(tag) != 2 || !plate_parse(text, strlen(text), &first) ||
		plate_series_of(first) != series)	/* A1 75 AAA is a prefix mark */
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no tag \"%s\"", quoted_input(tag, strlen(tag))),
				 errdetail("A tag is two letters without I, Q and Z.")));

	/* the tag is the first step of the layout */
	next = plate_at_position(plate_position(first) +
							 format_layout[plate_format_of(first)]->step[0].weight.divisor);
	lower.val = PlateGetDatum(first);
	upper.val = PlateGetDatum(next);
	if (next < 0)
	{
		upper.val = PlateGetDatum(plate_at_position(issue_order_size() - 1));
		upper.inclusive = true;
	}
	PG_RETURN_RANGE_P(make_range_compat(typcache, &lower, &upper));
}
