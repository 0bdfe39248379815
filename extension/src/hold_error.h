/*
 * hold_error.h
 *		What a person is told whom a hold stops.
 */
#ifndef REGCAR_HOLD_ERROR_H
#define REGCAR_HOLD_ERROR_H

#include "hold.h"

/* Raises RH001.  rel is the table of the row, NULL when a commit is stopped. */
extern void hold_error(const Hold *hold, Relation rel);

#endif							/* REGCAR_HOLD_ERROR_H */
