/*
 * citus_libpq.h
 *		The libpq that Citus has loaded.
 *
 * A server without Citus has no use for a client library, and each of its
 * sessions would pay for loading one.
 */
#ifndef REGCAR_CITUS_LIBPQ_H
#define REGCAR_CITUS_LIBPQ_H

#include "postgres.h"

#include <libpq-fe.h>

#define LIBPQ_FUNCTIONS(F) \
	F(PQclear) \
	F(PQcmdStatus) \
	F(PQconnectPoll) \
	F(PQconnectStartParams) \
	F(PQconninfoFree) \
	F(PQconninfoParse) \
	F(PQconsumeInput) \
	F(PQerrorMessage) \
	F(PQfinish) \
	F(PQflush) \
	F(PQgetResult) \
	F(PQgetisnull) \
	F(PQgetvalue) \
	F(PQisBusy) \
	F(PQntuples) \
	F(PQresultErrorField) \
	F(PQresultStatus) \
	F(PQsendQuery) \
	F(PQsetNoticeProcessor) \
	F(PQsetnonblocking) \
	F(PQsocket) \
	F(PQstatus)

#define LIBPQ_MEMBER(name)	typeof(name) *name;

typedef struct Libpq
{
	LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
} Libpq;

/* Fails if the library of Citus is not there. */
extern const Libpq *citus_libpq(void);

#endif							/* REGCAR_CITUS_LIBPQ_H */
