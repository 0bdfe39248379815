/*
 * suggest.c
 *		Marks that a misread text may stand for.
 *
 * The text is taken as it is and with each mistake that moves characters
 * undone: each is a reading, a row of characters of which some may be any.
 * What a reading may be in an outline (fixed_layout.h) is searched by cost, the
 * cheapest first, until there are enough.
 */
#include "core/suggest.h"

#include <string.h>

#include "core/compiler.h"
#include "core/distance.h"
#include "core/irregular.h"
#include "core/not_a_mark.h"
#include "core/plate.h"

/* A text with more of them is no mark. */
#define MAX_STRAYS		8

/* As it is; with neighbours exchanged; one too many; one missing; zeros. */
#define MAX_READINGS	(1 + 7 + 9 + 8 + MAX_READ_TEXT)

/* Each in outlines of its length; test/unit/suggest_test.c counts these. */
#define MAX_PLACES		(MAX_READINGS * MAX_SAME_LENGTH)

/* Of marks as near as each other, the order of formats: vehicles first. */
static const uint8_t rank_of_format[PLATE_FORMATS + 1] = {
	[PLATE_CURRENT] = 1, [PLATE_PREFIX] = 2, [PLATE_SUFFIX] = 3,
	[PLATE_NI] = 4, [PLATE_NI_SERIAL] = 4, [PLATE_NI_REVERSED] = 4,
	[PLATE_NI_SERIAL_REVERSED] = 4,
	[PLATE_DATELESS] = 5, [PLATE_DATELESS_REVERSED] = 5, [PLATE_Q] = 6,
	[PLATE_QNI] = 6, [PLATE_EXPORT] = 7, [PLATE_IRREGULAR] = 8,
	[PLATE_DIPLOMATIC] = 9, [PLATE_MILITARY] = 10, [PLATE_TRADE] = 11,
	[PLATE_TRAILER] = 12
};

/* What a character of a reading may stand for. */
typedef enum Certainty
{
	READ,						/* what it may be confused with, too */
	CERTAIN,					/* itself alone: it was exchanged */
	MISSING						/* anything */
} Certainty;

typedef struct Reading
{
	int			len;
	int			cost;			/* of the mistake that it undoes */
	bool		incomplete;		/* has one that is MISSING */
	uint8_t		code[PLATE_MAX_COMPACT];
	uint8_t		certainty[PLATE_MAX_COMPACT];
} Reading;

/* A reading in an outline, and what characters from each position on may cost. */
typedef struct Place
{
	const Reading *reading;
	const Outline *outline;
	uint8_t		least;
	uint8_t		most[PLATE_MAX_COMPACT + 1];
} Place;

typedef struct Search
{
	const ReadText *text;
	bool		drawings_only;	/* nothing else is confused */
	Reading		reading[MAX_READINGS];
	int			readings;
	Place		place[MAX_PLACES];
	int			places;
	char		mark[PLATE_MAX_COMPACT];
	Suggestions *found;
} Search;

static int
compare(const Suggestion *a, const Suggestion *b)
{
	int			x = rank_of_format[plate_format_of(a->plate)],
				y = rank_of_format[plate_format_of(b->plate)];

	if (a->changes != b->changes)
		return a->changes - b->changes;
	if (x != y)
		return x - y;
	return (a->plate > b->plate) - (a->plate < b->plate);
}

/* Keep a mark among the best, each once. */
static void
keep(Suggestions *found, const ReadText *text, int64_t plate)
{
	Suggestion	fresh = {plate, 0};
	int			place = found->count;

	for (int i = 0; i < found->count; i++)
		if (found->best[i].plate == plate)
			return;
	fresh.changes = mark_distance(text, plate);
	while (place > 0 && compare(&fresh, &found->best[place - 1]) < 0)
		place--;
	if (place == MAX_SUGGESTIONS)
		return;
	if (found->count < MAX_SUGGESTIONS)
		found->count++;
	memmove(&found->best[place + 1], &found->best[place],
			(found->count - place - 1) * sizeof(Suggestion));
	found->best[place] = fresh;
}

