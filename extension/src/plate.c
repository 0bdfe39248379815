/*
 * plate.c
 *		Registration marks as integers: parse, print and take apart.
 *
 * Everything that is particular to a format comes from the table in grammar.c;
 * here is only how a row of that table is read.
 */
#include "plate.h"

#include <string.h>

#include "series.h"
#include "tables.h"

/* Eight codes and four zeros in front of them, each a byte. */
typedef uint8_t Codes[4 + PLATE_MAX_COMPACT + 4];

/* Bytes and words, the first byte lowest. */
static inline void
store64(uint64_t codes, uint8_t *code)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(code, &codes, sizeof(codes));
#else
	for (int i = 0; i < 8; i++)
		code[i] = (uint8_t) (codes >> 8 * i);
#endif
}

static inline uint32_t
load32(const uint8_t *code)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint32_t	word;

	memcpy(&word, code, sizeof(word));
	return word;
#else
	return code[0] | (uint32_t) code[1] << 8 | (uint32_t) code[2] << 16 |
		(uint32_t) code[3] << 24;
#endif
}

/* Bit i is whether byte i of the codes is a digit. */
static inline unsigned
digit_bits(uint64_t codes)
{
	uint64_t	is_digit = (codes >> 5) & UINT64_C(0x0101010101010101);

	return (unsigned) ((is_digit * UINT64_C(0x0102040810204080)) >> 56);
}

/* Rank of a group times its weight; bad becomes negative where it has none. */
static inline int32_t
read_group(const GroupReading *group, const uint8_t *code, int32_t *bad)
{
	int			pair = PAIR(code[group->pos[0]], -1) +
		((code[group->pos[1]] + 1) & group->second);
	int32_t		base = group->base[pair];
	int			third = group->third[code[group->pos[2]]];
	int			skip = group->skip[pair];

	*bad |= base | third | -(third == skip);
	return (base + group->carry3 * (third - (third > skip))) * group->weight;
}

/* Value of a number times its weight; code has four bytes in front. */
static inline int32_t
read_number(const NumberReading *number, const uint8_t *code)
{
	uint32_t	four = load32(code + number->end - 4) & number->mask;

	four = (four * 10 + (four >> 8)) & 0x00FF00FF;
	return (int32_t) ((four & 0xFF) * 100 + (four >> 16)) * number->weight;
}

/*
 * The number begins with zero: only a civic mark's may, and it is 0 alone.
 * Those are dateless, one group of letters and a number.
 */
static bool
is_civic_zero(const Reading *reading, const Shape *shape, const uint8_t *code)
{
	int			letters = shape->run[0];

	return reading->format == PLATE_DATELESS && shape->run[letters] == 1 &&
		zero_group(SET_DATELESS, code, letters);
}

/* A text with more spaces than anybody writes: leave out all of them. */
static bool
parse_spaced(const char *text, size_t len, int64_t *plate)
{
	char		mark[PLATE_MAX_COMPACT];
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
	{
		if (text[i] == ' ')
			continue;
		if (n == PLATE_MAX_COMPACT)
			return false;
		mark[n++] = text[i];
	}
	return plate_parse(mark, n, plate);
}

/* Hot: it branches on what is wrong, not on what the mark is. */
bool
plate_parse(const char *text, size_t len, int64_t *plate)
{
	Codes		padded = {0};
	uint8_t    *code = padded + 4;
	uint64_t	codes = 0;
	unsigned	bits = 0;		/* of codes that are in use */
	unsigned	seen = 0;
	const Shape *shape;
	const Reading *reading;
	int32_t		serial;
	int32_t		bad = 0;
	int			series;

	if (len > 2 * PLATE_MAX_COMPACT)
		return parse_spaced(text, len, plate);
	for (size_t i = 0; i < len; i++)
	{
		unsigned	c = char_entry[(unsigned char) text[i]];

		codes |= (uint64_t) CHAR_CODE(c) << (bits & 63);
		bits += (c & CHAR_COUNTS) >> 8;
		seen |= c;
	}
	if (bits > 8 * PLATE_MAX_COMPACT || seen & CHAR_BAD)
		return false;
	store64(codes, code);

	shape = &shapes[shape_index[digit_bits(codes) | 1u << bits / 8]];
	reading = reading_of(shape, code);
	if (reading->format == 0)
		return false;			/* no mark has that shape */

	serial = reading->offset + read_group(&reading->group[0], code, &bad);
	if (reading->group[1].weight)
		serial += read_group(&reading->group[1], code, &bad);
	if (reading->number[0].weight)
		serial += read_number(&reading->number[0], code);
	if (reading->number[1].weight)
		serial += read_number(&reading->number[1], code);
	series = reading->series[code[reading->series_pos[0]] * reading->series_factor +
							 code[reading->series_pos[1]]];
	if (bad < 0 || serial < 0 || series == SERIES_NONE ||
		code[reading->number[1].lead] == CODE_DIGIT ||
		(code[reading->number[0].lead] == CODE_DIGIT &&
		 !is_civic_zero(reading, shape, code)))
		return false;
	*plate = plate_make(reading->format, series, serial);
	return true;
}

