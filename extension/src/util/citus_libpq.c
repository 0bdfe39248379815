/*
 * citus_libpq.c
 *		The libpq that Citus has loaded.
 */
#include "regcar.h"
#include "util/citus_libpq.h"

#include "fmgr.h"

/* As its control file names it; a library also answers for those it needs. */
#define CITUS_LIBRARY	"$libdir/citus"

#define LIBPQ_NAME(name)	{#name, offsetof(Libpq, name)},

static const struct
{
	const char *name;
	size_t		member;
}			functions[] = {LIBPQ_FUNCTIONS(LIBPQ_NAME)};

const Libpq *
citus_libpq(void)
{
	static Libpq libpq;
	static bool found;

	for (int i = 0; !found && i < lengthof(functions); i++)
		*(void **) ((char *) &libpq + functions[i].member) =
			load_external_function(CITUS_LIBRARY, functions[i].name, true, NULL);
	found = true;
	return &libpq;
}
