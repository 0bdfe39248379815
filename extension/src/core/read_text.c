/*
 * read_text.c
 *		A text as somebody typed, pasted or read it, as letters and digits.
 */
#include "core/read_text.h"

typedef struct Range
{
	uint32_t	first,
				last;
} Range;

static const Range letters[] = {
#include "core/unicode_letters.h"
};

/* White space, controls and what is invisible. */
static const Range unseen[] = {
#include "core/unicode_unseen.h"
};

#define COUNT(list)		((int) (sizeof(list) / sizeof((list)[0])))

static bool
in_ranges(const Range *range, int count, uint32_t character)
{
	int			low = 0,
				high = count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (range[middle].last < character)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && range[low].first <= character;
}

/*
 * The number of bytes that follow the first byte of a character; -1 if this
 * is not one.
 */
static int
bytes_after(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first < 0xC2 || first > 0xF4)
		return -1;
	return first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
}

/* RFC 3629: no longer than needed, no surrogate, up to U+10FFFF. */
uint32_t
next_character(const char *utf8, size_t len, size_t *pos)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	unsigned char first = utf8[(*pos)++];
	int			after = bytes_after(first);
	uint32_t	character;

	if (after <= 0)
		return after == 0 ? first : INVALID_CHARACTER;
	if (len - *pos < (size_t) after)
		return INVALID_CHARACTER;
	character = first & (0x3F >> after);
	for (int i = 0; i < after; i++)
	{
		unsigned char byte = utf8[*pos + i];

		if ((byte & 0xC0) != 0x80)
			return INVALID_CHARACTER;
		character = character << 6 | (byte & 0x3F);
	}
	if (character < least[after] || character > 0x10FFFF ||
		(character >= 0xD800 && character < 0xE000))
		return INVALID_CHARACTER;
	*pos += after;
	return character;
}

/* A full-width letter or digit as the ASCII one. */
static uint32_t
half_width(uint32_t character)
{
	if (character > 0xFF00 && character < 0xFF5F)
		return character - 0xFF00 + 0x20;
	return character;
}

static inline bool
is_digit(uint8_t code)
{
	return code >= CODE_DIGIT && code < CODES;
}

/* The cost of each character, if it is one too many. */
static void
weigh(ReadText *text)
{
	int			zeros = NO_ZEROS;

	for (int i = 0; i < text->len; i++)
	{
		uint8_t		code = text->code[i];
		bool		again = i > 0 && code == text->code[i - 1];

		text->drop[i] = again ? COST_DOUBLED : COST_DROPPED;
		if (code != CODE_DIGIT)
			zeros = NO_ZEROS;
		else if (i == 0 || !is_digit(text->code[i - 1]))
			zeros = i;
		text->zeros[i] = i + 1 < text->len && is_digit(text->code[i + 1]) ?
			zeros : NO_ZEROS;
		text->padded |= text->zeros[i] != NO_ZEROS;
		text->present |= CODE_BIT(code);
	}
}

static void
add_character(ReadText *text, uint32_t character)
{
	uint32_t	c = half_width(character);
	uint8_t		code = CODE_FOREIGN;

	if (c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		code = mark_code((char) c);
	else if (in_ranges(unseen, COUNT(unseen), character))
		return;
	else if (character != INVALID_CHARACTER &&
			 !in_ranges(letters, COUNT(letters), character))
	{
		text->strays++;
		return;
	}
	text->foreign |= code == CODE_FOREIGN;
	text->code[text->len++] = code;
}

bool
read_text(const char *utf8, size_t len, ReadText *text)
{
	size_t		pos = 0;

	text->len = text->strays = 0;
	text->foreign = text->padded = false;
	text->present = 0;
	for (int count = 0; pos < len; count++)
	{
		if (count == MAX_READ_TEXT)
			return false;
		add_character(text, next_character(utf8, len, &pos));
	}
	weigh(text);
	return true;
}
