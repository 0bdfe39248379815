/*
 * commit_gate.h
 *		The second look at the holds, when a transaction commits.
 */
#ifndef REGCAR_COMMIT_GATE_H
#define REGCAR_COMMIT_GATE_H

#include "storage/lockdefs.h"

#include "hold/hold.h"
#include "util/clock.h"

/* Call once, when the module is loaded. */
extern void gate_init(void);

/*
 * Take note that a row was let through, by these holds, and if there is one, at
 * the time that it was looked at.
 */
extern void gate_note(WriteKind kind, const HoldList *holds, Clock *clock);

/*
 * The lock of a transaction that is past the gate: a number in the place of a
 * relation's, and the mode.
 */
extern Oid	gate_lock_relid(void);
extern LOCKMODE gate_lock_mode(void);

#endif							/* REGCAR_COMMIT_GATE_H */
