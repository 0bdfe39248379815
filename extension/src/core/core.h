/*
 * core.h
 *		What the core computes once.
 *
 * Pure C.
 */
#ifndef REGCAR_CORE_H
#define REGCAR_CORE_H

#include <stdbool.h>

#include "core/compiler.h"

/*
 * This must run once in a process before anything else in the core; it takes
 * a fraction of a millisecond.  False if the grammar outgrew a table, whose
 * size must then be raised; test/unit/grammar_test.c shows it before any user
 * does.
 */
extern must_use bool core_compile(void);

#endif							/* REGCAR_CORE_H */
