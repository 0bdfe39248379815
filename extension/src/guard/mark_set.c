/*
 * mark_set.c
 *		Marks that a transaction has to remember.
 *
 * They are a list in order of addition, which says at which nesting each was
 * added; the deepest are always at its end, so that the end of a
 * subtransaction looks at no others.  Hardly any transaction asks for one, and
 * only then are they put into a hash table.
 */
#include "regcar.h"
#include "guard/mark_set.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/memutils.h"

typedef struct MarkKey
{
	int64		mark;
	Oid			table;
} MarkKey;

typedef struct MarkEntry
{
	MarkKey		key;
	int			first;			/* its first place in the list */
	char		status;			/* the hash table's own */
} MarkEntry;

#define SH_PREFIX			marks
#define SH_ELEMENT_TYPE		MarkEntry
#define SH_KEY_TYPE			MarkKey
#define SH_KEY				key
#define SH_HASH_KEY(tb, k) \
	hash_combine(murmurhash32((uint32) ((k).mark ^ ((k).mark >> 32))), (k).table)
#define SH_EQUAL(tb, a, b)	((a).mark == (b).mark && (a).table == (b).table)
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Addition
{
	MarkKey		key;
	int			level;			/* nesting of its subtransaction */
} Addition;

struct MarkSet
{
	Addition   *added;
	int			count;
	int			room;
	int			hashed;			/* so many of them are in the hash table */
	marks_hash *hash;
};

static MarkSet *
make_set(void)
{
	MarkSet    *set = MemoryContextAllocZero(TopTransactionContext, sizeof(MarkSet));

	set->room = 64;
	set->added = MemoryContextAlloc(TopTransactionContext,
									set->room * sizeof(Addition));
	return set;
}

void
mark_set_add(MarkSet **set_at, int64 mark, Oid table)
{
	MarkSet    *set = *set_at;

	if (set == NULL)
		set = *set_at = make_set();
	if (set->count == set->room)
	{
		set->added = repalloc(set->added, 2 * set->room * sizeof(Addition));
		set->room *= 2;
	}
	set->added[set->count++] =
		(Addition) {{mark, table}, GetCurrentTransactionNestLevel()};
}

/* Put into the hash table what was added since. */
static void
hash_additions(MarkSet *set)
{
	if (set->hash == NULL)
		set->hash = marks_create(TopTransactionContext, 64, NULL);
	for (; set->hashed < set->count; set->hashed++)
	{
		bool		found;
		MarkEntry  *entry = marks_insert(set->hash, set->added[set->hashed].key, &found);

		if (!found)
			entry->first = set->hashed;
	}
}

bool
mark_set_has(MarkSet *set, int64 mark, Oid table)
{
	if (set == NULL)
		return false;
	hash_additions(set);
	return marks_lookup(set->hash, (MarkKey) {mark, table}) != NULL;
}

int
mark_set_size(const MarkSet *set)
{
	return set != NULL ? set->count : 0;
}

static void
remove_last(MarkSet *set)
{
	int			last = --set->count;
	MarkEntry  *entry;

	if (last >= set->hashed)
		return;
	set->hashed = last;
	entry = marks_lookup(set->hash, set->added[last].key);
	/* another may have added the same before */
	if (entry->first == last)
		marks_delete_item(set->hash, entry);
}

void
mark_set_leave(MarkSet *set, int level, bool committed)
{
	if (set == NULL)
		return;
	if (committed)
	{
		for (int i = set->count - 1; i >= 0 && set->added[i].level >= level; i--)
			set->added[i].level = level - 1;
		return;
	}
	while (set->count > 0 && set->added[set->count - 1].level >= level)
		remove_last(set);
}
