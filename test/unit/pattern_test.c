/*
 * pattern_test.c
 *		Partial marks: what the arithmetic of pattern_search.c finds, against
 *		trying mark by mark.  Prints TAP.
 */
#include <string.h>

#include "core/core.h"
#include "core/compiled_grammar.h"
#include "core/pattern_search.h"
#include "core/issue_order.h"
#include "core/series.h"
#include "tap.h"

#define MAX_PATTERN		32

/* Random number below a limit. */
static int64_t
below(int64_t limit)
{
	return (int64_t) (random_next() % (uint64_t) limit);
}

static PlatePattern
compiled(const char *text)
{
	PlatePattern pattern;
	size_t		bad;

	if (!pattern_compile(&pattern, text, strlen(text), &bad))
		ok(false, "\"%s\" is a pattern", text);
	return pattern;
}

/* Matching as everybody knows it, from the text alone. */
static bool
matches(const char *pattern, const char *mark)
{
	if (*pattern == ' ')
		return matches(pattern + 1, mark);
	if (*pattern == '*' || *pattern == '%')
		return matches(pattern + 1, mark) ||
			(*mark != '\0' && matches(pattern, mark + 1));
	if (*pattern == '\0' || *mark == '\0')
		return *pattern == *mark;
	if (*pattern != '?' && *pattern != '_' && *pattern != *mark &&
		(*pattern < 'a' || *pattern - 'a' + 'A' != *mark))
		return false;
	return matches(pattern + 1, mark + 1);
}

static void
compact(int64_t plate, char *text)
{
	text[plate_print_compact(plate, text)] = '\0';
}

/* A mark of any format, all formats alike; near to an end of it quite often. */
static int64_t
random_mark(void)
{
	PlateFormat format = 1 + below(PLATE_FORMATS);
	const FormatInfo *info = &plate_format_info[format];
	int			series = info->first_series +
		below(info->last_series - info->first_series + 1);
	int64_t		size = format_size(format);
	int64_t		serial = below(size);

	if (below(4) == 0)
		serial = below(2) ? serial % 3000 % size : size - 1 - serial % 3000 % size;
	return plate_make(format, series, serial);
}

/* What somebody may have seen of a mark, or has seen wrong, or made up. */
static void
random_pattern(int64_t seen, char *pattern)
{
	static const char made_up[] = "AMNZIQXDS0179??**";
	char		text[PLATE_BUFFER];
	int			len = plate_print_compact(seen, text);
	int			holes = 1 + below(8);
	int			stars = below(3);
	int			n = 0;

	if (below(8) == 0)
	{
		len = below(10);
		for (int i = 0; i < len; i++)
			pattern[n++] = made_up[below(sizeof(made_up) - 1)];
		pattern[n] = '\0';
		return;
	}
	for (int i = 0; i < len; i++)
	{
		if (below(9) < stars)
		{
			pattern[n++] = below(2) ? '*' : '%';
			i += below(4);		/* which may stand for some */
		}
		if (below(9) == 0)
			pattern[n++] = ' ';
		if (i >= len)
			break;
		if (below(9) < holes)
			pattern[n++] = below(2) ? '?' : '_';
		else if (below(40) == 0)
			pattern[n++] = made_up[below(sizeof(made_up) - 1)];
		else
			pattern[n++] = text[i] >= 'A' && below(2) ? text[i] + 'a' - 'A' : text[i];
	}
	if (below(9) < stars)
		pattern[n++] = '*';
	pattern[n] = '\0';
}

#define WINDOW	3000

static int64_t window[WINDOW];
static bool match[WINDOW];

/*
 * Everything that can be asked of a pattern in a window of marks that follow
 * each other, and the same by trying each.  The first question that has a
 * wrong answer, or NULL.
 */
