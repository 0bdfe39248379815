/*
 * session.h
 *		Who is at the other end of this session.
 */
#ifndef REGCAR_SESSION_H
#define REGCAR_SESSION_H

#include "postgres.h"

/* The client's address, as inet; NULL for a Unix socket. */
extern Datum session_address(bool *isnull);

#endif							/* REGCAR_SESSION_H */
