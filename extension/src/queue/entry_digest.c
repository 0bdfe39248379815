/*
 * entry_digest.c
 *		A digest over what was submitted with a queue entry.
 *
 * It is that of one JSON array as text.  The row is an element of it, and its
 * text may be larger than any value of the server can be: escaping makes six
 * characters of one.  So the text is never there as a whole.  The history has
 * such digests, so they must not change.
 */
#include "regcar.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "util/utf8.h"

/* Bytes of a value that are taken at once. */
#define PIECE	8192

static void
add(pg_cryptohash_ctx *hash, const char *text, int length)
{
	int			bytes;
	const char *utf8 = in_utf8(text, length, &bytes);

	if (pg_cryptohash_update(hash, (const uint8 *) utf8, bytes) < 0)
		elog(ERROR, "SHA-256 failed: %s", pg_cryptohash_error(hash));
	if (utf8 != text)
		pfree(unconstify(char *, utf8));
}

static void
add_text(pg_cryptohash_ctx *hash, const char *text)
{
	add(hash, text, strlen(text));
}

/*
 * As the server escapes strings.  Its own function formats each control
 * character with printf, which takes seconds for some millions of them.
 */
static void
escape(StringInfo escaped, const char *text, int length)
{
	static const char digits[] = "0123456789abcdef";
	static const char letters[32] = {
		['\b'] = 'b',['\f'] = 'f',['\n'] = 'n',['\r'] = 'r',['\t'] = 't'
	};

	for (int i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (c < ' ' && letters[c] == '\0')
		{
			appendBinaryStringInfo(escaped, "\\u00", 4);
			appendStringInfoCharMacro(escaped, digits[c >> 4]);
			appendStringInfoCharMacro(escaped, digits[c & 15]);
			continue;
		}
		if (c < ' ' || c == '"' || c == '\\')
			appendStringInfoCharMacro(escaped, '\\');
		appendStringInfoCharMacro(escaped, c < ' ' ? letters[c] : c);
	}
}

/* A string in quotes and with escapes, by pieces of whole characters. */
static void
add_string(pg_cryptohash_ctx *hash, const JsonbValue *value)
{
	const char *text = value->val.string.val;
	int			left = value->val.string.len;
	int			encoding = GetDatabaseEncoding();
	StringInfoData piece;

	initStringInfo(&piece);
	add_text(hash, "\"");
	while (left > 0)
	{
		int			length = pg_encoding_mbcliplen(encoding, text, left, PIECE);

		resetStringInfo(&piece);
		escape(&piece, text, length);
		add(hash, piece.data, piece.len);
		text += length;
		left -= length;
	}
	add_text(hash, "\"");
	pfree(piece.data);
}

static void
add_value(pg_cryptohash_ctx *hash, JsonbValue *value)
{
	if (value->type == jbvString)
		add_string(hash, value);
	else
		add_text(hash, JsonbToCString(NULL, &JsonbValueToJsonb(value)->root, 0));
}

/* As jsonb_out() has it. */
static void
add_object(pg_cryptohash_ctx *hash, Jsonb *object)
{
	JsonbIterator *it = JsonbIteratorInit(&object->root);
	JsonbValue	v;
	JsonbIteratorToken token;
	bool		first = true;

	add_text(hash, "{");
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			add_text(hash, first ? "" : ", ");
			add_string(hash, &v);
			add_text(hash, ": ");
			first = false;
		}
		else if (token == WJB_VALUE)
			add_value(hash, &v);
	}
	add_text(hash, "}");
}

/*
 * row_digest(jsonb, jsonb, jsonb) -> bytea
 *		SHA-256 over an array: elements, an object, and more elements.
 */
PG_FUNCTION_INFO_V1(regcar_row_digest);
Datum
regcar_row_digest(PG_FUNCTION_ARGS)
{
	Jsonb	   *before = PG_GETARG_JSONB_P(0);
	Jsonb	   *after = PG_GETARG_JSONB_P(2);
	char	   *text = JsonbToCString(NULL, &before->root, VARSIZE(before));
	bytea	   *digest = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);

	if (hash == NULL || pg_cryptohash_init(hash) < 0)
		elog(ERROR, "SHA-256 failed: %s", pg_cryptohash_error(hash));
	add(hash, text, strlen(text) - 1);
	add_text(hash, ", ");
	add_object(hash, PG_GETARG_JSONB_P(1));
	add_text(hash, ", ");
	add_text(hash, JsonbToCString(NULL, &after->root, VARSIZE(after)) + 1);
	SET_VARSIZE(digest, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	if (pg_cryptohash_final(hash, (uint8 *) VARDATA(digest), PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "SHA-256 failed: %s", pg_cryptohash_error(hash));
	pg_cryptohash_free(hash);
	PG_RETURN_BYTEA_P(digest);
}
