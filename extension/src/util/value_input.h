/*
 * value_input.h
 *		Values of columns from the text that they were queued as.
 */
#ifndef REGCAR_VALUE_INPUT_H
#define REGCAR_VALUE_INPUT_H

#include "util/value_output.h"

/*
 * How a type's text is compared with what was queued.  Not at all for types that
 * refuse whatever does not fit.
 */
typedef enum ValueComparison
{
	NOT_COMPARED,
	AS_TEXT,
	AS_NUMBER,					/* 5 became 5.00 */
	WITHOUT_PADDING				/* char(n) became longer or shorter */
} ValueComparison;

typedef struct ValueReader
{
	FmgrInfo	input;
	Oid			param;
	int32		typmod;
	ValuePrinter printer;
	ValueComparison comparison;
} ValueReader;

/* memory lives as long as the reader */
extern void value_reader_init(ValueReader *reader, Oid type, int32 typmod,
							  MemoryContext memory);

/* Under pinned settings; text may be NULL. */
extern Datum value_read(ValueReader *reader, char *text);

/*
 * Under pinned settings: NULL, or how the value prints that was read from a text
 * which the type took for another, a rounded or shortened one.
 */
extern char *value_misread(ValueReader *reader, Datum value, const char *text);

#endif							/* REGCAR_VALUE_INPUT_H */
