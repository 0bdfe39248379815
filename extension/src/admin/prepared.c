/*
 * prepared.c
 *		Prepared transactions that are past the gate.
 */
#include "regcar.h"
#include "admin/prepared.h"

#include "commands/extension.h"
#include "utils/builtins.h"

#include "util/one_line.h"

/*
 * Citus calls its own citus_<group>_<process>_<transaction>_<connection>.
 * Without Citus, or by another name, it is somebody else's: whoever prepares
 * one chooses its name.
 */
bool
is_part_of_citus(const char *gid)
{
	int			numbers = 0;

	if (strncmp(gid, "citus", strlen("citus")) != 0)
		return false;
	for (gid += strlen("citus"); gid[0] == '_' && isdigit((unsigned char) gid[1]); numbers++)
		gid += 1 + strspn(gid + 1, "0123456789");
	return *gid == '\0' && numbers == 4 &&
		OidIsValid(get_extension_oid("citus", true));
}

/* end_of_prepared(gid text) -> text: the statement that ends it, on one line */
PG_FUNCTION_INFO_V1(regcar_end_of_prepared);
Datum
regcar_end_of_prepared(PG_FUNCTION_ARGS)
{
	char	   *gid = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text(is_part_of_citus(gid) ?
									 "SELECT recover_prepared_transactions();" :
									 psprintf("ROLLBACK PREPARED %s;", one_line_literal(gid))));
}
