/*
 * exempted_counts.c
 *		How many registrations of a transaction each exemption let through.
 *
 * What a transaction counted it writes just before it commits, as one row for
 * each exemption.  So a count stands if and only if its registrations do:
 * after a rollback, a crash, PREPARE TRANSACTION, on a standby.  Rows are only
 * added, so that no two transactions wait for each other, or conflict.
 */
#include "regcar.h"
#include "guard/exempted_counts.h"

#include "access/table.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "guard/table_exempted.h"
#include "util/extension_catalog.h"
#include "util/state_rows.h"

typedef struct CountKey
{
	int64		exemption;
	int			level;			/* nesting of the subtransaction */
} CountKey;

typedef struct CountEntry
{
	CountKey	key;
	int64		registrations;
	char		status;			/* the hash table's own */
} CountEntry;

#define SH_PREFIX			counts
#define SH_ELEMENT_TYPE		CountEntry
#define SH_KEY_TYPE			CountKey
#define SH_KEY				key
#define SH_HASH_KEY(tb, k) \
	hash_combine(murmurhash32((uint32) ((k).exemption ^ ((k).exemption >> 32))), (k).level)
#define SH_EQUAL(tb, a, b)	((a).exemption == (b).exemption && (a).level == (b).level)
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * The keys in order of nesting, so that the end of a subtransaction looks at no
 * others.  All of it is in the memory of the transaction; NULL before the first.
 */
static counts_hash *hash;
static CountKey *counted;
static int	count;
static int	room;

static void
add(CountKey key, int64 registrations)
{
	bool		found;
	CountEntry *entry = counts_insert(hash, key, &found);

	if (!found)
	{
		if (count == room)
			counted = repalloc(counted, (room *= 2) * sizeof(CountKey));
		counted[count++] = key;
		entry->registrations = 0;
	}
	entry->registrations += registrations;
}

void
exempted_counts_add(int64 exemption)
{
	if (hash == NULL)
	{
		count = 0;
		room = 8;
		counted = MemoryContextAlloc(TopTransactionContext, room * sizeof(CountKey));
		hash = counts_create(TopTransactionContext, room, NULL);
	}
	add((CountKey) {exemption, GetCurrentTransactionNestLevel()}, 1);
}

void
exempted_counts_leave(int level, bool committed)
{
	int			first = count;
	int			last = count;

	if (level == 1)
		hash = NULL;
	if (hash == NULL)
		return;
	while (first > 0 && counted[first - 1].level >= level)
		first--;
	count = first;
	for (int i = first; i < last; i++)
	{
		CountEntry *entry = counts_lookup(hash, counted[i]);
		int64		registrations = entry->registrations;

		counts_delete_item(hash, entry);
		if (committed)
			add((CountKey) {counted[i].exemption, level - 1}, registrations);
	}
}

static void
fill(TupleTableSlot *slot, int number, void *arg)
{
	const TimestampTz *now = arg;
	Datum	   *value = slot->tts_values;

	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	memset(slot->tts_isnull, false, EXEMPTED_COLUMNS * sizeof(bool));
	value[EXEMPTED_COLUMN_EXEMPTION - 1] = Int64GetDatum(counted[number].exemption);
	value[EXEMPTED_COLUMN_REGISTRATIONS - 1] =
		Int64GetDatum(counts_lookup(hash, counted[number])->registrations);
	value[EXEMPTED_COLUMN_AT - 1] = TimestampTzGetDatum(*now);
}

void
exempted_counts_write(void)
{
	Relation	rel;
	TimestampTz now;

	/* of objects of before ALTER EXTENSION UPDATE, none is that table */
	if (hash == NULL || count == 0 || extension_is_older() ||
		!OidIsValid(extension_table(TABLE_EXEMPTED)))
		return;
	rel = try_table_open(extension_table(TABLE_EXEMPTED), RowExclusiveLock);
	if (rel == NULL)
		return;					/* the extension was dropped just now */
	now = GetCurrentTimestamp();
	/* for what somebody added to the table */
	PushActiveSnapshot(GetTransactionSnapshot());
	state_rows_insert(rel, count, fill, &now);
	PopActiveSnapshot();
	table_close(rel, NoLock);
}
