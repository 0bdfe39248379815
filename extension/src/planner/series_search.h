/*
 * series_search.h
 *		What the two files on plate <@ plate_series share.
 */
#ifndef REGCAR_SERIES_SEARCH_H
#define REGCAR_SERIES_SEARCH_H

#include "nodes/pg_list.h"
#include "nodes/supportnodes.h"

/* series_search.c */
extern void series_operands(List *args, Node **mark, Node **series);
extern List *series_interval(Node *mark, Node *series, Oid opfamily);

/* series_stats.c */
extern void series_selectivity(SupportRequestSelectivity *request);

#endif							/* REGCAR_SERIES_SEARCH_H */
