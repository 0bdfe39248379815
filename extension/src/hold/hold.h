/*
 * hold.h
 *		What a hold is.
 */
#ifndef REGCAR_HOLD_H
#define REGCAR_HOLD_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

#include "hold/scope_index.h"

/* In order of strength. */
typedef enum HoldAction
{
	HOLD_OBSERVE,				/* stop nothing, and note what reject would
								 * have stopped */
	HOLD_PEND,					/* let inserts in, with a ticket; treat
								 * updates as reject does */
	HOLD_QUEUE,					/* set inserts aside; treat updates as
								 * reject does */
	HOLD_REJECT,				/* refuse registrations */
	HOLD_FREEZE					/* refuse every write */
} HoldAction;

/*
 * Kinds of write, from the one that fewest holds stop to the one that most
 * do.
 */
typedef enum WriteKind
{
	WRITE_OTHER,				/* a delete, a truncate */
	WRITE_UPDATE,				/* an update that changes neither the mark
								 * nor a known key */
	WRITE_REGISTRATION
} WriteKind;

#define WRITE_KINDS		(WRITE_REGISTRATION + 1)

#define NO_SHARE_KEY	(-1)

/* Rows that go through although their hold stands. */
typedef struct Exemption
{
	int64		id;
	int64		hold;
	TransactionId version;		/* that wrote its row */
	TimestampTz expires_at;		/* DT_NOEND if never */
	Scope		scope;
	int			share;			/* per cent of the values of a key; 100 for all */
	int			share_key;		/* its number, or NO_SHARE_KEY */
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

	/*
	 * generations of HoldList: the first in which it was as it is now, and
	 * the first that lacked one of its exemptions, or 0
	 */
	uint64		first_generation;
	uint64		narrowed_generation;
} Hold;

/* The backend's copy of the holds that are neither lifted nor expired. */
typedef struct HoldList
{
	uint64		generation;		/* counts the copies that this backend made */
	int			count;			/* holds, in order of id */
	Hold	   *hold;
	ScopeKeys	keys;			/* of all scopes */
	List	  **typed;			/* of TypedKey, by key: made as tables need them */
	ScopeIndex *index;			/* of the holds' scopes */
	bool		observing;		/* does a hold of action observe stand? */
	TimestampTz next_change;	/* when the clock next makes more rows be
								 * stopped */
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
