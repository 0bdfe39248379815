/*
 * plate.c
 *		Registration marks as integers: parse, print and take apart.
 *
 * Everything that is particular to a format comes from the table in grammar.c;
 * here is only how the tables that are made of it are read.
 *
 * Parsing goes straight ahead for all formats, without loops and almost
 * without branches, for what comes next cannot be foreseen, and a wrong guess
 * costs a third of a mark.  Eight characters are handled at once, as a word:
 * first the spaces are left out (compact_usual), then which characters are
 * letters chooses a reading (guess_reading), then the reading's sum is made
 * (read_sum).  What is rare is done aside: other lengths and spaces
 * (parse_spaced), readings that were guessed wrong and exceptions
 * (read_exactly).
 *
 * Printing branches once, by the kinds of fields that the layout has: each
 * such plan is a function of its own, made from print_steps().
 */
#include "core/plate.h"

#include <string.h>

#include "core/series.h"
#include "core/compiled_grammar.h"

#define unlikely(x)		__builtin_expect((x) != 0, 0)
#define noinline		__attribute__((noinline))
#define always_inline	inline __attribute__((always_inline))

/* A word of eight equal bytes. */
#define BYTES(b)		((b) * UINT64_C(0x0101010101010101))

/* Words and bytes, the first byte lowest. */
static inline uint32_t
load32(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;

	return byte[0] | (uint32_t) byte[1] << 8 | (uint32_t) byte[2] << 16 |
		(uint32_t) byte[3] << 24;
}

static inline void
store32(uint32_t word, char *text)
{
	text[0] = (char) word;
	text[1] = (char) (word >> 8);
	text[2] = (char) (word >> 16);
	text[3] = (char) (word >> 24);
}

/* A mark as a word (compiled_grammar.h), and how many characters it has. */
typedef struct Compact
{
	uint64_t	mark;
	unsigned	count;
} Compact;

/* High bits of the bytes of a word that are behind so many. */
static const uint64_t behind[] = {
	BYTES(0x80), BYTES(0x80) << 8, BYTES(0x80) << 16, BYTES(0x80) << 24,
	BYTES(0x80) << 32, BYTES(0x80) << 40, BYTES(0x80) << 48, BYTES(0x80) << 56,
	0, 1						/* nine are too many */
};

/*
 * Leave out the first of the spaces, whose high bits are given; there may be
 * none.  What stands behind it comes from the shifted word.
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
 * spaces.  Count is 0 for any other text, whether it is a mark or not.  What is
 * in the ASCII columns of the letters passes for a letter: no reading has it.
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

	/* high bits of spaces; also of a '!' behind a space */
	spaces = word ^ BYTES(' ');
	spaces = (spaces - BYTES(1)) & ~spaces & BYTES(0x80);
	more = spaces & (spaces - 1);
	usual.mark = without_space(word, shifted, spaces);
	usual.count = len - (spaces != 0);
	if (unlikely(more != 0))
	{
		uint64_t	second = more & -more;

		if ((word ^ BYTES(' ')) & ((second << 1) - (second >> 7)))
			return unusual;
		usual.mark = without_space(usual.mark, usual.mark >> 8, more >> 8);
		usual.count--;
	}

	/* high bits of what is neither a digit nor in those columns */
	other = (usual.mark ^ BYTES('0')) + BYTES(0x80 - 10);
	other = ((other & ~(usual.mark << 1)) | usual.mark) & BYTES(0x80);
	return unlikely(other != behind[usual.count]) ? unusual : usual;
}

