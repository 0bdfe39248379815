/*
 * hold.h
 *		What a hold is.
 */
#ifndef REGCAR_HOLD_H
#define REGCAR_HOLD_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "hold/scope.h"
#include "hold/scope_index.h"

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

	/* generations of HoldList: the first that had it as it is now */
	uint64		first_generation;
	uint64		narrowed_generation;	/* first without one of its exemptions, or
										 * 0 */
} Hold;

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

/* The time from which it binds. */
static inline TimestampTz
hold_binds_from(const Hold *hold)
{
	return Max(hold->placed_at, hold->starts_at);
}

static inline bool
hold_in_force(const Hold *hold, TimestampTz now)
{
	return hold->starts_at <= now && now < hold->expires_at;
}

/* The label of an action in an enum type of that kind. */
extern Oid	hold_action_label(Oid type, HoldAction action);

/* The action of a label; freeze, the strongest, if we do not know it. */
extern HoldAction hold_action_of(Oid label);

#endif							/* REGCAR_HOLD_H */
