/*
 * guard_change.h
 *		What a command did to a guarded table: refused, or written into the
 *		history.
 */
#ifndef REGCAR_GUARD_CHANGE_H
#define REGCAR_GUARD_CHANGE_H

#include "hold/hold.h"

/* What a command did to a guarded table, as the history calls it. */
typedef enum GuardChange
{
	CHANGE_GUARDED,
	CHANGE_UNGUARDED,
	CHANGE_WEAKENED,
	CHANGE_ATTACHED,
	CHANGE_DETACHED,
	CHANGE_REWRITTEN,
	CHANGE_DROPPED,
	CHANGE_WAIVED,
	CHANGE_REQUIRED
} GuardChange;

/*
 * RH001 if a hold forbids the change to everybody but superusers.  Otherwise
 * an event of the history, and a WARNING if a superuser overrides a hold.  The
 * table's name is quoted; "what" goes on from "The command would have this
 * effect:".
 */
extern void judge_change(GuardChange change, const char *table,
						 const char *what);

#endif							/* REGCAR_GUARD_CHANGE_H */