/* Add a reading of so many characters. */
static Reading *
add_reading(Search *search, int len, int cost)
{
	Reading    *reading = &search->reading[search->readings++];

	*reading = (Reading) {.len = len, .cost = cost};
	return reading;
}

/* All characters of the text but some from a position on. */
static void
add_without(Search *search, int pos, int left_out, int cost)
{
	const ReadText *text = search->text;
	Reading    *reading;

	if (text->len - left_out > PLATE_MAX_COMPACT || text->len == left_out)
		return;
	reading = add_reading(search, text->len - left_out, cost);
	memcpy(reading->code, text->code, pos);
	memcpy(reading->code + pos, text->code + pos + left_out,
		   reading->len - pos);
}

static void
add_exchanged(Search *search, int pos)
{
	const ReadText *text = search->text;
	Reading    *reading;

	if (text->code[pos] == text->code[pos + 1] || text->len > PLATE_MAX_COMPACT)
		return;
	reading = add_reading(search, text->len, COST_EXCHANGED);
	memcpy(reading->code, text->code, text->len);
	reading->code[pos] = text->code[pos + 1];
	reading->code[pos + 1] = text->code[pos];
	reading->certainty[pos] = reading->certainty[pos + 1] = CERTAIN;
}

static void
add_missing(Search *search, int pos)
{
	const ReadText *text = search->text;
	Reading    *reading;

	if (text->len >= PLATE_MAX_COMPACT)
		return;
	reading = add_reading(search, text->len + 1, 0);
	memcpy(reading->code, text->code, pos);
	memcpy(reading->code + pos + 1, text->code + pos, text->len - pos);
	reading->certainty[pos] = MISSING;
	reading->incomplete = true;
}

/*
 * Letters alone, or digits alone, are not a mark that lost a character; or
 * what it lost cannot be guessed.
 */
static bool
has_both(const ReadText *text)
{
	int			digits = 0;

	for (int i = 0; i < text->len; i++)
		digits += text->code[i] >= CODE_DIGIT;
	return digits > 0 && digits < text->len;
}

static void
add_readings(Search *search)
{
	const ReadText *text = search->text;

	add_without(search, 0, 0, 0);
	for (int i = 0; i < text->len; i++)
		if (text->zeros[i] != NO_ZEROS)
			add_without(search, text->zeros[i], i + 1 - text->zeros[i],
						COST_ZEROS);
	for (int i = 0; i + 1 < text->len; i++)
		add_exchanged(search, i);
	for (int i = 0; i < text->len && text->len <= PLATE_MAX_COMPACT + 1; i++)
		if (i == 0 || text->code[i] != text->code[i - 1])
			add_without(search, i, 1,
						i + 1 < text->len && text->code[i] == text->code[i + 1] ?
						COST_DOUBLED : COST_DROPPED);
	for (int i = 0; i <= text->len && has_both(text); i++)
		add_missing(search, i);
}

/* What a character of a reading may be, and what most of them cost. */
static CodeSet
choices(const Search *search, const Reading *reading, int pos, int *most)
{
	uint8_t		code = reading->code[pos];
	CodeSet		set = CODE_BIT(code);

	*most = 0;
	if (reading->certainty[pos] == MISSING)
	{
		*most = COST_MISSING;
		return ~UINT64_C(0);
	}
	if (reading->certainty[pos] == READ)
	{
		set |= same_drawing_codes[code];
		*most = COST_SAME_DRAWING;
		if (!search->drawings_only)
		{
			set |= confused_codes[code];
			*most = COST_CONFUSED;
		}
	}
	return set;
}

/* The least that a character costs in an outline. */
static int
least_cost(const Reading *reading, int pos, CodeSet possible)
{
	if (reading->certainty[pos] == MISSING)
		return COST_DOUBLED;
	return replacing_cost(reading->code[pos], possible);
}

