/*
 * grammar_test.c
 *		The core against a slow and obvious reading of the grammar: a text is
 *		tried as every layout, field by field, and ranks are counted.  It shares
 *		the table in grammar.c, the list in irregular.c and the calendar with
 *		the core, nothing else.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/grammar.h"
#include "core/irregular.h"
#include "core/plate.h"
#include "core/series.h"
#include "core/compiled_grammar.h"
#include "tap.h"

#define RANDOM_TEXTS	3000000
#define MAX_TEXT		20

/* Groups of a set in order, each with the ranks before it; -1 for no group. */
static int32_t ranks_before[LETTER_SETS][27][27][27];
static int32_t ranks[LETTER_SETS];

static bool
listed(const char *list, const char *group)
{
	size_t		len = strlen(group);

	for (; list != NULL && *list != '\0'; list += strcspn(list, " "))
	{
		list += strspn(list, " ");
		if (strcspn(list, " ") == len && strncmp(list, group, len) == 0)
			return true;
	}
	return false;
}

static bool
is_group(const LetterSet *set, const char *group)
{
	int			len = strlen(group);

	if (len < set->min || len > set->max || listed(set->except, group) ||
		(set->only != NULL && !listed(set->only, group)))
		return false;
	for (int i = 0; i < len; i++)
		if (strchr(set->alphabet[i], group[i]) == NULL)
			return false;
	return true;
}

/* Letters as 1 to 26, which in order of rank come after no letter. */
static int
letter_number(char c)
{
	return c == '\0' ? 0 : c - 'A' + 1;
}

static int32_t *
before(LetterSetId set, const char *group)
{
	int			len = strlen(group);

	return &ranks_before[set][letter_number(group[0])]
		[len > 1 ? letter_number(group[1]) : 0]
		[len > 2 ? letter_number(group[2]) : 0];
}

static void
count_groups(LetterSetId id)
{
	const LetterSet *set = &letter_sets[id];

	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A' - 1; b <= 'Z'; b++)
			for (char c = 'A' - 1; c <= 'Z'; c++)
			{
				char		group[4] = {a, b, c};
				int			carry;

				if (b < 'A' && c >= 'A')
					continue;
				group[1 + (b >= 'A') + (c >= 'A')] = '\0';
				*before(id, group) = -1;
				if (!is_group(set, group))
					continue;
				*before(id, group) = ranks[id];
				carry = set->carry[strlen(group) - 1];
				ranks[id] += (carry ? carry : 1) + listed(set->zero, group);
			}
}

/* A text that is being read as a layout. */
typedef struct Attempt
{
	int			series;
	int64_t		serial;
	const LetterSet *set;		/* of the field before, if that was letters */
	char		group[4];
	int			width[4];		/* of the fields */
} Attempt;

/* Does the field read these characters, letters alone or digits alone? */
static bool
read_field(const Field *field, const char *rest, int len, int value,
		   Attempt *attempt)
{
	const LetterSet *set = &letter_sets[field->letters];

	switch (field->kind)
	{
		case FIELD_LETTERS:
			if (len < set->min || len > set->max)
				return false;
			memcpy(attempt->group, rest, len);
			attempt->group[len] = '\0';
			if (*before(field->letters, attempt->group) < 0)
				return false;
			attempt->serial = attempt->serial * ranks[field->letters] +
				*before(field->letters, attempt->group);
			break;
		case FIELD_NUMBER:
			if (attempt->set != NULL && attempt->set->carry[0] != 0)
			{
				bool		zero = listed(attempt->set->zero, attempt->group);

				if (value > attempt->set->carry[strlen(attempt->group) - 1] ||
					value < !zero || (rest[0] == '0' && len > 1))
					return false;
				attempt->serial += value - !zero;
				break;
			}
			if (value < field->lo || value > field->hi ||
				(field->width ? len != field->width : rest[0] == '0'))
				return false;
			attempt->serial = attempt->serial * (field->hi - field->lo + 1) +
				value - field->lo;
			break;
		case FIELD_AGE:
			if (len != 2 || series_of_age[value] == 0)
				return false;
			attempt->series = series_of_age[value];
			break;
		case FIELD_PREFIX_YEAR:
		case FIELD_SUFFIX_YEAR:
			if (len != 1 || series_of_letter[rest[0] - 'A'] == 0)
				return false;
			attempt->series = series_of_letter[rest[0] - 'A'] +
				(field->kind == FIELD_PREFIX_YEAR ? SERIES_FIRST_PREFIX - 1 : 0);
			break;
		case FIELD_FIXED:
		case FIELD_END:
			return false;
	}
	attempt->set = field->kind == FIELD_LETTERS ? set : NULL;
	return true;
}

