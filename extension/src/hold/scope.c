/*
 * scope.c
 *		What a hold or an exemption covers: reading.
 */
#include "regcar.h"
#include "hold/scope.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "types/plate_type.h"

/*
 * A list of dealers may have thousands of names.  Anything larger is a
 * mistake, and would cost every session.
 */
#define MAX_SCOPE_BYTES		(256 * 1024)
#define MAX_SCOPE_KEYS		16
#define MAX_DIGITS			1000	/* a JSON number of 9 bytes may have 131 000 */
#define MAX_BOUNDS			2

/* A value of one key, and its number. */
typedef struct KeyedValue
{
	int			key;
	ScopeValue	value;
} KeyedValue;

typedef struct NumberedValue
{
	KeyedValue	keyed;
	int			number;
	char		status;			/* the hash table's own */
} NumberedValue;

#define SH_PREFIX			value_numbers
#define SH_ELEMENT_TYPE		NumberedValue
#define SH_KEY_TYPE			KeyedValue
#define SH_KEY				keyed
#define SH_HASH_KEY(tb, k) \
	(hash_bytes((const unsigned char *) (k).value.text, strlen((k).value.text)) ^ \
	 (uint32) ((k).key * 8 + (k).value.operator) * 0x9e3779b9)
#define SH_EQUAL(tb, a, b)	\
	((a).key == (b).key && (a).value.operator == (b).value.operator && \
	 strcmp((a).value.text, (b).value.text) == 0)
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

int
scope_key_number(ScopeKeys *keys, const char *name)
{
	for (int i = 0; i < keys->count; i++)
		if (strcmp(keys->key[i].name, name) == 0)
			return i;
	if (keys->count == keys->room)
	{
		keys->room = Max(8, keys->room * 2);
		keys->key = keys->key == NULL ?
			palloc(keys->room * sizeof(ScopeKey)) :
			repalloc(keys->key, keys->room * sizeof(ScopeKey));
	}
	keys->key[keys->count] = (ScopeKey) {.name = pstrdup(name), .computed = computed_key(name)};
	return keys->count++;
}

/* The number of a value under a key; a new one if no scope had it yet. */
static int
value_number(ScopeKeys *keys, int key_number, ScopeValue value)
{
	ScopeKey   *key = &keys->key[key_number];
	NumberedValue *numbered;
	bool		found;

	if (keys->numbers == NULL)
		keys->numbers = value_numbers_create(CurrentMemoryContext, 64, NULL);
	numbered = value_numbers_insert(keys->numbers, (KeyedValue) {key_number, value},
									&found);
	if (found)
		return numbered->number;
	if (key->count == key->room)
	{
		key->room = Max(8, key->room * 2);
		key->value = key->value == NULL ?
			palloc(key->room * sizeof(ScopeValue)) :
			repalloc_huge(key->value, key->room * sizeof(ScopeValue));
	}
	key->value[key->count] = value;
	return numbered->number = key->count++;
}

/* A scalar as text; NULL, with the problem, for anything else. */
static char *
scalar_text(const char *key, const JsonbValue *json, char **problem)
{
	char	   *text;

	switch (json->type)
	{
		case jbvString:
			return pnstrdup(json->val.string.val, json->val.string.len);
		case jbvNumeric:
			text = DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(json->val.numeric)));
			if (strlen(text) <= MAX_DIGITS)
				return text;
			*problem = psprintf("A number of \"%s\" has more than %d digits.",
								key, MAX_DIGITS);
			return NULL;
		case jbvBool:
			return pstrdup(json->val.boolean ? "true" : "false");
		case jbvNull:
			*problem = psprintf("The value of \"%s\" is null.", key);
			return NULL;
		default:
			*problem = psprintf("The value of \"%s\" is nested; it must be a text, a number or a list of these.",
								key);
			return NULL;
	}
}

/* Add a value to a term of a key. */
static bool
add_value(ScopeKeys *keys, ScopeTerm *term, ScopeOperator operator,
		  const JsonbValue *json, char **problem)
{
	const ScopeKey *key = &keys->key[term->key];
	char	   *text = scalar_text(key->name, json, problem);

	if (text == NULL)
		return false;
	*problem = computed_value_problem(key->computed, text);
	if (*problem != NULL)
		return false;
	term->value[term->count++] = value_number(keys, term->key,
											  (ScopeValue) {operator, text});
	return true;
}

static int
compare_numbers(const void *a, const void *b)
{
	int			x = *(const int *) a,
				y = *(const int *) b;

	return (x > y) - (x < y);
}

