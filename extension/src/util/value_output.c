/*
 * value_output.c
 *		Values of columns as text that no setting of a session changes.
 *
 * What a hold covers must not depend on DateStyle, and what one session
 * queues is read in another.
 */
#include "regcar.h"
#include "util/value_output.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "util/extension_catalog.h"
#include "util/settings.h"

/* Types, besides enums, whose output does not depend on settings. */
static const Oid settled_types[] = {
	TEXTOID, VARCHAROID, BPCHAROID, NAMEOID, CHAROID, BOOLOID, INT2OID,
	INT4OID, INT8OID, NUMERICOID, OIDOID, UUIDOID, DATEOID, JSONOID, JSONBOID
};

static bool
is_settled(Oid type)
{
	for (int i = 0; i < lengthof(settled_types); i++)
		if (type == settled_types[i])
			return true;
	return get_typtype(type) == TYPTYPE_ENUM ||
		type == extension_type("plate") || type == extension_type("plate_series");
}

void
value_printer_init(ValuePrinter *printer, Oid type, MemoryContext memory)
{
	Oid			function;
	bool		is_varlena;

	printer->type = getBaseType(type);
	getTypeOutputInfo(printer->type, &function, &is_varlena);
	fmgr_info_cxt(function, &printer->output, memory);
	printer->settled = is_settled(printer->type);
}

static char *
without_padding(char *text)
{
	int			len = strlen(text);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

char *
value_text_pinned(ValuePrinter *printer, Datum value)
{
	switch (printer->type)
	{
		case TEXTOID:
		case VARCHAROID:
			return TextDatumGetCString(value);
		case BPCHAROID:
			return without_padding(TextDatumGetCString(value));
		case BOOLOID:
			return pstrdup(DatumGetBool(value) ? "true" : "false");
		case DATEOID:
			/* JSON uses ISO 8601, whatever DateStyle says */
			return JsonEncodeDateTime(NULL, value, DATEOID, NULL);
		default:
			return OutputFunctionCall(&printer->output, value);
	}
}

char *
value_text(ValuePrinter *printer, Datum value)
{
	char	   *result;
	int			level;

	if (printer->settled)
		return value_text_pinned(printer, value);
	level = values_pin();
	result = value_text_pinned(printer, value);
	settings_unpin(level);
	return result;
}

char *
value_image(ValuePrinter *printer, Datum value, int *level)
{
	static const int utc = 0;

	switch (printer->type)
	{
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return JsonEncodeDateTime(NULL, value, printer->type, &utc);
		default:
			break;
	}
	if (!printer->settled && *level == 0)
		*level = values_pin();
	return OutputFunctionCall(&printer->output, value);
}

int
values_pin(void)
{
	static const Setting settings[] = {
		{"DateStyle", "ISO"},
		{"IntervalStyle", "postgres"},
		{"TimeZone", "UTC"},
		{"extra_float_digits", "1"},
		{"bytea_output", "hex"},
		{"array_nulls", "on"},
		{"quote_all_identifiers", "off"},
		{"xmloption", "content"},
		{"lc_monetary", "C"},
		{"search_path", "pg_catalog"},
	};

	return settings_pin(settings, lengthof(settings));
}
