/*
 * node_address.h
 *		How Citus reaches its nodes.
 */
#ifndef REGCAR_NODE_ADDRESS_H
#define REGCAR_NODE_ADDRESS_H

#include "postgres.h"
#include "fmgr.h"

/* Parameters of a connection, as libpq takes them: the last of a name counts. */
typedef struct NodeAddress
{
	bool		known;			/* is it a node of this cluster? */
	char	   *host;			/* as Citus knows it */
	int			port;
	const char **keywords;		/* ends with NULL */
	const char **values;
} NodeAddress;

/*
 * The addresses of nodes for the role that calls, in the order of their names
 * and ports.  What is secret in them is read as the owner of the function that
 * is called.  To be called within SPI; they live in the caller's memory context.
 */
extern NodeAddress *node_addresses(FunctionCallInfo fcinfo, Datum names,
								   Datum ports, int count);

#endif							/* REGCAR_NODE_ADDRESS_H */
