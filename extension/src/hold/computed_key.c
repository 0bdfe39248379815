/*
 * computed_key.c
 *		Keys of scopes that are computed rather than read from a column.
 */
#include "regcar.h"
#include "hold/computed_key.h"

#include "core/grammar.h"
#include "core/plate.h"
#include "core/series.h"
#include "core/tags.h"
#include "types/plate_type.h"

static int
read_series(const char *text)
{
	return series_parse(text, strlen(text));
}

static int
read_format(const char *text)
{
	for (int i = 1; i <= PLATE_FORMATS; i++)
		if (strcmp(plate_format_info[i].name, text) == 0)
			return i;
	return UNKNOWN_VALUE;
}

static int
read_region(const char *text)
{
	for (int i = 1; i < REGIONS; i++)
		if (region_name(i) != NULL && strcmp(region_name(i), text) == 0)
			return i;
	return UNKNOWN_VALUE;
}

/* The letters as a number; tags are not numbered otherwise. */
static int
number_of_tag(const char *text, int len)
{
	int			number = 0;

	if (len < 1 || len > 3)
		return UNKNOWN_VALUE;
	for (int i = 0; i < len; i++)
	{
		if (text[i] < 'A' || text[i] > 'Z')
			return UNKNOWN_VALUE;
		number = number * 27 + text[i] - 'A' + 1;
	}
	return number;
}

static int
read_tag(const char *text)
{
	return number_of_tag(text, strlen(text));
}

static char *
series_text(int number)
{
	char		text[SERIES_MAX_TEXT];

	return pnstrdup(text, series_print(number, text));
}

static char *
format_text(int number)
{
	return pstrdup(plate_format_info[number].name);
}

static char *
region_text(int number)
{
	return pstrdup(region_name(number));
}

static char *
tag_text(int number)
{
	char		text[3];
	int			at = lengthof(text);

	for (; number > 0; number /= 27)
		text[--at] = 'A' + number % 27 - 1;
	return pnstrdup(text + at, lengthof(text) - at);
}

static int
series_of_mark(int64 plate)
{
	return plate_series_of(plate) != 0 ? plate_series_of(plate) :
		NO_COMPUTED_VALUE;
}

static int
format_of_mark(int64 plate)
{
	return plate_format_of(plate);
}

static int
tag_of_mark(int64 plate)
{
	char		tag[8];
	int			len = plate_tag_of(plate, tag);

	return len > 0 ? number_of_tag(tag, len) : NO_COMPUTED_VALUE;
}

static const struct
{
	const char *name;
	bool		has_order;
	int			(*read) (const char *text);
	int			(*of_mark) (int64 plate);
	char	   *(*text) (int number);
	const char *problem;		/* of a value that there is not */
}			keys[] = {
	[COMPUTED_SERIES] = {"series", true, read_series, series_of_mark, series_text,
	"There is no series \"%s\"; the view regcar.series lists them."},
	[COMPUTED_FORMAT] = {"format", false, read_format, format_of_mark, format_text,
	"There is no format \"%s\"; the view regcar.plate_formats lists them."},
	[COMPUTED_REGION] = {"region", false, read_region, plate_region_number, region_text,
	"There is no region \"%s\"; the view regcar.memory_tags lists them."},
	[COMPUTED_TAG] = {"tag", false, read_tag, tag_of_mark, tag_text},
	[COMPUTED_ROLE] = {"role"},
};

ComputedKey
computed_key(const char *name)
{
	for (int i = COMPUTED_NONE + 1; i < lengthof(keys); i++)
		if (strcmp(name, keys[i].name) == 0)
			return i;
	return COMPUTED_NONE;
}

bool
computed_key_may_be_column(ComputedKey key)
{
	return key == COMPUTED_TAG || key == COMPUTED_ROLE;
}

bool
computed_key_has_order(ComputedKey key)
{
	return key == COMPUTED_NONE || keys[key].has_order;
}

int
computed_value_number(ComputedKey key, const char *text)
{
	return keys[key].read(text);
}

char *
computed_value_problem(ComputedKey key, const char *text)
{
	if (keys[key].problem == NULL || keys[key].read(text) != UNKNOWN_VALUE)
		return NULL;
	return psprintf(keys[key].problem, quoted_input(text, strlen(text)));
}

int
computed_value_of_mark(ComputedKey key, int64 plate)
{
	return keys[key].of_mark(plate);
}

char *
computed_value_text(ComputedKey key, int number)
{
	return keys[key].text(number);
}
