/*
 * replicator.h
 *		Does a replicator write just now?
 */
#ifndef REGCAR_REPLICATOR_H
#define REGCAR_REPLICATOR_H

#include "postgres.h"

/* Are the rows of this session another server's? */
extern bool replicates(void);

#endif							/* REGCAR_REPLICATOR_H */
