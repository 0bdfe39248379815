/*
 * extension_catalog.h
 *		The extension's own objects, by OID.
 *
 * They are looked up by schema and name, never by search_path.
 */
#ifndef REGCAR_EXTENSION_CATALOG_H
#define REGCAR_EXTENSION_CATALOG_H

#include "postgres.h"

/* The schema of what people use: types, functions, views. */
#define EXTENSION_SCHEMA	"regcar"

/* Tables of the state, and sequences, that C code opens. */
typedef enum ExtensionTable
{
	TABLE_HOLD,
	TABLE_EXEMPTION,
	TABLE_QUEUE_ENTRY,
	SEQUENCE_HOLD,
	SEQUENCE_EXEMPTION,
	SEQUENCE_QUEUE_ENTRY_ID,
	SEQUENCE_SERVER,
	TABLE_HISTORY,
	TABLE_REFUSAL,
	TABLE_REFUSAL_COUNT,
	TABLE_EXEMPTED
} ExtensionTable;

#define EXTENSION_TABLES	(TABLE_EXEMPTED + 1)

/* Call once, when the module is loaded. */
extern void extension_catalog_init(void);

/*
 * OID of a table.  InvalidOid when the extension is gone, as in the session
 * that drops it.  55000 when the table alone is missing.
 */
extern Oid	extension_table(ExtensionTable table);

/*
 * Are the objects of an older release, until ALTER EXTENSION UPDATE?  They know
 * less than this library.
 */
extern bool extension_is_older(void);

/* Its name with its schema, for use in a statement; palloc'd. */
extern char *extension_table_name(ExtensionTable table);

/* OID of a type; InvalidOid if there is none of that name. */
extern Oid	extension_type(const char *name);

/* OID of a function; 42883 if there is none with these arguments. */
extern Oid	extension_function(const char *name, int nargs, const Oid *types);

/* Is there a function of that name without arguments? */
extern bool extension_has_function(const char *name);

/* 40001: the extension was dropped and created again while we looked. */
extern void extension_replaced(void);

#endif							/* REGCAR_EXTENSION_CATALOG_H */
