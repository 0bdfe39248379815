/*
 * enum_label.h
 *		Labels of the extension's SQL enums, and their numbers in C.
 */
#ifndef REGCAR_ENUM_LABEL_H
#define REGCAR_ENUM_LABEL_H

#include "postgres.h"

/*
 * OID of a label of an enum type.  42704 if the type lacks it, because the
 * objects of the extension are older than its library.
 */
extern Oid	enum_label_oid(Oid type, const char *label);

/* Place of a label in an array of names; -1 if it is not there. */
extern int	enum_label_number(Oid label, const char *const *names, int count);

#endif							/* REGCAR_ENUM_LABEL_H */
