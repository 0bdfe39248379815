/*
 * table_exemption.h
 *		Columns of the table exemption (install/holds/tables.sql).
 *
 * New columns come at the end, because an update script can put them nowhere
 * else.
 */
#ifndef REGCAR_TABLE_EXEMPTION_H
#define REGCAR_TABLE_EXEMPTION_H

enum
{
	EXEMPTION_COLUMN_EXEMPTION = 1,
	EXEMPTION_COLUMN_HOLD,
	EXEMPTION_COLUMN_SCOPE,
	EXEMPTION_COLUMN_REASON,
	EXEMPTION_COLUMN_GRANTED_BY,
	EXEMPTION_COLUMN_GRANTED_AT,
	EXEMPTION_COLUMN_EXPIRES_AT,
	EXEMPTION_COLUMN_REVOKED_BY,
	EXEMPTION_COLUMN_REVOKED_AT
};

#endif							/* REGCAR_TABLE_EXEMPTION_H */
