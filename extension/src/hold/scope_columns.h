/*
 * scope_columns.h
 *		What is kept of a row that a hold meets: the columns that the hold's scope
 *		names, or that of an exemption from it, and nothing else.
 */
#ifndef REGCAR_SCOPE_COLUMNS_H
#define REGCAR_SCOPE_COLUMNS_H

#include "hold/guard_row.h"

/* So that a note of a refusal fits into a page, whatever somebody typed. */
#define MOST_SCOPE_COLUMNS	16
#define LONGEST_KEPT_TEXT	200

/* Taken from the hold, which may go away before the values are read. */
typedef struct ScopeColumns
{
	int			count;
	struct
	{
		char	   *name;		/* of the key */
		AttrNumber	number;
	}			column[MOST_SCOPE_COLUMNS];
} ScopeColumns;

extern void scope_columns_of(ScopeColumns *columns, const Guard *guard,
							 const Hold *hold);

/* Their values, as a JSON object of texts, each cut where it is long. */
extern Datum scope_columns_as_json(const ScopeColumns *columns,
								   const GuardRow *row);

#endif							/* REGCAR_SCOPE_COLUMNS_H */
