/*
 * submit.h
 *		A row that its application registers or queues by submit().
 */
#ifndef REGCAR_SUBMIT_H
#define REGCAR_SUBMIT_H

#include "postgres.h"

#include "nodes/execnodes.h"

/* What became of the row; the trigger of its table fills it in. */
typedef struct Submission
{
	struct Submission *outer;
	ParamListInfo params;		/* of its INSERT, which is known by them */
	MemoryContext memory;
	int64		id;				/* of its queue entry; 0 without one */
	Datum		row;			/* jsonb: what was queued, or 0 */
} Submission;

/* Its row has that queue entry; row is jsonb, or 0 if it is in its table. */
extern void submission_note(Submission *submission, int64 id, Datum row);

/* The submission that this statement is the INSERT of; NULL if it is none. */
extern Submission *submission_of(const EState *estate);

#endif							/* REGCAR_SUBMIT_H */
