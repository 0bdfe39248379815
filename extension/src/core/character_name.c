/*
 * character_name.c
 *		Names for characters that people cannot see, or take for others.
 */
#include "core/character_name.h"

#include <stddef.h>

static const struct
{
	uint32_t	first,
				last;
	const char *name;
}			names[] = {
	{0x0000, 0x001F, "a control character"},
	{0x007F, 0x009F, "a control character"},
	{0x00A0, 0x00A0, "a no-break space"},
	{0x00AD, 0x00AD, "a soft hyphen"},
	{0x00B7, 0x00B7, "a middle dot"},
	{0x0370, 0x03FF, "a Greek letter"},
	{0x0400, 0x052F, "a Cyrillic letter"},
	{0x0660, 0x0669, "an Arabic digit"},
	{0x06F0, 0x06F9, "an Arabic digit"},
	{0x1680, 0x1680, "a space of another width"},
	{0x2000, 0x200A, "a space of another width"},
	{0x200B, 0x200B, "a zero-width space"},
	{0x200C, 0x200C, "a zero-width non-joiner"},
	{0x200D, 0x200D, "a zero-width joiner"},
	{0x200E, 0x200F, "a mark of the direction of writing"},
	{0x2010, 0x2011, "a hyphen"},
	{0x2012, 0x2015, "a dash"},
	{0x2018, 0x201F, "a quotation mark"},
	{0x2022, 0x2022, "a bullet"},
	{0x2028, 0x2029, "a line separator"},
	{0x202A, 0x202E, "a mark of the direction of writing"},
	{0x202F, 0x202F, "a narrow no-break space"},
	{0x205F, 0x205F, "a space of another width"},
	{0x2060, 0x2060, "a word joiner"},
	{0x2066, 0x2069, "a mark of the direction of writing"},
	{0x2212, 0x2212, "a minus sign"},
	{0x3000, 0x3000, "a full-width space"},
	{0xFEFF, 0xFEFF, "a byte order mark"},
	{0xFF01, 0xFF5E, "a full-width character"},
	{0xFFFD, 0xFFFD, "what stands for an unreadable character"},
};

const char *
character_name(uint32_t character)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (character >= names[i].first && character <= names[i].last)
			return names[i].name;
	return NULL;
}
