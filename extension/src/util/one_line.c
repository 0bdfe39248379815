/*
 * one_line.c
 *		Names that other people chose, where somebody reads or copies a line.
 *
 * A dealer may give a table or a prepared transaction a name with line breaks
 * in it.  What follows the break then looks like a message of the server, and
 * behind a comment it is a statement of its own.
 *
 * A byte below 128 is a character in every encoding of a server.
 */
#include "regcar.h"
#include "util/one_line.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

static bool
is_control(char c)
{
	return (unsigned char) c < 32 || c == 127;
}

char *
one_line(const char *text)
{
	char	   *line = pstrdup(text);

	for (char *c = line; *c != '\0'; c++)
		if (is_control(*c))
			*c = '?';
	return line;
}

char *
one_line_literal(const char *text)
{
	StringInfoData literal;

	if (strcmp(one_line(text), text) == 0)
		return quote_literal_cstr(text);
	initStringInfo(&literal);
	appendStringInfoString(&literal, "E'");
	for (const char *c = text; *c != '\0'; c++)
		if (is_control(*c))
			appendStringInfo(&literal, "\\x%02X", (unsigned char) *c);
		else
		{
			if (*c == '\'' || *c == '\\')
				appendStringInfoChar(&literal, *c);
			appendStringInfoChar(&literal, *c);
		}
	appendStringInfoChar(&literal, '\'');
	return literal.data;
}
