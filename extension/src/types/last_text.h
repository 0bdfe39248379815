/*
 * last_text.h
 *		The text that a call was given last: the next row most likely has it
 *		too, and what was made of it serves again.
 */
#ifndef REGCAR_LAST_TEXT_H
#define REGCAR_LAST_TEXT_H

/* Is it this one?  NULL if there was none yet. */
extern bool is_last_text(const text *last, const text *source);

/* Keep a copy, in place of the one before. */
extern void keep_last_text(text **last, const text *source,
						   MemoryContext context);

#endif							/* REGCAR_LAST_TEXT_H */
