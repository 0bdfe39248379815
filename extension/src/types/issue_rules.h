/*
 * issue_rules.h
 *		Which mark may be used on which day.
 */
#ifndef REGCAR_ISSUE_RULES_H
#define REGCAR_ISSUE_RULES_H

#include "utils/date.h"

/* What plate_issuable() says. */
extern bool plate_is_issuable(int64 plate, DateADT day);

#endif /* REGCAR_ISSUE_RULES_H */
