/*
 * core.h
 *		What the core computes once.
 *
 * Pure C.
 */
#ifndef REGCAR_CORE_H
#define REGCAR_CORE_H

#include <stdbool.h>

/*
 * This must run once in a process before anything else in the core; it takes
 * a fraction of a millisecond.  False if the grammar outgrew a table, whose
 * size must then be raised; test/unit/grammar_test.c shows it before any user
 * does.
 */
extern bool core_compile(void) __attribute__((warn_unused_result));

#endif							/* REGCAR_CORE_H */
