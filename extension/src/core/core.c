/*
 * core.c
 *		What the core computes once.
 */
#include "core/core.h"

#include "core/compiled_grammar.h"
#include "core/confusion.h"
#include "core/irregular.h"
#include "core/issue_order.h"
#include "core/series.h"
#include "core/tags.h"

bool
core_compile(void)
{
	/* each needs those before it */
	series_compile();
	irregular_compile();
	if (!letters_compile() || !outlines_compile() || !grammar_compile() ||
		!issue_order_compile())
		return false;
	tags_compile();
	confusions_compile();
	return true;
}
