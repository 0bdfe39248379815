/*
 * plate.c
 *		Registration marks as integers: parse, print and take apart.
 *
 * Everything that is particular to a format comes from the table in grammar.c.
 * This file only knows how to read the tables that are made of it.
 *
 * Parsing handles all formats in a straight line, without loops and almost
 * without branches, because input is unpredictable, and a mispredicted branch
 * costs a third of a parse.  It handles the eight characters at once, as a word:
 * compact_usual() leaves out the spaces, guess_reading() chooses a reading by
 * which characters are letters, and read_sum() adds up what the reading looks
 * up.  Rare cases go elsewhere: other lengths and other spaces to
 * parse_spaced(), wrong guesses and exceptions to read_exactly().
 *
 * One mark by hand.  In words, the first byte is written first here, although
 * it is the lowest; "." is a zero byte.
 *
 *	"A123 BCD"		word: A123_BCD, the space in byte 4.  Shifted by a byte:
 *					123_BCD. with the last character, D, put in again, where it
 *					is already.  The bytes before the space from the word, all
 *					others from the shifted one: A123BCD., seven characters.
 *	shape			letters at 0, 4, 5, 6 and the bit after the last:
 *					1 + 16 + 32 + 64 + 128 = 0xF1.  "A1" is in no pick set, so
 *					this is read as a prefix mark.
 *	tens_of()		at each place ten times its digit and the next one's:
 *					1, 12, 23, 30, 0, 0, 0, 0.  The number ends before place 4,
 *					so a rotation by 32 bits brings that place to the front; the
 *					mask keeps what are then bytes 4 and 6: 1 and 23.
 *	number			100 * 1 + 23 = 123.  A prefix mark has three digits at this
 *					length, so its least number is 100: 23 is left.
 *	weight			the set of its letter groups has 23 * 23 * 23 - 1 = 12166,
 *					because MAN is left out.  23 * 12166 = 279818.
 *	offset			numbers of a prefix mark begin at 1: 99 * 12166 = 1204434.
 *	letters			BC is rank 1 * 23 * 23 + 2 * 23 = 575, D is 3 more.
 *	serial			1204434 + 279818 + 575 + 3 = 1484830.
 *	series			A, looked up as a year letter in front: ordinal 22.
 *	mark			22 << 44 | 3 << 36 | 1484830 (plate_bits.h).
 */
#include "core/plate.h"

#include <string.h>

#include "core/compiled_grammar.h"
#include "core/compiler.h"
#include "core/irregular.h"

/* A mark as a word (word.h), and how many characters it has. */
typedef struct Compact
{
	uint64_t	mark;
	unsigned	count;
} Compact;

/* High bits of the bytes of a word that follow so many characters. */
static const uint64_t after[] = {
	BYTES(0x80), BYTES(0x80) << 8, BYTES(0x80) << 16, BYTES(0x80) << 24,
	BYTES(0x80) << 32, BYTES(0x80) << 40, BYTES(0x80) << 48, BYTES(0x80) << 56,
	0, 1						/* nine are too many */
};

/*
 * Leave out the first of the spaces, whose high bits are given; there may be
 * none.  What follows it comes from the shifted word.
 */
static inline uint64_t
without_space(uint64_t word, uint64_t shifted, uint64_t spaces)
{
	/* all bits below that byte; the sign is shifted in if there is none */
	uint64_t	before = (uint64_t) ((int64_t) (~spaces & (spaces - 1)) >> 7);

	return shifted ^ ((word ^ shifted) & before);
}

/*
 * A text as people write marks: four to nine characters, up to two of them
 * spaces.  Count is 0 for any other text, whether it is a mark or not.  Any
 * character from the ASCII columns of the letters passes for a letter here,
 * because no reading has a value for the others.
 */
