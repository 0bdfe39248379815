/*
 * fixed_layout.h
 *		Every layout of a mark, with the widths of its fields fixed.
 *
 * Pure C.  All marks of an outline have the same length, and each position
 * has an alphabet.  Within a series they are issued in the order of their
 * text, letters and digits each in their own order.
 */
#ifndef REGCAR_FIXED_LAYOUT_H
#define REGCAR_FIXED_LAYOUT_H

#include "core/letter_ranks.h"

/* Characters as small codes: letters 0-25, digits 32-41. */
#define CODE_DIGIT		32
#define CODES			42

#define DIGIT_VALUE(code)	((code) & 15)

/* Sets of characters, a bit for each code. */
typedef uint64_t CodeSet;

#define CODE_BIT(code)		(UINT64_C(1) << (code))

/* Code of a character of a mark in print. */
static inline uint8_t
mark_code(char c)
{
	return c >= 'A' ? c - 'A' : CODE_DIGIT + c - '0';
}

/* And back. */
static inline char
code_char(uint8_t code)
{
	return code < CODE_DIGIT ? 'A' + code : '0' + DIGIT_VALUE(code);
}

typedef struct OutlineField
{
	FieldKind	kind;
	LetterSetId letters;
	int			lo,
				hi;				/* of a number of this width */
	bool		sparse;			/* does not have every text of its
								 * alphabets */
	uint8_t		start;			/* its first position, */
	uint8_t		end;			/* and the one after it */
} OutlineField;

typedef struct Outline
{
	PlateFormat format;
	int			layout;			/* index in plate_layouts; above those the
								 * irregular marks, each by itself */
	int			length;
	int			fields;
	OutlineField field[4];
	uint8_t		field_of[PLATE_MAX_COMPACT];	/* by position */
	CodeSet		alphabet[PLATE_MAX_COMPACT];	/* of any series */
} Outline;

/*
 * Outlines of a format are neighbours: from its first to before the first of
 * the next.
 */
#define MAX_OUTLINES	100

extern Outline outlines[MAX_OUTLINES];
extern uint8_t first_outline[PLATE_FORMATS + 2];

/* core_compile() runs this; false if there are more. */
extern bool outlines_compile(void);

/*
 * The outline of a mark of a format, given as codes; NULL if there is none.
 */
extern const Outline *outline_of(PlateFormat format, const uint8_t *code,
								 int length);

/* Narrow the alphabets of an outline to a series. */
extern void outline_in_series(const Outline *outline, int series,
							  CodeSet alphabet[PLATE_MAX_COMPACT]);

/* Does the field have this text, which is at its place in a mark? */
extern bool field_has(const OutlineField *field, const uint8_t *code);

/*
 * The number of texts of a field whose characters are from the sets.  The
 * sets are by position in the mark, and within the alphabets.
 */
extern int64_t field_size(const OutlineField *field, const CodeSet *set);

#endif							/* REGCAR_FIXED_LAYOUT_H */
