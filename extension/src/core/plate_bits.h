/*
 * plate_bits.h
 *		Registration marks as integers: what is on disk.
 *
 * Pure C: no palloc, no ereport, no locale, no clock.  Works without a server.
 */
#ifndef REGCAR_PLATE_BITS_H
#define REGCAR_PLATE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A mark is a non-negative 64-bit integer whose order is issue order:
 *
 *	bit  63		sign, always 0
 *	bits 56-62	register, 0 = United Kingdom, the rest reserved
 *	bits 44-55	ordinal of the series, 0 = undated
 *	bits 36-43	format (PlateFormat)
 *	bits  0-35	serial: rank of the remaining characters in the format
 *
 * The serial counts from 0, left to right and without gaps: letters and
 * groups that a format never uses take no number.  A group of letters comes
 * before the longer groups it begins (A, AA, AAA, AAB, AB), numbers are
 * ordered by value.
 *
 * THIS IS THE ON-DISK FORMAT.  Once released it never changes: the numbers of
 * the formats, the order of the alphabets and the exceptions in grammar.c are
 * part of it, and so is the order of the list in irregular.c, whose serials are
 * places in it.  test/unit/plate_test.c pins it.
 */
#define PLATE_SERIES_SHIFT	44
#define PLATE_FORMAT_SHIFT	36
#define PLATE_SERIES_MASK	0xFFF
#define PLATE_FORMAT_MASK	0xFF
#define PLATE_SERIAL_MASK	((INT64_C(1) << PLATE_FORMAT_SHIFT) - 1)

/* Formats in the order of the SQL enum; the numbers are stored on disk. */
typedef enum PlateFormat
{
	PLATE_CURRENT = 1,
	PLATE_EXPORT,
	PLATE_PREFIX,
	PLATE_Q,
	PLATE_SUFFIX,
	PLATE_DATELESS,
	PLATE_DATELESS_REVERSED,
	PLATE_NI,
	PLATE_NI_REVERSED,
	PLATE_NI_SERIAL,
	PLATE_NI_SERIAL_REVERSED,
	PLATE_QNI,
	PLATE_DIPLOMATIC,
	PLATE_MILITARY,
	PLATE_TRADE,
	PLATE_TRAILER,
	PLATE_IRREGULAR
} PlateFormat;

#define PLATE_FORMATS		17

#define PLATE_MAX_COMPACT	8	/* A1234567, the longest mark */
#define PLATE_BUFFER		16	/* room for a mark in print */

static inline PlateFormat
plate_format_of(int64_t plate)
{
	return (PlateFormat) ((plate >> PLATE_FORMAT_SHIFT) & PLATE_FORMAT_MASK);
}

/* Ordinal of the series (series.h), 0 for an undated mark. */
static inline int
plate_series_of(int64_t plate)
{
	return (int) ((plate >> PLATE_SERIES_SHIFT) & PLATE_SERIES_MASK);
}

static inline int64_t
plate_serial_of(int64_t plate)
{
	return plate & PLATE_SERIAL_MASK;
}

static inline int64_t
plate_make(PlateFormat format, int series, int64_t serial)
{
	return ((int64_t) series << PLATE_SERIES_SHIFT) |
		((int64_t) format << PLATE_FORMAT_SHIFT) | serial;
}

#endif							/* REGCAR_PLATE_BITS_H */
