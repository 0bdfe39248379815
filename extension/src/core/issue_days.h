/*
 * issue_days.h
 *		The days on which a mark may be newly issued.
 *
 * Pure C.  Days as in series.h.
 */
#ifndef REGCAR_ISSUE_DAYS_H
#define REGCAR_ISSUE_DAYS_H

#include "core/plate.h"

typedef struct IssueDays
{
	int32_t		first;
	int32_t		end;			/* the day after the last */
} IssueDays;

/*
 * The days of a dated mark: those of its series, and for an export mark those
 * of its month in the series.
 */
extern IssueDays plate_issue_days(int64_t plate);

#endif							/* REGCAR_ISSUE_DAYS_H */
