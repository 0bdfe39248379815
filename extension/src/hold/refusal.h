/*
 * refusal.h
 *		Notes of whom a hold stops, which outlive the rollback of what it stops.
 *
 * Each statement that is refused adds one to the count of its hold and login
 * role.  The first REFUSALS_KEPT of these are kept one by one as well; so a
 * client that repeats itself fills no disk, and pushes no other dealer out of
 * the list of those to call back.  Personal data is kept in the columns of the
 * view refusals and nowhere else.
 *
 * Nobody waits: a note takes weak locks if it can have them at once, and the
 * content lock of a page.  If it cannot be written, nothing but a line of the
 * server's log says so.
 */
#ifndef REGCAR_REFUSAL_H
#define REGCAR_REFUSAL_H

#include "hold/guard_row.h"

/* For each hold and login role. */
#define REFUSALS_KEPT	10000

typedef struct Refusal
{
	Relation	rel;			/* NULL when a commit is stopped */
	GuardRow   *row;			/* NULL if no row was looked at */
	TimestampTz at;
} Refusal;

/*
 * Note that a hold stops this, or would.  It never fails.  The list of holds
 * may be read again meanwhile, so the caller takes what it needs of the hold
 * before.
 */
extern void note_refusal(const Hold *hold, const Refusal *refusal);

#endif							/* REGCAR_REFUSAL_H */
