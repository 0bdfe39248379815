/*
 * table_history.h
 *		Columns of the table history (install/history/table.sql).
 *
 * New columns come at the end, because an update script can put them nowhere
 * else.
 */
#ifndef REGCAR_TABLE_HISTORY_H
#define REGCAR_TABLE_HISTORY_H

enum
{
	HISTORY_COLUMN_ID = 1,
	HISTORY_COLUMN_SEQ,
	HISTORY_COLUMN_AT,
	HISTORY_COLUMN_EVENT,
	HISTORY_COLUMN_HOLD,
	HISTORY_COLUMN_ACTOR,
	HISTORY_COLUMN_DETAIL,
	HISTORY_COLUMN_DIGEST,
	HISTORY_COLUMN_LATE
};

#endif							/* REGCAR_TABLE_HISTORY_H */
