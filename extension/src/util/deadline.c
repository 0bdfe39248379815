/*
 * deadline.c
 *		How long to wait.
 */
#include "regcar.h"
#include "util/deadline.h"

#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

TimestampTz
deadline_after(const Interval *wait)
{
	Interval	nothing = {0};
	Interval	year = {.month = 12};
	Datum		interval = IntervalPGetDatum(wait);

	if (DatumGetBool(DirectFunctionCall2(interval_lt, interval, IntervalPGetDatum(&nothing))))
		return DT_NOBEGIN;
	if (DatumGetBool(DirectFunctionCall2(interval_ge, interval, IntervalPGetDatum(&year))))
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(GetCurrentTimestamp()),
												   interval));
}

Interval
time_left(TimestampTz deadline)
{
	Interval	left = {0};
	TimestampTz now = GetCurrentTimestamp();

	if (deadline == DT_NOEND)
		left.month = 12;
	else if (deadline > now)
		left.time = deadline - now;
	return left;
}
