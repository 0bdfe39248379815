/*
 * table_refusal.h
 *		Columns of the tables refusal and refusal_count
 *		(install/holds/refusals.sql).
 *
 * New columns come at the end, because an update script can put them nowhere
 * else.
 */
#ifndef REGCAR_TABLE_REFUSAL_H
#define REGCAR_TABLE_REFUSAL_H

#include "datatype/timestamp.h"

enum
{
	REFUSAL_COLUMN_HOLD = 1,
	REFUSAL_COLUMN_AT,
	REFUSAL_COLUMN_TARGET,
	REFUSAL_COLUMN_TARGET_NAME,
	REFUSAL_COLUMN_MARK,
	REFUSAL_COLUMN_KEYS,
	REFUSAL_COLUMN_ROLE,
	REFUSAL_COLUMN_APPLICATION,
	REFUSAL_COLUMN_ADDRESS
};

#define REFUSAL_COLUMNS	REFUSAL_COLUMN_ADDRESS

enum
{
	COUNT_COLUMN_HOLD = 1,
	COUNT_COLUMN_REFUSED,
	COUNT_COLUMN_FIRST_AT,
	COUNT_COLUMN_LAST_AT,
	COUNT_COLUMN_ROLE
};

#define COUNT_COLUMNS	COUNT_COLUMN_ROLE

/* A row of refusal_count, as it lies on its page. */
typedef struct RefusalCount
{
	int64		hold;
	int64		refused;
	TimestampTz first_at;
	TimestampTz last_at;
	NameData	role;
} RefusalCount;

#endif							/* REGCAR_TABLE_REFUSAL_H */
