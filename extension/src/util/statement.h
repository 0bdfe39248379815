/*
 * statement.h
 *		The statement whose row a trigger is called for.
 */
#ifndef REGCAR_STATEMENT_H
#define REGCAR_STATEMENT_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/execnodes.h"

/*
 * How the executor runs it.  For the function of a row trigger, in the memory
 * context that it was called in.
 */
extern EState *statement_of_trigger(void);

/*
 * The relation that the trigger fires for, as that statement has it open; NULL
 * where rows come by another way than an INSERT, UPDATE, MERGE or COPY.
 */
extern const ResultRelInfo *statement_result(const EState *estate,
											 const Trigger *trigger);

/*
 * Room that lasts as long as the statement: the same for each call with the
 * same function, zeroed at first.  The function gets it when the statement ends
 * without an error.
 */
extern void *statement_room(EState *estate, Size size,
							ExprContextCallbackFunction at_end);

/* The same, but NULL where there was no call yet. */
extern void *statement_find_room(const EState *estate,
								 ExprContextCallbackFunction at_end);

#endif							/* REGCAR_STATEMENT_H */
