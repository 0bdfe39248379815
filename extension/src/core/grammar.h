/*
 * grammar.h
 *		The formats as data.
 *
 * grammar.c holds the one table that says what a mark looks like; marks that
 * exist all the same are in irregular.c.  Parser,
 * printer, ranking, diagnosis and the view plate_formats all read it, the hot
 * ones through the tables that letter_ranks.c, fixed_layout.c and
 * compiled_grammar.c make from it, each from the one before.
 */
#ifndef REGCAR_GRAMMAR_H
#define REGCAR_GRAMMAR_H

#include "core/plate_bits.h"

/*
 * Sets of groups of one to three letters that may stand in one place of a
 * mark.
 */
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
	const char *alphabet[3];	/* for each position */
	const char *only;			/* only these two-letter groups */
	const char *except;			/* groups that are left out */
	int			carry[3];		/* largest number after a group of this
								 * length, if that differs; else 0 */
	const char *zero;			/* groups that may also have number 0 */
} LetterSet;

typedef enum FieldKind
{
	FIELD_END,
	FIELD_LETTERS,
	FIELD_NUMBER,
	FIELD_AGE,					/* two digits that name a current series */
	FIELD_PREFIX_YEAR,			/* a letter that names a prefix series */
	FIELD_SUFFIX_YEAR,			/* a letter that names a suffix series */
	FIELD_FIXED					/* the whole of an irregular mark */
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
 * A layout: its fields from left to right.  If two layouts have one shape,
 * the last two letters of the first run of letters choose, or its only
 * letter: the layout whose pick set has them wins, else the one without.
 * Even so no mark fits two layouts; test/unit/grammar_test.c checks that.
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
	bool		issued;			/* undated and vehicles are still given it */
	const char *not_vehicle;	/* why no vehicle of the register is given
								 * one, as a sentence; else NULL */
	bool		transferable;
	const char *source;			/* document and section */
} FormatInfo;

extern const LetterSet letter_sets[LETTER_SETS];
extern const Layout plate_layouts[PLATE_LAYOUTS];
extern const FormatInfo plate_format_info[PLATE_FORMATS + 1];

#endif							/* REGCAR_GRAMMAR_H */