/* Read the rest as these fields, of which the first is number f. */
static bool
read_fields(const Field *field, int f, const char *rest, Attempt attempt,
			Attempt *result)
{
	bool		digits = field->kind == FIELD_NUMBER || field->kind == FIELD_AGE;
	int			value = 0;

	if (field->kind == FIELD_END)
	{
		*result = attempt;
		return *rest == '\0';
	}
	for (int len = 1; len <= 5; len++)
	{
		Attempt		next = attempt;
		char		c = rest[len - 1];

		if (c == '\0' || digits == (c >= 'A'))
			break;
		value = value * 10 + c - '0';
		next.width[f] = len;
		if (read_field(field, rest, len, value, &next) &&
			read_fields(field + 1, f + 1, rest + len, next, result))
			return true;
	}
	return false;
}

static int64_t
layout_size(const Layout *layout)
{
	int64_t		size = 1;
	bool		carried = false;

	for (const Field *field = layout->field; field->kind != FIELD_END; field++)
	{
		if (field->kind == FIELD_LETTERS)
			size *= ranks[field->letters];
		else if (field->kind == FIELD_NUMBER && !carried)
			size *= field->hi - field->lo + 1;
		carried = field->kind == FIELD_LETTERS &&
			letter_sets[field->letters].carry[0] != 0;
	}
	return size;
}

static void
print_fields(const Field *field, const char *mark, const int *width,
			 char *print)
{
	for (; field->kind != FIELD_END; field++, mark += *width++)
		print += sprintf(print, "%s%.*s", field->space ? " " : "",
						 *width, mark);
}

/* Is a text without spaces that of a mark as it is shown? */
static bool
shown_as(const char *text, const char *mark)
{
	for (; *mark != '\0'; mark++)
		if (*mark != ' ' && *mark != *text++)
			return false;
	return *text == '\0';
}

/*
 * How many layouts and places in the list of irregular marks read a text, and
 * what the last of them makes of it.
 */
static int
read_slowly(const char *text, size_t len, int64_t *plate, char *print)
{
	char		mark[PLATE_MAX_COMPACT + 1] = {0};
	int			count = 0;
	int			readings = 0;

	for (size_t i = 0; i < len; i++)
	{
		char		c = text[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) ||
			count == PLATE_MAX_COMPACT)
			return 0;
		mark[count++] = c;
	}
	for (int i = 0; i < PLATE_LAYOUTS; i++)
	{
		const Layout *layout = &plate_layouts[i];
		Attempt		attempt = {0};

		if (!read_fields(layout->field, 0, mark, attempt, &attempt))
			continue;
		for (int j = 0; j < i; j++)
			if (plate_layouts[j].format == layout->format)
				attempt.serial += layout_size(&plate_layouts[j]);
		*plate = (int64_t) attempt.series << 44 |
			(int64_t) layout->format << 36 | attempt.serial;
		print_fields(layout->field, mark, attempt.width, print);
		readings++;
	}
	for (int i = 0; i < IRREGULAR_MARKS; i++)
		if (shown_as(mark, irregular_marks[i].mark))
		{
			*plate = (int64_t) PLATE_IRREGULAR << 36 | i;
			strcpy(print, irregular_marks[i].mark);
			readings++;
		}
	return readings;
}

/* What both said about some texts. */
typedef struct Tally
{
	int			texts;
	int			marks;
	int			ambiguous;
	int			wrong;
	char		example[MAX_TEXT + 1];
} Tally;

/* A text at the end of what was allocated. */
static char *block;

static void
compare(Tally *tally, const char *text, size_t len)
{
	char	   *end = block + MAX_TEXT; /* a byte too many is seen */
	int64_t		slow = -1;
	int64_t		fast = -1;
	char		print[2 * PLATE_MAX_COMPACT];
	char		compact[2 * PLATE_MAX_COMPACT];
	char		buf[PLATE_BUFFER];
	int			readings;
	bool		same;

	memcpy(end - len, text, len);

	readings = read_slowly(text, len, &slow, print);
	same = plate_parse(end - len, len, &fast) == (readings > 0) && fast == slow;
	if (same && readings > 0)
	{
		size_t		count = 0;

		for (const char *c = print; *c != '\0'; c++)
			if (*c != ' ')
				compact[count++] = *c;
		same = plate_print(fast, buf) == (int) strlen(print) &&
			memcmp(buf, print, strlen(print)) == 0 &&
			plate_print_compact(fast, buf) == (int) count &&
			memcmp(buf, compact, count) == 0;
	}
	tally->texts++;
	tally->marks += readings > 0;
	tally->ambiguous += readings > 1;
	if (!same && tally->wrong++ == 0)
	{
		memcpy(tally->example, text, len);
		tally->example[len] = '\0';
	}
}

static void
report(const Tally *tally, const char *what)
{
	ok(tally->wrong == 0 && tally->marks > 1000,
	   "%s: %d texts, %d of them marks, read and printed as the grammar says "
	   "(%d wrong, the first \"%s\")",
	   what, tally->texts, tally->marks, tally->wrong, tally->example);
	ok(tally->ambiguous == 0, "%s: none fits two layouts", what);
}

