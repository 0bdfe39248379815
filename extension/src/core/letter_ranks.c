/*
 * letter_ranks.c
 *		The groups of letters of the grammar as ranks, and back.
 */
#include "core/letter_ranks.h"

#include <string.h>

LetterTable letter_tables[LETTER_SETS];

/* Do the sets fit into the memory for them?  test/unit/grammar_test.c asks. */
static bool fits;

/*
 * Memory for the tables.  How much they need is known, because the grammar is;
 * no piece is larger than the whole of it.
 */
static void *
allot(size_t size)
{
	static int64_t pool[18432];
	static size_t used;
	void	   *piece;

	size = (size + sizeof(pool[0]) - 1) / sizeof(pool[0]);
	if (size > sizeof(pool) / sizeof(pool[0]) - used)
	{
		fits = false;
		used = 0;
	}
	piece = pool + used;
	used += size;
	return piece;
}

/*
 * The product exceeds the quotient by less than one part in divisor, because
 * the factor is too large by less than 1, and dividend times divisor is below
 * 2 ^ shift.
 */
Reciprocal
reciprocal(uint32_t divisor, uint32_t quotients)
{
	Reciprocal	by = {.divisor = divisor, .shift = 62};

	while (quotients >> (62 - by.shift) != 0)
		by.shift--;
	by.factor = (UINT64_C(1) << by.shift) / divisor + 1;
	return by;
}

int
next_group(const char **list, char group[3])
{
	int			len = 0;

	if (*list == NULL)
		return 0;
	while (**list == ' ')
		(*list)++;
	for (; **list >= 'A'; (*list)++)
		group[len++] = **list;
	return len;
}

bool
zero_group(LetterSetId set, const char *letters, int len)
{
	const char *list = letter_sets[set].zero;
	char		group[3];
	int			n;

	while ((n = next_group(&list, group)) > 0)
		if (n == len && letters_pair(group, n) == letters_pair(letters, n))
			return true;
	return false;
}

int32_t
letters_rank(LetterSetId set, const char *letters, int len)
{
	const LetterTable *table = &letter_tables[set];
	int			number = table->place_of[letters_pair(letters, len)];
	const LetterPlace *place = &table->place[number];
	int			third;

	if (number < 0)
		return -1;
	if (len < 3)
		return place->own == NO_RANK ? -1 : place->own;
	third = table->third[LETTER(letters[2])];
	if (place->thirds == NO_RANK || third < 0 || third == place->skip)
		return -1;
	third -= third > place->skip;
	return place->thirds + third * (int32_t) table->carry3.divisor;
}

/* What a set has for each pair of letters, by PAIR. */
typedef struct PairRanks
{
	int32_t		own[PAIRS];		/* ranks of the group of just these two, -1
								 * if they are not in the alphabets */
	int8_t		skip[PAIRS];	/* as in LetterPlace; at most one third
								 * letter is left out after any two */
} PairRanks;

static void
count_ranks(const LetterSet *set, const LetterTable *table, PairRanks *pairs)
{
	const char *list;
	char		letter[3];
	int			len;
	int			own[3];

	for (int i = 0; i < 3; i++)
		own[i] = i + 1 < set->min ? 0 : set->carry[i] ? set->carry[i] : 1;
	memset(pairs->own, -1, sizeof(pairs->own));
	memset(pairs->skip, NO_SKIP, sizeof(pairs->skip));
	for (const char *a = set->alphabet[0]; *a != '\0'; a++)
	{
		if (set->min == 1)
			pairs->own[PAIR(0, *a)] = own[0];
		if (set->max > 1 && set->only == NULL)
			for (const char *b = set->alphabet[1]; *b != '\0'; b++)
				pairs->own[PAIR(*a, *b)] = own[1];
	}
	for (list = set->only; (len = next_group(&list, letter)) > 0;)
		pairs->own[letters_pair(letter, len)] = own[len - 1];
	for (list = set->except; (len = next_group(&list, letter)) > 0;)
	{
		int			pair = letters_pair(letter, len);

		if (len == 3)
			pairs->skip[pair] = table->third[LETTER(letter[2])];
		else
			pairs->own[pair] = 0;
	}
	for (list = set->zero; (len = next_group(&list, letter)) > 0;)
		pairs->own[letters_pair(letter, len)]++;
}

