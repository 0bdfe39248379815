/*
 * value_input.c
 *		Values of columns from the text that they were queued as.
 *
 * The type of a column may have been altered since.  Many input functions
 * accept a text that does not fit, and round it or drop a part of it:
 * numeric(10,0), date, name.  So we check that the value prints as the same
 * text again.
 */
#include "regcar.h"
#include "util/value_input.h"

#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "util/extension_catalog.h"

static const struct
{
	Oid			type;
	ValueComparison comparison;
}			comparisons[] = {
	{TEXTOID, NOT_COMPARED},
	{BOOLOID, NOT_COMPARED},
	{INT2OID, NOT_COMPARED},
	{INT4OID, NOT_COMPARED},
	{INT8OID, NOT_COMPARED},
	{UUIDOID, NOT_COMPARED},
	{JSONBOID, NOT_COMPARED},
	{NUMERICOID, AS_NUMBER},
	{FLOAT4OID, AS_NUMBER},
	{FLOAT8OID, AS_NUMBER},
	{BPCHAROID, WITHOUT_PADDING},
};

static ValueComparison
comparison_of(Oid type)
{
	for (int i = 0; i < lengthof(comparisons); i++)
		if (comparisons[i].type == type)
			return comparisons[i].comparison;
	return type == extension_type("plate") || type == extension_type("plate_series") ?
		NOT_COMPARED : AS_TEXT;
}

void
value_reader_init(ValueReader *reader, Oid type, int32 typmod,
				  MemoryContext memory)
{
	Oid			function;

	getTypeInputInfo(type, &function, &reader->param);
	fmgr_info_cxt(function, &reader->input, memory);
	reader->typmod = typmod;
	value_printer_init(&reader->printer, type, memory);
	reader->comparison = comparison_of(reader->printer.type);
}

static Datum
number(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static size_t
length_without_padding(const char *text)
{
	size_t		len = strlen(text);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	return len;
}

static bool
same(ValueComparison comparison, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return true;
	if (comparison == AS_NUMBER)
		return DatumGetBool(DirectFunctionCall2(numeric_eq, number(a), number(b)));
	if (comparison == WITHOUT_PADDING)
		return length_without_padding(a) == length_without_padding(b) &&
			strncmp(a, b, length_without_padding(a)) == 0;
	return false;
}

Datum
value_read(ValueReader *reader, char *text)
{
	/* the check of a domain must see NULL too */
	return InputFunctionCall(&reader->input, text, reader->param,
							 reader->typmod);
}

char *
value_misread(ValueReader *reader, Datum value, const char *text)
{
	int			pinned = 1;
	char	   *image;

	if (reader->comparison == NOT_COMPARED)
		return NULL;
	image = value_image(&reader->printer, value, &pinned);
	return same(reader->comparison, image, text) ? NULL : image;
}
