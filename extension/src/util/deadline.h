/*
 * deadline.h
 *		How long to wait.
 */
#ifndef REGCAR_DEADLINE_H
#define REGCAR_DEADLINE_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* Until when to wait: below nothing is not at all, a year is for ever. */
extern TimestampTz deadline_after(const Interval *wait);

/* What is left of the time; nothing when it is up. */
extern Interval time_left(TimestampTz deadline);

#endif							/* REGCAR_DEADLINE_H */
