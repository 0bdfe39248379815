/*
 * hold_error.h
 *		Errors for people stopped by a hold.
 */
#ifndef REGCAR_HOLD_ERROR_H
#define REGCAR_HOLD_ERROR_H

#include "hold/refusal.h"

/* An error for whoever a hold stops: which, in what table, why, what is noted. */
typedef void (*HoldError) (const Hold *hold, Relation rel, const char *why,
						   const Refusal *refusal);

/*
 * Raise RH001.  rel is the table of the row, or NULL when a commit is stopped.
 * What is refused is noted first; NULL where nobody is refused who has to be
 * called back.
 */
extern void hold_error(const Hold *hold, Relation rel, const Refusal *refusal);

/*
 * Raise RH004: the statement asks for the row back, and an id that is missing or
 * another row's is worse than an error (design 9.5).
 */
extern void hold_returning_error(const Hold *hold, Relation rel,
								 const char *why, const Refusal *refusal);

/* RH001 with more to say in the DETAIL; nothing for NULL. */
extern void hold_error_because(const Hold *hold, Relation rel,
							   const char *why, const Refusal *refusal);

/* Raise 428C9: a row brings a value for the column of tickets. */
extern void ticket_error(Relation rel, AttrNumber column);

/*
 * Raise 40001: the commit is stopped, but a retry may succeed.  It is noted
 * first.
 */
extern void hold_retry_error(const Hold *hold, const Refusal *refusal);

/* "Hold 3: reason (incident INC-1), since ..., until ...", palloc'd. */
extern char *hold_description(const Hold *hold);

#endif							/* REGCAR_HOLD_ERROR_H */
