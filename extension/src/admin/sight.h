/*
 * sight.h
 *		What a table has of a scope, as far as one looks.
 *
 * Values are compared as the guard of the table would compare them.
 */
#ifndef REGCAR_SIGHT_H
#define REGCAR_SIGHT_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/rel.h"

#include "admin/seen_values.h"
#include "hold/guard_row.h"

/* A key of the scope. */
typedef struct KeySight
{
	ComputedKey computed;
	AttrNumber	column;			/* 0 if it is computed or the table has none */
	const TypedKey *typed;		/* NULL if the table has no column for it */
	int			place;			/* of the column in what is selected, or 0 */
	int64	   *rows;			/* by value: rows that have it, or keep to it */
	bool	   *known;			/* by value: rows or statistics have it */
	SeenValues *seen;
} KeySight;

typedef struct Sight
{
	ScopeRow	row;			/* first: the row at hand */
	KeyValue   *value;			/* its values, by number of key */
	ScopeKeys	keys;
	Scope		scope;
	ScopeIndex *index;
	Guard	   *guard;
	KeySight   *key;
	int			mark_place;		/* of the mark in what is selected, or 0 */
	const char *list;			/* what to select */
	const char *tail;			/* GROUP BY, or nothing */
	int64		rows;			/* looked at */
	int64		matching;		/* that a hold of this scope would stop */
} Sight;

/*
 * In the current memory context, for a table with that guard trigger.  Reads
 * the values of the scope, so it may call input functions.
 */
extern Sight *sight_make(Relation rel, const Trigger *trigger, Jsonb *scope);

/* Count a row of what is selected. */
extern void sight_count(Sight *sight, HeapTuple row, TupleDesc desc);

/* Add the values that the statistics of the table name. */
extern void sight_add_statistics(Sight *sight, Oid relid);

/* Is each value of the scope known to be in the table? */
extern bool sight_is_whole(const Sight *sight);

/* Can the rows of the table tell whether they have the values of a key? */
extern bool sight_can_tell(const Sight *sight, int key);

#endif							/* REGCAR_SIGHT_H */
