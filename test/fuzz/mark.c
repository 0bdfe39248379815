/*
 * mark.c
 *		Fuzz target: any bytes as a mark.  What is read, why not, and what it may
 *		have been meant to be.
 */
#include <ctype.h>

#include "fuzz.h"
#include "core/plate_problem.h"
#include "core/distance.h"
#include "core/irregular.h"
#include "core/suggest.h"

/* More spaces than anybody writes: the parser's way for unusual texts. */
#define MANY_SPACES		12

#define MAX_STRAYS		8		/* suggest.c */
#define MAX_STEPS		20000

/* What the type takes as a space. */
static bool
is_space(char c)
{
	return c != '\0' && strchr(" \t\n\r", c) != NULL;
}

static bool
read_spaced(const char *text, size_t len, int64_t *plate)
{
	char	   *spaced = malloc(len + MANY_SPACES);
	bool		read;

	memset(spaced, ' ', len + MANY_SPACES);
	memcpy(spaced + MANY_SPACES / 2, text, len);
	read = plate_parse(spaced, len + MANY_SPACES, plate);
	free(spaced);
	return read;
}

/* Letters in the other case. */
static bool
read_other_case(const char *text, size_t len, int64_t *plate)
{
	char	   *other = exact_copy(text, len);
	bool		read;

	for (size_t i = 0; i < len; i++)
		if (isalpha((unsigned char) text[i]))
			other[i] ^= 0x20;
	read = plate_parse(other, len, plate);
	free(other);
	return read;
}

/* What is read is what is printed, but for case and spaces. */
static void
check_read(const char *text, size_t len, int64_t plate)
{
	int			compact_len;
	char	   *compact = printed(plate, false, &compact_len);
	int			at = 0;

	MUST(is_mark(plate));
	for (size_t i = 0; i < len; i++)
		if (!is_space(text[i]))
			MUST(at < compact_len &&
				 compact[at++] == toupper((unsigned char) text[i]));
	MUST(at == compact_len);
	free(compact);
}

/* A refusal has a reason: one sentence of printable characters. */
static void
check_refused(const char *text, size_t len)
{
	char	   *reason = malloc(PLATE_PROBLEM_SIZE);
	size_t		bad = plate_bad_byte(text, len);
	size_t		end;

	for (size_t i = 0; i < bad; i++)
		MUST(is_space(text[i]) || isalnum((unsigned char) text[i]));
	if (bad == len)
	{
		memset(reason, '\0', PLATE_PROBLEM_SIZE);
		plate_problem(text, len, reason);
		end = strnlen(reason, PLATE_PROBLEM_SIZE);
		MUST(end > 0 && end < PLATE_PROBLEM_SIZE && reason[end - 1] == '.');
		for (size_t i = 0; i < end; i++)
			MUST(isprint((unsigned char) reason[i]));
		/* what it says when no rule was found to be broken */
		MUST(strstr(reason, " breaks a rule of ") == NULL);
	}
	else
		MUST(!is_space(text[bad]) && !isalnum((unsigned char) text[bad]));
	free(reason);
}

/* Everything suggested is a mark, at its distance, once, nearest first. */
static void
check_suggestions(const char *text, size_t len, bool read, int64_t plate)
{
	Suggestions *found = malloc(sizeof(Suggestions));
	ReadText	as_read;
	bool		short_enough = read_text(text, len, &as_read);

	plate_suggest(text, len, found);
	MUST(found->count >= 0 && found->count <= MAX_SUGGESTIONS);
	MUST(found->steps <= MAX_STEPS);
	MUST(found->count == 0 ||
		 (short_enough && !as_read.foreign && as_read.strays <= MAX_STRAYS));
	for (int i = 0; i < found->count; i++)
	{
		const Suggestion *s = &found->best[i];

		MUST(is_mark(s->plate) && !plate_is_slip(s->plate));
		MUST(s->changes == mark_distance(&as_read, s->plate));
		MUST(i == 0 || s->changes >= s[-1].changes);
		for (int j = 0; j < i; j++)
			MUST(found->best[j].plate != s->plate);
	}
	if (read && short_enough && !plate_is_slip(plate))
		MUST(found->count > 0 && found->best[0].plate == plate &&
			 found->best[0].changes == 0);
	free(found);
}

/* What looks alike is one text, with no letter that looks like a figure. */
static void
check_fold(int64_t plate)
{
	int			len;
	char	   *compact = printed(plate, false, &len);

	plate_fold(compact, len);
	for (int i = 0; i < len; i++)
		MUST(compact[i] != 'O' && compact[i] != 'I');
	free(compact);
}

/* Each character that is read is at one place, and none is left over. */
static void
check_characters(const char *text, size_t len)
{
	size_t		pos = 0;
	int			characters = 0;

	while (pos < len)
	{
		size_t		before = pos;
		uint32_t	character = next_character(text, len, &pos);

		MUST(pos > before && pos <= len && pos - before <= 4);
		MUST(character == INVALID_CHARACTER || character <= 0x10FFFF);
		MUST(character != INVALID_CHARACTER || pos == before + 1);
		characters++;
	}
	MUST(pos == len && (size_t) characters <= len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = exact_copy(data, size);
	int64_t		plate = -1,
				again = -1;
	bool		read = plate_parse(text, size, &plate);

	MUST(read_spaced(text, size, &again) == read);
	MUST(!read || again == plate);
	MUST(read_other_case(text, size, &again) == read);
	MUST(!read || again == plate);
	if (read)
		check_read(text, size, plate);
	else
		check_refused(text, size);
	check_suggestions(text, size, read, plate);
	check_characters(text, size);
	if (read)
		check_fold(plate);
	free(text);
	return 0;
}
