/*
 * plate_problem.c
 *		Why a text is not a registration mark.
 *
 * This runs only after plate_parse() has refused a text, so it may take its
 * time.  It reads the same table, and stops at the first field that does not
 * fit.
 */
#include "core/plate_problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/compiler.h"
#include "core/series.h"
#include "core/compiled_grammar.h"

typedef struct Text
{
	char		mark[PLATE_MAX_COMPACT + 1];	/* upper case, no spaces */
	int			len;
	const Shape *shape;
	const Layout *layout;		/* how its shape is read, if any layout does */
	int			runs;			/* of letters or digits */
	int			start[PLATE_MAX_COMPACT + 1];	/* where each run starts,
												 * and the end */
} Text;

size_t
plate_bad_byte(const char *text, size_t len)
{
	size_t		i = 0;

	while (i < len && mark_char[(unsigned char) text[i]] != '\0')
		i++;
	return i;
}

static bool
is_letter(char c)
{
	return c >= 'A';
}

static void say(char *buf, const char *format,...) printf_like(2, 3);

static void
say(char *buf, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(buf, PLATE_PROBLEM_SIZE, format, args);
	va_end(args);
}

/*
 * Take a text apart.  The first eight letters and digits go into t; the
 * result is the number of all of them.
 */
static size_t
scan(const char *text, size_t len, Text *t)
{
	size_t		count = 0;
	uint64_t	word = 0;
	unsigned	letters = 0;

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < len; i++)
	{
		char		c = mark_char[(unsigned char) text[i]];

		if (c <= ' ' || count++ >= PLATE_MAX_COMPACT)
			continue;
		if (t->len == 0 || is_letter(c) != is_letter(t->mark[t->len - 1]))
			t->start[t->runs++] = t->len;
		letters |= (unsigned) is_letter(c) << t->len;
		word |= (uint64_t) c << 8 * t->len;
		t->mark[t->len++] = c;
		t->start[t->runs] = t->len;
	}
	t->shape = &shapes[letters | 1u << t->len];
	t->layout = &plate_layouts[shape_reading(t->shape, word)->layout];
	return count;
}

static int
run_length(const Text *t, int run)
{
	return run < t->runs ? t->start[run + 1] - t->start[run] : 0;
}

static bool
run_is_letters(const Text *t, int run)
{
	return run < t->runs && is_letter(t->mark[t->start[run]]);
}

/* Dateless formats leave out just the groups of the Isle of Man. */
static bool
is_isle_of_man_group(const char *letters, int len)
{
	for (int i = 0; i < len; i++)
		if (strchr(letter_sets[SET_DATELESS].alphabet[i], letters[i]) == NULL)
			return false;
	return letters_rank(SET_DATELESS, letters, len) < 0;
}

/*
 * Is it an Isle of Man mark: MN, MAN or a serial letter and MN, a number, and
 * perhaps a letter?
 */
static bool
is_isle_of_man(const Text *t)
{
	int			groups = 0;

	for (int r = 0; r < t->runs; r++)
	{
		int			len = run_length(t, r);

		if (!run_is_letters(t, r))
		{
			if (len > 4)
				return false;
		}
		else if (len > 3)
			return false;
		else if (is_isle_of_man_group(t->mark + t->start[r], len))
			groups++;
		else if (len > 1)
			return false;
	}
	return groups == 1 && t->runs > 1;
}

/*
 * Is it a mark of another register, which looks like none of the United
 * Kingdom?
 */
static bool
other_register(const Text *t, char *buf)
{
	if (is_isle_of_man(t))
		say(buf, "%s is an Isle of Man mark, not one of the United Kingdom.",
			t->mark);
	else if (t->runs == 1 && !run_is_letters(t, 0) && t->len < 5)
		say(buf, "A number alone is a Guernsey mark; a trade mark has five digits.");
	else if (t->runs == 2 && t->mark[0] == 'J' && run_length(t, 0) == 1 &&
			 run_length(t, 1) > 4)
		say(buf, "J and five or six digits are a Jersey mark.");
	else if (t->runs == 3 && !run_is_letters(t, 0) &&
			 (run_length(t, 0) == 2 || run_length(t, 0) == 3) &&
			 run_length(t, 1) <= 2 && t->shape->number == 0)
		say(buf, "Year, county and number are a mark of the Republic of Ireland.");
	else
		return false;
	return true;
}

/* In words: "3 letters, 2 digits". */
static void
say_no_shape(const Text *t, char *buf)
{
	int			used;

	used = snprintf(buf, PLATE_PROBLEM_SIZE, "No format has the layout");
	for (int r = 0; r < t->runs; r++)
		used += snprintf(buf + used, PLATE_PROBLEM_SIZE - used, "%s %d %s%s",
						 r > 0 ? "," : "", run_length(t, r),
						 run_is_letters(t, r) ? "letter" : "digit",
						 run_length(t, r) > 1 ? "s" : "");
	snprintf(buf + used, PLATE_PROBLEM_SIZE - used, ".");
}

