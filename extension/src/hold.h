/*
 * hold.h
 *		Holds: what is in force, the guard of a row, the gate at commit.
 *
 * A row passes three pieces.  guard.c is the trigger: it asks hold_state.c
 * whether a hold stops the row, and tells gate.c what it let through.  gate.c
 * asks again when the transaction commits, so that a hold which came in between
 * stops it too.  drain.c lets whoever placed a hold wait for the transactions
 * that were already past the gate.
 */
#ifndef REGCAR_HOLD_H
#define REGCAR_HOLD_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/relcache.h"

/* In order of strength. */
typedef enum HoldAction
{
	HOLD_REJECT,				/* no registration */
	HOLD_FREEZE					/* no write at all */
} HoldAction;

typedef struct Hold
{
	int64		id;
	HoldAction	action;
	char	   *reason;
	char	   *incident;		/* or NULL */
	TimestampTz placed_at;
	TimestampTz starts_at;		/* DT_NOBEGIN if at once */
	TimestampTz expires_at;		/* DT_NOEND if never */
} Hold;

/* Since when it binds, or will. */
static inline TimestampTz
hold_since(const Hold *hold)
{
	return Max(hold->placed_at, hold->starts_at);
}

typedef struct HoldList
{
	int			count;			/* holds not lifted, in order of id */
	Hold	   *hold;
} HoldList;

/* hold_state.c */
extern void hold_state_init(void);
extern const Hold *hold_against(bool registration);
extern Oid	hold_relation(const char *name, Oid *cached);
extern void extension_replaced(void);

/* gate.c */
extern void gate_init(void);
extern void gate_note(bool registration);
extern void gate_relation_changed(Oid relid);
extern Oid	gate_relation(void);

/* guard.c */
extern void guard_forget_move(void);

#endif							/* REGCAR_HOLD_H */