static always_inline Compact
compact_usual(const char *text, size_t len)
{
	const Compact unusual = {0, 0};
	Compact		usual;
	size_t		middle = len < 8 ? len - 4 : 4;
	uint64_t	word,
				shifted,
				spaces,
				more,
				other;

	if (len < 4 || len > 9)
		return unusual;

	/* two halves, which may overlap, and the ninth byte, or the last again */
	word = load32(text) | (uint64_t) load32(text + middle) << 8 * middle;
	shifted = word >> 8 |
		(uint64_t) (unsigned char) text[len - 1] << (8 * len - 16);

	/* high bits of spaces, and also of a '!' that follows a space */
	spaces = word ^ BYTES(' ');
	spaces = (spaces - BYTES(1)) & ~spaces & BYTES(0x80);
	more = spaces & (spaces - 1);
	usual.mark = without_space(word, shifted, spaces);
	usual.count = len - (spaces != 0);
	if (rarely(more != 0))
	{
		uint64_t	second = more & -more;

		if ((word ^ BYTES(' ')) & ((second << 1) - (second >> 7)))
			return unusual;
		usual.mark = without_space(usual.mark, usual.mark >> 8, more >> 8);
		usual.count--;
	}

	/* high bits of everything else than digits and those columns */
	other = (usual.mark ^ BYTES('0')) + BYTES(0x80 - 10);
	other = ((other & ~(usual.mark << 1)) | usual.mark) & BYTES(0x80);
	return rarely(other != after[usual.count]) ? unusual : usual;
}

static inline const Shape *
shape_of(Compact text)
{
	/* the product has the bits side by side on top */
	unsigned	letters = letter_bits(text.mark) *
		UINT64_C(0x0102040810204080) >> 56;

	return &shapes[letters | 1u << text.count];
}

/*
 * At the place of each character: ten times its digit plus the next digit.
 * Letters and places after the mark count as 0, and the first place follows
 * the last.
 */
static inline uint64_t
tens_of(uint64_t mark)
{
	uint64_t	digits = mark & (letter_bits(mark) ^ BYTES(1)) * 0x0F;

	return digits * 10 + rotate(digits, 8);
}

/* The sum that a reading makes of a mark. */
typedef struct Sum
{
	int32_t		serial;			/* negative if some letters are not a group */
	int32_t		series;			/* negative if there is no such series */
	uint64_t	numbers;		/* minus the least of each; each in half of
								 * a word */
} Sum;

static inline int32_t
pair_value(const PairReading *pair, uint64_t mark)
{
	return pair->value[pair_index(pair->place, mark)];
}

static inline Sum
read_sum(const Reading *reading, uint64_t mark)
{
	Sum			sum;

	/* a hundred times the first two digits of a number, plus the other two */
	sum.numbers = rotate(tens_of(mark), reading->digits_shift);
	sum.numbers &= reading->digits;
	sum.numbers = sum.numbers * (100 << 16 | 1) >> 16;
	sum.numbers = (sum.numbers & UINT64_C(0x0000FFFF0000FFFF)) - reading->least;

	/* the upper half of the product is the weighted sum of both */
	sum.serial = reading->offset +
		(int32_t) (sum.numbers * reading->weights >> 32) +
		pair_value(&reading->pair[0], mark) +
		pair_value(&reading->pair[1], mark) +
		reading->third[LETTER(mark >> reading->third_shift)];
	sum.series = pair_value(&reading->series, mark);
	return sum;
}

static inline bool
numbers_too_small(const Sum *sum)
{
	return (int64_t) (sum->numbers | sum->numbers << 32) < 0;
}

static inline bool
make_plate(const Reading *reading, const Sum *sum, int64_t *plate)
{
	*plate = reading->base | (int64_t) sum->series << PLATE_SERIES_SHIFT |
		(uint32_t) sum->serial;
	return true;
}

/*
 * Read as the layout that the letters choose, and deal with what the sum
 * leaves out.  A pair of letters after which one third letter is left out has
 * no value in the sum.  The number of a civic mark is 0.
 */
