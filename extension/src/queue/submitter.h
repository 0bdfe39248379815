/*
 * submitter.h
 *		Acting as the role that submitted a row.
 */
#ifndef REGCAR_SUBMITTER_H
#define REGCAR_SUBMITTER_H

#include "postgres.h"

/* Who we are ourselves, and whom we act as. */
typedef struct Submitter
{
	Oid			user;
	int			context;
	Oid			role;
	const char *search_path;	/* NULL: nobody yet */
	int			path_settings;	/* pinned with that search_path */
	int			act_settings;	/* pinned while we act */
} Submitter;

/* Once, when the module is loaded. */
extern void submitter_init(void);

/*
 * An error ends it with its subtransaction.  Between begin and end, act as one
 * role or another, and after each row be oneself again.
 */
extern void submitter_begin(Submitter *submitter);
extern void submitter_act(Submitter *submitter, Oid role,
						  const char *search_path);
extern void submitter_rest(Submitter *submitter);
extern void submitter_end(Submitter *submitter);

#endif							/* REGCAR_SUBMITTER_H */
