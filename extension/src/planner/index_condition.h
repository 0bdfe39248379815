/*
 * index_condition.h
 *		Conditions that an index on marks understands.
 */
#ifndef REGCAR_INDEX_CONDITION_H
#define REGCAR_INDEX_CONDITION_H

#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

/* The arguments of an operator or a call; NIL for any other expression. */
extern List *condition_arguments(Node *node);

/* A mark as an expression; plate is the OID of the type. */
extern Expr *constant_mark(Oid plate, int64 value);

/* A call of a function of the extension that returns a mark. */
extern Expr *call_giving_mark(const char *function, Oid plate, Node *argument);

/*
 * mark >= first AND mark <= last, by the operators of a family; NIL if it
 * lacks one.
 */
extern List *marks_between(Node *mark, Expr *first, Expr *last, Oid opfamily);

/* mark = ANY (marks); NIL if the family lacks the equality of btree. */
extern List *mark_among(Node *mark, Datum *marks, int count, Oid opfamily);

#endif							/* REGCAR_INDEX_CONDITION_H */
