/*
 * grammar.h
 *		The sixteen formats as data, and the look-up tables made from them.
 *
 * grammar.c holds the one table that says what a mark looks like.  Parser,
 * printer, ranking, diagnosis and the view plate_formats all read it.
 */
#ifndef REGCAR_GRAMMAR_H
#define REGCAR_GRAMMAR_H

#include "plate.h"

/* Characters as small codes: letters 0-25, digits 32-41. */
#define CODE_DIGIT		32
#define CODE_SPACE		64
#define CODE_BAD		128

#define IS_LETTER(code)		((code) < 26)
#define DIGIT_VALUE(code)	((code) - CODE_DIGIT)

/* Groups of one to three letters that may stand in one place of a mark. */
typedef enum LetterSetId
{
	SET_NONE,
	SET_MEMORY_TAG,
	SET_EXPORT_TAG,
	SET_RANDOM,
	SET_PREFIX_GROUP,
	SET_Q,
	SET_Q_GROUP,
	SET_SUFFIX_GROUP,
	SET_DATELESS,
	SET_DATELESS_SHORT_NUMBER,
	SET_DATELESS_LONG_NUMBER,
	SET_NI_SERIAL,
	SET_NI_CODE,
	SET_QNI,
	SET_QNI_PAIR,
	SET_DIPLOMATIC,
	SET_MILITARY_PAIR,
	SET_TRAILER,
	LETTER_SETS
} LetterSetId;

typedef struct LetterSet
{
	const char *what;			/* for messages: "the memory tag" */
	int			min,
				max;			/* letters in a group */
	const char *alphabet[3];	/* of each position */
	const char *only;			/* these two-letter groups alone */
	const char *except;			/* groups that are left out */
	int			carry[3];		/* size of the number that follows a group of
								 * this length, where that differs; else 0 */
	const char *zero;			/* groups that may have number 0 too */
} LetterSet;

typedef enum FieldKind
{
	FIELD_END,
	FIELD_LETTERS,
	FIELD_NUMBER,
	FIELD_AGE,					/* two digits that name a current series */
	FIELD_PREFIX_YEAR,			/* a letter that names a prefix series */
	FIELD_SUFFIX_YEAR			/* a letter that names a suffix series */
} FieldKind;

typedef struct Field
{
	FieldKind	kind;
	bool		space;			/* display form has a space before it */
	LetterSetId letters;
	int			lo,
				hi;				/* of a number */
	int			width;			/* digits of a zero-padded number, else 0 */
	const char *what;			/* for messages, numbers only */
} Field;

/*
 * A layout: fields from left to right.  Where two layouts have one shape, the
 * last two letters of the first run of letters (a single letter counts twice)
 * choose: the layout whose pick set holds them, else the one without.
 */
typedef struct Layout
{
	PlateFormat format;
	LetterSetId pick;
	Field		field[4];
} Layout;

#define PLATE_LAYOUTS	18

typedef struct FormatInfo
{
	const char *name;			/* label of the SQL enum */
	const char *noun;			/* for messages: "a current mark" */
	const char *example;
	int			first_series,
				last_series;	/* ordinals, 0 for undated */
	bool		issued;			/* undated and still newly issued */
	bool		transferable;
	const char *source;			/* document and section */
} FormatInfo;

extern const LetterSet letter_sets[LETTER_SETS];
extern const Layout plate_layouts[PLATE_LAYOUTS];
extern const FormatInfo plate_format_info[PLATE_FORMATS + 1];

/*
 * What follows is made from the table by grammar_compile(): once in a process,
 * some tens of microseconds.
 */

/* One or two letters: the group of just these, and those with a third. */
typedef struct LetterNode
{
	int32_t		start;			/* its first rank, -1 if it has none */
	uint16_t	own;			/* ranks of the group of just these letters */
	uint8_t		skip;			/* rank of the third letter left out */
	bool		zero;			/* may have number 0 */
} LetterNode;

#define NODES			(26 * 27)
#define NODE(a, b)		((a) * 27 + (b) + 1)	/* b = -1: one letter */
#define NODE_FIRST(n)	((n) / 27)
#define NODE_SECOND(n)	((n) % 27 - 1)
#define NO_SKIP			26
#define HINTS			512

typedef struct LetterTrie
{
	LetterNode	node[NODES];
	int8_t		third[26];		/* rank of the third letter, -1 if none */
	uint8_t		third_letter[26];	/* and back */
	int32_t		size;			/* number of ranks */
	int			carry3;			/* ranks for each three-letter group */
	int			length;			/* letters in each group, 0 if that varies */
	int			shift;
	uint16_t	nodes;
	uint16_t	order[NODES];	/* nodes by rank */
	uint16_t	hint[HINTS];	/* rank >> shift to a place in order */
} LetterTrie;

#define PICKS			8		/* 0, and one for each set that picks */

typedef struct Shape
{
	uint8_t		layout[PICKS];	/* by class of the pair that chooses */
	bool		choice;			/* are they different? */
	uint8_t		pair[2];		/* where that pair stands */
	uint8_t		run[PLATE_MAX_COMPACT]; /* letters or digits alike from here */
} Shape;

#define NO_LAYOUT		0xFF

typedef struct CompiledLayout
{
	int32_t		offset;			/* serial of its first mark */
	int32_t		size;			/* number of serials */
	int32_t		weight[4];		/* serials for a step of each field */
} CompiledLayout;

extern uint8_t char_code[256];
extern uint8_t shape_index[512];	/* sentinel 1, then 1 for each letter */
extern Shape shapes[];
extern uint8_t pair_class[26 * 26];
extern LetterTrie letter_tries[LETTER_SETS];
extern CompiledLayout compiled_layouts[PLATE_LAYOUTS];
extern uint8_t format_layouts[PLATE_FORMATS + 1][2];	/* second may be
														 * NO_LAYOUT */

extern void grammar_compile(void);

/* Number of marks of a format in one series, or in all for undated. */
extern int64_t format_size(PlateFormat format);

/* Rank of a group of len letters, -1 where the set has no such group. */
static inline int32_t
letters_rank(const LetterTrie *trie, const uint8_t *code, int len)
{
	const LetterNode *node;
	int			third;

	node = &trie->node[NODE(code[0], len > 1 ? code[1] : -1)];
	if (len < 3)
		return node->own ? node->start : -1;
	third = trie->third[code[2]];
	if (node->start < 0 || third < 0 || third == node->skip)
		return -1;
	return node->start + node->own +
		trie->carry3 * (third - (third > node->skip));
}

#endif							/* REGCAR_GRAMMAR_H */
