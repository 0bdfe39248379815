/*
 * text_datum.h
 *		Texts as values of SQL.
 */
#ifndef REGCAR_TEXT_DATUM_H
#define REGCAR_TEXT_DATUM_H

#include "postgres.h"

/* A text; the empty one for NULL. */
extern Datum text_datum(const char *text);

/* A text of at most so many bytes, cut between two characters. */
extern Datum text_datum_cut(const char *text, int most);

/* Texts as text[]; nulls may be NULL. */
extern Datum text_array(Datum *values, bool *nulls, int count);

#endif							/* REGCAR_TEXT_DATUM_H */
