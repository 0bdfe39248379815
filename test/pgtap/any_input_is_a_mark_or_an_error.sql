-- Whatever the input function gets, it answers with a mark or with one kind of error that
-- says why.
BEGIN;
SET LOCAL search_path = regcar, public;

CREATE TYPE pg_temp.failure AS (state text, message text, detail text);
CREATE FUNCTION pg_temp.input_failure(input text) RETURNS pg_temp.failure LANGUAGE plpgsql AS $$
DECLARE
    f pg_temp.failure;
BEGIN
    PERFORM input::regcar.plate;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS f.state = RETURNED_SQLSTATE, f.message = MESSAGE_TEXT, f.detail = PG_EXCEPTION_DETAIL;
    RETURN f;
END $$;

-- NULL where a text is refused in the right way, else what is wrong with the answer.
CREATE FUNCTION pg_temp.fault(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    f pg_temp.failure := pg_temp.input_failure(input);
BEGIN
    IF f IS NULL THEN RETURN 'accepted'; END IF;
    IF f.state <> '22P02' THEN RETURN 'SQLSTATE ' || f.state || ': ' || f.message; END IF;
    IF f.message !~ '^invalid registration mark: ".*"$' THEN RETURN 'message ' || f.message; END IF;
    -- the text itself is quoted where it is short and plain
    IF input ~ '^[ -~]{0,12}$' AND f.message <> format('invalid registration mark: "%s"', input) THEN RETURN 'message ' || f.message; END IF;
    IF f.detail !~ '\S' THEN RETURN 'no detail'; END IF;
    IF length(f.message) > 1000 OR length(f.detail) > 1000 THEN RETURN 'an endless message'; END IF;
    IF plate_is_valid(input) IS NOT FALSE THEN RETURN 'plate_is_valid'; END IF;
    IF coalesce(plate_problem(input), '') !~ '\S' THEN RETURN 'plate_problem'; END IF;
    RETURN NULL;
END $$;

SELECT no_plan();

-- Texts that are no mark

SELECT is(pg_temp.fault(input), NULL::text, format('%s is refused with 22P02, a message that quotes it and a DETAIL', what))
  FROM (VALUES
    ('',                          'the empty text'),
    (' ',                         'a space'),
    ('        ',                  'eight spaces'),
    (repeat(' ', 1000000),        'a million spaces'),
    (repeat('A', 1000000),        'a million letters'),
    (repeat('1', 1000000),        'a million digits'),
    (repeat('AB75 CDE ', 100000), 'a mark repeated'),
    (repeat('-', 1000000),        'a million hyphens'),
    (repeat(U&'\0410', 500000),   'a million bytes of Cyrillic'),
    ('AB75 CDEF',                 'one letter too many'),
    ('AB75CDE1',                  'one digit too many'),
    ('A12345678',                 'nine characters'),
    (E'AB75\x0BCDE',              'a vertical tab'),
    (E'AB75\x01CDE',              'a control character'),
    (E'AB75\x7FCDE',              'DEL'),
    ('AB75-CDE',                  'a hyphen'),
    ('AB75.CDE',                  'a full stop'),
    ('AB75_CDE',                  'an underscore'),
    ('AB75''CDE',                 'an apostrophe'),
    ('"AB75 CDE"',                'quotation marks'),
    ('AB75 CDE;',                 'a semicolon'),
    ('AB75%sCDE',                 'a per cent sign'),
    ('AB75 CDE%n%n',              'what a C format would take for its own'),
    (U&'AB75\00A0CDE',            'a no-break space'),
    (U&'AB75\2003CDE',            'an em space'),
    (U&'AB75\200BCDE',            'a zero-width space'),
    (U&'\FEFFAB75CDE',            'a byte order mark'),
    (U&'AB75\2011CDE',            'a no-break hyphen'),
    (U&'\0410B75 CDE',            'a Cyrillic A'),
    (U&'AB75 CD\0415',            'a Cyrillic IE at the end'),
    (U&'\FF21\FF22\FF17\FF15\FF23\FF24\FF25', 'full-width letters and digits'),
    (U&'AB7\FF15CDE',             'a full-width digit'),
    (U&'AB7\0665CDE',             'an Arabic digit'),
    (U&'AB75 CD\00C9',            'a letter with an accent'),
    (U&'AB75 CDE\0301',           'a combining accent'),
    (U&'\0131A 1234',             'a Turkish dotless i'),
    (U&'\0130A 1234',             'a Turkish dotted I'),
    (U&'\017FV 1234',             'a long s, which upper case makes an S'),
    (U&'\212AA 1234',             'a Kelvin sign, which lower case makes a k'),
    (U&'\+01F697AB75',            'a picture of a car'),
    ('NULL',                      'the word NULL'),
    ('AB',                        'letters alone'),
    ('ABCDEFG',                   'seven letters'),
    ('1234',                      'four digits'),
    ('123456',                    'six digits'),
    ('00000',                     'a trade mark of number zero')) AS v (input, what);

SELECT is_empty($$
    SELECT code, pg_temp.fault(chr(code)) FROM generate_series(1, 255) AS code WHERE pg_temp.fault(chr(code)) IS NOT NULL LIMIT 5
    $$, 'no single character from 1 to 255 is a mark, and each is refused in the right way');
SELECT is_empty($$
    SELECT code, pos, pg_temp.fault(input)
      FROM generate_series(1, 255) AS code, generate_series(1, 9) AS pos,
           LATERAL (SELECT overlay('AB75 CDE' PLACING chr(code) FROM pos FOR 0) AS input) i
     WHERE chr(code) !~ '[A-Za-z0-9 \t\n\r]' COLLATE "C" AND pg_temp.fault(input) IS NOT NULL LIMIT 5
    $$, 'a mark with any other character anywhere in it is refused in the right way');

-- Tab, newline and carriage return are spaces; other white space is named by its code point

SELECT is(pg_temp.input_failure(input), NULL, 'no failure: ' || what)
  FROM (VALUES (E'AB75\tCDE', 'a tab'), (E'AB75 CDE\n', 'a line feed at the end'), (E'\nAB75 CDE', 'a line feed at the start'),
               (E'AB75 CDE\r\n', 'a carriage return'), (E'\t\r\n A\tB 7\n5CDE ' || repeat(E'\t', 1000), 'all of them, a thousand')) AS v (input, what);
SELECT is((E'\tAB75\tCDE\r\n'::plate)::text, 'AB75 CDE', 'the mark is that without them');
SELECT is((pg_temp.input_failure(input)).detail, detail, 'the DETAIL names ' || what)
  FROM (VALUES
    (U&'AB12\00A0CDE', 'Character 5 is U+00A0, a no-break space, not a letter A to Z, a digit or a space.', 'a no-break space'),
    (U&'AB12\200BCDE', 'Character 5 is U+200B, a zero-width space, not a letter A to Z, a digit or a space.', 'a zero-width space'),
    (U&'\FEFFAB12CDE', 'Character 1 is U+FEFF, a byte order mark, not a letter A to Z, a digit or a space.', 'a byte order mark'),
    (U&'AB12\2013CDE', 'Character 5 is U+2013, a dash, not a letter A to Z, a digit or a space.', 'an en dash'),
    (U&'\2022 AB12CDE', 'Character 1 is U+2022, a bullet, not a letter A to Z, a digit or a space.', 'a bullet'),
    (U&'\0410B12 CDE', 'Character 1 is U+0410, a Cyrillic letter, not a letter A to Z, a digit or a space.', 'a Cyrillic letter'),
    (U&'AB1\FF12CDE', 'Character 4 is U+FF12, a full-width character, not a letter A to Z, a digit or a space.', 'a full-width digit'),
    (U&'\00C1B12 CDE', 'Character 1 is U+00C1, not a letter A to Z, a digit or a space.', 'a character that has no name here'),
    (U&'AB12\+01F697C', 'Character 5 is U+1F697, not a letter A to Z, a digit or a space.', 'one beyond the first 65,536'),
    (E'AB12\x01CDE', 'Character 5 is U+0001, a control character, not a letter A to Z, a digit or a space.', 'a control character'),
    ('AB12-CDE', 'Character 5 is not a letter A to Z, a digit or a space.', 'no code point of what everybody sees')) v(input, detail, what);

-- The DETAIL names the rule

CREATE FUNCTION pg_temp.detail_of(input text) RETURNS text LANGUAGE sql AS
    $$ SELECT (pg_temp.input_failure(input)).detail $$;
SELECT is((pg_temp.input_failure('AB51 IQC')).message, 'invalid registration mark: "AB51 IQC"', 'the message quotes what was given');
SELECT is(pg_temp.detail_of('AB51 IQC'), 'Letter I is never used in the last three letters of a current mark.',
          'the DETAIL names the letter and where it is never used');
SELECT ok(pg_temp.detail_of(input) ~* pattern, format('the DETAIL for "%s" speaks of %s', input, what))
  FROM (VALUES
    ('MAN 1234', 'Isle of Man', 'the Isle of Man'),
    ('LMN 1L',   'Isle of Man', 'the Isle of Man'),
    ('MN 1',     'Isle of Man', 'the Isle of Man'),
    ('1 MN',     'Isle of Man', 'the Isle of Man'),
    ('1000 MAN', 'Isle of Man', 'the Isle of Man'),
    ('A1 MAN',   'Isle of Man', 'the Isle of Man'),
    ('MAN 2A',   'Isle of Man', 'the Isle of Man'),
    ('MAN 1',    'Isle of Man', 'the Isle of Man'),
    ('BMN 123',  'Isle of Man', 'the Isle of Man'),
    ('1 YMN',    'Isle of Man', 'the Isle of Man'),
    ('AB01 ABC', 'age identifier', 'the age identifier'),
    ('AB00 ABC', 'age identifier', 'the age identifier'),
    ('AB50 ABC', 'age identifier', 'the age identifier'),
    ('XA01 ABC', 'age identifier', 'the age identifier'),
    ('AB51 ABQ', 'letter Q',       'the letter Q'),
    ('QA51 ABC', 'letter Q',       'the letter Q'),
    ('ZA51 ABC', 'letter Z',       'the letter Z'),
    ('A012 BCD', 'zero',           'the leading zero'),
    ('0001 A',   'zero',           'the leading zero')) AS v (input, pattern, what);
SELECT is_empty($$
    SELECT input, pg_temp.detail_of(input), plate_problem(input)
      FROM unnest('{AB51 IQC,AB01 ABC,MAN 1234,A012 BCD,nonsense,AB75-CDE,"",AIK 1234,C123 4567,100 D 101}'::text[]) AS input
     WHERE plate_problem(input) IS DISTINCT FROM pg_temp.detail_of(input)
    $$, 'plate_problem says what the DETAIL of the error says');
SELECT is((SELECT count(DISTINCT pg_temp.detail_of(input)) FROM unnest('{AB51 IQC,AB01 ABC,MAN 1234,A012 BCD,AB75-CDE,"",AIK 1234,C123 4567}'::text[]) AS input),
          8::bigint, 'different faults have different details');

-- plate_is_valid and plate_problem against the grammar, written out as one regular
-- expression over the text in capitals without spaces. Isle of Man marks: MN; MAN; xMN with
-- x from B to Y without I, Q and S.

CREATE TEMP TABLE grammar AS SELECT format($re$(?x)^(?:
      %1$s{2} %5$s %2$s{3}                                          # current and export
    | %3$s [1-9][0-9]{0,2} (?!MAN) %1$s{3}                          # prefix
    | Q [1-9][0-9]{0,2} %1$s{3}                                     # Q
    | (?!%6$s[0-9]) %1$s{3} [1-9][0-9]{0,2} %3$s                    # suffix
    | (?!%6$s[0-9]) (?: %1$s{1,2} [1-9][0-9]{0,3} | %1$s{3} [1-9][0-9]{0,2} )
    | (?:S|G|V|HS|RG|LM|SY|VS) 0                                    # civic zero marks
    | [1-9][0-9]{0,3} (?!MN$) %1$s{1,2}
    | [1-9][0-9]{0,2} (?!%6$s$) %1$s{3}
    | %1$s? %4$s [1-9][0-9]{0,3}                                    # Northern Ireland
    | [1-9][0-9]{0,3} %1$s? %4$s
    | QNI [1-9][0-9]{0,3}
    | (?: 10[1-9] | 1[1-9][0-9] | [2-9][0-9]{2} ) [DX] [1-9][0-9]{2}
    | [A-Z]{2} [0-9]{2} [A-Z]{2} | [0-9]{2} [A-Z]{2} [0-9]{2}       # military
    | (?!00000) [0-9]{5}                                            # trade
    | QTR1|QLD1|QUE1|1RAQ|1CZS|KI1|AH0|BH0521|BL0131|EB02|KHW004|OS05(?:00|79)|11|ZG|ZV|1UZB|ZIM1|IC1   # irregular
    | [ABD-Z] [0-9]{7}                                              # trailer
    )$$re$,
    '[A-HJ-PR-Y]', '[A-HJ-PR-Z]', '[A-HJ-NPR-TV-Y]',
    '(?:AZ|BZ|CZ|DZ|EZ|FZ|GZ|HZ|IA|IB|IG|IJ|IL|IW|JI|JZ|KZ|LZ|MZ|NZ|OI|OZ|PZ|RZ|SZ|TZ|UI|UZ|VZ|WZ|XI|XZ|YZ)',
    '(?:0[2-9]|[1-4][0-9]|5[1-9]|[6-9][0-9])',
    '(?:MN|MAN|[B-HJ-PRT-Y]MN)') AS expression;
-- Texts on which no rule decides: groups SMN, Q marks with MAN, trailers of number zero
CREATE TEMP TABLE undecided AS SELECT '(^|[0-9])SMN|^Q[0-9]+MAN$|^[A-Z]0{7}$'::text AS expression;

CREATE TEMP TABLE trial (origin text, compact text);
INSERT INTO trial       -- every text of one, two and three characters
    WITH c AS (SELECT regexp_split_to_table('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', '') AS c)
    SELECT 'short', x.c || y.c || z.c
      FROM c AS x CROSS JOIN (TABLE c UNION ALL VALUES ('')) AS y CROSS JOIN (TABLE c UNION ALL VALUES ('')) AS z
     WHERE NOT (y.c = '' AND z.c <> '');
INSERT INTO trial       -- of four to eight characters: every arrangement of letters and digits, filled without a pattern
    SELECT 'arranged', string_agg(substr(CASE WHEN shape >> pos & 1 = 0 THEN 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' ELSE '0123456789' END,
                                         get_byte(noise, pos) % CASE WHEN shape >> pos & 1 = 0 THEN 26 ELSE 10 END + 1, 1), '' ORDER BY pos)
      FROM generate_series(4, 8) AS length,
           LATERAL generate_series(0, (1 << length) - 1) AS shape,
           generate_series(1, 100) AS fill,
           LATERAL (SELECT sha256(convert_to(format('%s %s %s', length, shape, fill), 'UTF8')) AS noise) n,
           LATERAL generate_series(0, length - 1) AS pos
     GROUP BY length, shape, fill;
INSERT INTO trial       -- every change of one character, and every character left out, in good marks
    SELECT 'changed', overlay(good PLACING c FROM pos FOR 1)
      FROM unnest('{AB75CDE,ZA51ZZZ,XA51ABC,A123BCD,A1BCD,Q12ABC,ABC123D,ABC1D,AMN12D,A1,A1234,AB1234,ABC123,1A,1234AB,123ABC,S0,HS0,AZ1,IA1234,1234XI,
                    AAZ1234,YUI1,1JI,1234ABZ,QNI1234,101D100,999X999,AB12CD,12AB34,00001,A1234567,MAN1,1MAN,BMN1A,A1MAN}'::text[]) AS g (good),
           LATERAL generate_series(1, length(good)) AS pos,
           unnest(regexp_split_to_array('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', '') || ''::text) AS c;

SELECT cmp_ok((SELECT count(*) FROM trial, grammar WHERE compact ~ expression), '>', 10000::bigint,
              'more than ten thousand of the texts tried are marks');
SELECT is_empty(format($$
    SELECT compact, plate_is_valid(compact) AS have FROM trial, grammar, undecided
     WHERE origin = %L AND compact !~ undecided.expression
       AND plate_is_valid(compact) IS DISTINCT FROM compact ~ grammar.expression
     ORDER BY compact LIMIT 5
    $$, origin), format('plate_is_valid says what the grammar says: %s', what))
  FROM (VALUES ('short', 'all texts of one to three letters and digits'),
               ('arranged', 'letters and digits in every arrangement of four to eight'),
               ('changed', 'good marks with one character changed or left out')) AS v (origin, what);
SELECT is_empty($$
    SELECT compact, plate_problem(compact) FROM trial
     WHERE plate_is_valid(compact) <> (plate_problem(compact) IS NULL) OR plate_problem(compact) !~ '\S' LIMIT 5
    $$, 'plate_problem is NULL for a mark and a reason for anything else');
SELECT is_empty($$
    SELECT compact, pg_temp.input_failure(compact) FROM (SELECT * FROM trial WHERE origin = 'changed') t
     WHERE (pg_temp.input_failure(compact)).state IS DISTINCT FROM CASE WHEN NOT plate_is_valid(compact) THEN '22P02' END LIMIT 5
    $$, 'the input function takes what plate_is_valid approves of, and nothing else');
SELECT is_empty($$
    SELECT compact FROM (SELECT * FROM trial WHERE plate_is_valid(compact)) t WHERE plate_compact(compact::plate) <> compact LIMIT 5
    $$, 'a mark that is accepted comes back as it was given');
SELECT ok(plate_is_valid(NULL) IS NULL AND plate_problem(NULL) IS NULL, 'NULL is neither valid nor a problem');

-- Locale plays no part: under Turkish rules, lower case i is no other letter
SELECT is(plate_compact(lower('IA 1234' COLLATE "C")::plate), 'IA1234', 'i is I');

-- Soft errors, from PostgreSQL 16 on
CREATE FUNCTION pg_temp.soft_valid(input text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    valid bool;
BEGIN
    EXECUTE 'SELECT pg_input_is_valid($1, ''regcar.plate'')' INTO valid USING input;
    RETURN valid;
END $$;
CREATE FUNCTION pg_temp.soft_info(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    info text;
BEGIN
    EXECUTE 'SELECT concat_ws('' '', sql_error_code, message, detail) FROM pg_input_error_info($1, ''regcar.plate'')' INTO info USING input;
    RETURN info;
END $$;
SELECT CASE WHEN current_setting('server_version_num')::int < 160000 THEN skip('pg_input_is_valid came with PostgreSQL 16', 4)
            ELSE collect_tap(
                is(pg_temp.soft_valid('AB75 CDE'), true, 'pg_input_is_valid accepts a mark'),
                is(pg_temp.soft_valid('AB51 IQC'), false, 'pg_input_is_valid refuses without an error what is no mark'),
                is(pg_temp.soft_info('AB51 IQC'), '22P02 invalid registration mark: "AB51 IQC" Letter I is never used in the last three letters of a current mark.',
                   'pg_input_error_info has the SQLSTATE, the message and the DETAIL'),
                is(pg_temp.soft_info('AB75 CDE'), '', 'pg_input_error_info has nothing on a mark')) END;

SELECT * FROM finish();
ROLLBACK;