static bool
read_as_layout(Compact text, int64_t *plate)
{
	const Shape *shape = shape_of(text);
	const Reading *reading = shape_reading(shape, text.mark);
	Sum			sum = read_sum(reading, text.mark);
	char		mark[PLATE_MAX_COMPACT];

	store32((uint32_t) text.mark, mark);
	store32((uint32_t) (text.mark >> 32), mark + 4);

	if (sum.serial < 0 && reading->triple != SET_NONE)
	{
		int			end = reading->third_shift / 8 + 1;
		int32_t		rank = letters_rank(reading->triple, mark + end - 3, 3);

		if (rank < 0)
			return false;
		sum.serial += rank * reading->triple_weight -
			pair_value(&reading->pair[0], text.mark) -
			reading->third[LETTER(mark[end - 1])];
	}
	/* civic marks are dateless: letters and one digit, which is 0 */
	if (numbers_too_small(&sum) &&
		(reading->format != PLATE_DATELESS ||
		 shape->run[0] != text.count - 1 ||
		 !zero_group(SET_DATELESS, mark, shape->run[0])))
		return false;
	return sum.serial >= 0 && sum.series >= 0 &&
		make_plate(reading, &sum, plate);
}

/* Read a mark of a layout, or one that no layout has. */
static never_inline bool
read_exactly(Compact text, int64_t *plate)
{
	int			serial;

	if (read_as_layout(text, plate))
		return true;
	serial = irregular_serial(text.mark);
	if (serial < 0)
		return false;
	*plate = plate_make(PLATE_IRREGULAR, 0, serial);
	return true;
}

/* Parse a text of any length, with spaces anywhere. */
static never_inline bool
parse_spaced(const char *text, size_t len, int64_t *plate)
{
	Compact		compact = {0, 0};

	for (size_t i = 0; i < len; i++)
	{
		char		c = mark_char[(unsigned char) text[i]];

		if (c == ' ')
			continue;
		if (c == '\0' || compact.count == PLATE_MAX_COMPACT)
			return false;
		compact.mark |= (uint64_t) c << 8 * compact.count++;
	}
	return read_exactly(compact, plate);
}

/*
 * Like shape_reading(), but by the first two characters, which need not wait
 * for the shape.  Where other letters choose, this may be a layout that the
 * mark does not fit, but never another one that it fits.
 */
static inline const Reading *
guess_reading(Compact text)
{
	const PairPlace first = {.mask = 0x1F1F};

	return shape_of(text)->reading + pair_class[pair_index(first, text.mark)];
}

bool
plate_parse(const char *text, size_t len, int64_t *plate)
{
	Compact		compact = compact_usual(text, len);
	const Reading *reading;
	Sum			sum;

	if (rarely(compact.count == 0))
		return parse_spaced(text, len, plate);
	reading = guess_reading(compact);
	sum = read_sum(reading, compact.mark);
	if (rarely((sum.serial | sum.series) < 0 || numbers_too_small(&sum)))
		return read_exactly(compact, plate);
	return make_plate(reading, &sum, plate);
}

static inline int
print_mark(int64_t plate, char *buf, bool spaces)
{
	/* a register or a sign would put the series out of range */
	unsigned	series = (uint64_t) plate >> PLATE_SERIES_SHIFT;
	unsigned	format = plate_format_of(plate);
	int64_t		serial = plate_serial_of(plate);
	const LayoutTable *layout;
	PrintFunction print;

	if (rarely(format > PLATE_FORMATS))
		return 0;
	layout = format_layout[format];
	print = format_print[format];
	if (rarely(serial >= layout->size))
	{
		serial -= layout->size;
		layout = layout->next;
		if (layout == NULL || serial >= layout->size)
			return 0;
		print = layout->print;
	}
	if (rarely(series < layout->first_series || series > layout->last_series))
		return 0;
	return print(layout->step, (uint32_t) serial, series, spaces, buf);
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
 * The last two of a run of letters are the code; a letter before them is a
 * serial letter.  In a current or export mark it is the first run, in a
 * prefix mark the second (INF104; the letter before the number is the year).
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
