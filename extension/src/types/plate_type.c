/*
 * plate_type.c
 *		The SQL type plate: input, output, hash.
 *
 * The server's own functions compare marks, as bigint.
 */
#include "regcar.h"
#include "types/plate_type.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/character_name.h"
#include "core/plate_problem.h"
#include "types/read_argument.h"

/* Bytes of a bad input that an error quotes. */
#define SHOWN_INPUT		64

char *
plate_to_cstring(int64 plate)
{
	char	   *text = palloc(PLATE_BUFFER);
	int			len = plate_print(plate, text);

	if (len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("value " INT64_FORMAT " is not a registration mark",
						plate)));
	text[len] = '\0';
	return text;
}

/*
 * A character that no mark has: its place, and its code point if it is
 * invisible or looks like others.
 */
static char *
character_problem(const char *text, size_t bad, size_t len)
{
	int			place = pg_mbstrlen_with_len(text, bad) + 1;
	int			rest = (int) Min(len - bad, MAX_CONVERSION_INPUT_LENGTH);
	const char *utf8 = text_as_utf8(text + bad, rest, &rest);
	size_t		pos = 0;
	uint32_t	character = next_character(utf8, rest, &pos);
	const char *name = character_name(character);

	if (character == INVALID_CHARACTER || (character > ' ' && character < 0x7F))
		return psprintf("Character %d is not a letter A to Z, a digit or a space.",
						place);
	return psprintf("Character %d is U+%04X%s%s, not a letter A to Z, a digit or a space.",
					place, character, name ? ", " : "", name ? name : "");
}

char *
mark_problem(const char *text, size_t len)
{
	size_t		bad = plate_bad_byte(text, len);
	char	   *problem;

	if (bad < len)
		return character_problem(text, bad, len);
	problem = palloc(PLATE_PROBLEM_SIZE);
	plate_problem(text, len, problem);
	return problem;
}

char *
quoted_input(const char *text, size_t len)
{
	int			shown = pg_mbcliplen(text, (int) Min(len, SHOWN_INPUT + 8),
									 SHOWN_INPUT);

	return psprintf("%.*s%s", shown, text, (size_t) shown < len ? "..." : "");
}

/*
 * plate_in(cstring) -> plate
 *		22P02, with the broken rule as DETAIL.
 */
PG_FUNCTION_INFO_V1(regcar_plate_in);
Datum
regcar_plate_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		len = strlen(text);
	int64		plate;

	if (!plate_parse(text, len, &plate))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid registration mark: \"%s\"",
						quoted_input(text, len)),
				 errdetail_internal("%s", mark_problem(text, len))));
	PG_RETURN_PLATE(plate);
}

/* plate_out(plate) -> cstring: display form */
PG_FUNCTION_INFO_V1(regcar_plate_out);
Datum
regcar_plate_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(plate_to_cstring(PG_GETARG_PLATE(0)));
}

/*
 * plate_recv(internal) -> plate
 *		ASCII text, checked like input.  22P03 for anything that is not a
 *		mark; the bytes need not be valid in any encoding, so they are quoted
 *		in hex.
 */
PG_FUNCTION_INFO_V1(regcar_plate_recv);
Datum
regcar_plate_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	int64		plate;

	if (!plate_parse(bytes, len, &plate))
	{
		int			quoted = Min(len, SHOWN_INPUT / 2);
		char	   *hex = palloc(quoted * 2 + 1);

		hex[hex_encode(bytes, quoted, hex)] = '\0';
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid registration mark in binary data: \"\\x%s%s\"",
						hex, quoted < len ? "..." : ""),
				 plate_bad_byte(bytes, len) == (size_t) len ?
				 errdetail_internal("%s", mark_problem(bytes, len)) :
				 errdetail("Byte %d is not an ASCII letter, digit or space.",
						   (int) plate_bad_byte(bytes, len) + 1)));
	}
	PG_RETURN_PLATE(plate);
}

/* plate_send(plate) -> bytea: compact ASCII text */
PG_FUNCTION_INFO_V1(regcar_plate_send);
Datum
regcar_plate_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	char		text[PLATE_BUFFER];
	int			len = plate_print_compact(PG_GETARG_PLATE(0), text);

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, text, len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * The finalizer of MurmurHash3. hashint8 is not good enough: it folds the two
 * halves of the value together, and so the series into the serial.
 */
static uint64
mix(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64CONST(0xc4ceb9fe1a85ec53);
	h ^= h >> 33;
	return h;
}

/*
 * plate_hash(plate) -> int4: never to be changed, hash partitions rest on it
 */
PG_FUNCTION_INFO_V1(regcar_plate_hash);
Datum
regcar_plate_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) mix((uint64) PG_GETARG_PLATE(0)));
}

/*
 * plate_hash_extended(plate, int8 seed) -> int8: with seed 0 like
 * plate_hash()
 */
PG_FUNCTION_INFO_V1(regcar_plate_hash_extended);
Datum
regcar_plate_hash_extended(PG_FUNCTION_ARGS)
{
	uint64		seed = (uint64) PG_GETARG_INT64(1);
	uint64		h = (uint64) PG_GETARG_PLATE(0);

	/* an odd factor keeps seeds apart, and leaves 0 at 0 */
	PG_RETURN_UINT64(mix(h ^ seed * UINT64CONST(0x9e3779b97f4a7c15)));
}
