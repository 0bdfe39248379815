/*
 * hold.h
 *		Holds: what is in force, the guard of a row, the gate at commit.
 *
 * A row passes three pieces.  guard_trigger.c is the trigger: it asks hold_match.c
 * whether a hold stops the row, and tells commit_gate.c what it let through.  commit_gate.c
 * asks again when the transaction commits, so that a hold which came in between
 * stops it too.  lockdown.c lets whoever placed a hold wait for the transactions
 * that were already past the gate.  hold_cache.c has the holds themselves.
 */
#ifndef REGCAR_HOLD_H
#define REGCAR_HOLD_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/relcache.h"

#include "hold/scope.h"

/* In order of strength. */
typedef enum HoldAction
{
	HOLD_QUEUE,					/* inserts are set aside, updates as reject */
	HOLD_REJECT,				/* no registration */
	HOLD_FREEZE					/* no write at all */
} HoldAction;

/* What is written, in order of what can stop it. */
typedef enum WriteKind
{
	WRITE_OTHER,				/* a delete, a truncate */
	WRITE_UPDATE,				/* an update that changes neither the mark nor a
								 * key that we know of */
	WRITE_REGISTRATION
} WriteKind;

#define WRITE_KINDS		(WRITE_REGISTRATION + 1)

/* What goes through although its hold stands. */
typedef struct Exemption
{
	int64		id;
	int64		hold;
	TransactionId version;		/* that wrote its row */
	TimestampTz expires_at;		/* DT_NOEND if never */
	Scope		scope;
} Exemption;

typedef struct Hold
{
	int64		id;
	TransactionId version;		/* that wrote its row */
	HoldAction	action;
	char	   *reason;
	char	   *incident;		/* or NULL */
	TimestampTz placed_at;
	TimestampTz starts_at;		/* DT_NOBEGIN if at once */
	TimestampTz expires_at;		/* DT_NOEND if never */
	Scope		scope;

	int			exemptions;		/* not revoked, in order of id */
	Exemption  *exemption;
	ScopeIndex *exempt;			/* NULL if there is none */

	uint64		since;			/* generation of the copy that first had it so */
	uint64		narrowed;		/* that first lacked an exemption of it; 0 */
} Hold;

/* Since when it binds, or will. */
static inline TimestampTz
hold_since(const Hold *hold)
{
	return Max(hold->placed_at, hold->starts_at);
}

static inline bool
hold_in_force(const Hold *hold, TimestampTz now)
{
	return hold->starts_at <= now && now < hold->expires_at;
}

/* The backend's copy of the holds that are neither lifted nor expired. */
typedef struct HoldList
{
	uint64		generation;		/* counts the copies that this backend made */
	int			count;			/* holds, in order of id */
	Hold	   *hold;
	ScopeKeys	keys;			/* of all scopes */
	ScopeIndex *index;			/* of the holds' scopes */
	TimestampTz next_change;	/* when the next one starts, or an exemption of
								 * one expires, by the clock */
} HoldList;

/* hold_cache.c */
extern void hold_state_init(void);
extern const HoldList *hold_list(void);
extern Oid	hold_relation(const char *name, Oid *cached);
extern void extension_replaced(void);

/* hold_match.c */
extern void holds_against(const HoldList *holds, ScopeRow *row,
						  WriteKind kind, TimestampTz now,
						  void (*found) (const Hold *hold, void *arg),
						  void *arg);
extern void keep_stronger(const Hold *hold, void *arg);
extern const Hold *hold_against(const HoldList *holds, ScopeRow *row,
								WriteKind kind, TimestampTz now);
extern const char *hold_action_name(HoldAction action);

/* commit_gate.c */
extern void gate_init(void);
extern void gate_note(WriteKind kind, const HoldList *holds, TimestampTz now);
extern void gate_relation_changed(Oid relid);
extern Oid	gate_relation(void);

/* row_movement.c */
extern void guard_forget_moves(int level);

#endif							/* REGCAR_HOLD_H */
