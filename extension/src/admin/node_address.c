/*
 * node_address.c
 *		How Citus reaches its nodes.
 *
 * In the order in which Citus puts it together: citus.node_conninfo, then the
 * node and the role, then the pooler of the node (pg_dist_poolinfo), then the
 * role's own (pg_dist_authinfo).  Whoever may ask nodes must not make this
 * server connect to anything else, because that may have a password in it.
 */
#include "regcar.h"
#include "admin/node_address.h"

#include "catalog/pg_type_d.h"
#include "commands/dbcommands.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "util/citus_libpq.h"
#include "util/query.h"

/* Citus shows shards to sessions of this name, and counts them as its own. */
#define APPLICATION_NAME	"citus_run_command gpid="

typedef enum AddressColumn
{
	COLUMN_NAME = 1,
	COLUMN_PORT,
	COLUMN_POOL,
	COLUMN_AUTHENTICATION,
	COLUMN_BACKEND
} AddressColumn;

static const char *const address_query =
"SELECT n.nodename, n.nodeport::pg_catalog.text,"
" (SELECT p.poolinfo FROM pg_catalog.pg_dist_poolinfo p WHERE p.nodeid OPERATOR(pg_catalog.=) n.nodeid),"
/* that of the node before that of all nodes, which has the number 0 */
" (SELECT a.authinfo FROM pg_catalog.pg_dist_authinfo a"
"  WHERE a.rolename OPERATOR(pg_catalog.=) $3::pg_catalog.name AND a.nodeid OPERATOR(pg_catalog.=) ANY (ARRAY[n.nodeid, 0])"
"  ORDER BY a.nodeid DESC LIMIT 1),"
" pg_catalog.citus_backend_gpid()::pg_catalog.text"
" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY q (name, port, place)"
" LEFT JOIN pg_catalog.pg_dist_node n ON n.nodename OPERATOR(pg_catalog.=) q.name"
" AND n.nodeport OPERATOR(pg_catalog.=) q.port AND n.noderole OPERATOR(pg_catalog.=) 'primary'"
" ORDER BY q.place";

typedef struct Parameters
{
	const char **keywords;
	const char **values;
	int			count;
} Parameters;

static void
add(Parameters *parameters, const char *keyword, const char *value)
{
	parameters->count++;
	parameters->keywords = repalloc(parameters->keywords,
									(parameters->count + 1) * sizeof(char *));
	parameters->values = repalloc(parameters->values,
								  (parameters->count + 1) * sizeof(char *));
	parameters->keywords[parameters->count - 1] = keyword;
	parameters->values[parameters->count - 1] = value;
	parameters->keywords[parameters->count] = NULL;
	parameters->values[parameters->count] = NULL;
}

/* All that a string says; whether it names a host, which goes by that keyword. */
static bool
add_all(Parameters *parameters, const char *conninfo, const char *host)
{
	const Libpq *libpq = citus_libpq();
	PQconninfoOption *options = conninfo == NULL ? NULL :
		libpq->PQconninfoParse(conninfo, NULL);
	bool		names_host = false;

	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
	{
		bool		is_host = strcmp(o->keyword, "host") == 0;

		if (o->val == NULL || o->val[0] == '\0')
			continue;
		names_host |= is_host;
		add(parameters, is_host ? host : pstrdup(o->keyword), pstrdup(o->val));
	}
	libpq->PQconninfoFree(options);
	return names_host;
}

/* Of the row of the last query. */
static NodeAddress
address(uint64 row, const char *role)
{
	Parameters	parameters = {palloc(sizeof(char *)), palloc(sizeof(char *)), 0};
	NodeAddress address = {query_text(row, COLUMN_NAME) != NULL};
	const char *host;

	if (!address.known)
		return address;
	address.host = query_text(row, COLUMN_NAME);
	address.port = pg_strtoint32(query_text(row, COLUMN_PORT));
	/* a name that is checked only, and an address that is connected to */
	host = add_all(&parameters, GetConfigOption("citus.node_conninfo", true, false),
				   "host") ? "hostaddr" : "host";
	add(&parameters, host, address.host);
	add(&parameters, "port", query_text(row, COLUMN_PORT));
	add(&parameters, "dbname", get_database_name(MyDatabaseId));
	add(&parameters, "user", role);
	add(&parameters, "client_encoding", GetDatabaseEncodingName());
	add(&parameters, "application_name",
		psprintf("%s%s", APPLICATION_NAME, query_text(row, COLUMN_BACKEND)));
	add_all(&parameters, query_text(row, COLUMN_POOL), host);
	add_all(&parameters, query_text(row, COLUMN_AUTHENTICATION), "host");
	address.keywords = parameters.keywords;
	address.values = parameters.values;
	return address;
}

NodeAddress *
node_addresses(FunctionCallInfo fcinfo, Datum names, Datum ports, int count)
{
	char	   *role = GetUserNameFromId(GetUserId(), false);
	const QueryArgument arguments[] = {
		{TEXTARRAYOID, names, false},
		{INT4ARRAYOID, ports, false},
		{TEXTOID, CStringGetTextDatum(role), false}
	};
	NodeAddress *addresses = palloc0(count * sizeof(NodeAddress));
	uint64		rows = query_as_owner(fcinfo, address_query,
									  lengthof(arguments), arguments);

	for (uint64 row = 0; row < Min(rows, (uint64) count); row++)
		addresses[row] = address(row, role);
	return addresses;
}