/* Can a reading be of an outline?  If so, it is a place to search. */
static void
add_place(Search *search, const Reading *reading, const Outline *outline)
{
	Place	   *place = &search->place[search->places];

	if (outline->length != reading->len)
		return;
	/* which letter a mark of no vehicle lost is not worth a guess */
	if (reading->incomplete &&
		plate_format_info[outline->format].not_vehicle != NULL)
		return;
	*place = (Place) {.reading = reading, .outline = outline};
	place->least = reading->cost;
	for (int pos = reading->len - 1; pos >= 0; pos--)
	{
		int			most;
		CodeSet		possible = choices(search, reading, pos, &most) &
			outline->alphabet[pos];

		if (possible == 0)
			return;
		place->least += least_cost(reading, pos, possible);
		place->most[pos] = place->most[pos + 1] + most;
	}
	search->places++;
}

static int
choice_cost(const Reading *reading, int pos, uint8_t code, uint8_t before)
{
	if (reading->certainty[pos] != MISSING)
		return replacing_cost(reading->code[pos], CODE_BIT(code));
	return pos > 0 && code == before ? COST_DOUBLED : COST_MISSING;
}

/* The marks of a place, of which the rest from a position on costs so much. */
static void
search_place(Search *search, const Place *place, int pos, int rest)
{
	const Reading *reading = place->reading;
	int			most;
	CodeSet		set;
	int64_t		plate;

	search->found->steps++;
	if (pos == reading->len)
	{
		if (plate_parse(search->mark, pos, &plate) && !plate_is_slip(plate))
			keep(search->found, search->text, plate);
		return;
	}
	set = choices(search, reading, pos, &most) & place->outline->alphabet[pos];
	for (; set != 0; set &= set - 1)
	{
		int			code = first_bit(set);
		uint8_t		before = pos > 0 ? mark_code(search->mark[pos - 1]) : 0;
		int			left = rest - choice_cost(reading, pos, code, before);

		if (left < 0 || left > place->most[pos + 1])
			continue;
		search->mark[pos] = code_char(code);
		search_place(search, place, pos + 1, left);
	}
}

/* Costs in order, until a cost has filled the list. */
static void
search_by_cost(Search *search)
{
	int			dearest = 0;

	for (int i = 0; i < search->places; i++)
	{
		const Place *place = &search->place[i];
		int			most = place->reading->cost + place->most[0];

		dearest = most > dearest ? most : dearest;
	}
	for (int cost = 0; cost <= dearest; cost++)
	{
		for (int i = 0; i < search->places; i++)
		{
			const Place *place = &search->place[i];
			int			rest = cost - place->reading->cost;

			if (cost >= place->least && rest <= place->most[0])
				search_place(search, place, 0, rest);
		}
		if (search->found->count == MAX_SUGGESTIONS)
			return;
	}
}

static bool
suggest_date(const char *utf8, size_t len, const ReadText *text,
			 Suggestions *found)
{
	char		mark[2][5];
	int			width = marks_of_date(utf8, len, mark[0], mark[1]);
	int64_t		plate;

	for (int i = 0; i < 2 && width > 0; i++)
		if (plate_parse(mark[i], width, &plate))
			keep(found, text, plate);
	return width > 0;
}

void
plate_suggest(const char *utf8, size_t len, Suggestions *found)
{
	ReadText	text;
	Search		search;

	found->count = found->steps = 0;
	if (!read_text(utf8, len, &text) || text.foreign ||
		text.strays > MAX_STRAYS || is_scientific(utf8, len) ||
		is_trailer_identity(&text) || suggest_date(utf8, len, &text, found))
		return;
	search.text = &text;
	search.drawings_only = is_short_word(&text);
	search.readings = search.places = 0;
	search.found = found;
	add_readings(&search);
	for (int i = 0; i < search.readings; i++)
		for (int o = 0; o < first_outline[PLATE_FORMATS + 1]; o++)
			add_place(&search, &search.reading[i], &outlines[o]);
	search_by_cost(&search);
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