/* The lowest bit of each byte that is a letter. */
static inline uint64_t
letter_bits(uint64_t mark)
{
	return mark >> 6 & BYTES(1);
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
 * In the place of each character ten times its digit and the next one's, where
 * letters and what is behind the mark count as 0, and the first comes after the
 * last.
 */
static inline uint64_t
tens_of(uint64_t mark)
{
	uint64_t	digits = mark & (letter_bits(mark) ^ BYTES(1)) * 0x0F;

	return digits * 10 + rotate(digits, 8);
}

/* What a reading makes of a mark. */
typedef struct Sum
{
	int32_t		serial;			/* negative where letters are no group */
	int32_t		series;			/* negative where there is none */
	uint64_t	numbers;		/* less their least, each in half of a word */
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

	/* a hundred times the first two digits of a number and the other two */
	sum.numbers = rotate(tens_of(mark), reading->digits_shift);
	sum.numbers &= reading->digits;
	sum.numbers = sum.numbers * (100 << 16 | 1) >> 16;
	sum.numbers = (sum.numbers & UINT64_C(0x0000FFFF0000FFFF)) - reading->least;

	/* the upper half of the product is the sum of both, weighted */
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
 * Read as the layout that the letters choose, with what the sum does not say:
 * of the groups that begin with two letters one may be left out, wherefore
 * these two have no value, and the number of a civic mark is 0.
 */
static noinline bool
read_exactly(Compact text, int64_t *plate)
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
	/* the civic marks are dateless: letters and one digit, which is 0 */
	if (numbers_too_small(&sum) &&
		(reading->format != PLATE_DATELESS ||
		 shape->run[0] != text.count - 1 ||
		 !zero_group(SET_DATELESS, mark, shape->run[0])))
		return false;
	return sum.serial >= 0 && sum.series >= 0 &&
		make_plate(reading, &sum, plate);
}

/* A text of any length with spaces anywhere. */
static noinline bool
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
 * As shape_reading(), but by the first two characters, which need not wait for
 * the shape.  Where other letters choose, this may be a layout that the mark
 * does not fit, but never another that it fits.
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

	if (unlikely(compact.count == 0))
		return parse_spaced(text, len, plate);
	reading = guess_reading(compact);
	sum = read_sum(reading, compact.mark);
	if (unlikely((sum.serial | sum.series) < 0 || numbers_too_small(&sum)))
		return read_exactly(compact, plate);
	return make_plate(reading, &sum, plate);
}

/* Letters of a rank; room for three. */
static inline int
print_letters(const LetterTable *table, uint32_t rank, char *buf)
{
	const LetterPlace *place = letters_place(table, rank);
	int32_t		third = rank - place->thirds;

	memcpy(buf, place->text, 2);
	if (unlikely(third < 0))
		return place->len;
	buf[2] = table->third_letter[third + (third >= place->skip)];
	return 3;
}

/*
 * The same where groups carry a number, which is what is left of the rank, less
 * one.  Groups with a third letter are as frequent as others: no branch.
 */
static inline int
print_carrying(const LetterTable *table, uint32_t *rank, char *buf)
{
	const LetterPlace *place = letters_place(table, *rank);
	int32_t		rest = *rank - place->thirds;
	bool		own = rest < 0;
	int32_t		third = divide(own ? 0 : rest, &table->carry3);

	rest -= third * (int32_t) table->carry3.divisor;
	*rank = own ? *rank - (uint32_t) place->own : (uint32_t) rest;
	memcpy(buf, place->text, 2);
	buf[2] = table->third_letter[third + (third >= place->skip)];
	return own ? place->len : 3;
}

/* Up to five digits; room for five. */
static inline int
print_number(unsigned value, const PrintStep *step, char *buf)
{
	int			len = 4;
	uint32_t	four;
	int			zeros;

	if (unlikely(step->width > 4))
	{
		*buf++ = '0' + value / 10000;
		value %= 10000;
		len++;
	}
	four = two_digits[value / 100] | (uint32_t) two_digits[value % 100] << 16;
	/* bits of the zeros in front, up to where they are printed */
	zeros = __builtin_ctz((four ^ 0x30303030) | step->stop) & 24;
	store32(four >> zeros, buf);
	return len - zeros / 8;
}

