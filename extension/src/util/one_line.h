/*
 * one_line.h
 *		Names that other people chose, where somebody reads or copies a line.
 */
#ifndef REGCAR_ONE_LINE_H
#define REGCAR_ONE_LINE_H

#include "postgres.h"

/* To be read: a question mark for each control character. */
extern char *one_line(const char *text);

/* To be copied: a literal of SQL that has no control character, either. */
extern char *one_line_literal(const char *text);

#endif							/* REGCAR_ONE_LINE_H */
