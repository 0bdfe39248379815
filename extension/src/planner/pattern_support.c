/*
 * pattern_support.c
 *		What the planner is told about mark LIKE pattern.
 *
 * If the pattern is a constant, the marks that match are known.  Otherwise
 * nothing is.
 */
#include "regcar.h"

#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "planner/index_condition.h"
#include "planner/mark_selectivity.h"
#include "core/pattern_search.h"
#include "types/plate_pattern.h"
#include "core/issue_order.h"

/*
 * How many marks an index condition may list.  Each costs a descent of the
 * index, some microseconds, and about as much in the planner.
 */
#define MAX_LISTED_MARKS	10000

/*
 * An interval that has fewer marks than this for each mark that matches is
 * read as a whole.
 */
#define WORTH_LISTING		4

/*
 * The pattern that an expression stands for; false if it is not known, or is
 * not valid.
 */
static bool
constant_pattern(Node *node, PlatePattern *pattern)
{
	return IsA(node, Const) && !((Const *) node)->constisnull &&
		try_pattern(DatumGetTextPP(((Const *) node)->constvalue), pattern);
}

/* The number of marks that match, of those from one to another. */
static Datum *
list_marks(const PlatePattern *pattern, int64 from, int64 to, int count)
{
	Datum	   *marks = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
	{
		from = pattern_first(pattern, from, to);
		marks[i] = PlateGetDatum(from);
		from = issue_order_next(from);
	}
	return marks;
}

/*
 * The condition for an index on the mark: the interval from the first to the
 * last mark that matches; or a list of these marks, if they are few and the
 * interval has many more.
 */
static List *
index_condition(const PlatePattern *pattern, Node *mark,
				const IndexOptInfo *index, Oid opfamily, bool *lossy)
{
	Oid			plate = exprType(mark);
	int64		begin = plate_at_position(0);
	int64		end = plate_at_position(issue_order_size() - 1);
	int64		first = pattern_first(pattern, begin, end);
	int64		last;
	int64		count;

	*lossy = false;
	if (first < 0)				/* nothing matches: an interval that ends
								 * before it begins */
		return marks_between(mark, constant_mark(plate, end),
							 constant_mark(plate, begin), opfamily);

	last = pattern_last(pattern, first, end);
	if (pattern_gap(pattern, first, last) >= 0)
	{
		count = pattern_count(pattern, first, last);
		if (index->amsearcharray && count <= MAX_LISTED_MARKS &&
			plate_position(last) - plate_position(first) >= count * WORTH_LISTING)
			return mark_among(mark, list_marks(pattern, first, last, count),
							  count, opfamily);
		*lossy = true;
	}
	return marks_between(mark, constant_mark(plate, first),
						 constant_mark(plate, last), opfamily);
}

static void *
pattern_marks(Node *argument)
{
	PlatePattern *pattern = palloc(sizeof(PlatePattern));

	return constant_pattern(argument, pattern) ? pattern : NULL;
}

static int64
count_matches(const void *pattern, int64 from, int64 to)
{
	return pattern_count(pattern, from, to);
}

static const MarkCondition like = {
	pattern_marks, count_matches, DEFAULT_MATCH_SEL
};

/* pattern_sel(internal, oid, internal, integer) -> float8: of LIKE */
PG_FUNCTION_INFO_V1(regcar_pattern_sel);
Datum
regcar_pattern_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);

	PG_RETURN_FLOAT8(mark_selectivity(&like, root, args, PG_GETARG_INT32(3),
									  get_opcode(operator)));
}

/* pattern_nsel(internal, oid, internal, integer) -> float8: of NOT LIKE */
PG_FUNCTION_INFO_V1(regcar_pattern_nsel);
Datum
regcar_pattern_nsel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);

	PG_RETURN_FLOAT8(mark_selectivity_not(&like, root, args, PG_GETARG_INT32(3),
										  get_opcode(get_negator(operator))));
}

/* plate_matches_support(internal) -> internal: index conditions, selectivity */
PG_FUNCTION_INFO_V1(regcar_plate_matches_support);
Datum
regcar_plate_matches_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestSelectivity))
	{
		/* for a call by name; the operator has its own estimators */
		SupportRequestSelectivity *estimate = (SupportRequestSelectivity *) request;

		estimate->selectivity = estimate->is_join ? like.unknown :
			mark_selectivity(&like, estimate->root, estimate->args,
							 estimate->varRelid, estimate->funcid);
		PG_RETURN_POINTER(estimate);
	}
	if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *index = (SupportRequestIndexCondition *) request;
		List	   *args = condition_arguments(index->node);
		PlatePattern pattern;

		if (args != NIL && index->indexarg == 0 &&
			constant_pattern(lsecond(args), &pattern))
			PG_RETURN_POINTER(index_condition(&pattern, linitial(args),
											  index->index, index->opfamily,
											  &index->lossy));
	}
	PG_RETURN_POINTER(NULL);
}

/* plate_intervals_support(internal) -> internal: how many rows it returns */
PG_FUNCTION_INFO_V1(regcar_plate_intervals_support);
Datum
regcar_plate_intervals_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;
		List	   *args = condition_arguments(rows->node);
		PlatePattern pattern;

		if (args != NIL &&
			constant_pattern(estimate_expression_value(rows->root,
													   linitial(args)),
							 &pattern))
		{
			MarkInterval *interval = palloc(PATTERN_MAX_INTERVALS *
											sizeof(MarkInterval));

			rows->rows = pattern_intervals(&pattern, interval,
										   PATTERN_MAX_INTERVALS);
			pfree(interval);
			PG_RETURN_POINTER(rows);
		}
	}
	PG_RETURN_POINTER(NULL);
}