/* The place of a pair; its ranks follow those that were given so far. */
static LetterPlace
next_place(const LetterSet *set, LetterTable *table, char a, char b,
		   int32_t own, int8_t skip)
{
	LetterPlace place = {
		.start = table->size, .own = NO_RANK, .thirds = NO_RANK,
		.text = {a, b}, .len = b ? 2 : 1, .skip = skip
	};

	/* if the group has number 0, number 1 has the next rank */
	if (own > 0)
		place.own = table->size + (own > 1 && own > set->carry[b != 0]);
	table->size += own;
	if (place.len == 2 && set->max == 3)
	{
		int			thirds = (int) strlen(set->alphabet[2]) - (skip != NO_SKIP);

		place.thirds = table->size;
		table->size += thirds * (int32_t) table->carry3.divisor;
	}
	return place;
}

/* Give ranks to the groups, in order, and look-ups both ways. */
static void
give_ranks(const LetterSet *set, LetterTable *table, const PairRanks *pairs)
{
	LetterPlace *place;

	for (int i = 0; i < PAIRS; i++)
		table->places += pairs->own[i] >= 0;
	place = table->place = allot((table->places + 1) * sizeof(*place));
	table->place_of = allot(PAIRS * sizeof(*table->place_of));
	memset(table->place_of, -1, PAIRS * sizeof(*table->place_of));

	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A' - 1; b <= 'Z'; b++)
		{
			bool		one = b < 'A';
			int			pair = one ? PAIR(0, a) : PAIR(a, b);

			if (pairs->own[pair] < 0)
				continue;
			*place = next_place(set, table, a, one ? '\0' : b, pairs->own[pair],
								pairs->skip[pair]);
			if (table->size > place->start)
				table->place_of[pair] = place++ - table->place;
		}
	table->places = place - table->place;
	place->start = NO_RANK;
}

/*
 * Hints at regular ranks, so that a search takes only a step or two from one.
 */
static void
compile_hints(LetterTable *table)
{
	int			hints;
	int			place = 0;

	while ((table->size - 1) >> table->shift >= 2560)
		table->shift++;
	hints = ((table->size - 1) >> table->shift) + 1;
	table->hint = allot(hints * sizeof(*table->hint));
	for (int i = 0; i < hints; i++)
	{
		while (table->place[place + 1].start <= i << table->shift)
			place++;
		table->hint[i] = place;
	}
}

static void
compile_pairs(LetterTable *table)
{
	table->pair = allot(table->places * sizeof(*table->pair));
	for (int i = 0; i < table->places; i++)
		memcpy(table->pair[i], table->place[i].text, 2);
}

static void
compile_set(const LetterSet *set, LetterTable *table)
{
	PairRanks	pairs;

	table->length = set->min == set->max ? set->min : 0;
	memset(table->third, -1, sizeof(table->third));
	for (int i = 0; set->max == 3 && set->alphabet[2][i] != '\0'; i++)
	{
		table->third_letter[i] = set->alphabet[2][i];
		table->third[LETTER(set->alphabet[2][i])] = i;
	}
	table->carry3 = reciprocal(set->carry[2] ? set->carry[2] : 1, 26);
	count_ranks(set, table, &pairs);
	give_ranks(set, table, &pairs);
	compile_hints(table);
	if (set->max < 3 && table->places == table->size)
		compile_pairs(table);
}

bool
letters_compile(void)
{
	fits = true;
	for (int i = SET_NONE + 1; i < LETTER_SETS; i++)
		compile_set(&letter_sets[i], &letter_tables[i]);
	return fits;
}
