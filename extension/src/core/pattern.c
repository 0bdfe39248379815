/*
 * pattern.c
 *		Partial marks: as much of a mark as a witness or a camera has seen.
 */
#include "core/pattern.h"
#include "core/plate.h"

#include <string.h>

/*
 * The characters that an element of a pattern takes; 0 if the character is
 * not an element.
 */
static CodeSet
element(char c)
{
	if (c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return CODE_BIT(mark_code(c));
	return c == '?' || c == '_' ? ANY_CODE : 0;
}

bool
pattern_compile(PlatePattern *pattern, const char *text, size_t len,
				size_t *bad)
{
	bool		too_long = false;

	memset(pattern, 0, sizeof(*pattern));
	for (size_t i = 0; i < len; i++)
	{
		CodeSet		takes = element(text[i]);

		if (text[i] == '*' || text[i] == '%')
			pattern->stars |= 1 << pattern->elements;
		else if (takes && pattern->elements < PLATE_MAX_COMPACT)
			pattern->element[pattern->elements++] = takes;
		else if (takes)
			too_long = true;
		else if (text[i] != ' ')
		{
			*bad = i;
			return false;
		}
	}

	for (int n = 0; n < pattern->elements; n++)
	{
		for (int code = 0; code < CODES; code++)
			if (pattern->element[n] & CODE_BIT(code))
				pattern->takes[code] |= 1 << n;
		if (pattern->element[n] == ANY_CODE)
			pattern->any |= 1 << n;
	}
	pattern->end = too_long ? 0 : 1 << pattern->elements;
	return true;
}

/* This is hot: it runs for every row of a scan that no index narrows. */
bool
pattern_matches(const PlatePattern *pattern, int64_t plate)
{
	char		mark[PLATE_BUFFER];
	int			len = plate_print_compact(plate, mark);
	Reached		reached = PATTERN_START;

	for (int i = 0; i < len; i++)
		reached = pattern_step(pattern, reached, mark_code(mark[i]));
	return (reached & pattern->end) != 0;
}
