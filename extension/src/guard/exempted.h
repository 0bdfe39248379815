/*
 * exempted.h
 *		Registrations that exemptions let through.
 */
#ifndef REGCAR_EXEMPTED_H
#define REGCAR_EXEMPTED_H

#include "postgres.h"

#include "commands/trigger.h"

#include "hold/hold.h"

/*
 * The exemptions that a row needs, one from each hold that covers it.  An UPDATE
 * needs them for the row as it becomes, and only then as it was.
 */
typedef struct Exempting
{
	int			count;
	int			room;
	struct
	{
		int64		hold;
		int64		exemption;
	}		   *by;
} Exempting;

/* The row needs this one, too.  The list is in that memory. */
extern void exempting_add(Exempting *exempting, const Exemption *exemption,
						  MemoryContext memory);

/*
 * The registration that the trigger is called for is let through.  It counts if
 * it goes in.
 */
extern void exempted_note(const TriggerData *trigdata, const Exempting *exempting);

/*
 * Is it open, in this transaction, whether such a row goes in?  Then the next
 * firing of a guard has to look back, because it may be in the same statement.
 */
extern bool exempted_awaits;
extern void exempted_look_back(const TriggerData *trigdata);

/* A (sub)transaction of this nesting has ended. */
extern void exempted_leave(int level, bool committed);

#endif							/* REGCAR_EXEMPTED_H */
