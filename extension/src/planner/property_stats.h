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
 *
 * Nothing needs to be preloaded: the planner asks the support function of each
 * of these functions before it looks at any table.
 */
#ifndef REGCAR_PROPERTY_STATS_H
#define REGCAR_PROPERTY_STATS_H

/* Call once, when the module is loaded. */
extern void property_stats_init(void);

#endif /* REGCAR_PROPERTY_STATS_H */
