/*
 * interruption.h
 *		Errors that are of the server, whatever was being done.
 */
#ifndef REGCAR_INTERRUPTION_H
#define REGCAR_INTERRUPTION_H

#include "postgres.h"

/* Did somebody, or statement_timeout, cancel the statement? */
extern bool error_is_cancel(const ErrorData *error);

/* A cancel, or a lack of memory? */
extern bool error_is_interruption(const ErrorData *error);

#endif							/* REGCAR_INTERRUPTION_H */
