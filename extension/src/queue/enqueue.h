/*
 * enqueue.h
 *		Registrations that are set aside.
 */
#ifndef REGCAR_ENQUEUE_H
#define REGCAR_ENQUEUE_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/guard_row.h"

/* Set a row aside instead of inserting it, and say so: RH002. */
extern void queue_row(TriggerData *trigdata, Guard *guard, const Hold *hold);

/* release.c: does this backend feed rows back just now? */
extern bool queue_is_releasing(void);

#endif							/* REGCAR_ENQUEUE_H */
