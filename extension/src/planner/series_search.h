/*
 * series_search.h
 *		plate <@ plate_series: the marks of a series through an index.
 */
#ifndef REGCAR_SERIES_SEARCH_H
#define REGCAR_SERIES_SEARCH_H

#include "nodes/pg_list.h"

/* The mark and the series among two arguments, in either order. */
extern void series_operands(List *args, Node **mark, Node **series);

/* Both bounds; NIL if the family lacks them or the series is NULL. */
extern List *series_interval(Node *mark, Node *series, Oid opfamily);

#endif							/* REGCAR_SERIES_SEARCH_H */
