/*
 * issue_rules.c
 *		Which mark may be used on which day.
 *
 * Nothing here knows today's date.  The day is always an argument, so that
 * everything except uk_today() is immutable.  Days are UK civil days.  A date
 * that is not a calendar date (infinity) allows nothing.
 */
#include "regcar.h"

#include "access/xact.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "core/grammar.h"
#include "core/issue_days.h"
#include "core/tags.h"
#include "types/issue_rules.h"
#include "types/plate_type.h"
#include "types/series_type.h"

/* The UK day of a moment; false for infinity and outside the calendar. */
static bool
uk_day(TimestampTz moment, DateADT *day)
{
	pg_tz	   *london = pg_tzset("Europe/London");
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (london == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", "Europe/London"),
				 errhint("Install the server's time zone data.")));
	if (TIMESTAMP_NOT_FINITE(moment) ||
		timestamp2tm(moment, &tz, &tm, &fsec, NULL, london) != 0)
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* A day as ISO 8601, whatever DateStyle is. */
static char *
day_to_cstring(DateADT day)
{
	char	   *text = palloc(MAXDATELEN + 1);
	struct pg_tm tm;

	if (DATE_NOT_FINITE(day))
		EncodeSpecialDate(day, text);
	else
	{
		j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, text);
	}
	return text;
}

/* series_on(date) -> plate_series in force, NULL if there is none */
PG_FUNCTION_INFO_V1(regcar_series_on);
Datum
regcar_series_on(PG_FUNCTION_ARGS)
{
	int			series = series_on_day(PG_GETARG_DATEADT(0));

	if (series == 0)
		PG_RETURN_NULL();
	PG_RETURN_SERIES(series);
}

/* series_at(timestamptz) -> plate_series in force then in the UK */
PG_FUNCTION_INFO_V1(regcar_series_at);
Datum
regcar_series_at(PG_FUNCTION_ARGS)
{
	DateADT		day;
	int			series = 0;

	if (uk_day(PG_GETARG_TIMESTAMPTZ(0), &day))
		series = series_on_day(day);
	if (series == 0)
		PG_RETURN_NULL();
	PG_RETURN_SERIES(series);
}

