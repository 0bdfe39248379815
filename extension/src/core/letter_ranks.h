/*
 * letter_ranks.h
 *		The groups of letters of the grammar as ranks, and back.
 *
 * Pure C.
 */
#ifndef REGCAR_LETTER_RANKS_H
#define REGCAR_LETTER_RANKS_H

#include "core/compiler.h"
#include "core/grammar.h"

/*
 * Letters as an index: the low five bits of an ASCII letter in either case, 1
 * to 26.  A single letter is the second of a pair whose first is empty.
 */
#define LETTER(c)		((c) & 31)
#define PAIR(a, b)		(LETTER(a) << 5 | LETTER(b))
#define PAIRS			(32 << 5)

/* Division by a number that is known in advance, as a product and a shift. */
typedef struct Reciprocal
{
	uint64_t	factor;
	uint32_t	divisor;
	uint32_t	shift;
} Reciprocal;

static inline uint32_t
divide(uint32_t n, const Reciprocal *by)
{
	return (uint32_t) (n * by->factor >> by->shift);
}

/* For dividends below 2^28 whose quotients are below a limit. */
extern Reciprocal reciprocal(uint32_t divisor, uint32_t quotients);

/*
 * A set of groups of letters as ranks.  Of the groups that begin with the
 * same two letters, the one of just these comes first, then those with a
 * third letter.
 */
typedef struct LetterPlace
{
	int32_t		start;			/* first rank of these letters */
	int32_t		own;			/* rank of the group of just these, with
								 * number 1 if it carries a number; NO_RANK
								 * if there is none */
	int32_t		thirds;			/* first rank with a third letter, or NO_RANK */
	char		text[2];
	uint8_t		len;
	int8_t		skip;			/* rank of the third letter that is left
								 * out, or NO_SKIP */
} LetterPlace;

#define NO_RANK			INT32_MAX
#define NO_SKIP			INT8_MAX

typedef struct LetterTable
{
	LetterPlace *place;			/* by rank; one more at the end, whose
								 * start is the end */
	int			places;
	char		(*pair)[2];		/* by rank, if each place is one rank; a
								 * single letter has a NUL */
	uint16_t   *hint;			/* by rank >> shift: a place at or before
								 * that of the rank */
	int			shift;
	char		third_letter[26];
	int16_t    *place_of;		/* by PAIR, or -1 */
	int8_t		third[32];		/* rank of a third letter, or -1 */

	int32_t		size;			/* number of ranks */
	Reciprocal	carry3;			/* ranks for each three-letter group */
	int			length;			/* letters in each group, 0 if it varies */
} LetterTable;

extern LetterTable letter_tables[LETTER_SETS];

/* core_compile() runs it; false if the grammar outgrew the memory. */
extern bool letters_compile(void);

/*
 * The next group of a list of the grammar, whose groups are separated by
 * spaces.  The result is its length, or 0 at the end of the list and for
 * NULL.
 */
extern int	next_group(const char **list, char group[3]);

/* The place of a rank. */
static inline const LetterPlace *
letters_place(const LetterTable *table, int32_t rank)
{
	const LetterPlace *place = &table->place[table->hint[rank >> table->shift]];

	/* one step or none, rarely more */
	place += place[1].start <= rank;
	while (rarely(place[1].start <= rank))
		place++;
	return place;
}

/* Index of the first two letters of a group, or of its only letter. */
static inline int
letters_pair(const char *letters, int len)
{
	return len > 1 ? PAIR(letters[0], letters[1]) : PAIR(0, letters[0]);
}

/* Rank of a group of len letters, -1 if the set does not have it. */
extern int32_t letters_rank(LetterSetId set, const char *letters, int len);

/* May this group have number 0? */
extern bool zero_group(LetterSetId set, const char *letters, int len);

#endif							/* REGCAR_LETTER_RANKS_H */
