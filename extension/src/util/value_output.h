/*
 * value_output.h
 *		Values of columns as text that no setting of a session changes.
 */
#ifndef REGCAR_VALUE_OUTPUT_H
#define REGCAR_VALUE_OUTPUT_H

#include "postgres.h"
#include "fmgr.h"

typedef struct ValuePrinter
{
	Oid			type;			/* under all domains */
	FmgrInfo	output;
	bool		settled;		/* needs no settings pinned */
} ValuePrinter;

/* memory lives as long as the printer */
extern void value_printer_init(ValuePrinter *printer, Oid type,
							   MemoryContext memory);

/*
 * Palloc'd.  As pg_dump writes it, but char(n) without padding, and true and
 * false.
 */
extern char *value_text(ValuePrinter *printer, Datum value);

/* The same, where settings are pinned already or need not be. */
extern char *value_text_pinned(ValuePrinter *printer, Datum value);

/*
 * Palloc'd.  The text from which the input function of the type makes the
 * same value, under pinned settings.  If it needs them and *level is 0, it
 * pins them and sets *level; then the caller unpins.
 */
extern char *value_image(ValuePrinter *printer, Datum value, int *level);

/* Settings as pg_dump has them, until settings_unpin(). */
extern int	values_pin(void);

#endif							/* REGCAR_VALUE_OUTPUT_H */
