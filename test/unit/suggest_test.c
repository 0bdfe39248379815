/*
 * suggest_test.c
 *		Suggestions for a misread text: against all marks there are of few
 *		characters, for marks that were misread, and for the public cases in
 *		test/data/misread.csv.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/distance.h"
#include "core/issue_order.h"
#include "core/plate.h"
#include "core/suggest.h"
#include "tap.h"

#define MAX_STEPS	20000

/* What it costs to read one character for another; -1 if nobody does. */
static signed char cost[128][128];

static void
fill_costs(void)
{
	static const char *const one[] = {"O0", "I1"};
	static const char *const two[] = {
		"B8", "S5", "Z2", "G6", "DO", "D0", "QO", "Q0", "J3", "A4", "VY", "CG",
		"T7", "L1", "LI"
	};

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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a text costs as a mark if characters were confused alone; or -1. */
static int
confused(const char *text, const char *mark, int len, bool drawings_only)
{
	int			sum = 0;

	for (int i = 0; i < len; i++)
	{
		int			step = cost[(int) text[i]][(int) mark[i]];

		if (step < 0 || (drawings_only && step > 1))
			return -1;
		sum += step;
	}
	return sum;
}

static int
lesser(int best, int sum, int mistake)
{
	return sum >= 0 && (best < 0 || sum + mistake < best) ? sum + mistake : best;
}

/* Without so many characters. */
static int
confused_without(const char *text, int len, int pos, int left_out,
				 const char *mark, bool drawings_only)
{
	char		rest[MAX_READ_TEXT];

	memcpy(rest, text, pos);
	memcpy(rest + pos, text + pos + left_out, len - pos - left_out);
	return confused(rest, mark, len - left_out, drawings_only);
}

/* Does a text have both letters and digits? */
static bool
mixed(const char *text, int len)
{
	int			digits = 0;

	for (int i = 0; i < len; i++)
		digits += is_digit(text[i]);
	return digits > 0 && digits < len;
}

/* The least that one mistake that moves characters and confusions cost; or -1. */
static int
one_mistake(const char *text, const char *mark, bool vehicle)
{
	int			len = strlen(text),
				length = strlen(mark),
				best = -1;
	bool		word = len <= 4 && strcspn(text, "0123456789") == (size_t) len;

	if (len == length)
		best = lesser(best, confused(text, mark, len, word), 0);
	for (int i = 0; i + 1 < len && len == length; i++)
	{
		char		other[MAX_READ_TEXT];

		if (text[i] != mark[i + 1] || text[i + 1] != mark[i] ||
			text[i] == text[i + 1])
			continue;
		memcpy(other, text, len);
		other[i] = mark[i];
		other[i + 1] = mark[i + 1];
		best = lesser(best, confused(other, mark, len, word), 2);
	}
	for (int i = 0; i < len && len == length + 1; i++)
		best = lesser(best, confused_without(text, len, i, 1, mark, word),
					  i > 0 && text[i] == text[i - 1] ? 2 : 3);
	for (int i = 0; i < length && length == len + 1 && vehicle; i++)
		if (mixed(text, len))
			best = lesser(best, confused_without(mark, length, i, 1, text, word),
						  i > 0 && mark[i] == mark[i - 1] ? 2 : 3);
	for (int from = 0; from < len; from++)
	{
		if (text[from] != '0' || (from > 0 && is_digit(text[from - 1])))
			continue;
		for (int n = 1; text[from + n - 1] == '0' && is_digit(text[from + n]); n++)
			if (len - n == length)
				best = lesser(best, confused_without(text, len, from, n, mark, word),
							  1);
	}
	return best;
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

static bool
is_vehicle(int64_t plate)
{
	return plate_format_info[plate_format_of(plate)].not_vehicle == NULL;
}

static bool
is_slip(const char *mark)
{
	return strcmp(mark, "11") == 0 || strcmp(mark, "ZG") == 0 ||
		strcmp(mark, "ZV") == 0;
}

static int
place_of(const Suggestions *found, int64_t plate)
{
	for (int i = 0; i < found->count; i++)
		if (found->best[i].plate == plate)
			return i;
	return -1;
}

/* What is wrong with the order or the distances, or NULL. */
static const char *
wrong_list(const char *text, const Suggestions *found)
{
	ReadText	read;

	if (!read_text(text, strlen(text), &read))
		return "length";
	if (found->count < 0 || found->count > MAX_SUGGESTIONS)
		return "number";
	if (found->steps > MAX_STEPS)
		return "steps";
	for (int i = 0; i < found->count; i++)
	{
		const Suggestion *s = &found->best[i];

		if (s->changes != mark_distance(&read, s->plate))
			return "distance";
		if (place_of(found, s->plate) != i)
			return "twice";
		if (i > 0 && s->changes < s[-1].changes)
			return "order";
		if (i > 0 && s->changes == s[-1].changes && is_vehicle(s->plate) &&
			!is_vehicle(s[-1].plate))
			return "vehicles first";
	}
	return NULL;
}

/* What is wrong with the suggestions for a text of few characters, or NULL. */
static const char *
wrong(const char *text)
{
	Suggestions found;
	const char *fault;
	int			there = 0;
	bool		full;

	plate_suggest(text, strlen(text), &found);
	fault = wrong_list(text, &found);
	full = found.count == MAX_SUGGESTIONS;
	for (int i = 0; i < mark_count && fault == NULL; i++)
	{
		int			least = one_mistake(text, marks[i].text,
										is_vehicle(marks[i].plate));
		int			place;

		if (least < 0 || is_slip(marks[i].text))
			continue;
		there++;
		place = place_of(&found, marks[i].plate);
		if (place < 0 &&
			(!full || least < found.best[found.count - 1].changes))
			fault = marks[i].text;
	}
	if (fault == NULL && there < found.count)
		fault = "too many";
	return fault;
}

/* Texts of confusable characters. */
static void
test_short(int texts)
{
	static const char *const likely[] = {
		"O0DI1B8S5Z2G6VYA", "AB01", "J3A4T7CGLQ5", "ABCDEFGHKLMN0123456789"
	};
	char		text[SHORT];
	const char *what = NULL;
	int			answers = 0;

	for (int i = 0; i < texts && what == NULL; i++)
	{
		const char *from = likely[i % 4];
		int			len = 1 + random_next() % (SHORT - 1);
		Suggestions found;

		for (int c = 0; c < len; c++)
			text[c] = from[random_next() % strlen(from)];
		text[len] = '\0';
		what = wrong(text);
		plate_suggest(text, len, &found);
		answers += found.count > 0;
	}
	ok(what == NULL && answers > texts / 4,
	   "%d texts, %d of them with suggestions: as of all %d marks (wrong: %s of \"%s\")",
	   texts, answers, mark_count, what ? what : "none", what ? text : "");
}

/* Make one mistake that moves characters; what it costs. */
static int
make_mistake(char *text, int *len)
{
	int			pos = random_next() % *len;
	char		c = text[pos];

	switch (random_next() % 5)
	{
		case 0:					/* a neighbour exchanged */
			if (pos + 1 == *len || text[pos + 1] == c)
				return 0;
			text[pos] = text[pos + 1];
			text[pos + 1] = c;
			return 2;
		case 1:					/* doubled */
			memmove(text + pos + 1, text + pos, *len - pos);
			++*len;
			return 2;
		case 2:					/* too many */
			memmove(text + pos + 1, text + pos, *len - pos);
			text[pos] = "ABCXYZ123456789"[random_next() % 15];
			++*len;
			return 3;
		case 3:					/* missing */
			memmove(text + pos, text + pos + 1, *len - pos - 1);
			--*len;
			return 3;
		default:
			return 0;
	}
}

/* A mark that was misread is among the suggestions, if they are not too many. */
static void
test_misread(int misreadings)
{
	char		text[PLATE_BUFFER];
	const char *fault = NULL;
	int			many = 0;

	for (int i = 0; i < misreadings && fault == NULL; i++)
	{
		int64_t		plate = plate_at_position(random_next() %
											  (uint64_t) issue_order_size());
		int			len = plate_print_compact(plate, text);
		int			length = len;
		bool		moves = random_next() % 2;
		int			changes = moves ? make_mistake(text, &len) : 0;
		Suggestions found;
		int			place;

		for (int c = 0; c < len && !moves; c++)
		{
			static const char confusable[] = "O0DI1B8S5Z2G6VYQJ3A4T7CL";
			char		read = confusable[random_next() % (sizeof(confusable) - 1)];

			if (cost[(int) read][(int) text[c]] < 0 || random_next() % 2)
				continue;
			changes += cost[(int) read][(int) text[c]];
			text[c] = read;
		}
		text[len] = '\0';
		plate_suggest(text, len, &found);
		fault = wrong_list(text, &found);
		place = place_of(&found, plate);
		many += found.count == MAX_SUGGESTIONS;
		/* which letter a trade mark lost, or what letters alone were */
		if (fault != NULL || !mixed(text, len) ||
			(len < length && !is_vehicle(plate)))
			continue;
		if (place >= 0 ? found.best[place].changes > changes :
			found.count < MAX_SUGGESTIONS ||
			found.best[found.count - 1].changes > changes)
			fault = "not there";
	}
	ok(fault == NULL, "%d misread marks are suggested, at what the misreading cost or less; or 64 as good, %d times (wrong: %s of \"%s\")",
	   misreadings, many, fault ? fault : "none", fault ? text : "");
}

/* Any text at all, of characters that may be read for many. */
static void
test_steps(int texts)
{
	static const char *const hard[] = {
		"O0DQ", "O0DQ1ILS5", "0O1I", "00001AB8", "ABCDEFGHJ0123456789"
	};
	const char *fault = NULL;
	char		text[16];
	int			most = 0;

	for (int i = 0; i < texts && fault == NULL; i++)
	{
		int			len = 1 + random_next() % 12;
		Suggestions found;

		for (int c = 0; c < len; c++)
			text[c] = hard[i % 5][random_next() % strlen(hard[i % 5])];
		text[len] = '\0';
		plate_suggest(text, len, &found);
		fault = wrong_list(text, &found);
		most = found.steps > most ? found.steps : most;
	}
	ok(fault == NULL, "%d hard texts take %d steps at most (wrong: %s of \"%s\")",
	   texts, most, fault ? fault : "none", fault ? text : "");
}

/* A field of a line, which moves behind it; quotes are taken off. */
static char *
next_field(char **line)
{
	char	   *field = *line,
			   *to = field;
	bool		quoted = *field == '"';
	char	   *from = field + quoted;

	for (; *from != '\0' && *from != '\n'; from++)
	{
		if (quoted && *from == '"' && *++from != '"')
			quoted = false;
		if (!quoted && *from == ',')
			break;
		*to++ = *from;
	}
	*line = from + (*from == ',');
	*to = '\0';
	return field;
}

/* The first suggestions are those that are meant; none if nothing is. */
static void
test_case(const char *typed, char *meant, const char *why)
{
	Suggestions found;
	int			wanted = 0;
	bool		right = true;

	plate_suggest(typed, strlen(typed), &found);
	for (char *mark = strtok(meant, "|"); mark != NULL; mark = strtok(NULL, "|"))
	{
		int64_t		plate;

		right = right && wanted < found.count &&
			plate_parse(mark, strlen(mark), &plate) &&
			found.best[wanted].plate == plate;
		wanted++;
	}
	ok(right && (wanted > 0) == (found.count > 0), "\"%s\" means %s: %s", typed,
	   wanted > 0 ? meant : "nothing", why);
}

static void
test_cases(void)
{
	FILE	   *file = fopen("test/data/misread.csv", "r");
	char		line[256];
	int			cases = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
	{
		char	   *rest = line;
		char	   *typed = next_field(&rest);
		char	   *meant = next_field(&rest);

		if (cases++ > 0)
			test_case(typed, meant, next_field(&rest));
	}
	ok(cases > 40, "%d public cases", cases - 1);
	if (file != NULL)
		fclose(file);
}

static void
test_strays(void)
{
	static const char *const strays[] = {
		"--------AB51ABC", "AB51ABC--------", "A-B-5-1-A-B-C--"
	};
	static const char *const too_many[] = {
		"---------AB51ABC", "AB51ABC---------", "A-B-5-1-A-B-C---"
	};
	Suggestions found;

	for (int i = 0; i < 3; i++)
	{
		plate_suggest(strays[i], strlen(strays[i]), &found);
		ok(found.count > 0 && found.best[0].changes == 16,
		   "eight strays are left out: %s", strays[i]);
		plate_suggest(too_many[i], strlen(too_many[i]), &found);
		ok(found.count == 0, "with nine it is no mark: %s", too_many[i]);
	}
}

/* The search has room for as many outlines of one length as there are. */
static void
test_room(void)
{
	int			most = 0;

	for (int length = 1; length <= PLATE_MAX_COMPACT; length++)
	{
		int			outlines_of_it = 0;

		for (int i = 0; i < first_outline[PLATE_FORMATS + 1]; i++)
			outlines_of_it += outlines[i].length == length;
		most = outlines_of_it > most ? outlines_of_it : most;
	}
	ok(most <= MAX_SAME_LENGTH, "at most %d outlines are of one length", most);
}

int
main(void)
{
	char		text[SHORT];

	if (!core_compile())
		return 1;
	fill_costs();
	collect_marks(text, 0);

	test_room();
	test_short(400);
	test_misread(100000);
	test_steps(100000);
	test_cases();
	test_strays();
	return tap_end();
}
