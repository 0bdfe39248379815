/*
 * table_hold.h
 *		Columns of the table hold (install/holds/tables.sql).
 *
 * New columns come at the end, because an update script can put them nowhere
 * else.
 */
#ifndef REGCAR_TABLE_HOLD_H
#define REGCAR_TABLE_HOLD_H

enum
{
	HOLD_COLUMN_HOLD = 1,
	HOLD_COLUMN_ACTION,
	HOLD_COLUMN_SCOPE,
	HOLD_COLUMN_REASON,
	HOLD_COLUMN_INCIDENT,
	HOLD_COLUMN_PLACED_BY,
	HOLD_COLUMN_PLACED_AT,
	HOLD_COLUMN_STARTS_AT,
	HOLD_COLUMN_EXPIRES_AT,
	HOLD_COLUMN_LIFTED_BY,
	HOLD_COLUMN_LIFTED_AT
};

#endif							/* REGCAR_TABLE_HOLD_H */