/* uk_today() -> date: at the start of the transaction, like now() */
PG_FUNCTION_INFO_V1(regcar_uk_today);
Datum
regcar_uk_today(PG_FUNCTION_ARGS)
{
	DateADT		day;

	if (!uk_day(GetCurrentTransactionStartTimestamp(), &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/*
 * May a mark be newly issued to a vehicle on a day?  A dated mark may on its
 * days, unless its tag is reserved for another register.  An undated mark may
 * if its format is still issued (VERA 1994 s.23; INF104).  A mark that is not
 * for vehicles of the register, such as a trade mark, may not.
 */
bool
plate_is_issuable(int64 plate, DateADT day)
{
	IssueDays	days;

	if (DATE_NOT_FINITE(day))
		return false;
	if (plate_series_of(plate) == 0)
		return plate_format_info[plate_format_of(plate)].issued;
	days = plate_issue_days(plate);
	return day >= days.first && day < days.end && !plate_tag_is_reserved(plate);
}

/*
 * May a mark be put on a vehicle that was first registered on a day?  It must
 * not make the vehicle look newer than it is (INF104 section 4), which an
 * undated mark cannot do.  A trade mark belongs to a licence, not to a
 * vehicle (SI 2002/2742 regs 39 and 40).
 */
static bool
assignable(int64 plate, DateADT first_registered)
{
	int			series = plate_series_of(plate);

	if (DATE_NOT_FINITE(first_registered))
		return false;
	if (plate_format_of(plate) == PLATE_TRADE)
		return false;
	return series == 0 || series_start(series) <= first_registered;
}

/* plate_issuable(plate, date) -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_issuable);
Datum
regcar_plate_issuable(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(
		plate_is_issuable(PG_GETARG_PLATE(0), PG_GETARG_DATEADT(1)));
}

/* plate_assignable(plate, date first_registered) -> bool */
PG_FUNCTION_INFO_V1(regcar_plate_assignable);
Datum
regcar_plate_assignable(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(assignable(PG_GETARG_PLATE(0), PG_GETARG_DATEADT(1)));
}

/* plate_transferable(plate) -> bool: may it move to another vehicle? */
PG_FUNCTION_INFO_V1(regcar_plate_transferable);
Datum
regcar_plate_transferable(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(plate_format_info[plate_format_of(PG_GETARG_PLATE(0))].transferable);
}

/* A noun at the head of a sentence. */
static char *
at_head(const char *noun)
{
	return psprintf("%c%s", pg_ascii_toupper(noun[0]), noun + 1);
}

/* When an export mark may be issued, and the day that was asked about. */
static char *
export_detail(int64 plate, DateADT day)
{
	IssueDays	days = plate_issue_days(plate);
	char		tag[2];

	plate_tag_of(plate, tag);
	return psprintf("Tag %.2s of series %s is for exports from %s to %s; this registration is dated %s.",
					tag, series_to_cstring(plate_series_of(plate)),
					day_to_cstring(days.first), day_to_cstring(days.end - 1),
					day_to_cstring(day));
}

/* When a mark may be issued, and the day that was asked about. */
static char *
issue_detail(int64 plate, DateADT day)
{
	int			series = plate_series_of(plate);
	const FormatInfo *info = &plate_format_info[plate_format_of(plate)];

	if (DATE_NOT_FINITE(day))
		return psprintf("The date %s is not in the calendar.", day_to_cstring(day));
	if (info->not_vehicle != NULL)
		return pstrdup(info->not_vehicle);
	if (plate_tag_is_reserved(plate))
		return pstrdup("Tag MN is kept for the Isle of Man.");
	if (plate_format_of(plate) == PLATE_EXPORT)
		return export_detail(plate, day);
	if (series == 0)
		return psprintf(info->issued ? "%s carries no date and is still issued." :
						"%s carries no date and is no longer issued.",
						at_head(info->noun));
	if (day >= series_end(series))
		return psprintf("Series %s was in force from %s to %s; this registration is dated %s.",
						series_to_cstring(series),
						day_to_cstring(series_start(series)),
						day_to_cstring(series_end(series) - 1),
						day_to_cstring(day));
	return psprintf("Series %s may be used from %s; this registration is dated %s.",
					series_to_cstring(series),
					day_to_cstring(series_start(series)), day_to_cstring(day));
}

/* From when a mark may be assigned, and the day of the vehicle. */
static char *
assign_detail(int64 plate, DateADT first_registered)
{
	int			series = plate_series_of(plate);

	if (DATE_NOT_FINITE(first_registered))
		return psprintf("The date %s is not in the calendar.",
						day_to_cstring(first_registered));
	if (plate_format_of(plate) == PLATE_TRADE)
		return pstrdup(plate_format_info[PLATE_TRADE].not_vehicle);
	if (series == 0)
		return psprintf("The mark carries no date, so it makes no vehicle look newer.");
	return psprintf("Series %s starts on %s; the vehicle was first registered on %s.",
					series_to_cstring(series),
					day_to_cstring(series_start(series)),
					day_to_cstring(first_registered));
}

/* require_issuable(plate, date) -> true, or 23514 with the reason */
PG_FUNCTION_INFO_V1(regcar_require_issuable);
Datum
regcar_require_issuable(PG_FUNCTION_ARGS)
{
	int64		plate = PG_GETARG_PLATE(0);
	DateADT		day = PG_GETARG_DATEADT(1);

	if (!plate_is_issuable(plate, day))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("registration mark \"%s\" may not be issued on %s",
						plate_to_cstring(plate), day_to_cstring(day)),
				 errdetail_internal("%s", issue_detail(plate, day))));
	PG_RETURN_BOOL(true);
}

/* require_assignable(plate, date first_registered) -> true, or 23514 */
PG_FUNCTION_INFO_V1(regcar_require_assignable);
Datum
regcar_require_assignable(PG_FUNCTION_ARGS)
{
	int64		plate = PG_GETARG_PLATE(0);
	DateADT		day = PG_GETARG_DATEADT(1);

	if (!assignable(plate, day))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("registration mark \"%s\" would make the vehicle look newer than it is",
						plate_to_cstring(plate)),
				 errdetail_internal("%s", assign_detail(plate, day))));
	PG_RETURN_BOOL(true);
}

static void
put_rule(ReturnSetInfo *rsinfo, const char *rule, bool ok, const char *detail)
{
	Datum		values[3] = {
		CStringGetTextDatum(rule), BoolGetDatum(ok), CStringGetTextDatum(detail)
	};
	bool		nulls[3] = {false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * explain_plate(text, date) -> setof (rule, ok, detail)
 *		Each rule applied to one input, for a screen.  The date is both the
 *		day of issue and the first registration of the vehicle.  A text that
 *		is not a mark has one row.
 */
PG_FUNCTION_INFO_V1(regcar_explain_plate);
Datum
regcar_explain_plate(PG_FUNCTION_ARGS)
{
	text	   *mark = PG_GETARG_TEXT_PP(0);
	DateADT		day = PG_GETARG_DATEADT(1);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const FormatInfo *info;
	int64		plate;

	InitMaterializedSRF(fcinfo, 0);
	if (!plate_parse(VARDATA_ANY(mark), VARSIZE_ANY_EXHDR(mark), &plate))
	{
		put_rule(rsinfo, "mark", false,
				 mark_problem(VARDATA_ANY(mark), VARSIZE_ANY_EXHDR(mark)));
		return (Datum) 0;
	}
	info = &plate_format_info[plate_format_of(plate)];
	put_rule(rsinfo, "mark", true,
			 psprintf("%s is %s.", plate_to_cstring(plate), info->noun));
	put_rule(rsinfo, "issuable", plate_is_issuable(plate, day),
			 issue_detail(plate, day));
	put_rule(rsinfo, "assignable", assignable(plate, day),
			 assign_detail(plate, day));
	put_rule(rsinfo, "transferable", info->transferable,
			 info->transferable ? "The mark may be moved to another vehicle." :
			 psprintf("%s stays where it was given.", at_head(info->noun)));
	return (Datum) 0;
}
