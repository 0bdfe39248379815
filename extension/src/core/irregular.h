/*
 * irregular.h
 *		Marks that are on the register but fit no layout, as a list.
 *
 * Pure C.
 */
#ifndef REGCAR_IRREGULAR_H
#define REGCAR_IRREGULAR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plate_bits.h"
#include "core/print_plan.h"

typedef struct IrregularMark
{
	const char *mark;			/* as it is shown */
	const char *source;
	bool		slip;			/* so short that a slip could make it; it
								 * is never suggested */
} IrregularMark;

#define IRREGULAR_MARKS		19

/*
 * By serial.  THE SERIALS ARE ON DISK: a released mark keeps its place for
 * ever, and a new mark goes to the end. test/unit/plate_test.c pins them.
 */
extern const IrregularMark irregular_marks[IRREGULAR_MARKS];

/* core_compile() runs this. */
extern void irregular_compile(void);

/*
 * The serial of a mark as a word (word.h), letters in either case;
 * -1 if the list does not have it.
 */
extern int	irregular_serial(uint64_t mark);

/* A PrintFunction (print_plan.h), which needs no step. */
extern int	irregular_print(const PrintStep *step, uint32_t serial,
							unsigned series, bool spaces, char *buf);

/* Is it a mark that nothing else should be mistaken for? */
static inline bool
plate_is_slip(int64_t plate)
{
	return plate_format_of(plate) == PLATE_IRREGULAR &&
		irregular_marks[plate_serial_of(plate)].slip;
}

#endif							/* REGCAR_IRREGULAR_H */
