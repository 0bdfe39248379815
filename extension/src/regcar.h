/*
 * regcar.h
 *		What the files that know PostgreSQL share.
 */
#ifndef REGCAR_H
#define REGCAR_H

#include "postgres.h"
#include "fmgr.h"

#include "compat.h"
#include "core/plate.h"
#include "core/series.h"

/* plate: eight bytes by value (plate.h); plate_series: an ordinal, two bytes */
#define DatumGetPlate(d)		DatumGetInt64(d)
#define PlateGetDatum(p)		Int64GetDatum(p)
#define PG_GETARG_PLATE(n)		DatumGetPlate(PG_GETARG_DATUM(n))
#define PG_RETURN_PLATE(p)		return PlateGetDatum(p)

#define PG_GETARG_SERIES(n)		PG_GETARG_INT16(n)
#define PG_RETURN_SERIES(s)		PG_RETURN_INT16(s)

/* plate_type.c; all palloc'd */
extern char *plate_to_cstring(int64 plate);
extern char *mark_problem(const char *text, size_t len);
extern char *quoted_input(const char *text, size_t len);

/* plate_type.c: OID of a type of the extension, never by search_path */
extern Oid	regcar_type(const char *name);

/* series_type.c */
extern char *series_to_cstring(int series);

#endif							/* REGCAR_H */
