/*
 * suggest.c
 *		Marks that a misread text may stand for.
 *
 * Every way to swap the confusable characters is tried: at most three for each
 * of eight characters.
 */
#include "core/suggest.h"

#include <string.h>

#include "core/compiled_grammar.h"

/* What is read for what, by people and by cameras; in both directions. */
static const struct
{
	char		pair[3];
	int			cost;
}			confusions[] = {
	{"O0", 1},					/* one drawing (SI 2001/561 Sch 4) */
	{"I1", 1},
	{"B8", 2},
	{"S5", 2},
	{"Z2", 2},
	{"G6", 2},
	{"D0", 2},
	{"VY", 2},
};

#define CONFUSIONS		((int) (sizeof(confusions) / sizeof(confusions[0])))

/* A character that no mark has; a text with more of them than so is no mark. */
#define STRAY_COST		2
#define MAX_STRAYS		PLATE_MAX_COMPACT

/* Of marks that cost the same, which is more likely to be meant. */
static const uint8_t likelihood[PLATE_FORMATS + 1] = {
	[PLATE_CURRENT] = 1, [PLATE_PREFIX] = 2, [PLATE_SUFFIX] = 3,
	[PLATE_NI] = 4, [PLATE_NI_SERIAL] = 4, [PLATE_NI_REVERSED] = 4,
	[PLATE_NI_SERIAL_REVERSED] = 4,
	[PLATE_DATELESS] = 5, [PLATE_DATELESS_REVERSED] = 5
};

typedef struct Search
{
	char		mark[PLATE_MAX_COMPACT];
	int			len;
	Suggestion *found;
	int			count;
} Search;

static int
compare(const Suggestion *a, const Suggestion *b)
{
	int			x = likelihood[plate_format_of(a->plate)],
				y = likelihood[plate_format_of(b->plate)];

	if (a->changes != b->changes)
		return a->changes - b->changes;
	if (x != y)
		return (x ? x : PLATE_FORMATS) - (y ? y : PLATE_FORMATS);
	return (a->plate > b->plate) - (a->plate < b->plate);
}

/* Keep a mark among the best; each mark once, for it has one spelling. */
static void
keep(Search *search, int64_t plate, int changes)
{
	Suggestion	fresh = {plate, changes};
	int			place = search->count;

	while (place > 0 && compare(&fresh, &search->found[place - 1]) < 0)
		place--;
	if (place == MAX_SUGGESTIONS)
		return;
	if (search->count < MAX_SUGGESTIONS)
		search->count++;
	memmove(&search->found[place + 1], &search->found[place],
			(search->count - place - 1) * sizeof(Suggestion));
	search->found[place] = fresh;
}

static void
try_from(Search *search, int pos, int changes)
{
	char		read;
	int64_t		plate;

	if (pos == search->len)
	{
		if (plate_parse(search->mark, search->len, &plate))
			keep(search, plate, changes);
		return;
	}
	read = search->mark[pos];
	try_from(search, pos + 1, changes);
	for (int i = 0; i < CONFUSIONS; i++)
	{
		const char *pair = confusions[i].pair;

		if (read != pair[0] && read != pair[1])
			continue;
		search->mark[pos] = read == pair[0] ? pair[1] : pair[0];
		try_from(search, pos + 1, changes + confusions[i].cost);
		search->mark[pos] = read;
	}
}

int
plate_suggest(const char *text, size_t len, Suggestion found[MAX_SUGGESTIONS])
{
	Search		search = {.found = found};
	int			changes = 0;

	for (size_t i = 0; i < len; i++)
	{
		char		c = mark_char[(unsigned char) text[i]];

		if (c == '\0')
		{
			/* a letter of another alphabet was no slip of the pen */
			if ((unsigned char) text[i] >= 128)
				return 0;
			changes += STRAY_COST;
			if (changes > MAX_STRAYS * STRAY_COST)
				return 0;
			continue;
		}
		if (c == ' ')
			continue;
		if (search.len == PLATE_MAX_COMPACT)
			return 0;
		search.mark[search.len++] = c;
	}
	try_from(&search, 0, changes);
	return search.count;
}

void
plate_fold(char *mark, int len)
{
	for (int i = 0; i < len; i++)
		if (mark[i] == 'O')
			mark[i] = '0';
		else if (mark[i] == 'I')
			mark[i] = '1';
}
