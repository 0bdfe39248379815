/*
 * block_search.c
 *		plate_in_block(plate, platerange): the marks of a block through an
 *		index.
 *
 * The operator mark <@ block of the server means the same.  But no btree
 * index answers it before PostgreSQL 17, and from then on only if the block
 * is a constant.
 */
#include "regcar.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"

#include "planner/index_condition.h"
#include "planner/partition_key.h"
#include "planner/mark_selectivity.h"
#include "types/platerange.h"
#include "core/issue_order.h"

/* A block as positions, from first to before end. */
typedef struct Block
{
	int64		first;
	int64		end;
} Block;

/*
 * The share of a column that an unknown block has.  Most blocks are of one
 * memory tag and one series: 13,824 of 1.6 thousand million marks.
 */
#define UNKNOWN_BLOCK		1e-5

/* plate_in_block(plate, platerange) -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_in_block);
Datum
regcar_plate_in_block(PG_FUNCTION_ARGS)
{
	int64		position = plate_position(PG_GETARG_PLATE(0));
	RangeType  *range = PG_GETARG_RANGE_P(1);
	Block		block;

	block_positions(range, range_get_typcache(fcinfo, RangeTypeGetOid(range)),
					&block.first, &block.end);
	PG_RETURN_BOOL(block.first <= position && position < block.end);
}

/*
 * The block that an expression stands for, palloc'd; NULL if it is not a
 * constant.
 */
static void *
constant_block(Node *argument)
{
	Block	   *block = palloc(sizeof(Block));
	RangeType  *range;

	if (!IsA(argument, Const) || ((Const *) argument)->constisnull)
		return NULL;
	range = DatumGetRangeTypeP(((Const *) argument)->constvalue);
	block_positions(range, lookup_type_cache(RangeTypeGetOid(range),
											 TYPECACHE_RANGE_INFO),
					&block->first, &block->end);
	return block;
}

static int64
count_marks(const void *marks, int64 from, int64 to)
{
	const Block *block = marks;
	int64		first = Max(block->first, plate_position(from));
	int64		end = Min(block->end, plate_position(to) + 1);

	return Max(end - first, 0);
}

static const MarkCondition in_block = {
	constant_block, count_marks, UNKNOWN_BLOCK
};

/* mark >= the first of the block AND mark <= the last, exactly */
static List *
index_condition(Node *mark, Node *argument, Oid opfamily)
{
	Oid			plate = exprType(mark);
	Block	   *block = constant_block(argument);
	int64		first;
	int64		last;

	if (block == NULL)
		return marks_between(mark, call_giving_mark("block_first", plate, argument),
							 call_giving_mark("block_last", plate, argument), opfamily);
	if (block->first >= block->end)	/* it ends before it begins, so nothing
									 * matches */
		*block = (Block) {issue_order_size() - 1, 1};
	first = plate_at_position(block->first);
	last = plate_at_position(block->end - 1);
	return marks_between(mark, constant_mark(plate, first),
						 constant_mark(plate, last), opfamily);
}

/* Where the mark is a key of partitions, both bounds; else NULL. */
static Node *
bounds_of_partitions(const SupportRequestSimplify *request)
{
	Node	   *mark = linitial(request->fcall->args);
	Node	   *block = lsecond(request->fcall->args);
	Oid			family = partition_key_family(request->root, mark, block);
	List	   *clauses = OidIsValid(family) ?
		index_condition(mark, block, family) : NIL;

	return clauses == NIL ? NULL : (Node *) make_ands_explicit(clauses);
}

/* plate_in_block_support(internal) -> internal: both bounds, selectivity */
PG_FUNCTION_INFO_V1(regcar_plate_in_block_support);
Datum
regcar_plate_in_block_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(bounds_of_partitions((SupportRequestSimplify *) request));
	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *estimate = (SupportRequestSelectivity *) request;

		estimate->selectivity = estimate->is_join ? in_block.unknown :
			mark_selectivity(&in_block, estimate->root, estimate->args,
							 estimate->varRelid, estimate->funcid);
		PG_RETURN_POINTER(estimate);
	}
	if (IsA(request, SupportRequestIndexCondition))
	{
		SupportRequestIndexCondition *index = (SupportRequestIndexCondition *) request;
		List	   *args = condition_arguments(index->node);
		List	   *clauses;

		if (args == NIL || index->indexarg != 0 ||
			!is_pseudo_constant_for_index(index->root, lsecond(args), index->index))
			PG_RETURN_POINTER(NULL);
		clauses = index_condition(linitial(args), lsecond(args), index->opfamily);
		index->lossy = clauses == NIL;
		PG_RETURN_POINTER(clauses);
	}
	PG_RETURN_POINTER(NULL);
}