/*
 * Letters of the group that holds a rank; what is left of the rank is the
 * number that the group carries, less one.
 */
static inline int
print_letters(const LetterTable *table, int32_t *rank, char *buf)
{
	const LetterPlace *place = &table->place[table->hint[*rank >> table->shift]];
	int			third;

	place += place[1].start <= *rank;
	while (place[1].start <= *rank)
		place++;

	memcpy(buf, place->text, 2);
	if (*rank < place->thirds)
	{
		*rank -= place->own;
		return place->len;
	}
	*rank -= place->thirds;
	third = table->carry3 > 1 ? *rank / table->carry3 : *rank;
	*rank -= third * table->carry3;
	buf[2] = table->third_letter[third + (third >= place->skip)];
	return 3;
}

/* Two digits at once. */
static const char two_digits[] =
"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
"8081828384858687888990919293949596979899";

/* Up to five digits; four more bytes may be written. */
static inline int
print_number(unsigned value, int width, char *buf)
{
	char		four[8] = {0};
	int			len = width ? width :
		1 + (value > 9) + (value > 99) + (value > 999);

	if (len > 4)
	{
		buf[0] = '0' + value / 10000;
		return 1 + print_number(value % 10000, 4, buf + 1);
	}
	memcpy(four, two_digits + value / 100 * 2, 2);
	memcpy(four + 2, two_digits + value % 100 * 2, 2);
	memcpy(buf, four + 4 - len, 4);
	return len;
}

static inline int
print_mark(int64_t plate, char *buf, bool spaces)
{
	unsigned	format = plate_format_of(plate);
	int			series = plate_series_of(plate);
	const FormatInfo *info = &plate_format_info[format <= PLATE_FORMATS ? format : 0];
	const LayoutTable *table;
	int64_t		serial = plate_serial_of(plate);
	int32_t		rest;
	int			len = 0;

	if (plate >> (PLATE_SERIES_SHIFT + 12) != 0 || info->name == NULL ||
		series < info->first_series || series > info->last_series)
		return 0;

	table = &layout_tables[format_layouts[format][0]];
	if (serial >= table->size)
	{
		if (format_layouts[format][1] == NO_LAYOUT)
			return 0;
		table = &layout_tables[format_layouts[format][1]];
		if (serial >= table->offset + table->size)
			return 0;
	}
	rest = (int32_t) serial - table->offset;

	for (const PrintStep *step = table->step; step < table->step + table->steps; step++)
	{
		int32_t		rank = rest;

		if (step->weight > 1)
			rank = rest / step->weight;
		buf[len] = ' ';
		len += step->space & spaces;
		switch (step->kind)
		{
			case FIELD_LETTERS:
				rest -= rank * step->weight;
				len += print_letters(step->letters, &rank, buf + len);
				rest += rank;	/* the number that the letters carry */
				break;
			case FIELD_NUMBER:
				rest -= rank * step->weight;
				len += print_number(rank + step->lo, step->width, buf + len);
				break;
			case FIELD_AGE:
				memcpy(buf + len, series_mark[series], 2);
				len += 2;
				break;
			case FIELD_PREFIX_YEAR:
			case FIELD_SUFFIX_YEAR:
				buf[len++] = series_mark[series][0];
				break;
			case FIELD_END:
				break;
		}
	}
	return len;
}

int
plate_print(int64_t plate, char buf[PLATE_BUFFER])
{
	return print_mark(plate, buf, true);
}

int
plate_print_compact(int64_t plate, char buf[PLATE_BUFFER])
{
	return print_mark(plate, buf, false);
}

/*
 * Of a run of letters the last two are the code, a serial letter comes before
 * them; in a current or export mark it is the first run, in a prefix mark the
 * second (INF104; the letter before the number is the year).
 */
int
plate_tag_of(int64_t plate, char *buf)
{
	char		mark[PLATE_BUFFER];
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
