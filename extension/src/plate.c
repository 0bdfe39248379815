/*
 * plate.c
 *		Registration marks as integers: parse, print and take apart.
 *
 * Everything that is particular to a format comes from the table in grammar.c;
 * here is only how a row of that table is read.
 */
#include "plate.h"

#include <string.h>

#include "grammar.h"
#include "series.h"

static int
number_at(const uint8_t *code, int len)
{
	int			value = 0;

	for (int i = 0; i < len; i++)
		value = value * 10 + DIGIT_VALUE(code[i]);
	return value;
}

/* Rank the characters by one layout; false where a field refuses its own. */
static bool
encode(int layout, const Shape *shape, const uint8_t *code, int64_t *plate)
{
	const CompiledLayout *compiled = &compiled_layouts[layout];
	const Field *field = plate_layouts[layout].field;
	int32_t		serial = compiled->offset;
	int			series = 0;
	int			pos = 0;
	bool		zero = false;

	for (int f = 0; f < 4 && field[f].kind != FIELD_END; f++)
	{
		int32_t		rank = 0;
		int			len = 1;

		switch (field[f].kind)
		{
			case FIELD_LETTERS:
				{
					const LetterTrie *trie = &letter_tries[field[f].letters];

					len = trie->length ? trie->length : shape->run[pos];
					rank = letters_rank(trie, code + pos, len);
					if (rank < 0)
						return false;
					zero = len < 3 && trie->node[NODE(code[pos],
													  len == 2 ? code[pos + 1] : -1)].zero;
					break;
				}
			case FIELD_NUMBER:
				len = field[f].width ? field[f].width : shape->run[pos];
				rank = number_at(code + pos, len);
				/* only a padded number begins with zero, or a civic 0 alone */
				if (code[pos] == CODE_DIGIT && !field[f].width &&
					!(zero && len == 1))
					return false;
				rank -= zero ? 0 : field[f].lo;
				if (rank < 0)
					return false;
				break;
			case FIELD_AGE:
				len = 2;
				series = series_of_age[number_at(code + pos, 2)];
				if (series == 0)
					return false;
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				series = series_of_letter[code[pos]];
				if (series == 0)
					return false;
				if (field[f].kind == FIELD_PREFIX_YEAR)
					series += SERIES_FIRST_PREFIX - 1;
				break;
			case FIELD_END:
				break;
		}
		serial += rank * compiled->weight[f];
		pos += len;
	}
	*plate = plate_make(plate_layouts[layout].format, series, serial);
	return true;
}

bool
plate_parse(const char *text, size_t len, int64_t *plate)
{
	uint8_t		code[PLATE_MAX_COMPACT];
	int			n = 0;
	unsigned	bits = 1;
	const Shape *shape;

	for (size_t i = 0; i < len; i++)
	{
		uint8_t		c = char_code[(unsigned char) text[i]];

		if (c < CODE_SPACE)
		{
			if (n == PLATE_MAX_COMPACT)
				return false;
			code[n++] = c;
			bits = bits << 1 | IS_LETTER(c);
		}
		else if (c != CODE_SPACE)
			return false;
	}
	if (shape_index[bits] == 0)
		return false;
	shape = &shapes[shape_index[bits]];
	if (!shape->choice)
		return encode(shape->layout[0], shape, code, plate);
	return encode(shape->layout[pair_class[code[shape->pair[0]] * 26 +
										   code[shape->pair[1]]]],
				  shape, code, plate);
}

/* Letters of the group that holds a rank; what is left of the rank. */
static int
letters_unrank(const LetterTrie *trie, int32_t *rank, char *buf, bool *zero)
{
	int			place = trie->hint[*rank >> trie->shift];
	const LetterNode *node;
	int			third;
	int			len = 1;

	while (place + 1 < trie->nodes &&
		   trie->node[trie->order[place + 1]].start <= *rank)
		place++;
	node = &trie->node[trie->order[place]];

	buf[0] = 'A' + NODE_FIRST(trie->order[place]);
	if (NODE_SECOND(trie->order[place]) >= 0)
	{
		buf[1] = 'A' + NODE_SECOND(trie->order[place]);
		len = 2;
	}
	*rank -= node->start;
	*zero = node->zero && *rank < node->own;
	if (*rank < node->own)
		return len;

	*rank -= node->own;
	third = *rank / trie->carry3;
	*rank -= third * trie->carry3;
	buf[2] = 'A' + trie->third_letter[third + (third >= node->skip)];
	return 3;
}

