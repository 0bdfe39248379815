/*
 * interruption.c
 *		Errors that are of the server, whatever was being done.
 *
 * Any function may raise an error with the same SQLSTATE, and that is the fault
 * of who wrote the function.  So it counts where in the server an error comes
 * from (design 9.2).
 */
#include "regcar.h"
#include "util/interruption.h"

/* The server checks for a cancel in one place. */
bool
error_is_cancel(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_QUERY_CANCELED && error->funcname != NULL &&
		strcmp(error->funcname, "ProcessInterrupts") == 0;
}

static bool
lacks_memory(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_OUT_OF_MEMORY && error->filename != NULL &&
		(strcmp(error->filename, "mcxt.c") == 0 ||
		 strcmp(error->filename, "dynahash.c") == 0);
}

bool
error_is_interruption(const ErrorData *error)
{
	return error_is_cancel(error) || lacks_memory(error);
}
