/*
 * row_share.h
 *		The share that a value is of, as SQL and exemptions have it.
 */
#ifndef REGCAR_ROW_SHARE_H
#define REGCAR_ROW_SHARE_H

/* From 1 to 100, for a text in the server's encoding. */
extern int	share_of_text(const char *text);

#endif							/* REGCAR_ROW_SHARE_H */
