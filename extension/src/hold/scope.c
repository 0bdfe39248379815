/*
 * scope.c
 *		What a hold or an exemption covers: reading and matching.
 */
#include "regcar.h"
#include "hold/scope.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "core/grammar.h"
#include "core/tags.h"

/*
 * An operator's list of dealers has thousands of names; what is larger is a
 * mistake, and would cost every session.
 */
#define MAX_SCOPE_BYTES		(256 * 1024)
#define MAX_SCOPE_KEYS		16
#define MAX_DIGITS			1000	/* a JSON number of 9 bytes may have 131 000 */

ComputedKey
computed_key(const char *name)
{
	static const char *const names[] = {
		[COMPUTED_SERIES] = "series",
		[COMPUTED_FORMAT] = "format",
		[COMPUTED_REGION] = "region",
	};

	for (int i = COMPUTED_NONE + 1; i <= COMPUTED_REGION; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return COMPUTED_NONE;
}

static int
compare_text(const void *a, const void *b)
{
	const ScopeText *x = a,
			   *y = b;
	int			order = memcmp(x->text, y->text, Min(x->len, y->len));

	return order != 0 ? order : x->len - y->len;
}

static bool
same_text(const ScopeText *a, const ScopeText *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static int
key_number(ScopeKeys *keys, const char *name)
{
	for (int i = 0; i < keys->count; i++)
		if (strcmp(keys->name[i], name) == 0)
			return i;
	if (keys->count == keys->room)
	{
		keys->room = Max(8, keys->room * 2);
		keys->name = keys->name == NULL ?
			palloc(keys->room * sizeof(char *)) :
			repalloc(keys->name, keys->room * sizeof(char *));
	}
	keys->name[keys->count] = pstrdup(name);
	return keys->count++;
}

/* Where a person finds the values of a computed key. */
static const char *const value_views[] = {
	[COMPUTED_SERIES] = "series",
	[COMPUTED_FORMAT] = "plate_formats",
	[COMPUTED_REGION] = "memory_tags",
};

/* A value of a computed key as rows will have it; NULL where there is none. */
static const char *
computed_value(ComputedKey computed, const char *text)
{
	int			series;

	switch (computed)
	{
		case COMPUTED_NONE:
			return text;
		case COMPUTED_SERIES:
			series = series_parse(text, strlen(text));
			return series ? series_to_cstring(series) : NULL;
		case COMPUTED_FORMAT:
			for (int i = 1; i <= PLATE_FORMATS; i++)
				if (strcmp(plate_format_info[i].name, text) == 0)
					return text;
			break;
		case COMPUTED_REGION:
			for (int i = 0; i < REGIONS; i++)
				if (region_name(i) != NULL && strcmp(region_name(i), text) == 0)
					return text;
			break;
	}
	return NULL;
}

/* A scalar as text; false, with the problem, for what is none. */
static bool
read_value(const char *key, const JsonbValue *json, ScopeText *value,
		   char **problem)
{
	ComputedKey computed = computed_key(key);
	char	   *text;
	const char *known;

	switch (json->type)
	{
		case jbvString:
			text = pnstrdup(json->val.string.val, json->val.string.len);
			break;
		case jbvNumeric:
			text = DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(json->val.numeric)));
			if (strlen(text) > MAX_DIGITS)
			{
				*problem = psprintf("A number of \"%s\" has more than %d digits.",
									key, MAX_DIGITS);
				return false;
			}
			break;
		case jbvBool:
			text = pstrdup(json->val.boolean ? "true" : "false");
			break;
		case jbvNull:
			*problem = psprintf("The value of \"%s\" is null.", key);
			return false;
		default:
			*problem = psprintf("The value of \"%s\" is nested; it is a text, a number or a list of such.",
								key);
			return false;
	}
	known = computed_value(computed, text);
	if (known == NULL)
	{
		*problem = psprintf("There is no %s \"%s\"; the view regcar.%s has them all.",
							key, quoted_input(text, strlen(text)),
							value_views[computed]);
		return false;
	}
	value->text = known;
	value->len = strlen(known);
	return true;
}

/* The alternatives of one key, behind the key itself in the iteration. */
static bool
read_term(JsonbIterator **it, const char *key, ScopeTerm *term, char **problem)
{
	JsonbValue	json;
	JsonbIteratorToken token = JsonbIteratorNext(it, &json, false);
	int			room = 1;

	term->count = 0;
	term->value = palloc(sizeof(ScopeText));
	if (token == WJB_VALUE)
	{
		term->count = 1;
		return read_value(key, &json, term->value, problem);
	}
	if (token != WJB_BEGIN_ARRAY)
	{
		*problem = psprintf("The value of \"%s\" is an object; it is a text, a number or a list of such.",
							key);
		return false;
	}
	while ((token = JsonbIteratorNext(it, &json, true)) == WJB_ELEM)
	{
		if (term->count == room)
			term->value = repalloc(term->value,
								   (room *= 2) * sizeof(ScopeText));
		if (!read_value(key, &json, &term->value[term->count], problem))
			return false;
		term->count++;
	}
	if (term->count == 0)
	{
		*problem = psprintf("The list of \"%s\" is empty.", key);
		return false;
	}
	qsort(term->value, term->count, sizeof(ScopeText), compare_text);
	return true;
}

