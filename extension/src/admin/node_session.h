/*
 * node_session.h
 *		A session with a node of Citus.
 *
 * It stays open for the rest of the transaction, because making one is most of
 * what a short command costs.  Nothing here waits.
 */
#ifndef REGCAR_NODE_SESSION_H
#define REGCAR_NODE_SESSION_H

#include "postgres.h"

#include <poll.h>

#include "admin/node_address.h"

typedef struct NodeSession NodeSession;

/*
 * Ask a node to run a command, in a session that this role has with it, if that
 * has nothing else to do, or in a new one.
 */
extern NodeSession *node_ask(const NodeAddress *address, const char *command);

/* What to wait for before the next step; false if there is an answer. */
extern bool node_awaited(const NodeSession *session, struct pollfd *event);

/* Go on as far as is possible at once. */
extern void node_step(NodeSession *session);

/* Is it still connecting? */
extern bool node_connects(const NodeSession *session);

/* The answer is that it took too long. */
extern void node_give_up(NodeSession *session);

/*
 * What the command said: the value, if its result is one row, or the name of the
 * command; NULL for NULL.  Or why it failed.  In the current memory context.
 */
extern bool node_answer(NodeSession *session, char **answer);

#endif							/* REGCAR_NODE_SESSION_H */
