/*
 * guard_waiver.h
 *		Tables that are left without a guard on purpose.
 */
#ifndef REGCAR_GUARD_WAIVER_H
#define REGCAR_GUARD_WAIVER_H

#include "catalog/pg_trigger.h"

/* Does a trigger say that its table has no guard on purpose? */
extern bool is_waiver(const FormData_pg_trigger *trigger);

/* A trigger was made, replaced or renamed: the history is told of a waiver. */
extern void record_waiver(Oid trigger);

#endif							/* REGCAR_GUARD_WAIVER_H */
