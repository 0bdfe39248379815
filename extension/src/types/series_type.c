/*
 * series_type.c
 *		The SQL type plate_series: input, output, arithmetic.
 *
 * The server's own functions compare and hash series, as smallint.
 */
#include "regcar.h"
#include "types/series_type.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "types/plate_type.h"

char *
series_to_cstring(int series)
{
	char	   *text;

	if (series < 1 || series > SERIES_LAST)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("value %d is not a series", series)));
	text = palloc(SERIES_MAX_TEXT + 1);
	text[series_print(series, text)] = '\0';
	return text;
}

/*
 * plate_series_in(cstring) -> plate_series
 *		"75", "'75", "S-prefix", "s-suffix"; 22P02 for anything else.
 */
PG_FUNCTION_INFO_V1(regcar_series_in);
Datum
regcar_series_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int			series = series_parse(text, strlen(text));

	if (series == 0)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid series: \"%s\"",
						quoted_input(text, strlen(text))),
				 errdetail("A series is an age identifier 02 to 49 or 51 to 99, "
						   "or a year letter and its place, as in S-prefix or "
						   "S-suffix; the letters I, O, Q, U and Z are not in use.")));
	PG_RETURN_SERIES(series);
}

/* plate_series_out(plate_series) -> cstring */
PG_FUNCTION_INFO_V1(regcar_series_out);
Datum
regcar_series_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(series_to_cstring(PG_GETARG_SERIES(0)));
}

/*
 * plate_series_recv(internal) -> plate_series: text; 22P03 for anything else
 */
PG_FUNCTION_INFO_V1(regcar_series_recv);
Datum
regcar_series_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	int			series = series_parse(pq_getmsgbytes(buf, len), len);

	if (series == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid series in binary data"),
				 errdetail("The binary form of a series is its text in ASCII.")));
	PG_RETURN_SERIES(series);
}

/* plate_series_send(plate_series) -> bytea: the text */
PG_FUNCTION_INFO_V1(regcar_series_send);
Datum
regcar_series_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	char	   *text = series_to_cstring(PG_GETARG_SERIES(0));

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, text, strlen(text));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static Datum
checked_series(int64 series)
{
	if (series < 1 || series > SERIES_LAST)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("series out of range"),
				 errdetail("The first series is A-suffix, the last is 99.")));
	PG_RETURN_SERIES((int16) series);
}

/* plate_series + int4: that many series later; 22003 outside the calendar */
PG_FUNCTION_INFO_V1(regcar_series_pl);
Datum
regcar_series_pl(PG_FUNCTION_ARGS)
{
	return checked_series((int64) PG_GETARG_SERIES(0) + PG_GETARG_INT32(1));
}

/* plate_series - int4: that many series earlier */
PG_FUNCTION_INFO_V1(regcar_series_mi);
Datum
regcar_series_mi(PG_FUNCTION_ARGS)
{
	return checked_series((int64) PG_GETARG_SERIES(0) - PG_GETARG_INT32(1));
}

/* plate_series - plate_series -> int4: number of series between */
PG_FUNCTION_INFO_V1(regcar_series_diff);
Datum
regcar_series_diff(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(PG_GETARG_SERIES(0) - PG_GETARG_SERIES(1));
}
