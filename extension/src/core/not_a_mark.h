/*
 * not_a_mark.h
 *		Texts that look damaged but are something else.
 *
 * Pure C.
 */
#ifndef REGCAR_NOT_A_MARK_H
#define REGCAR_NOT_A_MARK_H

#include "core/read_text.h"

/* A number as spreadsheets write it: 1.00E+10. */
extern bool is_scientific(const char *text, size_t len);

/*
 * A day and a month as spreadsheets write them, 01-Mar, who made that of 1 MAR
 * or MAR 1: both texts, without a NUL, and their length; 0 for anything else.
 */
extern int	marks_of_date(const char *text, size_t len, char day_first[5],
						  char month_first[5]);

/* The identity that DVSA gives a trailer: eight digits. */
extern bool is_trailer_identity(const ReadText *text);

/* A short word without a figure, such as TBC or SOLD. */
extern bool is_short_word(const ReadText *text);

#endif							/* REGCAR_NOT_A_MARK_H */
