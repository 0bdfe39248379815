/*
 * guard_row.h
 *		A guard's settings, and a row of its table as scopes see it.
 */
#ifndef REGCAR_GUARD_ROW_H
#define REGCAR_GUARD_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

#include "hold/hold.h"
#include "util/value_output.h"

/* Where the value of a scope's key comes from. */
typedef struct GuardKey
{
	ComputedKey computed;
	AttrNumber	column;			/* 0 if it is computed or the table has none */
	bool		generated;		/* is the column? */
	const TypedKey *typed;		/* NULL if the table has no column for it */
} GuardKey;

typedef struct Guard
{
	TupleDesc	desc;
	const Trigger *trigger;		/* whose arguments are the settings */
	AttrNumber	mark;			/* column of the mark, 0 if there is none */
	ValuePrinter mark_printer;	/* its type is InvalidOid before the first
								 * mark that is looked at */
	bool		mark_is_plate;
	int			mapped_columns; /* columns that the guard maps keys to */
	AttrNumber *mapped;			/* 0 for a column that was dropped */
	AttrNumber	ticket;			/* column of tickets, 0 if there is none */
	bool		replicated;		/* replicated rows are held too */
	Oid			root;			/* by guard_root() */

	const HoldList *holds;		/* the holds that key was made for */
	uint64		generation;
	GuardKey   *key;			/* by the numbers of holds->keys */
	KeyValue   *value[2];		/* room for the keys of two rows */
	MemoryContext memory;		/* lives as long as the guard */
} Guard;

/* Values are read when they are first asked for. */
typedef struct GuardRow
{
	ScopeRow	scope;			/* first */
	Guard	   *guard;
	HeapTuple	tuple;			/* NULL: any row, all of it unknown */
	KeyValue   *value;			/* by the numbers of holds->keys */
} GuardRow;

/*
 * Read the settings from the arguments of a trigger; they are kept in memory.
 */
extern Guard *guard_make(const Trigger *trigger, TupleDesc desc,
						 MemoryContext memory);

/*
 * A table's row trigger, whose arguments are the guard's settings, palloc'd;
 * NULL if the table has no guard.
 */
extern const Trigger *find_guard_trigger(Relation rel);

/*
 * Whether a key is computed, and if not, its column: the one that the guard
 * maps it to, or the one of that name; 0 if there is none.
 */
extern AttrNumber guard_key_column(const Guard *guard, const ScopeKey *wanted,
								   ComputedKey *computed);

/* Prepare the guard for the keys of these holds. */
extern void guard_use_holds(Guard *guard, const HoldList *holds);

/* A guard has room for the values of two rows at a time, number 0 and 1. */
extern void guard_row_init(GuardRow *row, Guard *guard, int number,
						   HeapTuple tuple);

/*
 * The value of a column; NULL for a generated column, because the server
 * computes it only after the triggers, and for any row.
 */
extern Datum guard_row_column(const GuardRow *row, AttrNumber column, bool *isnull);

/* A generated column has no value before the triggers have run. */
extern bool guard_column_is_generated(const Guard *guard, AttrNumber column);

/* A value of the marks' column as text, palloc'd. */
extern char *guard_mark_text(Guard *guard, Datum value);

/* As a mark, which may come from a column of text; false if it is none. */
extern bool guard_mark_number(Guard *guard, Datum value, int64 *mark);

/*
 * The row's mark as a number that rows with the same mark share, in whatever
 * table and type.  It is negative where there is no mark, or none is known.
 */
extern int64 guard_row_mark(GuardRow *row);

/* The whole table of a guard that is on a table or a partition of it. */
extern Oid	guard_root(Guard *guard, Oid relid);

/*
 * May two rows, of one partition or of two, differ in a key of some scope?  Of
 * holds that stop nothing too, if they are asked for.
 */
extern bool guard_rows_differ(GuardRow *a, GuardRow *b, bool observed);

#endif							/* REGCAR_GUARD_ROW_H */
