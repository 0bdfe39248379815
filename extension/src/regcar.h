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

#endif							/* REGCAR_H */
