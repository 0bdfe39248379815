/*
 * submitter.h
 *		Acting as the role that submitted a row.
 */
#ifndef REGCAR_SUBMITTER_H
#define REGCAR_SUBMITTER_H

#include "postgres.h"

/* Our own role, and the role that we act as. */
typedef struct Submitter
{
	Oid			user;
	int			context;
	Oid			role;
	const char *search_path;	/* NULL before the first role */
	int			path_settings;	/* pinned with that search_path */
	int			act_settings;	/* pinned while we act */
} Submitter;

/* Call once, when the module is loaded. */
extern void submitter_init(void);

/*
 * Between begin and end, act as one role after another, and rest after each
 * row.  An error ends it with its subtransaction.
 */
extern void submitter_begin(Submitter *submitter);
extern void submitter_act(Submitter *submitter, Oid role,
						  const char *search_path);
extern void submitter_rest(Submitter *submitter);
extern void submitter_end(Submitter *submitter);

#endif							/* REGCAR_SUBMITTER_H */
