/*
 * seen_values.c
 *		The values that rows were seen to have, and the nearest to a text.
 */
#include "regcar.h"
#include "admin/seen_values.h"

#include "catalog/pg_collation_d.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

/* A name of anything that is registered is shorter. */
#define MAX_VALUE_BYTES		128

/* What a person may have meant is among these, and comparing takes a moment. */
#define MAX_VALUES			10000

/* So many are compared before the clock is asked. */
#define VALUES_BETWEEN_LOOKS	128

typedef struct SeenValue
{
	char		text[MAX_VALUE_BYTES];
	int64		rows;
	int64		estimate;
} SeenValue;

struct SeenValues
{
	HTAB	   *values;
};

SeenValues *
seen_values_make(void)
{
	SeenValues *seen = palloc(sizeof(SeenValues));
	HASHCTL		control = {.keysize = MAX_VALUE_BYTES, .entrysize = sizeof(SeenValue),
	.hcxt = CurrentMemoryContext};

	seen->values = hash_create("regcar seen values", 256, &control,
							   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	return seen;
}

/* NULL for a value that is left out. */
static SeenValue *
find_or_make(SeenValues *seen, const char *text)
{
	SeenValue  *value;
	bool		found;

	if (strlen(text) >= MAX_VALUE_BYTES)
		return NULL;
	value = hash_search(seen->values, text,
						hash_get_num_entries(seen->values) < MAX_VALUES ? HASH_ENTER : HASH_FIND,
						&found);
	if (value != NULL && !found)
		value->rows = value->estimate = 0;
	return value;
}

void
seen_values_add(SeenValues *seen, const char *text, int64 rows)
{
	SeenValue  *value = find_or_make(seen, text);

	if (value != NULL)
		value->rows += rows;
}

void
seen_values_estimate(SeenValues *seen, const char *text, int64 rows)
{
	SeenValue  *value = find_or_make(seen, text);

	if (value != NULL)
		value->estimate += rows;
}

static int64
rows_of(const SeenValue *value)
{
	return value->rows > 0 ? value->rows : value->estimate;
}

static char *
lower_case(const char *text)
{
	return str_tolower(text, strlen(text), DEFAULT_COLLATION_OID);
}

/* How many characters are to be changed; more than most if more than that. */
static int
distance(const char *a, const char *b, int most)
{
	return varstr_levenshtein_less_equal(a, strlen(a), b, strlen(b), 1, 1, 1,
										 most, true);
}

/* Is one of two that are as near as each other to be preferred? */
static bool
is_better(const SeenValue *a, const SeenValue *b)
{
	if (rows_of(a) != rows_of(b))
		return rows_of(a) > rows_of(b);
	return strcmp(a->text, b->text) < 0;
}

const char *
seen_values_nearest(SeenValues *seen, const char *text, TimestampTz deadline,
					int64 *rows)
{
	char	   *wanted = lower_case(text);
	HASH_SEQ_STATUS status;
	SeenValue  *value;
	SeenValue  *nearest = NULL;
	int			least = MAX_VALUE_BYTES;
	int			compared = 0;

	if (strlen(wanted) >= MAX_VALUE_BYTES)
		return NULL;
	hash_seq_init(&status, seen->values);
	while ((value = hash_seq_search(&status)) != NULL)
	{
		char	   *candidate;
		int			changes;

		if (compared++ % VALUES_BETWEEN_LOOKS == 0 && GetCurrentTimestamp() > deadline)
		{
			hash_seq_term(&status);
			break;
		}
		candidate = lower_case(value->text);
		changes = distance(wanted, candidate, least);
		pfree(candidate);
		if (nearest == NULL || changes < least ||
			(changes == least && is_better(value, nearest)))
		{
			least = Min(least, changes);
			nearest = value;
		}
	}
	if (nearest == NULL)
		return NULL;
	*rows = rows_of(nearest);
	return nearest->text;
}
