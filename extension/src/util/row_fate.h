/*
 * row_fate.h
 *		Whether a row that a trigger let through goes in.
 *
 * A BEFORE trigger is called before the server looks for a conflict.  What
 * becomes of the row it learns when it is called next in the same statement,
 * or when that ends.
 */
#ifndef REGCAR_ROW_FATE_H
#define REGCAR_ROW_FATE_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/execnodes.h"

typedef struct RowFate
{
	bool		unsure;			/* is there such a row, whose fate nobody
								 * knows yet? */
	const ResultRelInfo *result;	/* where to */
	bool		counted;		/* the statement counts the rows that go in, */
	uint64		count;			/* and had so many before it */
} RowFate;

/* The row that the trigger is called for is let through. */
extern void row_fate_await(RowFate *fate, const TriggerData *trigdata,
						   const EState *estate);

/*
 * Did the row go in?  trigdata is of the next firing in its statement, NULL at
 * the end.  A row that the statement does not count is said to have gone in.
 */
extern bool row_fate(RowFate *fate, const TriggerData *trigdata,
					 const EState *estate);

#endif							/* REGCAR_ROW_FATE_H */
