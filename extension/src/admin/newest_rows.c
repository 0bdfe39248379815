/*
 * newest_rows.c
 *		Reading the newest rows of a table, as many as the time allows.
 *
 * Ranges of pages are read by SQL, so that rights and policies of rows are
 * the server's concern.  There are more and more pages in each, but never so
 * many that they should take longer than half of the time that is left.
 *
 * In turn, and newest first: a partition that was made later has a larger OID.
 * In each round twice as many partitions take part, so that one of those for a
 * month does not wait for all those before it, and each of those for a region
 * has its turn.
 */
#include "regcar.h"
#include "admin/newest_rows.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "util/query.h"
#include "util/table_name.h"

#define FIRST_LEAVES	4
#define FIRST_PAGES		8

/* Rows are not quite in order of their age. */
#define PAGES_WITHOUT	32		/* of new rows, and then there are none */

/* A table with rows. */
typedef struct Leaf
{
	const char *from;			/* as SQL names it */
	BlockNumber end;			/* of the pages that are still to be read */
} Leaf;

static int
newer_first(const ListCell *a, const ListCell *b)
{
	Oid			x = lfirst_oid(a),
				y = lfirst_oid(b);

	return (x < y) - (x > y);
}

/*
 * Not one that somebody has locked, nor one of an access method that cannot
 * start in the middle.
 */
static void
add_leaf(const NewestRows *rows, Oid relid, Leaf *leaf, int *count)
{
	Relation	rel;

	if (get_rel_relkind(relid) != RELKIND_RELATION ||
		!ConditionalLockRelationOid(relid, AccessShareLock))
		return;
	rel = try_table_open(relid, NoLock);
	if (rel == NULL)
		return;
	if (rel->rd_tableam->scan_set_tidrange != NULL &&
		RelationGetNumberOfBlocks(rel) > 0)
	{
		char	   *name = table_name(rows->by_table ? rows->table : relid);

		leaf[*count].from = rows->by_table ?
			psprintf("%s WHERE tableoid = %u AND", name, relid) :
			psprintf("ONLY %s WHERE", name);
		leaf[(*count)++].end = RelationGetNumberOfBlocks(rel);
	}
	table_close(rel, NoLock);
}

static Leaf *
find_leaves(const NewestRows *rows, int *count)
{
	List	   *relids = list_make1_oid(rows->table);
	Leaf	   *leaf;
	ListCell   *lc;

	if (get_rel_relkind(rows->table) == RELKIND_PARTITIONED_TABLE)
		relids = find_all_inheritors(rows->table, NoLock, NULL);
	list_sort(relids, newer_first);
	leaf = palloc(list_length(relids) * sizeof(Leaf));
	*count = 0;
	foreach(lc, relids)
		add_leaf(rows, lfirst_oid(lc), leaf, count);
	return leaf;
}

/* Read the last pages of a leaf; is it enough? */
static bool
read_pages(const NewestRows *rows, Leaf *leaf, BlockNumber pages)
{
	BlockNumber first = leaf->end > pages ? leaf->end - pages : 0;
	uint64		count;
	bool		enough = false;

	count = query(psprintf("SELECT %s FROM %s ctid >= '(%u,0)'::tid AND ctid < '(%u,0)'::tid%s%s",
						   rows->list, leaf->from, first, leaf->end,
						   rows->oldest < 0 ? "" :
						   psprintf(" AND age(xmin) <= %d", rows->oldest),
						   rows->tail),
				  0, NULL);
	for (uint64 i = 0; i < count && !enough; i++)
		enough = rows->take(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, rows->arg);
	leaf->end = count == 0 && rows->oldest >= 0 && pages >= PAGES_WITHOUT ? 0 : first;
	SPI_freetuptable(SPI_tuptable);
	return enough;
}

/* How many pages to read next, after so many that took so long. */
static BlockNumber
next_pages(BlockNumber pages, TimestampTz began, TimestampTz deadline)
{
	TimestampTz now = GetCurrentTimestamp();
	double		share;

	if (now >= deadline)
		return 0;
	share = (deadline - now) / 2.0 / Max(1, now - began);
	return Max(1, pages * Min(2.0, share));
}

void
newest_rows_read(const NewestRows *rows)
{
	int			count;
	Leaf	   *leaf = find_leaves(rows, &count);
	BlockNumber pages = FIRST_PAGES;
	bool		is_left = count > 0;

	for (int taking = FIRST_LEAVES; is_left; taking = Min(taking * 2, count))
	{
		is_left = taking < count;
		for (int i = 0; i < Min(taking, count); i++)
		{
			TimestampTz began = GetCurrentTimestamp();

			if (leaf[i].end == 0)
				continue;
			CHECK_FOR_INTERRUPTS();
			if (pages == 0 || read_pages(rows, &leaf[i], pages))
				return;
			pages = next_pages(pages, began, rows->deadline);
			is_left |= leaf[i].end > 0;
		}
	}
}
