/*
 * looking_time.c
 *		How long the warnings of a transaction may look for values altogether.
 *
 * A statement may place thousands of holds, which bind only when it commits.
 */
#include "regcar.h"

#include "access/xact.h"
#include "utils/timestamp.h"

/* In us, within which the warnings come (design 9.6). */
#define LOOKING_TIME	(100 * 1000)

/* The transaction that looked last, by its start. */
static TimestampTz transaction;
static int64 looked;			/* us */
static bool is_used_up;

/* What an interval of a few hours at most has, in us. */
static int64
microseconds(const Interval *interval)
{
	return interval->day * USECS_PER_DAY + interval->time;
}

/*
 * looking_time_left(taken interval) -> interval
 *		Add what was taken; what is left.  Zero the first time that nothing is,
 *		NULL after that, so that only one of many callers says so.
 */
PG_FUNCTION_INFO_V1(regcar_looking_time_left);
Datum
regcar_looking_time_left(PG_FUNCTION_ARGS)
{
	int64		taken = microseconds(PG_GETARG_INTERVAL_P(0));
	Interval   *left = palloc0(sizeof(Interval));

	if (transaction != GetCurrentTransactionStartTimestamp())
	{
		transaction = GetCurrentTransactionStartTimestamp();
		looked = 0;
		is_used_up = false;
	}
	looked += taken;
	left->time = Max(0, LOOKING_TIME - looked);
	/* whoever notes what was taken does not ask */
	if (left->time == 0 && taken == 0)
	{
		if (is_used_up)
			PG_RETURN_NULL();
		is_used_up = true;
	}
	PG_RETURN_INTERVAL_P(left);
}
