/*
 * clip.h
 *		The beginning of a text that may be long.
 */
#ifndef REGCAR_CLIP_H
#define REGCAR_CLIP_H

#include "postgres.h"

/* A copy of at most so many bytes of it, which ends with a whole character. */
extern char *clipped(const char *text, int bytes);

#endif							/* REGCAR_CLIP_H */
