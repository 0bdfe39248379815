/*
 * arrivals.c
 *		What a statement adds to the queue.
 *
 * A statement of a hundred thousand rows must not send as many notices.  So
 * they are put together until it ends.  If it fails it says nothing, because
 * then nothing is queued.
 */
#include "regcar.h"
#include "queue/arrivals.h"

#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hold/errors.h"
#include "hold/hold_error.h"
#include "util/numbers.h"
#include "util/statement.h"

/* A larger statement takes its numbers by the block, and may leave some. */
#define SMALL_STATEMENT		16
#define NUMBERS_AT_ONCE		64

/* Other sessions take numbers in between; so many ranges are listed. */
#define RANGES_SHOWN		20

typedef struct NumberRange
{
	int64		first;
	int64		last;
} NumberRange;

/* For a NOTICE that names many entries. */
typedef struct Told
{
	int64		count;			/* entries */
	int			ranges;			/* of their numbers */
	NumberRange range[RANGES_SHOWN];
	int64		last;			/* number */
	int64		hold;			/* of the first of them */
	char	   *description;	/* of that hold */
	bool		other_holds;
	char	   *schema;			/* of the table of the first */
	char	   *table;
} Told;

struct Arrivals
{
	MemoryContext memory;
	int64		numbers;		/* taken so far */
	int64		next_number;	/* the rest of a block */
	int64		block_end;
	Told		queued;
};

/* "17-25, 31", and how many more ranges there are. */
static char *
number_list(const Told *told)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < Min(told->ranges, RANGES_SHOWN); i++)
	{
		const NumberRange *range = &told->range[i];

		appendStringInfo(&text, "%s" INT64_FORMAT, i > 0 ? ", " : "", range->first);
		if (range->last > range->first)
			appendStringInfo(&text, "-" INT64_FORMAT, range->last);
	}
	if (told->ranges > RANGES_SHOWN)
		appendStringInfo(&text, " and %d more ranges", told->ranges - RANGES_SHOWN);
	return text.data;
}

static void
tell_queued(const Told *told)
{
	ereport(NOTICE,
			(errcode(ERRCODE_REGCAR_QUEUED),
			 told->count == 1 ? errmsg("registration is queued") :
			 errmsg("registrations are queued"),
			 errdetail_internal(told->count == 1 ? "Queue id %s. %s%s" : "Queue ids %s. %s%s",
								number_list(told), told->description,
								told->other_holds ? " Other holds cover some of them." : ""),
			 told->count == 1 ?
			 errhint("It will be registered when the queue is released; regcar.queue shows its state.") :
			 errhint("They will be registered when the queue is released; regcar.queue shows their state."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, told->schema),
			 err_generic_string(PG_DIAG_TABLE_NAME, told->table)));
}

static void
at_statement_end(Datum arg)
{
	const Arrivals *arrivals = (const Arrivals *) DatumGetPointer(arg);

	if (arrivals->queued.count > 0)
		tell_queued(&arrivals->queued);
}

Arrivals *
arrivals_of(EState *estate)
{
	Arrivals   *arrivals = statement_room(estate, sizeof(Arrivals), at_statement_end);

	arrivals->memory = estate->es_query_cxt;
	return arrivals;
}

int64
arrivals_next_number(Arrivals *arrivals)
{
	if (arrivals->next_number == arrivals->block_end)
	{
		int			count = arrivals->numbers < SMALL_STATEMENT ? 1 : NUMBERS_AT_ONCE;

		arrivals->next_number = next_numbers(SEQUENCE_QUEUE_ENTRY_ID, count);
		arrivals->block_end = arrivals->next_number + count;
		arrivals->numbers += count;
	}
	return arrivals->next_number++;
}

static void
tell_first(Told *told, const Hold *hold, Relation rel)
{
	told->hold = hold->id;
	told->description = hold_description(hold);
	told->schema = get_namespace_name(RelationGetNamespace(rel));
	told->table = pstrdup(RelationGetRelationName(rel));
}

/* Numbers come in ascending order. */
static void
tell_number(Told *told, int64 number)
{
	if (told->count++ == 0 || number != told->last + 1)
	{
		told->ranges++;
		if (told->ranges <= RANGES_SHOWN)
			told->range[told->ranges - 1].first = number;
	}
	if (told->ranges <= RANGES_SHOWN)
		told->range[told->ranges - 1].last = number;
	told->last = number;
}

void
arrivals_note_queued(Arrivals *arrivals, int64 id, const Hold *hold, Relation rel)
{
	MemoryContext caller = MemoryContextSwitchTo(arrivals->memory);
	Told	   *told = &arrivals->queued;

	if (told->count == 0)
		tell_first(told, hold, rel);
	else if (told->hold != hold->id)
		told->other_holds = true;
	tell_number(told, id);
	MemoryContextSwitchTo(caller);
}