static const char *
wrong_in_window(const char *text, int64_t around)
{
	PlatePattern pattern = compiled(text);
	int64_t		position = plate_position(around) - below(WINDOW);
	int			size = 0;

	if (position < 0)
		position = 0;
	while (size < WINDOW && plate_at_position(position + size) >= 0)
	{
		char		mark[PLATE_BUFFER];

		window[size] = plate_at_position(position + size);
		compact(window[size], mark);
		match[size] = matches(text, mark);
		if (pattern_matches(&pattern, window[size]) != match[size])
			return "match";
		size++;
	}

	for (int i = 0; i < 60; i++)
	{
		int			from = i == 0 ? 0 : below(size);
		int			to = i == 0 ? size - 1 : from + below(size - from);
		int			first = from,
					last = to,
					gap = from;
		int			count = 0;

		while (first <= to && !match[first])
			first++;
		while (last >= from && !match[last])
			last--;
		while (gap <= to && match[gap])
			gap++;
		for (int n = from; n <= to; n++)
			count += match[n];
		if (pattern_first(&pattern, window[from], window[to]) !=
			(first <= to ? window[first] : -1))
			return "first";
		if (pattern_last(&pattern, window[from], window[to]) !=
			(last >= from ? window[last] : -1))
			return "last";
		if (pattern_gap(&pattern, window[from], window[to]) !=
			(gap <= to ? window[gap] : -1))
			return "gap";
		if (pattern_count(&pattern, window[from], window[to]) != count)
			return "count";
	}
	return NULL;
}

static void
test_windows(int patterns)
{
	char		text[MAX_PATTERN];
	const char *wrong = NULL;

	for (int i = 0; i < patterns && wrong == NULL; i++)
	{
		int64_t		seen = random_mark();

		random_pattern(seen, text);
		wrong = wrong_in_window(text, below(3) ? seen : random_mark());
	}
	ok(wrong == NULL, "%d patterns at random, each among %d marks (wrong: %s of \"%s\")",
	   patterns, WINDOW, wrong ? wrong : "none", wrong ? text : "");
}

#define MAX_PATTERNS	6

/* All marks of a format in one series, and some patterns. */
static void
test_whole(PlateFormat format, int series, const char *const texts[MAX_PATTERNS])
{
	int64_t		from = plate_make(format, series, 0),
				to = from + format_size(format) - 1;
	PlatePattern pattern[MAX_PATTERNS];
	int64_t		next[MAX_PATTERNS],
				last[MAX_PATTERNS],
				count[MAX_PATTERNS] = {0};
	bool		right[MAX_PATTERNS];
	int			patterns = 0;

	for (; patterns < MAX_PATTERNS && texts[patterns] != NULL; patterns++)
	{
		pattern[patterns] = compiled(texts[patterns]);
		next[patterns] = pattern_first(&pattern[patterns], from, to);
		last[patterns] = -1;
		right[patterns] = true;
	}
	for (int64_t plate = from; plate <= to; plate++)
	{
		char		mark[PLATE_BUFFER];

		compact(plate, mark);
		for (int i = 0; i < patterns; i++)
		{
			if (!matches(texts[i], mark))
				continue;
			/* step by step, and counted from the start now and then */
			right[i] = right[i] && plate == next[i] &&
				(count[i] % 1000 != 0 ||
				 pattern_count(&pattern[i], from, plate) == count[i] + 1);
			next[i] = plate < to ? pattern_first(&pattern[i], plate + 1, to) : -1;
			last[i] = plate;
			count[i]++;
		}
	}
	for (int i = 0; i < patterns; i++)
		ok(right[i] && next[i] < 0 &&
		   pattern_last(&pattern[i], from, to) == last[i] &&
		   pattern_count(&pattern[i], from, to) == count[i] &&
		   pattern_count(&pattern[i], to, from) == (from == to ? count[i] : 0),
		   "all %lld of %s that match \"%s\"", (long long) count[i],
		   plate_format_info[format].noun, texts[i]);
}

