/*
 * property_stats.h
 *		What the planner knows of functions that take a mark apart, such as
 *		plate_region(mark).
 *
 * It looks for statistics on an expression only in the indexes of the table
 * and in what CREATE STATISTICS made.  So a table that has a column of marks
 * gets, while a query is planned, an index that does not exist and that no scan
 * uses.  Its columns are calls of these functions.  Their statistics are worked
 * out from those of the marks (class_stats.h).
 */
#ifndef REGCAR_PROPERTY_STATS_H
#define REGCAR_PROPERTY_STATS_H

#include "nodes/pathnodes.h"

/* Call once, when the module is loaded. */
extern void property_stats_init(void);

/* Add that index to a table, if it has a column of marks. */
extern void add_index_on_properties(PlannerInfo *root, RelOptInfo *rel);

#endif							/* REGCAR_PROPERTY_STATS_H */
