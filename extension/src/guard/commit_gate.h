/*
 * commit_gate.h
 *		The second question, when a transaction commits.
 */
#ifndef REGCAR_COMMIT_GATE_H
#define REGCAR_COMMIT_GATE_H

#include "hold/hold.h"

/* Call once, when the module is loaded. */
extern void gate_init(void);

/* A row of a guarded table was let through, by these holds at that moment. */
extern void gate_note(WriteKind kind, const HoldList *holds, TimestampTz now);

#endif							/* REGCAR_COMMIT_GATE_H */