/* A ? is all characters, one by one: over all marks, by arithmetic alone. */
static void
test_sums(int patterns)
{
	int64_t		from = plate_at_position(0),
				to = plate_at_position(issue_order_size() - 1);
	char		text[MAX_PATTERN];
	int			tried = 0;
	bool		right = true;

	while (tried < patterns && right)
	{
		char		with[MAX_PATTERN];
		char	   *hole;
		int64_t		sum = 0;
		PlatePattern pattern;

		random_pattern(random_mark(), text);
		if (strchr(text, '?') == NULL || strpbrk(text, "*%") != NULL)
			continue;			/* a star would count a mark more than once */
		tried++;
		strcpy(with, text);
		hole = strchr(with, '?');
		for (int code = 0; code < CODES; code++)
		{
			if (code >= 26 && code < CODE_DIGIT)
				continue;
			*hole = code_char(code);
			pattern = compiled(with);
			sum += pattern_count(&pattern, from, to);
		}
		pattern = compiled(text);
		right = pattern_count(&pattern, from, to) == sum;
	}
	ok(right, "a ? counts as many as each character in its place (wrong: \"%s\")",
	   right ? "" : text);
}

#define MAX_RUNS	400

/* How many runs of marks match, counted up to one more than a limit. */
static int
runs(const PlatePattern *pattern, int limit)
{
	int64_t		next = plate_at_position(0),
				end = plate_at_position(issue_order_size() - 1);
	int			found = 0;

	while (found <= limit && next >= 0 &&
		   (next = pattern_first(pattern, next, end)) >= 0)
	{
		found++;
		next = pattern_gap(pattern, next, end);
	}
	return found;
}

/* Runs are apart, hold every match, and nothing else unless there are many. */
static const char *
wrong_intervals(const char *text, int max, bool *joined)
{
	static MarkInterval interval[MAX_RUNS];
	PlatePattern pattern = compiled(text);
	int64_t		begin = plate_at_position(0),
				end = plate_at_position(issue_order_size() - 1);
	int			found = pattern_intervals(&pattern, interval, max);
	int64_t		count = 0;

	*joined = false;
	if (found > max)
		return "number";
	for (int i = 0; i < found; i++)
	{
		int64_t		first = interval[i].first,
					last = interval[i].last;

		if (first > last || (i > 0 && first <= interval[i - 1].last))
			return "order";
		if (!pattern_matches(&pattern, first) || !pattern_matches(&pattern, last) ||
			(first > begin &&
			 pattern_matches(&pattern, plate_at_position(plate_position(first) - 1))) ||
			(last < end && pattern_matches(&pattern, issue_order_next(last))))
			return "ends";
		*joined |= pattern_gap(&pattern, first, last) >= 0;
		count += pattern_count(&pattern, first, last);
	}
	if (count != pattern_count(&pattern, begin, end))
		return "count";
	/* joined only where there are too many */
	if (*joined && runs(&pattern, max) <= max)
		return "joined";
	return NULL;
}

static void
test_intervals(int patterns)
{
	char		text[MAX_PATTERN];
	const char *wrong = NULL;
	int			exact = 0;

	for (int i = 0; i < patterns && wrong == NULL; i++)
	{
		int			max = 1 + below(below(2) ? 5 : MAX_RUNS);
		bool		joined;

		random_pattern(random_mark(), text);
		wrong = wrong_intervals(text, max, &joined);
		exact += !joined;
	}
	ok(wrong == NULL && exact > patterns / 10 && exact < patterns,
	   "intervals of %d patterns, exact for %d (wrong: %s of \"%s\")", patterns,
	   exact, wrong ? wrong : "none", wrong ? text : "");
}

/* Outlines cover the formats. */
static void
test_outlines(void)
{
	for (int format = 1; format <= PLATE_FORMATS; format++)
	{
		int64_t		size = 0;

		for (int i = first_outline[format]; i < first_outline[format + 1]; i++)
		{
			CodeSet		alphabet[PLATE_MAX_COMPACT];
			int64_t		marks = 1;

			outline_in_series(&outlines[i], plate_format_info[format].first_series,
							  alphabet);
			for (int f = 0; f < outlines[i].fields; f++)
				marks *= field_size(&outlines[i].field[f], alphabet);
			size += marks;
		}
		ok(size == format_size(format), "the outlines of %s have all its marks",
		   plate_format_info[format].name);
	}
}