/* Each group of up to three letters in each place, and what is no letter. */
static void
test_groups(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ@[`{m";
	static const char *const around[] = {
		"*", "*0", "*1", "*12", "*123", "*9999", "1*", "12*", "123*", "1000*",
		"A1*", "Y999*", "Q12*", "1*A", "*7Y", "*10M", "*999Q", "A*1", "A*9999",
		"9999A*", "A*51", "AB51*", "XA02*", "*51AAA", "12*34", "*12AB",
		"AB00*", "101*101", "100*100", "999*999", "*0000000", "*1234567"
	};
	Tally		tally = {0};

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (int n = 0; n < 32 * 32 * 32; n++)
		{
			char		text[MAX_TEXT];
			size_t		len = 0;

			for (const char *c = around[i]; *c != '\0'; c++)
				if (*c != '*')
					text[len++] = *c;
				else
					for (int shift = 10; shift >= 0; shift -= 5)
						if ((n >> shift & 31) > 0)
							text[len++] = letters[(n >> shift & 31) - 1];
			compare(&tally, text, len);
		}
	report(&tally, "letters");
}

/* Each number of up to four digits, and some of five, in each place. */
static void
test_numbers(void)
{
	static const char *const around[] = {
		"*", "A*", "S*", "AB*", "HS*", "ABC*", "MAN*", "AZ*", "AAZ*", "QNI*",
		"*A", "*AB", "*ABC", "*AZ", "*AAZ", "A*ABC", "Q*ABC", "ABC*A", "AB*ABC",
		"XF*ZZZ", "*D101", "101X*", "*AB12", "12AB*", "AB*CD", "A*4567",
		"A123*", "C*0000"
	};
	Tally		tally = {0};

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (int width = 1, limit = 10; width <= 5; width++, limit *= 10)
			for (int n = 0; n < limit; n += width < 5 ? 1 : 77)
			{
				char		text[MAX_TEXT];
				size_t		len = 0;

				for (const char *c = around[i]; *c != '\0'; c++)
					if (*c != '*')
						text[len++] = *c;
					else
						len += snprintf(text + len, sizeof(text) - len,
										"%0*d", width, n);
				compare(&tally, text, len);
			}
	report(&tally, "numbers");
}

/* Characters in any order, most of them such as marks have. */
static size_t
random_text(char *text)
{
	static const char likely[] = "ABCDIMNOQSXYZabmnqz0011259  \t\n\r";
	size_t		len = random_next() % 12;

	for (size_t i = 0; i < len; i++)
		text[i] = likely[random_next() % (sizeof(likely) - 1)];
	return len;
}

/* A mark with up to three slips of the pen. */
static size_t
mutated_mark(char *text)
{
	static const char odd[] = "@[`{/:!\"\t\n\v\r\x1F#\0\x7F\x80\xA0\xC1\xFF";
	int			format = 1 + random_next() % PLATE_FORMATS;
	const FormatInfo *info = &plate_format_info[format];
	int			series = info->first_series +
		random_next() % (info->last_series - info->first_series + 1);
	int64_t		plate = plate_make(format, series,
								   random_next() % format_size(format));
	size_t		len = random_next() & 1 ? plate_print(plate, text) :
		plate_print_compact(plate, text);

	for (int slips = random_next() % 4; slips > 0; slips--)
	{
		size_t		at = random_next() % len;

		switch (random_next() % 7)
		{
			case 0:
				text[at] ^= 0x20;
				break;
			case 1:
				text[at] = 'A' + random_next() % 26;
				break;
			case 2:
				text[at] = '0' + random_next() % 10;
				break;
			case 3:
				if (len > 1)
					memmove(text + at, text + at + 1, --len - at);
				break;
			case 4:
				text[at] = random_next() & 1 ? (char) random_next() :
					odd[random_next() % (sizeof(odd) - 1)];
				break;
			default:
				memmove(text + at + 1, text + at, len - at);
				text[at] = random_next() % 4 ? ' ' : '0' + random_next() % 43;
				len++;
				break;
		}
	}
	return len;
}

static void
test_random(void)
{
	Tally		tally = {0};

	for (int i = 0; i < RANDOM_TEXTS; i++)
	{
		char		text[MAX_TEXT];
		size_t		len = i % 4 ? mutated_mark(text) : random_text(text);

		compare(&tally, text, len);
	}
	report(&tally, "random");
}

int
main(void)
{
	ok(core_compile(), "the grammar fits into the tables that are made of it");
	for (int set = SET_NONE + 1; set < LETTER_SETS; set++)
		count_groups(set);

	block = malloc(MAX_TEXT);
	if (block == NULL)
		return 1;
	test_groups();
	test_numbers();
	test_random();
	free(block);
	return tap_end();
}
