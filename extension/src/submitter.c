/*
 * submitter.c
 *		Acting as the role that submitted a row.
 *
 * In a security-restricted operation: whatever a trigger of the table does, it
 * does with no more rights than it would have had.  What it sets is undone
 * after each row.
 */
#include "submitter.h"

#include "miscadmin.h"
#include "utils/guc.h"

static void
set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

void
submitter_begin(Submitter *submitter)
{
	memset(submitter, 0, sizeof(*submitter));
	GetUserIdAndSecContext(&submitter->user, &submitter->context);
}

/* Rows of one role come in runs, so its search_path stays until another's. */
static void
set_search_path(Submitter *submitter, const char *search_path)
{
	if (submitter->search_path != NULL)
	{
		if (strcmp(submitter->search_path, search_path) == 0)
			return;
		AtEOXact_GUC(false, submitter->path_level);
	}
	submitter->path_level = NewGUCNestLevel();
	set("search_path", search_path);
	set("row_security", "on");
	submitter->search_path = search_path;
}

void
submitter_act(Submitter *submitter, Oid role, const char *search_path)
{
	set_search_path(submitter, search_path);
	submitter->level = NewGUCNestLevel();
	SetUserIdAndSecContext(role, submitter->context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
}

void
submitter_rest(Submitter *submitter)
{
	AtEOXact_GUC(false, submitter->level);
	SetUserIdAndSecContext(submitter->user, submitter->context);
}

void
submitter_end(Submitter *submitter)
{
	if (submitter->search_path != NULL)
		AtEOXact_GUC(false, submitter->path_level);
	submitter->search_path = NULL;
}
