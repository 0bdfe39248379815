/*
 * share.h
 *		The place of a value among a hundred.
 *
 * Pure C.  A part of the dealers is let through first, by the hash of a value
 * of theirs.  It must be the same on every server, or some would be let in on
 * one and stopped on another: so it never changes.  test/unit/share_test.c
 * pins it.
 */
#ifndef REGCAR_SHARE_H
#define REGCAR_SHARE_H

#include <stddef.h>

/* From 1 to 100, by the bytes of a text in UTF-8. */
extern int	share_of(const char *text, size_t len);

#endif							/* REGCAR_SHARE_H */