/*
 * Two letters before or after a number, one of them I or Z, are an Irish
 * code; only those of Northern Ireland belong to the United Kingdom.
 */
static bool
foreign_irish_code(const Text *t, char *buf)
{
	int			run = run_is_letters(t, 0) ? 0 : 1;
	int			len = run_length(t, run);
	const char *pair = t->mark + t->start[run + 1] - 2;

	if (t->runs != 2 || len < 2 || len > 3 ||
		letters_rank(SET_NI_CODE, t->mark + t->start[run + 1] - 2, 2) >= 0)
		return false;
	if (strchr("IZ", pair[0]) == NULL && strchr("IZ", pair[1]) == NULL &&
		!(len == 3 && run_length(t, 1 - run) == 4))
		return false;
	if (len == 3 && memcmp(t->mark, "QNI", 3) == 0)
		return false;
	say(buf, "%.2s is not one of the 33 Northern Ireland codes%s.", pair,
		len == 3 && run_length(t, 1 - run) == 4 ?
		", which alone have three letters and four digits" : "");
	return true;
}

static bool
letters_problem(const Text *t, int pos, int len, LetterSetId id,
				const FormatInfo *info, char *buf)
{
	const LetterSet *set = &letter_sets[id];

	if (letters_rank(id, t->mark + pos, len) >= 0)
		return false;
	for (int i = 0; i < len; i++)
		if (strchr(set->alphabet[i], t->mark[pos + i]) == NULL)
		{
			say(buf, "Letter %c is never used in %s of %s.",
				t->mark[pos + i], set->what, info->noun);
			return true;
		}
	/* other_register() has dealt with the groups that a set leaves out */
	return false;
}

static bool
number_problem(const Text *t, int pos, int len, const Field *field,
			   const FormatInfo *info, char *buf)
{
	int			value = 0;

	for (int i = 0; i < len; i++)
		value = value * 10 + t->mark[pos + i] - '0';
	if (!field->width && t->mark[pos] == '0')
	{
		if (value == 0)
			say(buf, "Number 0 was given to the civic marks AH 0, G 0, HS 0, "
				"LM 0, RG 0, S 0, SY 0, V 0 and VS 0 alone.");
		else
			say(buf, "The number of %s has no leading zero.", info->noun);
		return true;
	}
	if (value >= field->lo)
		return false;
	say(buf, "In %s, %s begins at %0*d.", info->noun, field->what,
		field->width, field->lo);
	return true;
}

static bool
age_problem(const Text *t, int pos, char *buf)
{
	int			age = (t->mark[pos] - '0') * 10 + t->mark[pos + 1] - '0';

	if (series_of_age[age] != 0)
		return false;
	if (age == 1)
		say(buf, "01 was never an age identifier: the first is 51, from September 2001.");
	else
		say(buf, "%02d is not an age identifier: they are 02 to 49 and 51 to 99.",
			age);
	return true;
}

static bool
year_problem(const Text *t, int pos, const FormatInfo *info, char *buf)
{
	if (series_of_letter[t->mark[pos] - 'A'] != 0)
		return false;
	say(buf, "Letter %c was never the year letter of %s.",
		t->mark[pos], info->noun);
	return true;
}

/* The first field of the layout that does not fit. */
static void
layout_problem(const Text *t, char *buf)
{
	const FormatInfo *info = &plate_format_info[t->layout->format];
	int			pos = 0;

	for (const Field *field = t->layout->field; pos < t->len; field++)
	{
		int			len = 1;
		bool		found = false;

		switch (field->kind)
		{
			case FIELD_LETTERS:
				len = letter_tables[field->letters].length;
				len = len ? len : t->shape->run[pos];
				found = letters_problem(t, pos, len, field->letters, info, buf);
				break;
			case FIELD_NUMBER:
				len = field->width ? field->width : t->shape->run[pos];
				found = number_problem(t, pos, len, field, info, buf);
				break;
			case FIELD_AGE:
				len = 2;
				found = age_problem(t, pos, buf);
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				found = year_problem(t, pos, info, buf);
				break;
			case FIELD_FIXED:
			case FIELD_END:
				break;
		}
		if (found)
			return;
		pos += len;
	}
	say(buf, "%s breaks a rule of %s.", t->mark, info->noun);
}

void
plate_problem(const char *text, size_t len, char buf[PLATE_PROBLEM_SIZE])
{
	Text		t;
	size_t		count = scan(text, len, &t);

	if (count == 0)
		say(buf, "A mark has at least two letters or digits.");
	else if (count > PLATE_MAX_COMPACT)
		say(buf, "A mark has at most %d letters and digits, this has %zu.",
			PLATE_MAX_COMPACT, count);
	else if (other_register(&t, buf) || foreign_irish_code(&t, buf))
		return;
	else if (t.shape->number == 0)
		say_no_shape(&t, buf);
	else
		layout_problem(&t, buf);
}