/* A list of alternatives, after its beginning in the iteration. */
static bool
read_list(JsonbIterator **it, ScopeKeys *keys, ScopeTerm *term, char **problem)
{
	JsonbValue	json;
	int			room = 1,
				kept = 0;

	while (JsonbIteratorNext(it, &json, true) == WJB_ELEM)
	{
		if (term->count == room)
			term->value = repalloc_huge(term->value, (room *= 2) * sizeof(int));
		if (!add_value(keys, term, SCOPE_EQUAL, &json, problem))
			return false;
	}
	if (term->count == 0)
	{
		*problem = psprintf("The list of \"%s\" is empty.", keys->key[term->key].name);
		return false;
	}
	qsort(term->value, term->count, sizeof(int), compare_numbers);
	for (int i = 0; i < term->count; i++)
		if (i == 0 || term->value[i] != term->value[i - 1])
			term->value[kept++] = term->value[i];
	term->count = kept;
	return true;
}

static const struct
{
	const char *sign;
	ScopeOperator operator;
}			bound_signs[] = {
	{"<", SCOPE_LESS}, {"<=", SCOPE_LESS_EQUAL},
	{">=", SCOPE_GREATER_EQUAL}, {">", SCOPE_GREATER},
};

static ScopeOperator
bound_operator(const JsonbValue *sign)
{
	for (int i = 0; i < lengthof(bound_signs); i++)
		if (strlen(bound_signs[i].sign) == sign->val.string.len &&
			memcmp(bound_signs[i].sign, sign->val.string.val, sign->val.string.len) == 0)
			return bound_signs[i].operator;
	return SCOPE_EQUAL;
}

/* An object of bounds, after its beginning: each is a term. */
static bool
read_bounds(JsonbIterator **it, ScopeKeys *keys, Scope *scope, int key,
			int count, char **problem)
{
	const char *name = keys->key[key].name;
	JsonbValue	sign,
				json;

	if (!computed_key_has_order(keys->key[key].computed))
	{
		*problem = psprintf("The values of \"%s\" have no order, so it takes no bound.", name);
		return false;
	}
	for (int i = 0; i < count; i++)
	{
		ScopeTerm  *term = &scope->term[scope->terms];
		ScopeOperator operator;

		(void) JsonbIteratorNext(it, &sign, true);
		(void) JsonbIteratorNext(it, &json, true);
		operator = bound_operator(&sign);
		if (operator == SCOPE_EQUAL || count > MAX_BOUNDS)
		{
			*problem = psprintf("The value of \"%s\" is an object, which takes one or two of the bounds <, <=, >= and >, such as {\"<=\": \"2025-08-31\"}.",
								name);
			return false;
		}
		*term = (ScopeTerm) {key, 0, palloc(sizeof(int)), true};
		if (!add_value(keys, term, operator, &json, problem))
			return false;
		scope->terms++;
	}
	(void) JsonbIteratorNext(it, &json, true);
	if (count == 0)
		*problem = psprintf("The object of \"%s\" is empty.", name);
	return count > 0;
}

/* What a scope has under one key, after the key itself in the iteration. */
static bool
read_key(JsonbIterator **it, ScopeKeys *keys, Scope *scope, int key,
		 char **problem)
{
	JsonbValue	json;
	ScopeTerm  *term = &scope->term[scope->terms];

	switch (JsonbIteratorNext(it, &json, false))
	{
		case WJB_BEGIN_OBJECT:
			return read_bounds(it, keys, scope, key, json.val.object.nPairs, problem);
		case WJB_BEGIN_ARRAY:
			*term = (ScopeTerm) {key, 0, palloc(sizeof(int)), false};
			if (!read_list(it, keys, term, problem))
				return false;
			break;
		default:
			*term = (ScopeTerm) {key, 0, palloc(sizeof(int)), false};
			if (!add_value(keys, term, SCOPE_EQUAL, &json, problem))
				return false;
			break;
	}
	scope->terms++;
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

	scope->term = palloc(Max(1, MAX_BOUNDS * JB_ROOT_COUNT(json)) * sizeof(ScopeTerm));
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
		if (!read_key(&it, keys, scope, scope_key_number(keys, key),
					  problem))
			return false;
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
scope_key_may_be_column(const ScopeKey *key)
{
	return key->computed == COMPUTED_NONE ||
		computed_key_may_be_column(key->computed);
}

bool
scope_has_column(const Scope *scope, const ScopeKeys *keys)
{
	for (int i = 0; i < scope->terms; i++)
		if (scope_key_may_be_column(&keys->key[scope->term[i].key]))
			return true;
	return scope->unreadable;
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
