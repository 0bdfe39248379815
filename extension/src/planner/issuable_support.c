/*
 * issuable_support.c
 *		How many rows meet plate_issuable(mark, day).
 */
#include "regcar.h"

#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/selfuncs.h"

#include "planner/class_stats.h"
#include "types/issue_rules.h"

/* On a day that is known. */
static double
share_on_day(const VariableStatData *mark, DateADT day)
{
	ClassShares shares;
	double		share = 0;

	if (!class_shares(mark, &shares))
		return -1;
	for (int i = 0; i < shares.count; i++)
		if (plate_is_issuable(shares.mark[i], day))
			share += shares.share[i];
	return share > 0 ? share : shares.unseen;
}

/* On the day in a column of the mark's table. */
static double
share_on_days(PlannerInfo *root, const VariableStatData *mark, Var *day)
{
	Var		   *var = (Var *) mark->var;

	if (!IsA(var, Var) || var->varno != day->varno ||
		planner_rt_fetch(var->varno, root)->rtekind != RTE_RELATION)
		return -1;
	return share_issuable(mark, day->varattno);
}

/* plate_issuable_support(internal) -> internal: selectivity */
PG_FUNCTION_INFO_V1(regcar_plate_issuable_support);
Datum
regcar_plate_issuable_support(PG_FUNCTION_ARGS)
{
	SupportRequestSelectivity *request =
	(SupportRequestSelectivity *) PG_GETARG_POINTER(0);
	VariableStatData mark;
	Node	   *day;
	double		share = -1;

	if (!IsA(request, SupportRequestSelectivity) || request->is_join)
		PG_RETURN_POINTER(NULL);
	day = estimate_expression_value(request->root, lsecond(request->args));
	examine_variable(request->root, linitial(request->args), request->varRelid,
					 &mark);
	if (IsA(day, Const))
		share = ((Const *) day)->constisnull
			? 0
			: share_on_day(
						   &mark, DatumGetDateADT(((Const *) day)->constvalue));
	else if (IsA(day, Var))
		share = share_on_days(request->root, &mark, (Var *) day);
	ReleaseVariableStats(mark);

	if (share < 0)
		PG_RETURN_POINTER(NULL);
	request->selectivity = Min(share, 1);
	PG_RETURN_POINTER(request);
}
