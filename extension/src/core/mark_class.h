/*
 * mark_class.h
 *		Marks that are alike in whatever is counted.
 *
 * Pure C.
 */
#ifndef REGCAR_MARK_CLASS_H
#define REGCAR_MARK_CLASS_H

#include "core/plate.h"

/*
 * The class of a mark, as a number.  All marks of a class have the same
 * series, format and region, and may be issued on the same days.  Classes are
 * ordered by series, then by format.
 */
extern uint32_t mark_class(int64_t plate);

#endif /* REGCAR_MARK_CLASS_H */
