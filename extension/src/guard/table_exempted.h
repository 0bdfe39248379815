/*
 * table_exempted.h
 *		Columns of the table exempted (install/holds/exempted.sql).
 *
 * New columns come at the end, because an update script can put them nowhere
 * else.
 */
#ifndef REGCAR_TABLE_EXEMPTED_H
#define REGCAR_TABLE_EXEMPTED_H

enum
{
	EXEMPTED_COLUMN_EXEMPTION = 1,
	EXEMPTED_COLUMN_REGISTRATIONS,
	EXEMPTED_COLUMN_AT
};

#define EXEMPTED_COLUMNS	EXEMPTED_COLUMN_AT

#endif							/* REGCAR_TABLE_EXEMPTED_H */
