/*
 * scope_index.c
 *		Many scopes, found by the values of a row.
 */
#include "regcar.h"
#include "hold/scope_index.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

/* One value of one key. */
typedef struct BucketKey
{
	int			key;
	ScopeText	text;
} BucketKey;

typedef struct Bucket
{
	BucketKey	value;
	int			uses;			/* scopes that list it among their values */
	int			first;			/* first of the scopes filed here, -1 if
								 * none */
	char		status;			/* the hash table's own */
} Bucket;

#define SH_PREFIX			buckets
#define SH_ELEMENT_TYPE		Bucket
#define SH_KEY_TYPE			BucketKey
#define SH_KEY				value
#define SH_HASH_KEY(tb, k) \
	(hash_bytes((const unsigned char *) (k).text.text, (k).text.len) ^ \
	 (uint32) (k).key * 0x9e3779b9)
#define SH_EQUAL(tb, a, b)	\
	((a).key == (b).key && same_scope_text(&(a).text, &(b).text))
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A scope in the list of one place; next is -1 at its end. */
typedef struct Filed
{
	int			scope;
	int			next;
} Filed;

struct ScopeIndex
{
	const Scope **scope;
	int			everywhere;		/* first of those that match every row */
	int			keys;
	int		   *under_key;		/* first of all that are filed under a key */
	Filed	   *filed;
	int			filed_count;
	int			room;
	struct buckets_hash *buckets;
};

static void
file_scope(ScopeIndex *index, int *list, int scope)
{
	if (index->filed_count == index->room)
		index->filed = repalloc_huge(index->filed,
									 (index->room *= 2) * sizeof(Filed));
	index->filed[index->filed_count] = (Filed) {scope, *list};
	*list = index->filed_count++;
}

static Bucket *
bucket_of(ScopeIndex *index, int key, ScopeText text)
{
	BucketKey	value = {key, text};
	bool		found;
	Bucket	   *bucket = buckets_insert(index->buckets, value, &found);

	if (!found)
	{
		bucket->uses = 0;
		bucket->first = -1;
	}
	return bucket;
}

/* The term whose most frequent value is least frequent. */
static const ScopeTerm *
rarest_term(ScopeIndex *index, const Scope *scope)
{
	const ScopeTerm *rarest = NULL;
	int			least = 0;

	for (int t = 0; t < scope->terms; t++)
	{
		const ScopeTerm *term = &scope->term[t];
		int			most = 0;

		for (int i = 0; i < term->count; i++)
			most = Max(most, bucket_of(index, term->key, term->value[i])->uses);
		if (rarest == NULL || most < least)
		{
			rarest = term;
			least = most;
		}
	}
	return rarest;
}

ScopeIndex *
scope_index_make(int count, const Scope **scopes, int keys)
{
	ScopeIndex *index = palloc0(sizeof(ScopeIndex));

	index->scope = scopes;
	index->keys = keys;
	index->everywhere = -1;
	index->under_key = palloc(Max(1, keys) * sizeof(int));
	memset(index->under_key, -1, keys * sizeof(int));
	index->room = Max(8, 2 * count);
	index->filed = palloc_extended(index->room * sizeof(Filed), MCXT_ALLOC_HUGE);
	index->buckets = buckets_create(CurrentMemoryContext, Max(8, count), NULL);

	for (int s = 0; s < count; s++)
		for (int t = 0; t < scopes[s]->terms; t++)
			for (int i = 0; i < scopes[s]->term[t].count; i++)
				bucket_of(index, scopes[s]->term[t].key,
						  scopes[s]->term[t].value[i])->uses++;
	for (int s = 0; s < count; s++)
	{
		const ScopeTerm *term = rarest_term(index, scopes[s]);

		if (term == NULL)
		{
			file_scope(index, &index->everywhere, s);
			continue;
		}
		file_scope(index, &index->under_key[term->key], s);
		for (int i = 0; i < term->count; i++)
			if (i == 0 || !same_scope_text(&term->value[i], &term->value[i - 1]))
				file_scope(index,
						   &bucket_of(index, term->key, term->value[i])->first, s);
	}
	return index;
}

static bool
find_in_list(const ScopeIndex *index, int entry, ScopeRow *row,
			 bool unknown_matches, bool (*found) (int scope, void *arg),
			 void *arg)
{
	for (; entry >= 0; entry = index->filed[entry].next)
	{
		int			scope = index->filed[entry].scope;

		if (scope_matches(index->scope[scope], row, unknown_matches) &&
			found(scope, arg))
			return true;
	}
	return false;
}

bool
scope_index_find(const ScopeIndex *index, ScopeRow *row, bool unknown_matches,
				 bool (*found) (int scope, void *arg), void *arg)
{
	if (find_in_list(index, index->everywhere, row, unknown_matches, found, arg))
		return true;
	for (int key = 0; key < index->keys; key++)
	{
		const KeyValue *value;
		int			list = -1;

		if (index->under_key[key] < 0)
			continue;
		value = row->value(row, key);
		if (value->state == KEY_TEXT)
		{
			BucketKey	wanted = {key, value->text};
			Bucket	   *bucket = buckets_lookup(index->buckets, wanted);

			if (bucket != NULL)
				list = bucket->first;
		}
		else if (value->state == KEY_UNKNOWN && unknown_matches)
			list = index->under_key[key];
		if (find_in_list(index, list, row, unknown_matches, found, arg))
			return true;
	}
	return false;
}
