/*
 * scope_index.c
 *		Many scopes, found by the values of a row.
 */
#include "regcar.h"
#include "hold/scope_index.h"

#include "utils/memutils.h"

/* One value of one key. */
typedef struct Place
{
	int			uses;			/* scopes that have it among their values */
	int			first;			/* of the scopes filed here, -1 if none */
} Place;

/* A scope in the list of one place; next is -1 at its end. */
typedef struct Filed
{
	int			scope;
	int			next;
} Filed;

struct ScopeIndex
{
	const Scope **scope;
	int			everywhere;		/* first of those that every row has to look at */
	int			keys;
	int		   *under_key;		/* first of all that are filed under a key */
	Place	  **place;			/* by key and value; NULL where nothing is filed */
	Filed	   *filed;
	int			filed_count;
	int			room;
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

/*
 * The list of alternatives whose most used value is used least; NULL if the
 * scope has none, because it has only bounds or matches every row.
 */
static const ScopeTerm *
rarest_term(ScopeIndex *index, const Scope *scope)
{
	const ScopeTerm *rarest = NULL;
	int			least = 0;

	for (int t = 0; t < scope->terms; t++)
	{
		const ScopeTerm *term = &scope->term[t];
		int			most = 0;

		if (term->is_bound)
			continue;
		for (int i = 0; i < term->count; i++)
			most = Max(most, index->place[term->key][term->value[i]].uses);
		if (rarest == NULL || most < least)
		{
			rarest = term;
			least = most;
		}
	}
	return rarest;
}

static void
count_uses(ScopeIndex *index, const Scope *scope, const ScopeKeys *keys)
{
	for (int t = 0; t < scope->terms; t++)
	{
		const ScopeTerm *term = &scope->term[t];
		Place	  **place = &index->place[term->key];
		int			values = keys->key[term->key].count;

		if (*place == NULL)
		{
			*place = palloc_extended(values * sizeof(Place), MCXT_ALLOC_HUGE);
			for (int i = 0; i < values; i++)
				(*place)[i] = (Place) {0, -1};
		}
		for (int i = 0; i < term->count; i++)
			(*place)[term->value[i]].uses++;
	}
}

ScopeIndex *
scope_index_make(int count, const Scope **scopes, const ScopeKeys *keys)
{
	ScopeIndex *index = palloc0(sizeof(ScopeIndex));

	index->scope = scopes;
	index->keys = keys->count;
	index->everywhere = -1;
	index->under_key = palloc(Max(1, keys->count) * sizeof(int));
	memset(index->under_key, -1, keys->count * sizeof(int));
	index->place = palloc0(Max(1, keys->count) * sizeof(Place *));
	index->room = Max(8, 2 * count);
	index->filed = palloc_extended(index->room * sizeof(Filed), MCXT_ALLOC_HUGE);

	for (int s = 0; s < count; s++)
		count_uses(index, scopes[s], keys);
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
			file_scope(index, &index->place[term->key][term->value[i]].first, s);
	}
	return index;
}

/* Has a list of alternatives one of the numbers?  Both are ascending. */
static bool
lists_one_of(const ScopeTerm *term, const int *numbers, int count)
{
	int			t = 0;

	for (int i = 0; i < count; i++)
	{
		while (t < term->count && term->value[t] < numbers[i])
			t++;
		if (t < term->count && term->value[t] == numbers[i])
			return true;
	}
	return false;
}

static bool
lists(const ScopeTerm *term, int number)
{
	int			low = 0,
				high = term->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (term->value[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < term->count && term->value[low] == number;
}

static bool
list_matches(const ScopeTerm *term, const KeyValue *value, bool unknown_matches)
{
	const int  *unreadable;
	int			count;

	for (int v = typed_key_first(value->typed, value->class); v >= 0;
		 v = typed_key_next(value->typed, v))
		if (lists(term, v))
			return true;
	if (!unknown_matches)
		return false;
	count = typed_key_unreadables(value->typed, &unreadable);
	return lists_one_of(term, unreadable, count);
}

static bool
bound_matches(const ScopeTerm *term, const KeyValue *value, bool unknown_matches)
{
	int			bound = term->value[0];

	return typed_key_unreadable(value->typed, bound) ? unknown_matches :
		typed_key_keeps_to(value->typed, value->datum, bound);
}

static bool
term_matches(const ScopeTerm *term, ScopeRow *row, bool unknown_matches)
{
	const KeyValue *value = row->value(row, term->key);

	if (value->state == KEY_UNKNOWN)
		return unknown_matches;
	if (value->state == KEY_NONE)
		return false;
	return term->is_bound ? bound_matches(term, value, unknown_matches) :
		list_matches(term, value, unknown_matches);
}

static bool
scope_matches(const Scope *scope, ScopeRow *row, bool unknown_matches)
{
	if (scope->unreadable)
		return unknown_matches;
	for (int i = 0; i < scope->terms; i++)
		if (!term_matches(&scope->term[i], row, unknown_matches))
			return false;
	return true;
}

/* What is looked for in an index. */
typedef struct Search
{
	const ScopeIndex *index;
	ScopeRow   *row;
	bool		unknown_matches;
	bool		(*found) (int scope, void *arg);
	void	   *arg;
} Search;

static bool
find_in_list(const Search *search, int filed)
{
	for (; filed >= 0; filed = search->index->filed[filed].next)
	{
		int			scope = search->index->filed[filed].scope;

		if (scope_matches(search->index->scope[scope], search->row,
						  search->unknown_matches) &&
			search->found(scope, search->arg))
			return true;
	}
	return false;
}

/* Look where the scopes are filed that name a value which equals the row's. */
static bool
find_by_value(const Search *search, const Place *place, const KeyValue *value)
{
	const int  *unreadable;
	int			count;

	for (int v = typed_key_first(value->typed, value->class); v >= 0;
		 v = typed_key_next(value->typed, v))
		if (find_in_list(search, place[v].first))
			return true;
	if (!search->unknown_matches)
		return false;
	count = typed_key_unreadables(value->typed, &unreadable);
	for (int i = 0; i < count; i++)
		if (find_in_list(search, place[unreadable[i]].first))
			return true;
	return false;
}

bool
scope_index_find(const ScopeIndex *index, ScopeRow *row, bool unknown_matches,
				 bool (*found) (int scope, void *arg), void *arg)
{
	Search		search = {index, row, unknown_matches, found, arg};

	if (index->everywhere >= 0 && find_in_list(&search, index->everywhere))
		return true;
	for (int key = 0; key < index->keys; key++)
	{
		const KeyValue *value;

		if (index->under_key[key] < 0)
			continue;
		value = row->value(row, key);
		if (value->state == KEY_KNOWN &&
			find_by_value(&search, index->place[key], value))
			return true;
		if (value->state == KEY_UNKNOWN && unknown_matches &&
			find_in_list(&search, index->under_key[key]))
			return true;
	}
	return false;
}
