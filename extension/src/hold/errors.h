/*
 * errors.h
 *		SQLSTATEs of regcar's own.
 *
 * Class RH is free for extensions: the standard leaves classes that begin with
 * I to Z to implementations.  No driver retries it or drops a connection for
 * it.  RH000 is never raised; it traps the class in PL/pgSQL.
 */
#ifndef REGCAR_ERRORS_H
#define REGCAR_ERRORS_H

/* A hold stops this registration. */
#define ERRCODE_REGCAR_HELD		MAKE_SQLSTATE('R', 'H', '0', '0', '1')

/* A NOTICE: the registration was set aside, nothing was inserted. */
#define ERRCODE_REGCAR_QUEUED	MAKE_SQLSTATE('R', 'H', '0', '0', '2')

/* A NOTICE: the registration went into its table, and waits there. */
#define ERRCODE_REGCAR_PENDING	MAKE_SQLSTATE('R', 'H', '0', '0', '3')

/* A queue hold would set aside a row that its statement is to return. */
#define ERRCODE_REGCAR_RETURNING	MAKE_SQLSTATE('R', 'H', '0', '0', '4')

#endif							/* REGCAR_ERRORS_H */