/* One step; what kind it is and whether it is the last the compiler knows. */
static always_inline int
print_step(const PrintStep *step, PrintKind kind, bool last, uint32_t *serial,
		   unsigned series, char *buf)
{
	uint32_t	rank = *serial;

	/* the last field, and letters that carry the last, have the whole rest */
	if (!last && kind != PRINT_SERIES && kind != PRINT_CARRYING)
	{
		rank = divide(rank, &step->weight);
		*serial -= rank * step->weight.divisor;
	}
	switch (kind)
	{
		case PRINT_PAIR:
			memcpy(buf, step->letters->pair[rank], 2);
			return 1 + (buf[1] != '\0');
		case PRINT_LETTERS:
			return print_letters(step->letters, rank, buf);
		case PRINT_CARRYING:
			return print_carrying(step->letters, serial, buf);
		case PRINT_NUMBER:
			return print_number(rank + step->lo, step, buf);
		case PRINT_SERIES:
			memcpy(buf, series_mark[series], 2);
			return step->width;
		case PRINT_NOTHING:
			break;
	}
	return 0;
}

static always_inline int
print_steps(const PrintStep *step, PrintKind a, PrintKind b, PrintKind c,
			uint32_t serial, unsigned series, bool spaces, char *buf)
{
	int			len;

	len = print_step(&step[0], a, b == PRINT_NOTHING, &serial, series, buf);
	if (b == PRINT_NOTHING)
		return len;
	buf[len] = ' ';
	len += step[1].space & spaces;
	len += print_step(&step[1], b, c == PRINT_NOTHING, &serial, series,
					  buf + len);
	if (c == PRINT_NOTHING)
		return len;
	buf[len] = ' ';
	len += step[2].space & spaces;
	return len + print_step(&step[2], c, true, &serial, series, buf + len);
}

/*
 * The plans that layouts have, as functions print_PAIR_SERIES_LETTERS() and so
 * on, in which the compiler knows the kinds.
 */
#define PLANS(X) \
	X(PAIR, SERIES, LETTERS) \
	X(SERIES, NUMBER, LETTERS) \
	X(LETTERS, NUMBER, SERIES) \
	X(CARRYING, NUMBER, NOTHING) \
	X(NUMBER, LETTERS, NOTHING) \
	X(NUMBER, PAIR, NOTHING) \
	X(PAIR, NUMBER, NOTHING) \
	X(LETTERS, NUMBER, NOTHING) \
	X(PAIR, PAIR, NUMBER) \
	X(NUMBER, PAIR, PAIR) \
	X(NUMBER, PAIR, NUMBER) \
	X(PAIR, NUMBER, PAIR) \
	X(PAIR, NUMBER, LETTERS) \
	X(PAIR, NUMBER, NUMBER) \
	X(NUMBER, NOTHING, NOTHING)

#define PLAN_FUNCTION(a, b, c) \
static int \
print_##a##_##b##_##c(const PrintStep *step, uint32_t serial, unsigned series, \
					  bool spaces, char *buf) \
{ \
	return print_steps(step, PRINT_##a, PRINT_##b, PRINT_##c, \
					   serial, series, spaces, buf); \
}

#define PLAN_ROW(a, b, c) \
	{{PRINT_##a, PRINT_##b, PRINT_##c}, print_##a##_##b##_##c},

PLANS(PLAN_FUNCTION)

const PrintPlan print_plans[] = {
	PLANS(PLAN_ROW)
	{{PRINT_NOTHING, PRINT_NOTHING, PRINT_NOTHING}, NULL}
};

static inline int
print_mark(int64_t plate, char *buf, bool spaces)
{
	/* with a register or a sign, the series is out of its range */
	unsigned	series = (uint64_t) plate >> PLATE_SERIES_SHIFT;
	unsigned	format = plate_format_of(plate);
	int64_t		serial = plate_serial_of(plate);
	const LayoutTable *layout;
	PrintFunction print;

	if (unlikely(format > PLATE_FORMATS))
		return 0;
	layout = format_layout[format];
	print = format_print[format];
	if (unlikely(serial >= layout->size))
	{
		serial -= layout->size;
		layout = layout->next;
		if (layout == NULL || serial >= layout->size)
			return 0;
		print = layout->print;
	}
	if (unlikely(series < layout->first_series || series > layout->last_series))
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
