/*
 * mark.c
 *		Fuzz target: any bytes as a mark.  What is read, why not, and what it may
 *		have been meant to be.
 */
#include <ctype.h>

#include "fuzz.h"
#include "core/plate_problem.h"
#include "core/suggest.h"

/* More spaces than anybody writes: the parser's way for unusual texts. */
#define MANY_SPACES		12

#define MAX_STRAYS		8		/* suggest.h */

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
		if (text[i] != ' ')
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
		MUST(text[i] == ' ' || isalnum((unsigned char) text[i]));
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
		MUST(text[bad] != ' ' && !isalnum((unsigned char) text[bad]));
	free(reason);
}

/* Everything suggested is a mark, as long as the text, once, best first. */
static void
check_suggestions(const char *text, size_t len, bool read, int64_t plate)
{
	Suggestion *found = malloc(MAX_SUGGESTIONS * sizeof(Suggestion));
	int			count = plate_suggest(text, len, found);
	int			characters = 0,
				strays = 0;

	for (size_t i = 0; i < len; i++)
	{
		characters += isalnum((unsigned char) text[i]) != 0;
		strays += text[i] != ' ' && !isalnum((unsigned char) text[i]);
	}
	MUST(count >= 0 && count <= MAX_SUGGESTIONS);
	MUST(strays <= MAX_STRAYS || count == 0);
	for (int i = 0; i < count; i++)
	{
		int			compact_len;
		char	   *compact = printed(found[i].plate, false, &compact_len);

		MUST(is_mark(found[i].plate));
		MUST(compact_len == characters);
		MUST(found[i].changes >= 2 * strays);
		MUST(found[i].changes <= 2 * (strays + characters));
		MUST(i == 0 || found[i].changes >= found[i - 1].changes);
		for (int j = 0; j < i; j++)
			MUST(found[j].plate != found[i].plate);
		plate_fold(compact, compact_len);
		for (int j = 0; j < compact_len; j++)
			MUST(compact[j] != 'O' && compact[j] != 'I');
		free(compact);
	}
	if (read)
		MUST(count > 0 && found[0].plate == plate && found[0].changes == 0);
	free(found);
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
	free(text);
	return 0;
}
