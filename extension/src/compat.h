/*
 * compat.h
 *		Every test of the server's version that the project has.
 */
#ifndef REGCAR_COMPAT_H
#define REGCAR_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "regcar needs PostgreSQL 15 or newer"
#endif

/* A mark is an integer of 64 bits, and sorted and indexed as the server's own. */
#ifndef USE_FLOAT8_BYVAL
#error "regcar needs a server that passes 64-bit integers by value: a 64-bit one, or PostgreSQL 19 or newer"
#endif

/* Soft input errors came with 16; before, they are ordinary ones. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(context, dummy_value, ...) \
	do { \
		ereport(ERROR, __VA_ARGS__); \
		return (dummy_value); \
	} while (0)
#endif

/* Making a range takes an error context from 16 on. */
#if PG_VERSION_NUM >= 160000
#define range_serialize_compat(typcache, lower, upper) \
	range_serialize(typcache, lower, upper, false, NULL)
#define make_range_compat(typcache, lower, upper) \
	make_range(typcache, lower, upper, false, NULL)
#else
#define range_serialize_compat(typcache, lower, upper) \
	range_serialize(typcache, lower, upper, false)
#define make_range_compat(typcache, lower, upper) \
	make_range(typcache, lower, upper, false)
#endif

/* A table scan takes flags from 19 on. */
#if PG_VERSION_NUM >= 190000
#define table_beginscan_compat(rel, snapshot) \
	table_beginscan(rel, snapshot, 0, NULL, SO_NONE)
#else
#define table_beginscan_compat(rel, snapshot) \
	table_beginscan(rel, snapshot, 0, NULL)
#endif

/* Finding room for a row can extend a table by several pages from 16 on. */
#if PG_VERSION_NUM >= 160000
#define buffer_for_tuple_compat(rel, len, options, visibility) \
	RelationGetBufferForTuple(rel, len, InvalidBuffer, options, NULL, visibility, NULL, 0)
#else
#define buffer_for_tuple_compat(rel, len, options, visibility) \
	RelationGetBufferForTuple(rel, len, InvalidBuffer, options, NULL, visibility, NULL)
#endif

/*
 * A range table of one relation, and the columns that are to be updated.  They are
 * in a node of their own from 16 on, and the executor is told what partition
 * pruning left from 18 on.
 */
#if PG_VERSION_NUM >= 180000
#define range_table_init_compat(estate, entry, columns) \
	do { \
		List	   *perminfos = NIL; \
		addRTEPermissionInfo(&perminfos, entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry), perminfos, \
						   bms_make_singleton(1)); \
	} while (0)
#elif PG_VERSION_NUM >= 160000
#define range_table_init_compat(estate, entry, columns) \
	do { \
		List	   *perminfos = NIL; \
		addRTEPermissionInfo(&perminfos, entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry), perminfos); \
	} while (0)
#else
#define range_table_init_compat(estate, entry, columns) \
	do { \
		(entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry)); \
	} while (0)
#endif

/* EvalPlanQual takes its result relations from 16 on. */
#if PG_VERSION_NUM >= 160000
#define eval_plan_qual_init_compat(epq, estate) \
	EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#else
#define eval_plan_qual_init_compat(epq, estate) \
	EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#endif

/*
 * The first half of a virtual transaction id was renamed in 17, and locks have
 * it whole since then.
 */
#if PG_VERSION_NUM >= 170000
#define vxid_backend(vxid)		((vxid).procNumber)
#define lock_vxid(lock)			((lock).vxid)
#else
#define vxid_backend(vxid)		((vxid).backendId)
#define lock_vxid(lock)			((VirtualTransactionId) {(lock).backend, (lock).lxid})
#endif

/* The origin of replicated changes moved into a structure in 19. */
#if PG_VERSION_NUM >= 190000
#define session_has_origin() \
	(replorigin_xact_state.origin != InvalidReplOriginId)
#else
#define session_has_origin() \
	(replorigin_session_origin != InvalidRepOriginId)
#endif

/* The hook that completes what is known of a table is another from 19 on. */
#if PG_VERSION_NUM >= 190000
#define table_hook build_simple_rel_hook
#define table_hook_type build_simple_rel_hook_type
#define TABLE_HOOK_PARAMETERS \
	PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte
#define TABLE_HOOK_ARGUMENTS root, rel, rte
#else
#define table_hook get_relation_info_hook
#define table_hook_type get_relation_info_hook_type
#define TABLE_HOOK_PARAMETERS \
	PlannerInfo *root, Oid table, bool inherited, RelOptInfo *rel
#define TABLE_HOOK_ARGUMENTS root, table, inherited, rel
#endif

/* The module says its version from 18 on. */
#ifdef PG_MODULE_MAGIC_EXT
#define REGCAR_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "regcar", .version = REGCAR_VERSION)
#else
#define REGCAR_MODULE_MAGIC	PG_MODULE_MAGIC
#endif

#endif							/* REGCAR_COMPAT_H */
