/*
 * weakened_guard.h
 *		Changes of a table's columns and triggers after which its guard no
 *		longer sees every row as it did.
 */
#ifndef REGCAR_WEAKENED_GUARD_H
#define REGCAR_WEAKENED_GUARD_H

#include "catalog/pg_trigger.h"

/* A column was dropped or renamed: is it the mark's, or a mapped key's? */
extern void judge_column(Oid relid, const char *column, const char *deed);

/* A column has another type, and perhaps other values. */
extern void judge_column_type(Oid relid, const char *column);

/* Triggers were enabled or disabled: do all of the guard's still fire always? */
extern void judge_enabled(Oid relid, bool strengthens);

/* A trigger was made or renamed: does it replace a guard's, or fire after it? */
extern void judge_trigger(Oid trigger, bool replaces);

/*
 * Read the last version of a trigger, whether or not this transaction dropped
 * or replaced it.  Was it, or a version before it, a guard's?
 */
extern bool read_trigger(Oid trigger, FormData_pg_trigger *last);

#endif							/* REGCAR_WEAKENED_GUARD_H */