static void
test_syntax(void)
{
	static const struct
	{
		const char *pattern;
		const char *mark;
		bool		match;
	}			cases[] = {
		{"AB75CDE", "AB75CDE", true}, {"ab 75 cde", "AB75CDE", true},
		{"?B7? ?DE", "AB75CDE", true}, {"_b7__de", "AB75CDE", true},
		{"AB7*", "AB75CDE", true}, {"AB7%", "AB75CDE", true},
		{"*CDE", "AB75CDE", true}, {"A*7*E", "AB75CDE", true},
		{"*AB75CDE*", "AB75CDE", true}, {"**A**", "AB75CDE", true},
		{"?*?*?", "AB75CDE", true}, {"*", "1A", true}, {"??", "1A", true},
		{"????????", "A1234567", true}, {"*1234567", "A1234567", true},
		{"AB75CD", "AB75CDE", false}, {"B75CDE", "AB75CDE", false},
		{"AB75CDE?", "AB75CDE", false}, {"?B7? ?DE", "AB75CDF", false},
		{"A*A", "AB75CDE", false}, {"", "1A", false}, {"  ", "1A", false},
		{"?????????", "A1234567", false}, {"*?????????", "A1234567", false},
		{"O1 ABC", "A1ABC", false}
	};
	static const struct
	{
		const char *text;
		size_t		bad;
	}			wrong[] = {
		{"AB-75", 2}, {"#", 0}, {"AB75\t", 4}, {"A\xC3\x84", 1},
		{"?????????????????????.", 21}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		PlatePattern pattern = compiled(cases[i].pattern);
		int64_t		plate = -1;

		ok(plate_parse(cases[i].mark, strlen(cases[i].mark), &plate) &&
		   pattern_matches(&pattern, plate) == cases[i].match,
		   "\"%s\" %s %s", cases[i].pattern,
		   cases[i].match ? "matches" : "does not match", cases[i].mark);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
	{
		PlatePattern pattern;
		size_t		bad = 99;

		ok(!pattern_compile(&pattern, wrong[i].text, strlen(wrong[i].text), &bad) &&
		   bad == wrong[i].bad, "\"%s\" is no pattern: byte %zu", wrong[i].text,
		   wrong[i].bad);
	}
}

int
main(void)
{
	static const char *const current[MAX_PATTERNS] = {
		"?B7? ?DE", "AB7*", "*ZZ", "YY*"
	};
	static const char *const export[MAX_PATTERNS] = {
		"?B7? ?DE", "XA*", "*A*A*", "*M?", "X?75*A"
	};
	static const char *const qni[MAX_PATTERNS] = {
		"QNI*", "*1*1*", "Q??12??", "*9", "?N?7"
	};
	static const char *const trade[MAX_PATTERNS] = {
		"00??1", "*0*1*", "0000?", "?????", "*99"
	};
	static const char *const ni[MAX_PATTERNS] = {
		"?Z 12?", "IA*", "*Z*0", "A? ?", "???*"
	};
	static const char *const ni_reversed[MAX_PATTERNS] = {
		"*IA", "1*Z", "??? ?I", "*AB", "*J?"
	};
	static const char *const diplomatic[MAX_PATTERNS] = {
		"1?0*", "10?D*", "*X10?", "*1*0*1*"
	};

	if (!core_compile())
		return 1;

	test_syntax();
	test_outlines();
	test_whole(PLATE_EXPORT, series_of_age[75], export);
	test_whole(PLATE_QNI, 0, qni);
	test_whole(PLATE_TRADE, 0, trade);
	test_whole(PLATE_NI, 0, ni);
	test_whole(PLATE_NI_REVERSED, 0, ni_reversed);
	test_whole(PLATE_DIPLOMATIC, 0, diplomatic);
	test_whole(PLATE_CURRENT, series_of_age[75], current);
	test_windows(2000);
	test_sums(300);
	test_intervals(1000);
	return tap_end();
}
