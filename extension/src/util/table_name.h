/*
 * table_name.h
 *		The name of a table, for messages and statements.
 */
#ifndef REGCAR_TABLE_NAME_H
#define REGCAR_TABLE_NAME_H

#include "postgres.h"

/* The name of a table with its schema, both quoted where they need it. */
extern char *table_name(Oid relid);

#endif							/* REGCAR_TABLE_NAME_H */
