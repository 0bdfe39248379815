/*
 * clock.h
 *		The time, read when it is first asked for, and the same from then on.
 *
 * Most rows do without it, and reading it costs as much as looking for a hold.
 */
#ifndef REGCAR_CLOCK_H
#define REGCAR_CLOCK_H

#include "postgres.h"

#include "utils/timestamp.h"

typedef struct Clock
{
	TimestampTz time;			/* 0 before it is read */
} Clock;

static inline TimestampTz
clock_time(Clock *clock)
{
	if (clock->time == 0)
		clock->time = GetCurrentTimestamp();
	return clock->time;
}

#endif							/* REGCAR_CLOCK_H */
