/*
 * not_a_mark.c
 *		Texts that look damaged but are something else.
 */
#include "core/not_a_mark.h"

#include <string.h>

#define TRAILER_IDENTITY	8

/* Longest word that is no mark whose figures were all read as letters. */
#define SHORT_WORD			4

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
digits_from(const char *text, size_t len, size_t pos)
{
	while (pos < len && digit(text[pos]))
		pos++;
	return pos;
}

/* Digits, perhaps a decimal sign and more of them, E, a sign, digits. */
bool
is_scientific(const char *text, size_t len)
{
	size_t		pos = digits_from(text, len, 0);
	size_t		exponent;

	if (pos > 0 && pos < len && (text[pos] == '.' || text[pos] == ','))
		pos = digits_from(text, len, pos + 1);
	if (pos == 0 || len - pos < 3 || (text[pos] != 'E' && text[pos] != 'e') ||
		(text[pos + 1] != '+' && text[pos + 1] != '-'))
		return false;
	exponent = pos + 2;
	return digits_from(text, len, exponent) == len;
}

/* The month that three letters are, or NULL. */
static const char *
month_of(const char *letters)
{
	static const char *const months[] = {
		"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
		"JUL", "AUG", "SEP", "OCT", "NOV", "DEC"
	};

	for (int m = 0; m < 12; m++)
	{
		int			i = 0;

		while (i < 3 && (letters[i] & ~0x20) == months[m][i])
			i++;
		if (i == 3)
			return months[m];
	}
	return NULL;
}

int
marks_of_date(const char *text, size_t len, char day_first[5],
			  char month_first[5])
{
	size_t		dash = digits_from(text, len, 0);
	const char *month;
	int			day = 0;
	int			width;

	if (dash < 1 || dash > 2 || len != dash + 4 || text[dash] != '-')
		return 0;
	for (size_t i = 0; i < dash; i++)
		day = day * 10 + text[i] - '0';
	month = month_of(text + dash + 1);
	if (month == NULL || day < 1 || day > 31)
		return 0;

	/* as short as the day is, which has no zero in front */
	width = day < 10 ? 1 : 2;
	memcpy(day_first, text + dash - width, width);
	memcpy(day_first + width, month, 3);
	memcpy(month_first, month, 3);
	memcpy(month_first + 3, text + dash - width, width);
	return width + 3;
}

static int
count_digits(const ReadText *text)
{
	int			found = 0;

	for (int i = 0; i < text->len; i++)
		found += text->code[i] >= CODE_DIGIT;
	return found;
}

bool
is_trailer_identity(const ReadText *text)
{
	return text->len == TRAILER_IDENTITY && count_digits(text) == text->len;
}

bool
is_short_word(const ReadText *text)
{
	return text->len <= SHORT_WORD && count_digits(text) == 0;
}