static bool
read_terms(Jsonb *json, ScopeKeys *keys, Scope *scope, char **problem)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	if (!JB_ROOT_IS_OBJECT(json))
	{
		*problem = pstrdup("It is no JSON object.");
		return false;
	}
	if (VARSIZE(json) > MAX_SCOPE_BYTES)
	{
		*problem = psprintf("It has more than %d kB.", MAX_SCOPE_BYTES / 1024);
		return false;
	}
	if (JB_ROOT_COUNT(json) > MAX_SCOPE_KEYS)
	{
		*problem = psprintf("It has more than %d keys.", MAX_SCOPE_KEYS);
		return false;
	}

	scope->term = palloc(Max(1, JB_ROOT_COUNT(json)) * sizeof(ScopeTerm));
	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(v.val.string.val, v.val.string.len);
		if (v.val.string.len == 0 || v.val.string.len >= NAMEDATALEN)
		{
			*problem = psprintf("The key \"%s\" is no name of a column: a name has 1 to %d bytes.",
								quoted_input(key, strlen(key)),
								NAMEDATALEN - 1);
			return false;
		}
		if (!read_term(&it, key, &scope->term[scope->terms], problem))
			return false;
		scope->term[scope->terms++].key = key_number(keys, key);
	}
	return true;
}

bool
scope_read(Jsonb *json, ScopeKeys *keys, Scope *scope, char **problem)
{
	memset(scope, 0, sizeof(*scope));
	scope->unreadable = !read_terms(json, keys, scope, problem);
	if (scope->unreadable)
		scope->terms = 0;
	return !scope->unreadable;
}

bool
scope_has_column(const Scope *scope, const ScopeKeys *keys)
{
	for (int i = 0; i < scope->terms; i++)
		if (computed_key(keys->name[scope->term[i].key]) == COMPUTED_NONE)
			return true;
	return scope->unreadable;
}

static bool
term_matches(const ScopeTerm *term, ScopeRow *row, bool unknown_matches)
{
	const KeyValue *value = row->value(row, term->key);

	if (value->state == KEY_UNKNOWN)
		return unknown_matches;
	return value->state == KEY_TEXT &&
		bsearch(&value->text, term->value, term->count, sizeof(ScopeText),
				compare_text) != NULL;
}

bool
scope_matches(const Scope *scope, ScopeRow *row, bool unknown_matches)
{
	if (scope->unreadable)
		return unknown_matches;
	for (int i = 0; i < scope->terms; i++)
		if (!term_matches(&scope->term[i], row, unknown_matches))
			return false;
	return true;
}

/* One value of one key, and the scopes that are filed there. */
typedef struct BucketKey
{
	int			key;
	ScopeText	text;
} BucketKey;

typedef struct Bucket
{
	BucketKey	value;
	int			uses;			/* scopes that have it among their values */
	int			first;			/* of the entries filed here, -1 if none */
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
	((a).key == (b).key && same_text(&(a).text, &(b).text))
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A scope that is filed somewhere; a list through next, -1 at its end. */
typedef struct Entry
{
	int			scope;
	int			next;
} Entry;

struct ScopeIndex
{
	const Scope **scope;
	int			everywhere;		/* first entry of those that match all rows */
	int			keys;
	int		   *under_key;		/* first entry of all that are filed under a key */
	Entry	   *entry;
	int			entries;
	int			room;
	struct buckets_hash *buckets;
};

static void
file_scope(ScopeIndex *index, int *list, int scope)
{
	if (index->entries == index->room)
		index->entry = repalloc_huge(index->entry,
									 (index->room *= 2) * sizeof(Entry));
	index->entry[index->entries] = (Entry) {scope, *list};
	*list = index->entries++;
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

/* The term whose most used value is used least. */
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
	index->entry = palloc_extended(index->room * sizeof(Entry), MCXT_ALLOC_HUGE);
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
			if (i == 0 || !same_text(&term->value[i], &term->value[i - 1]))
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
	for (; entry >= 0; entry = index->entry[entry].next)
	{
		int			scope = index->entry[entry].scope;

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

/*
 * check_scope(jsonb) -> void
 *		22023 with the key named where it is no scope.
 */
PG_FUNCTION_INFO_V1(regcar_check_scope);
Datum
regcar_check_scope(PG_FUNCTION_ARGS)
{
	ScopeKeys	keys = {0};
	Scope		scope;
	char	   *problem;

	if (!scope_read(PG_GETARG_JSONB_P(0), &keys, &scope, &problem))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid scope"),
				 errdetail_internal("%s", problem),
				 errhint("A scope is a JSON object of keys and values, as in {\"make\": [\"Jaguar\", \"Land Rover\"], \"series\": \"75\"}; '{}' covers everything. Nothing was placed.")));
	PG_RETURN_VOID();
}
