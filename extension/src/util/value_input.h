/*
 * value_input.h
 *		Values of columns from the text that they were queued as.
 */
#ifndef REGCAR_VALUE_INPUT_H
#define REGCAR_VALUE_INPUT_H

#include "util/value_output.h"

/*
 * How a value is compared with the text that was queued.  Types that refuse
 * whatever does not fit need no comparison.
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
 * Under pinned settings: how the value prints, if its type rounded or
 * shortened the text; else NULL.
 */
extern char *value_misread(ValueReader *reader, Datum value, const char *text);

#endif							/* REGCAR_VALUE_INPUT_H */
