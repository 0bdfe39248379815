/*
 * arrivals.c
 *		What a statement adds to the queue.
 *
 * A statement of a hundred thousand rows must not send as many notices.  So
 * they are put together until it ends.  If it fails it says nothing, because
 * then nothing is queued.  Entries of rows that wait in their table are put
 * together, too, because that is faster.
 */
#include "regcar.h"
#include "queue/arrivals.h"

#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "hold/errors.h"
#include "hold/hold_error.h"
#include "util/numbers.h"
#include "util/row_fate.h"
#include "util/statement.h"

/* A larger statement takes its numbers by the block, and may leave some. */
#define SMALL_STATEMENT		16
#define NUMBERS_AT_ONCE		64

/* Entries that are written together. */
#define ENTRIES_AT_ONCE		1000

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
	EState	   *estate;
	int64		numbers;		/* taken so far */
	int64		next_number;	/* the rest of a block */
	int64		block_end;
	Told		queued;
	Told		pending;

	int			entries;		/* of rows that wait in place, to be written */
	int			room;			/* for so many */
	Entry	   *entry;

	RowFate		last;			/* of the row of the last of them */
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

/* What is said of one row, and of several. */
typedef struct Wording
{
	int			sqlerrcode;
	const char *message[2];
	const char *detail[2];
	const char *hint[2];
} Wording;

static const Wording queued_wording = {
	ERRCODE_REGCAR_QUEUED,
	{"registration is queued", "registrations are queued"},
	{"Queue id %s. %s%s", "Queue ids %s. %s%s"},
	{"It will be registered when the queue is released; regcar.queue shows its state.",
	"They will be registered when the queue is released; regcar.queue shows their state."}
};

static const Wording pending_wording = {
	ERRCODE_REGCAR_PENDING,
	{"registration waits in its table", "registrations wait in their table"},
	{"Ticket %s. %s%s", "Tickets %s. %s%s"},
	{"It counts when its ticket is taken away, at the release of the queue; regcar.queue shows its state.",
	"They count when their tickets are taken away, at the release of the queue; regcar.queue shows their state."}
};

static void
tell(const Told *told, const Wording *wording)
{
	bool		many = told->count > 1;

	if (told->count == 0)
		return;
	ereport(NOTICE,
			(errcode(wording->sqlerrcode),
			 errmsg_internal("%s", wording->message[many]),
			 errdetail_internal(wording->detail[many], number_list(told), told->description,
								told->other_holds ? " Other holds cover some of them." : ""),
			 errhint("%s", wording->hint[many]),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, told->schema),
			 err_generic_string(PG_DIAG_TABLE_NAME, told->table)));
}

/* Numbers come in ascending order. */
static void
tell_number(Told *told, int64 number, int64 hold)
{
	if (told->hold != hold)
		told->other_holds = true;
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

/* Before the first number of all. */
static void
tell_hold(Told *told, const Hold *hold, Relation rel, MemoryContext memory)
{
	MemoryContext caller;

	if (told->count > 0)
		return;
	caller = MemoryContextSwitchTo(memory);
	if (told->hold != hold->id)
		told->description = hold_description(hold);
	told->hold = hold->id;
	told->schema = get_namespace_name(RelationGetNamespace(rel));
	told->table = pstrdup(RelationGetRelationName(rel));
	MemoryContextSwitchTo(caller);
}

static void
forget_last(Arrivals *arrivals)
{
	const Entry *last = &arrivals->entry[--arrivals->entries];

	if (last->keys != (Datum) 0)
		pfree(DatumGetPointer(last->keys));
}

static void
write_entries(Arrivals *arrivals)
{
	entries_write(arrivals->entries, arrivals->entry);
	while (arrivals->entries > 0)
		forget_last(arrivals);
}

/*
 * The row of the last entry went in, or it did not.  trigdata is of the next
 * firing, NULL at the end of the statement.
 */
static void
decide(Arrivals *arrivals, const TriggerData *trigdata)
{
	const Entry *last = &arrivals->entry[arrivals->entries - 1];

	if (!row_fate(&arrivals->last, trigdata, arrivals->estate))
		forget_last(arrivals);
	else
		tell_number(&arrivals->pending, last->id, last->hold);
}

static void
at_statement_end(Datum arg)
{
	Arrivals   *arrivals = (Arrivals *) DatumGetPointer(arg);

	if (arrivals->last.unsure)
		decide(arrivals, NULL);
	if (arrivals->entries > 0)
		write_entries(arrivals);
	tell(&arrivals->queued, &queued_wording);
	tell(&arrivals->pending, &pending_wording);
}

Arrivals *
arrivals_of(EState *estate)
{
	Arrivals   *arrivals = statement_room(estate, sizeof(Arrivals), at_statement_end);

	arrivals->estate = estate;
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

const char *
arrivals_note_queued(Arrivals *arrivals, int64 id, const Hold *hold, Relation rel)
{
	const Told *told = &arrivals->queued;

	tell_hold(&arrivals->queued, hold, rel, arrivals->estate->es_query_cxt);
	tell_number(&arrivals->queued, id, hold->id);
	return told->hold == hold->id ? told->description : hold_description(hold);
}

static Entry *
add_entry(Arrivals *arrivals, const Entry *entry)
{
	if (arrivals->entries == arrivals->room)
	{
		arrivals->room = Min(ENTRIES_AT_ONCE, Max(1, arrivals->room * 4));
		arrivals->entry = arrivals->entry == NULL ?
			MemoryContextAlloc(arrivals->estate->es_query_cxt, arrivals->room * sizeof(Entry)) :
			repalloc(arrivals->entry, arrivals->room * sizeof(Entry));
	}
	arrivals->entry[arrivals->entries] = *entry;
	return &arrivals->entry[arrivals->entries++];
}

Entry *
arrivals_add_pending(Arrivals *arrivals, const Entry *entry, const Hold *hold,
					 const TriggerData *trigdata, const EState *estate)
{
	Entry	   *kept;

	tell_hold(&arrivals->pending, hold, trigdata->tg_relation, estate->es_query_cxt);
	if (arrivals->entries == ENTRIES_AT_ONCE)
		write_entries(arrivals);
	kept = add_entry(arrivals, entry);
	row_fate_await(&arrivals->last, trigdata, estate);
	return kept;
}

void
arrivals_look_back(const TriggerData *trigdata)
{
	Arrivals   *arrivals = statement_find_room(statement_of_trigger(),
											   at_statement_end);

	if (arrivals != NULL && arrivals->last.unsure)
		decide(arrivals, trigdata);
}
