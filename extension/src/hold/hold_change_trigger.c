/*
 * hold_change_trigger.c
 *		Telling every backend, and every listener, that holds changed.
 */
#include "regcar.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "hold/listeners.h"
#include "util/replicator.h"

/* What a change of a row of these tables is called. */
static const struct
{
	const char *table;
	const char *id;				/* column with its own number, if that is
								 * not the hold's */
	const char *ended;			/* column that tells when it ended */
	const char *begins,
			   *ends;
}			events[] = {
	{"hold", NULL, "lifted_at", "placed", "lifted"},
	{"exemption", "exemption", "revoked_at", "exempted", "revoked"},
};

static bool
is_null(HeapTuple tuple, TupleDesc desc, const char *column)
{
	return heap_attisnull(tuple, SPI_fnumber(desc, column), desc);
}

static const char *
number_text(HeapTuple tuple, TupleDesc desc, const char *column)
{
	return SPI_getvalue(tuple, desc, SPI_fnumber(desc, column));
}

/* What happened to the row, as the payload of a notification. */
static const char *
payload(TriggerData *trigdata)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	HeapTuple	row = trigdata->tg_trigtuple;
	int			e = 0;
	const char *event;
	char	   *text;

	while (e < lengthof(events) - 1 &&
		   strcmp(events[e].table, RelationGetRelationName(trigdata->tg_relation)) != 0)
		e++;
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		event = events[e].begins;
	else if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		event = "deleted";
	else if (is_null(row, desc, events[e].ended) &&
			 !is_null(trigdata->tg_newtuple, desc, events[e].ended))
		event = events[e].ends;
	else
		event = "changed";

	text = psprintf("{\"event\":\"%s\",\"hold\":%s", event,
					number_text(row, desc, "hold"));
	if (events[e].id != NULL)
		text = psprintf("%s,\"%s\":%s", text, events[e].id,
						number_text(row, desc, events[e].id));
	return psprintf("%s}", text);
}

/*
 * hold_changed() -> trigger
 *		AFTER trigger of the tables hold and exemption.  At commit it tells
 *		every backend that its copy is old, and everybody who LISTENs to
 *		"regcar" what happened.  It is a row trigger, because logical
 *		replication fires no other kind, and a trigger on TRUNCATE.  (In the
 *		model, test/model/gate.pml: send_messages().)
 */
PG_FUNCTION_INFO_V1(regcar_hold_changed);
Datum
regcar_hold_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER a change of \"hold\"",
						"hold_changed")));

	CacheInvalidateRelcache(trigdata->tg_relation);
	/* a hold that was announced is on disk, also of a subscriber (design 9.1) */
	ForceSyncCommit();
	tell_listeners(TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ? payload(trigdata) :
				   "{\"event\":\"truncated\",\"hold\":null}");
	return PointerGetDatum(NULL);
}

/* is_replicated() -> bool: does a replicator write just now? */
PG_FUNCTION_INFO_V1(regcar_is_replicated);
Datum
regcar_is_replicated(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(replicates());
}