static int
print_number(int value, int width, char *buf)
{
	int			len = width ? width : 1 + (value > 9) + (value > 99) +
		(value > 999);

	for (int i = len; i > 0; value /= 10)
		buf[--i] = '0' + value % 10;
	return len;
}

/* Print, with or without spaces. */
static int
decode(int64_t plate, char *buf, bool spaces)
{
	int			format = plate_format_of(plate);
	int			series = plate_series_of(plate);
	const FormatInfo *info = &plate_format_info[format <= PLATE_FORMATS ? format : 0];
	const CompiledLayout *compiled;
	const Field *field;
	int64_t		serial = plate_serial_of(plate);
	int32_t		rest;
	int			layout;
	int			len = 0;
	bool		zero = false;

	if (plate < 0 || plate >> (PLATE_SERIES_SHIFT + 12) != 0 ||
		info->name == NULL ||
		series < info->first_series || series > info->last_series)
		return 0;

	layout = format_layouts[format][0];
	if (serial >= compiled_layouts[layout].size)
	{
		layout = format_layouts[format][1];
		if (layout == NO_LAYOUT || serial >= compiled_layouts[layout].offset +
			compiled_layouts[layout].size)
			return 0;
	}
	compiled = &compiled_layouts[layout];
	field = plate_layouts[layout].field;
	rest = (int32_t) serial - compiled->offset;

	for (int f = 0; f < 4 && field[f].kind != FIELD_END; f++)
	{
		int32_t		weight = compiled->weight[f];
		int32_t		rank = weight > 1 ? rest / weight : rest;

		if (field[f].space && spaces)
			buf[len++] = ' ';
		switch (field[f].kind)
		{
			case FIELD_LETTERS:
				rest -= rank * weight;
				len += letters_unrank(&letter_tries[field[f].letters], &rank,
									  buf + len, &zero);
				rest += rank;	/* the number that the letters carry */
				break;
			case FIELD_NUMBER:
				rest -= rank * weight;
				len += print_number(rank + (zero ? 0 : field[f].lo),
									field[f].width, buf + len);
				break;
			case FIELD_AGE:
				len += series_print(series, buf + len);
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				buf[len++] = SERIES_YEAR_LETTERS[(series - 1) %
												 (SERIES_FIRST_PREFIX - 1)];
				break;
			case FIELD_END:
				break;
		}
	}
	return len;
}

int
plate_print(int64_t plate, char *buf)
{
	return decode(plate, buf, true);
}

int
plate_print_compact(int64_t plate, char *buf)
{
	return decode(plate, buf, false);
}

/*
 * Of a run of letters the last two are the code, a serial letter comes before
 * them; in a current or export mark it is the first run, in a prefix mark the
 * second (INF104; the letter before the number is the year).
 */
int
plate_tag_of(int64_t plate, char *buf)
{
	char		mark[PLATE_MAX_DISPLAY];
	int			len = plate_print_compact(plate, mark);
	int			end = 0;
	int			from;

	switch (plate_format_of(plate))
	{
		case PLATE_CURRENT:
		case PLATE_EXPORT:
		case PLATE_SUFFIX:
		case PLATE_DATELESS:
		case PLATE_NI:
		case PLATE_NI_SERIAL:
			while (end < len && mark[end] >= 'A')
				end++;
			break;
		case PLATE_PREFIX:
		case PLATE_DATELESS_REVERSED:
		case PLATE_NI_REVERSED:
		case PLATE_NI_SERIAL_REVERSED:
			end = len;
			break;
		default:
			return 0;
	}
	for (from = end; from > 0 && end - from < 2 && mark[from - 1] >= 'A';)
		from--;
	memcpy(buf, mark + from, end - from);
	return end - from;
}
