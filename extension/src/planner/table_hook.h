/*
 * table_hook.h
 *		What the planner knows of a table, completed while a query is planned.
 */
#ifndef REGCAR_TABLE_HOOK_H
#define REGCAR_TABLE_HOOK_H

/* Call once, when the module is loaded. */
extern void table_hook_init(void);

#endif							/* REGCAR_TABLE_HOOK_H */
