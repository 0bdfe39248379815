/*
 * observe.h
 *		Holds that stop nobody, and note whom they would have stopped.
 */
#ifndef REGCAR_OBSERVE_H
#define REGCAR_OBSERVE_H

#include "hold/guard_row.h"
#include "util/clock.h"

/* A write that is let through. */
typedef struct LetThrough
{
	Relation	rel;
	Guard	   *guard;
	WriteKind	kind;			/* for holds that stop rows */
	HeapTuple	before;			/* of an UPDATE, else NULL */
	HeapTuple	after;
	Clock	   *clock;
} LetThrough;

/*
 * Note it, if a hold of action observe covers it, and it is a registration, or
 * would be one under that hold.  Once for a statement, as it
 * would have been refused once: *observed is the hold of its last note.
 *
 * The list of holds may be read again meanwhile, so the gate has its note
 * already.
 */
extern void observe(const LetThrough *write, const HoldList *holds,
					int64 *observed);

#endif							/* REGCAR_OBSERVE_H */
