/*
 * suggest_test.c
 *		Suggestions for a misread text, against all marks there are of its
 *		length.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/issue_order.h"
#include "core/series.h"
#include "core/suggest.h"
#include "core/compiled_grammar.h"
#include "tap.h"

/* What it costs to read one character for another; -1 if nobody does. */
static signed char cost[128][128];

static void
fill_costs(void)
{
	static const char *const one[] = {"O0", "I1"};
	static const char *const two[] = {"B8", "S5", "Z2", "G6", "D0", "VY"};

	memset(cost, -1, sizeof(cost));
	for (int c = 0; c < 128; c++)
		cost[c][c] = 0;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		cost[(int) one[i][0]][(int) one[i][1]] =
			cost[(int) one[i][1]][(int) one[i][0]] = 1;
	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++)
		cost[(int) two[i][0]][(int) two[i][1]] =
			cost[(int) two[i][1]][(int) two[i][0]] = 2;
}

/* What it costs to read a text for a mark, in print without spaces; or -1. */
static int
distance(const char *text, const char *mark)
{
	int			sum = 0;

	for (; *text != '\0'; text++)
	{
		int			step = 2;

		if (*text == ' ')
			continue;
		if (*text >= '0')		/* others are strays */
			step = cost[*text >= 'a' ? *text - 'a' + 'A' : *text][(int) *mark++];
		if (step < 0)
			return -1;
		sum += step;
	}
	return *mark == '\0' ? sum : -1;
}

/* All marks with at most so many characters. */
#define SHORT		4
#define MAX_MARKS	400000

static struct
{
	int64_t		plate;
	char		text[SHORT + 1];
}			marks[MAX_MARKS];
static int	mark_count;

/* By trying every text. */
static void
collect_marks(char *text, int len)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (const char *c = characters; *c != '\0'; c++)
	{
		text[len] = *c;
		if (mark_count < MAX_MARKS &&
			plate_parse(text, len + 1, &marks[mark_count].plate))
			memcpy(marks[mark_count++].text, text, len + 1);
		if (len + 1 < SHORT)
			collect_marks(text, len + 1);
	}
}

/* The cheapest first; of those that cost the same, any order will do here. */
static int
by_changes(const void *a, const void *b)
{
	const Suggestion *x = a,
			   *y = b;

	if (x->changes != y->changes)
		return x->changes - y->changes;
	return (x->plate > y->plate) - (x->plate < y->plate);
}

/* What is wrong with the suggestions for a text of few characters, or NULL. */
static const char *
wrong(const char *text)
{
	static Suggestion all[MAX_MARKS];
	Suggestion	found[MAX_SUGGESTIONS];
	int			count = plate_suggest(text, strlen(text), found);
	int			there = 0;

	for (int i = 0; i < mark_count; i++)
	{
		int			changes = distance(text, marks[i].text);

		if (changes >= 0)
			all[there++] = (Suggestion) {marks[i].plate, changes};
	}
	if (count != (there < MAX_SUGGESTIONS ? there : MAX_SUGGESTIONS))
		return "number";
	for (int i = 1; i < count; i++)
		if (found[i].changes < found[i - 1].changes)
			return "order";
	qsort(all, there, sizeof(Suggestion), by_changes);
	qsort(found, count, sizeof(Suggestion), by_changes);
	for (int i = 0; i < count; i++)
		if (found[i].changes != all[i].changes ||
			(count == there && found[i].plate != all[i].plate) ||
			(i > 0 && found[i].plate == found[i - 1].plate &&
			 found[i].changes == found[i - 1].changes))
			return "mark";
	return NULL;
}

/* Texts of confusable characters, with spaces and strays. */
static void
test_short(int texts)
{
	static const char likely[] = "O0DI1B8S5Z2G6VYAoi0123";
	char		text[3 * SHORT + 1];
	const char *what = NULL;
	int			answers = 0;

	for (int i = 0; i < texts && what == NULL; i++)
	{
		int			len = 1 + random_next() % SHORT;
		int			n = 0;

		for (int c = 0; c < len; c++)
		{
			text[n++] = likely[random_next() % (sizeof(likely) - 1)];
			if (random_next() % 8 == 0)
				text[n++] = " -./"[random_next() % 4];
		}
		text[n] = '\0';
		what = wrong(text);
		answers += plate_suggest(text, n, (Suggestion[MAX_SUGGESTIONS]) {{0}}) > 0;
	}
	ok(what == NULL && answers > texts / 4,
	   "%d texts, %d of them with suggestions: as of all %d marks (wrong: %s of \"%s\")",
	   texts, answers, mark_count, what ? what : "none", what ? text : "");
}

/* A mark that was misread is among the suggestions, if they are not too many. */
static void
test_misread(int misreadings)
{
	char		text[PLATE_BUFFER];
	bool		right = true;
	int			many = 0;

	for (int i = 0; i < misreadings && right; i++)
	{
		int64_t		plate = plate_at_position(random_next() %
											  (uint64_t) sequence_size());
		Suggestion	found[MAX_SUGGESTIONS];
		int			len = plate_print_compact(plate, text);
		int			changes = 0;
		int			count;
		int			n = 0;

		for (int c = 0; c < len; c++)
		{
			static const char confusable[] = "O0DI1B8S5Z2G6VY";
			char		read = confusable[random_next() % (sizeof(confusable) - 1)];

			if (cost[(int) read][(int) text[c]] < 0 || random_next() % 2)
				continue;
			changes += cost[(int) read][(int) text[c]];
			text[c] = read;
		}
		count = plate_suggest(text, len, found);
		while (n < count && found[n].plate != plate)
			n++;
		many += count == MAX_SUGGESTIONS;
		right = n < count ? found[n].changes == changes :
			count == MAX_SUGGESTIONS && found[count - 1].changes <= changes;
	}
	ok(right, "%d misread marks are suggested, at what the misreading cost; or 64 as good, %d times",
	   misreadings, many);
}

int
main(void)
{
	char		text[SHORT];
	Suggestion	found[MAX_SUGGESTIONS];
	static const char *const strays[] = {
		"--------AB51ABC", "AB51ABC--------", "A-B-5-1-A-B-C--"
	};
	static const char *const too_many[] = {
		"---------AB51ABC", "AB51ABC---------", "A-B-5-1-A-B-C---"
	};

	if (!core_compile())
		return 1;
	fill_costs();
	collect_marks(text, 0);

	test_short(1000);
	test_misread(100000);
	for (int i = 0; i < 3; i++)
	{
		ok(plate_suggest(strays[i], strlen(strays[i]), found) == 2 &&
		   found[0].changes == 16, "eight strays are left out: %s", strays[i]);
		ok(plate_suggest(too_many[i], strlen(too_many[i]), found) == 0,
		   "with nine it is no mark: %s", too_many[i]);
	}
	return tap_end();
}
