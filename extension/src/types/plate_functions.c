/*
 * plate_functions.c
 *		SQL functions that take a mark apart.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"

#include "core/compiled_grammar.h"
#include "core/irregular.h"
#include "core/tags.h"
#include "types/plate_type.h"
#include "util/enum_label.h"

/* plate_format(plate) -> plate_format */
PG_FUNCTION_INFO_V1(regcar_plate_format);
Datum
regcar_plate_format(PG_FUNCTION_ARGS)
{
	int			format = plate_format_of(PG_GETARG_PLATE(0));
	Oid		   *labels = fcinfo->flinfo->fn_extra;

	Assert(format >= 1 && format <= PLATE_FORMATS);
	if (labels == NULL)
		labels = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
								   (PLATE_FORMATS + 1) * sizeof(Oid));
	if (!OidIsValid(labels[format]))
		labels[format] = enum_label_oid(get_func_rettype(fcinfo->flinfo->fn_oid),
										plate_format_info[format].name);
	PG_RETURN_OID(labels[format]);
}

/* plate_series(plate) -> plate_series, NULL for an undated mark */
PG_FUNCTION_INFO_V1(regcar_plate_series);
Datum
regcar_plate_series(PG_FUNCTION_ARGS)
{
	int			series = plate_series_of(PG_GETARG_PLATE(0));

	if (series == 0)
		PG_RETURN_NULL();
	PG_RETURN_SERIES(series);
}

/* The days of a series as [first, first of the next). */
static Datum
series_daterange(FunctionCallInfo fcinfo, int series)
{
	TypeCacheEntry *typcache = range_get_typcache(fcinfo, DATERANGEOID);
	RangeBound	lower = {DateADTGetDatum(series_start(series)),
		.inclusive = true, .lower = true};
	RangeBound	upper = {DateADTGetDatum(series_end(series))};

	return RangeTypePGetDatum(make_range_compat(typcache, &lower, &upper));
}

/* series_period(plate_series) -> daterange */
PG_FUNCTION_INFO_V1(regcar_series_period);
Datum
regcar_series_period(PG_FUNCTION_ARGS)
{
	return series_daterange(fcinfo, PG_GETARG_SERIES(0));
}

/* plate_period(plate) -> daterange, NULL for an undated mark */
PG_FUNCTION_INFO_V1(regcar_plate_period);
Datum
regcar_plate_period(PG_FUNCTION_ARGS)
{
	int			series = plate_series_of(PG_GETARG_PLATE(0));

	if (series == 0)
		PG_RETURN_NULL();
	return series_daterange(fcinfo, series);
}

/* plate_compact(plate) -> text: without spaces */
PG_FUNCTION_INFO_V1(regcar_plate_compact);
Datum
regcar_plate_compact(PG_FUNCTION_ARGS)
{
	char		text[PLATE_BUFFER];

	PG_RETURN_TEXT_P(cstring_to_text_with_len(text,
											  plate_print_compact(PG_GETARG_PLATE(0), text)));
}

/* plate_tag(plate) -> text: memory tag or area code, NULL where there is none */
PG_FUNCTION_INFO_V1(regcar_plate_tag);
Datum
regcar_plate_tag(PG_FUNCTION_ARGS)
{
	char		tag[2];
	int			len = plate_tag_of(PG_GETARG_PLATE(0), tag);

	if (len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(tag, len));
}

/* plate_office(plate) -> text, NULL where unknown */
PG_FUNCTION_INFO_V1(regcar_plate_office);
Datum
regcar_plate_office(PG_FUNCTION_ARGS)
{
	const char *office = plate_office_of(PG_GETARG_PLATE(0));

	if (office == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(office));
}

/* plate_region(plate) -> text, NULL where unknown */
PG_FUNCTION_INFO_V1(regcar_plate_region);
Datum
regcar_plate_region(PG_FUNCTION_ARGS)
{
	const char *region = plate_region_of(PG_GETARG_PLATE(0));

	if (region == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(region));
}

/* plate_is_valid(text) -> bool, never an error */
PG_FUNCTION_INFO_V1(regcar_plate_is_valid);
Datum
regcar_plate_is_valid(PG_FUNCTION_ARGS)
{
	text	   *mark = PG_GETARG_TEXT_PP(0);
	int64		plate;

	PG_RETURN_BOOL(plate_parse(VARDATA_ANY(mark), VARSIZE_ANY_EXHDR(mark),
							   &plate));
}

/* plate_problem(text) -> text: the broken rule, NULL for a valid mark */
PG_FUNCTION_INFO_V1(regcar_plate_problem);
Datum
regcar_plate_problem(PG_FUNCTION_ARGS)
{
	text	   *mark = PG_GETARG_TEXT_PP(0);
	int64		plate;

	if (plate_parse(VARDATA_ANY(mark), VARSIZE_ANY_EXHDR(mark), &plate))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(mark_problem(VARDATA_ANY(mark),
												  VARSIZE_ANY_EXHDR(mark))));
}

/*
 * plate_format_list() -> setof (format, example, first_series, last_series,
 * issued, transferable, marks, source): the rows of the view plate_formats.
 */
PG_FUNCTION_INFO_V1(regcar_plate_format_list);
Datum
regcar_plate_format_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			type;

	InitMaterializedSRF(fcinfo, 0);
	type = TupleDescAttr(rsinfo->setDesc, 0)->atttypid;
	for (int format = 1; format <= PLATE_FORMATS; format++)
	{
		const FormatInfo *info = &plate_format_info[format];
		int			in_each = info->first_series ?
			info->last_series - info->first_series + 1 : 1;
		bool		undated = info->first_series == 0;
		Datum		values[8];
		bool		nulls[8] = {false};
		int64		example = 0;

		values[0] = ObjectIdGetDatum(enum_label_oid(type, info->name));
		nulls[1] = !plate_parse(info->example, strlen(info->example), &example);
		values[1] = PlateGetDatum(example);
		values[2] = Int16GetDatum(info->first_series);
		values[3] = Int16GetDatum(info->last_series);
		nulls[2] = nulls[3] = undated;
		values[4] = BoolGetDatum(info->issued || info->last_series == SERIES_LAST);
		values[5] = BoolGetDatum(info->transferable);
		values[6] = Int64GetDatum(format_size(format) * in_each);
		values[7] = CStringGetTextDatum(info->source);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * irregular_mark_list() -> setof (mark, source, suggested): the rows of the
 * view irregular_marks.
 */
PG_FUNCTION_INFO_V1(regcar_irregular_mark_list);
Datum
regcar_irregular_mark_list(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int serial = 0; serial < IRREGULAR_MARKS; serial++)
	{
		int64		plate = plate_make(PLATE_IRREGULAR, 0, serial);
		Datum		values[3] = {
			PlateGetDatum(plate),
			CStringGetTextDatum(irregular_marks[serial].source),
			BoolGetDatum(!plate_is_slip(plate))
		};
		bool		nulls[3] = {false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
