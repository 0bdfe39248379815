/*
 * prepared.h
 *		Prepared transactions that are past the gate.
 */
#ifndef REGCAR_PREPARED_H
#define REGCAR_PREPARED_H

#include "postgres.h"

/* Is it a part of a transaction on several nodes?  Only Citus may end it. */
extern bool is_part_of_citus(const char *gid);

#endif							/* REGCAR_PREPARED_H */
