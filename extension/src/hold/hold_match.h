/*
 * hold_match.h
 *		Which hold stops a row.
 */
#ifndef REGCAR_HOLD_MATCH_H
#define REGCAR_HOLD_MATCH_H

#include "hold/hold.h"
#include "util/clock.h"

/*
 * Is told of a hold in force that covers a row, and of the exemption that lets
 * the row through all the same, of several the oldest.  Without one the hold
 * stops the row.
 */
typedef void (*HoldFound) (const Hold *hold, const Exemption *exemption,
						   void *arg);

/*
 * Call found() for each hold in force that covers a row.  A key that the row
 * cannot answer, or whose value is NULL, matches a hold and does not match an
 * exemption.  A hold whose scope lists two values that equal each other may be
 * found twice.
 */
extern void holds_over(const HoldList *holds, ScopeRow *row, WriteKind kind,
					   Clock *clock, HoldFound found, void *arg);

/*
 * The first hold of action observe that would stop a registration if it were
 * one of reject; NULL if none would.  No other function here finds these.
 */
extern const Hold *hold_observing(const HoldList *holds, ScopeRow *row,
								  Clock *clock);

/*
 * For use as found(): keep the strongest hold that stops the row, and of equals
 * the first, in the const Hold * that arg points to.
 */
extern void keep_stronger(const Hold *hold, const Exemption *exemption,
						  void *arg);

/*
 * The strongest hold that stops a row, of equals the first; NULL if none
 * does.
 */
extern const Hold *hold_against(const HoldList *holds, ScopeRow *row,
								WriteKind kind, Clock *clock);

/*
 * The strongest hold in force, whatever it covers, that is at least so strong;
 * NULL if there is none.
 */
extern const Hold *strongest_hold(const HoldList *holds, HoldAction weakest,
								  Clock *clock);

#endif							/* REGCAR_HOLD_MATCH_H */
