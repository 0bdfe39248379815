/*
 * scope.c
 *		What a hold or an exemption covers: reading and matching.
 */
#include "regcar.h"
#include "hold/scope.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/grammar.h"
#include "core/tags.h"
#include "types/plate_type.h"
#include "types/series_type.h"

/*
 * A list of dealers may have thousands of names.  Anything larger is a
 * mistake, and would cost every session.
 */
#define MAX_SCOPE_BYTES		(256 * 1024)
#define MAX_SCOPE_KEYS		16
#define MAX_DIGITS			1000	/* 1e131071 is a JSON number too */

ComputedKey
computed_key(const char *name)
{
	static const char *const names[] = {
		[COMPUTED_SERIES] = "series",
		[COMPUTED_FORMAT] = "format",
		[COMPUTED_REGION] = "region",
		[COMPUTED_TAG] = "tag",
	};

	for (int i = COMPUTED_NONE + 1; i <= COMPUTED_TAG; i++)
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

/* The view that lists the values of a computed key. */
static const char *const value_views[] = {
	[COMPUTED_SERIES] = "series",
	[COMPUTED_FORMAT] = "plate_formats",
	[COMPUTED_REGION] = "memory_tags",
};

/*
 * The value of a computed key as rows will have it; NULL if there is no such
 * value.
 */
static const char *
computed_value(ComputedKey computed, const char *text)
{
	int			series;

	switch (computed)
	{
		case COMPUTED_NONE:
		case COMPUTED_TAG:		/* which a guard may map to a column */
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

/* Read a scalar as text; false, with the problem, for anything else. */
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
			*problem = psprintf("The value of \"%s\" is nested; it must be a text, a number or a list of these.",
								key);
			return false;
	}
	known = computed_value(computed, text);
	if (known == NULL)
	{
		*problem = psprintf("There is no %s \"%s\"; the view regcar.%s lists them.",
							key, quoted_input(text, strlen(text)),
							value_views[computed]);
		return false;
	}
	value->text = known;
	value->len = strlen(known);
	return true;
}

/*
 * Read the alternatives of one key, whose value comes next in the iteration.
 */
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
		*problem = psprintf("The value of \"%s\" is an object; it must be a text, a number or a list of these.",
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
		*problem = pstrdup("The scope is not a JSON object.");
		return false;
	}
	if (VARSIZE(json) > MAX_SCOPE_BYTES)
	{
		*problem = psprintf("The scope is larger than %d kB.", MAX_SCOPE_BYTES / 1024);
		return false;
	}
	if (JB_ROOT_COUNT(json) > MAX_SCOPE_KEYS)
	{
		*problem = psprintf("The scope has more than %d keys.", MAX_SCOPE_KEYS);
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
			*problem = psprintf("The key \"%s\" cannot name a column: a name has 1 to %d bytes.",
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
	{
		ComputedKey computed = computed_key(keys->name[scope->term[i].key]);

		if (computed == COMPUTED_NONE || computed == COMPUTED_TAG)
			return true;
	}
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

/*
 * check_scope(jsonb) -> void
 *		Raise 22023 for anything that is not a scope, and name the key at
 *		fault.
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
				 errhint("A scope is a JSON object of keys and values, such as {\"make\": [\"Jaguar\", \"Land Rover\"], \"series\": \"75\"}; '{}' covers everything. Nothing was placed.")));
	PG_RETURN_VOID();
}
