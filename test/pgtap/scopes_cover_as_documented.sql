-- What a hold covers: the rules of extension/doc/holds.md, one by one.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;

-- The SQLSTATE of a statement, or 'done'; what it did is undone.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'OK000';
EXCEPTION
    WHEN SQLSTATE 'OK000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
-- What a write meets under a hold of a scope, with exemptions; the holds are undone too.
CREATE FUNCTION under(scope jsonb, statement text, action regcar.hold_action DEFAULT 'reject', exemptions jsonb[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hold bigint;
    e jsonb;
BEGIN
    hold := regcar.place_hold('under', scope, action);
    FOREACH e IN ARRAY exemptions LOOP
        PERFORM regcar.exempt(hold, e, 'under');
    END LOOP;
    EXECUTE statement;
    RAISE SQLSTATE 'OK000';
EXCEPTION
    WHEN SQLSTATE 'OK000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

SELECT no_plan();

-- Types: equal is what the type of the column calls equal; NULL: it cannot read the value, or cannot compare it

CREATE TYPE colour AS ENUM ('red', 'Rosso Corsa');
CREATE DOMAIN shade AS colour;
CREATE DOMAIN code AS char(6);
CREATE DOMAIN code2 AS code CHECK (VALUE <> 'x');
CREATE TYPE pair AS (day date, note text);
CREATE TABLE typed (
    mark plate, t text, vc varchar(9), c char(6), d code2, n name, q "char", b boolean, i2 smallint, i4 int, i8 bigint, num numeric, num2 numeric(9,2),
    f4 real, f8 float8, m money, e colour, es shade, dt date, ts timestamp, tz timestamptz, tm time, ttz timetz, iv interval,
    u uuid, by bytea, ip inet, js json, jb jsonb, bits bit(4), ta text[], da date[], tza timestamptz[], ca char(6)[], r daterange, tr tstzrange, p pair,
    s plate_series, pl plate, pr platerange, o oid, rc regclass);
SELECT guard('typed', 'mark') \g /dev/null
SELECT is(unread_values('typed', 'i4', '{"i4": ["seven", 8, "nine", 10]}', 'i4'), '{seven,nine}', 'one that cannot be read hides no other');

CREATE TABLE sample (id int GENERATED ALWAYS AS IDENTITY, col text, literal text, scope jsonb, covered boolean);
INSERT INTO sample (col, literal, scope, covered) VALUES
    ('t', 'Jaguar', '"Jaguar"', true), ('t', 'Jaguar', '"jaguar"', false), ('t', 'Jaguar', '"Jaguar "', false), ('t', 'Jaguar', '["Rover", "Jaguar"]', true),
    ('t', 'Jaguar', '["Rover", "Jagua"]', false), ('t', 'Jaguar', '["Jaguar", "Jaguar"]', true), ('t', '', '""', true), ('t', '', '" "', false), ('t', 'true', 'true', true), ('t', '7', '7', true), ('t', '7.0', '7', false),
    ('t', E'a\nb"\\%s', '"a\nb\"\\%s"', true), ('t', 'Škoda', '"Škoda"', true), ('t', 'Škoda', '"\u0160koda"', true), ('t', 'S' || U&'\030C' || 'koda', '"Škoda"', false), ('t', '🚗', '"\ud83d\ude97"', true), ('t', 'null', '"null"', true),
    ('vc', 'x', '"x"', true), ('vc', 'x ', '"x"', false), ('vc', 'x ', '"x "', true),
    ('c', 'x', '"x"', true), ('c', 'x', '"x     "', true), ('c', ' x', '" x"', true), ('d', 'ab', '"ab"', true), ('d', 'ab', '"ab    "', true),
    ('n', 'x', '"x"', true), ('q', 'x', '"x"', true), ('b', 'yes', 'true', true), ('b', 'yes', '"true"', true), ('b', 'yes', '"t"', true), ('b', 'yes', '"ja"', NULL), ('b', 'no', 'false', true), ('b', 'no', '[true, false]', true),
    ('i2', '7', '7', true), ('i4', '7', '"7"', true), ('i4', '7', '7.0', true), ('i4', '7', '70e-1', true), ('i4', '7', '7.5', NULL), ('i4', '7', '"seven"', NULL), ('i4', '7', '" 7"', true), ('i4', '100', '1e2', true), ('i4', '-7', '-7', true), ('i8', '9007199254740993', '9007199254740993', true), ('i8', '9007199254740993', '9007199254740992', false),
    ('num', '7', '7', true), ('num', '7.0', '7.0', true), ('num', '7.0', '7', true), ('num', '7', '7.0', true), ('num', '-0.0', '0', true), ('num', '0.1', '1e-1', true), ('num2', '7', '7', true), ('num2', '7.01', '7', false), ('num2', '7.01', '7.0149', false), ('num2', '7', '7.00', true), ('num', 'NaN', '"NaN"', true),
    ('f4', '0.1', '0.1', true), ('f8', '0.1', '0.1', true), ('f8', '0.30000000000000004', '0.30000000000000004', true), ('f8', '0.30000000000000004', '0.3', false), ('f8', '1e20', '"1e+20"', true), ('f8', '7', '7.0', true), ('f8', '-0', '0', true), ('f8', 'Infinity', '"Infinity"', true),
    ('m', '12.5', '"$12.50"', true), ('e', 'Rosso Corsa', '"Rosso Corsa"', true), ('e', 'red', '"Red"', NULL), ('es', 'red', '"red"', true),
    ('dt', '2025-09-01', '"2025-09-01"', true), ('dt', '2025-09-01', '"01/09/2025"', true), ('dt', '2025-09-01', '"1 Sep 2025"', true), ('dt', '2025-09-01', '"2025-09-31"', NULL), ('dt', 'infinity', '"infinity"', true), ('dt', '0044-03-15 BC', '"0044-03-15 BC"', true),
    ('ts', '2025-09-01 12:00', '"2025-09-01 12:00:00"', true), ('tz', '2025-09-01 00:00+01', '"2025-08-31 23:00:00+00"', true), ('tz', '2025-09-01 00:00+01', '"2025-09-01 00:00:00+01"', true),
    ('tm', '12:00', '"12:00:00"', true), ('ttz', '12:00+01', '"12:00:00+01"', true), ('iv', '1 day 2 hours', '"1 day 02:00:00"', true), ('iv', '-1 day +2 hours', '"-1 days +02:00:00"', true),
    ('u', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', true), ('by', '\x00ff', '"\\x00ff"', true), ('ip', '10.0.0.1', '"10.0.0.1"', true),
    ('js', '{"a":  1}', '"{\"a\":  1}"', NULL), ('jb', '{"a":  1}', '"{\"a\": 1}"', true), ('bits', '1010', '"1010"', true),
    ('ta', '{a,"b c"}', '"{a,\"b c\"}"', true), ('da', '{2025-09-01}', '"{2025-09-01}"', true), ('tza', '{2025-09-01 00:00+01}', '"{\"2025-08-31 23:00:00+00\"}"', true), ('ca', '{x}', '"{\"x     \"}"', true),
    ('r', '[2025-09-01,2026-03-01)', '"[2025-09-01,2026-03-01)"', true), ('tr', '[2025-09-01 00:00+01,)', '"[\"2025-08-31 23:00:00+00\",)"', true), ('p', '(2025-09-01,x)', '"(2025-09-01,x)"', true),
    ('s', '75', '"75"', true), ('s', '75', '75', true), ('s', 's-prefix', '"S-prefix"', true), ('s', 's-prefix', '"s-prefix"', true), ('pl', 'ab75cde', '"AB75 CDE"', true), ('pl', 'ab75cde', '"AB75CDE"', true), ('pl', 'ab75cde', '"AB75 IQC"', NULL),
    ('pr', '[AB75CDE,AB75CDF)', '"[\"AB75 CDE\",\"AB75 CDF\")"', true), ('o', '1259', '1259', true), ('rc', 'pg_class', '"pg_class"', true), ('rc', 'public.typed', '"public.typed"', true), ('rc', 'public.typed', '"typed"', NULL);
INSERT INTO sample (col, literal, scope, covered) VALUES
    ('i4', '6', '{"<": 7}', true), ('i4', '7', '{"<": 7}', false), ('i4', '7', '{"<=": 7.0}', true), ('i4', '8', '{"<=": 7}', false),
    ('i4', '7', '{">=": "7"}', true), ('i4', '6', '{">=": 7}', false), ('i4', '8', '{">": 7}', true), ('i4', '7', '{">": 7}', false),
    ('i4', '7', '{">": 5, "<=": 7}', true), ('i4', '5', '{">": 5, "<=": 7}', false), ('i4', '8', '{">": 5, "<=": 7}', false), ('i4', '7', '{"<": "seven"}', NULL),
    ('dt', '2025-08-31', '{"<=": "31/08/2025"}', true), ('dt', '2025-09-01', '{"<=": "31/08/2025"}', false), ('dt', 'infinity', '{">": "2025-08-31"}', true),
    ('t', 'Bentley', '{">=": "A", "<": "C"}', true), ('s', '75', '{">": "25"}', true), ('s', '25', '{">": "25"}', false), ('js', '{}', '{">=": "{}"}', NULL);
-- where the server has it
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citext') AS has_citext \gset
\if :has_citext
CREATE EXTENSION citext;
ALTER TABLE typed ADD ci citext;
INSERT INTO sample (col, literal, scope, covered) VALUES ('ci', 'Jaguar', '"Jaguar"', true), ('ci', 'Jaguar', '"jaguar"', true), ('ci', 'Jaguar', '"Rover"', false);
\endif
SELECT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS has_icu \gset
\if :has_icu
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
ALTER TABLE typed ADD ac text COLLATE any_case;
INSERT INTO sample (col, literal, scope, covered) VALUES ('ac', 'Jaguar', '"Jaguar"', true), ('ac', 'Jaguar', '"JAGUAR"', true), ('ac', 'Jaguar', '"jaguar"', true), ('ac', 'Jaguar', '"Rover"', false);
\endif
-- texts that the row has compressed, and that it does not have itself
INSERT INTO sample (col, literal, scope, covered)
SELECT 't', t, to_jsonb(t || suffix), suffix = ''
FROM unnest(ARRAY[repeat('Jaguar ', 1000), (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 100) n)]) t, unnest('{"", "."}'::text[]) suffix;
CREATE TABLE kept (id int, LIKE typed);
SELECT format('INSERT INTO kept (id, %I) VALUES (%s, %L)', col, id, literal) FROM sample \gexec
CREATE FUNCTION verdict(s sample) RETURNS text LANGUAGE sql AS $$
    SELECT public.under(jsonb_build_object(s.col, s.scope), format('INSERT INTO public.typed (mark, %I) SELECT ''AB75 CDE'', %1$I FROM public.kept WHERE id = %s', s.col, s.id)) $$;
SELECT is(verdict(s), CASE covered WHEN true THEN 'RH001' WHEN false THEN 'done' ELSE '22023' END,
          format('a column of type %s with %L is %s %s', format_type(a.atttypid, a.atttypmod), left(literal, 100),
                 CASE covered WHEN true THEN 'covered by' WHEN false THEN 'not covered by' ELSE 'never compared with' END, left(scope::text, 100)))
FROM sample s JOIN pg_attribute a ON a.attrelid = 'typed'::regclass AND a.attname = s.col;
SELECT is_empty($$SELECT attname FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum > 1 EXCEPT SELECT col FROM sample$$, 'each type is tried');
SELECT is_empty($$SELECT s.col, s.literal FROM sample s JOIN sample x ON x.covered AND (x.col, x.literal) = (s.col, s.literal) WHERE NOT s.covered
                  AND 'object' NOT IN (jsonb_typeof(s.scope), jsonb_typeof(x.scope))
                  AND under(jsonb_build_object(s.col, '[]'::jsonb || s.scope || x.scope),
                            format('INSERT INTO typed (mark, %I) SELECT ''AB75 CDE'', %1$I FROM kept WHERE id = %s', s.col, s.id)) <> 'RH001'$$, 'one alternative of a list that matches is enough');

-- No setting of a session changes what a hold covers, nor what hold_for() says of it

-- Samples whose verdict differs with these settings, which are undone.
CREATE FUNCTION changed_by(settings text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    setting text;
    differ text;
BEGIN
    FOREACH setting IN ARRAY settings LOOP
        PERFORM set_config(split_part(setting, '=', 1), split_part(setting, '=', 2), true);
    END LOOP;
    SELECT string_agg(format('%s %L %s', s.col, s.literal, s.scope), ', ') INTO differ
    FROM public.sample s WHERE public.verdict(s) IS DISTINCT FROM CASE s.covered WHEN true THEN 'RH001' WHEN false THEN 'done' ELSE '22023' END;
    RAISE SQLSTATE 'OK000';
EXCEPTION WHEN SQLSTATE 'OK000' THEN
    RETURN differ;
END $$;
SELECT is(changed_by(settings::text[]), NULL, 'whatever the session has set: ' || settings)
FROM (VALUES ('{"DateStyle=SQL, DMY",TimeZone=Asia/Tokyo,IntervalStyle=sql_standard,extra_float_digits=-15,bytea_output=escape}'),
             ('{"DateStyle=German, DMY",TimeZone=America/St_Johns,IntervalStyle=iso_8601,extra_float_digits=0}'),
             ('{"DateStyle=Postgres, MDY",TimeZone=-07:30,IntervalStyle=postgres_verbose,extra_float_digits=3}'),
             ('{search_path=,row_security=off,xmloption=document,xmlbinary=hex,quote_all_identifiers=on,array_nulls=off,lc_monetary=C}'),
             ('{"search_path=pg_catalog, public",jit=off,backslash_quote=on,transform_null_equals=on'
              -- from 19 on it is always on
              || CASE WHEN current_setting('server_version_num')::int < 190000 THEN ',standard_conforming_strings=off' ELSE '' END || '}')) v (settings);

-- Columns that have nothing to show, or cannot show it in time

CREATE TABLE cars (mark plate, make text, dealer text, gen text GENERATED ALWAYS AS (upper(make)) STORED);
SELECT guard('cars') \g /dev/null
INSERT INTO cars VALUES ('AB24 ABC', 'Rover');
SELECT results_eq($$SELECT key, c.column_name FROM unnest('{gen,make,ctid}'::text[]) key, key_columns(key) c WHERE c.target = 'cars'::regclass$$,
                  $$VALUES ('gen', NULL::name), ('make', 'make'), ('ctid', NULL)$$, 'a key has no column that is generated, or the system''s');
SELECT is(under(scope::jsonb, statement, 'reject', exemptions::jsonb[]), want, format('%s, %s under %s%s', want, statement, scope, CASE WHEN exemptions <> '{}' THEN ' but ' || exemptions END))
FROM (VALUES
    ('UPDATE cars SET dealer = ''b''', '{"make": "Rover"}', '{}', 'done'),
    ('UPDATE cars SET dealer = ''b''', '{"gen": "ROVER"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'')', '{"make": "Jaguar"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"make": "Jaguar"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{}', '{}', 'RH001'),
    -- NULL, a key that is no column, a generated column, a system column: held
    ('INSERT INTO cars VALUES (''AB75 CDE'', NULL)', '{"make": "Jaguar"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"nowhere": "Jaguar"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"gen": "JAGUAR"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"ctid": "(0,1)"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"Make": "Jaguar"}', '{}', 'RH001'),
    -- not where another key does not match
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Rover'')', '{"nowhere": "x", "make": "Jaguar"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', NULL, ''b'')', '{"make": "Jaguar", "dealer": "a"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', NULL, ''a'')', '{"make": "Jaguar", "dealer": "a"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (NULL, ''Rover'')', '{"series": "75", "make": "Jaguar"}', '{}', 'done'),
    -- and none of them exempted
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{"make": "Jaguar"}', '{"{\"dealer\": \"a\"}"}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''b'')', '{"make": "Jaguar"}', '{"{\"dealer\": \"a\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''b'')', '{"make": "Jaguar"}', '{"{\"dealer\": \"a\"}","{\"dealer\": \"b\"}"}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''b'')', '{"make": "Jaguar"}', '{"{}"}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', NULL)', '{"make": "Jaguar"}', '{"{\"dealer\": \"a\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{}', '{"{\"nowhere\": \"a\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{}', '{"{\"gen\": \"JAGUAR\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{}', '{"{\"dealer\": \"a\", \"nowhere\": 1}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{}', '{"{\"dealer\": \"a\", \"make\": \"Rover\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'', ''a'')', '{}', '{"{\"dealer\": [\"b\", \"a\"], \"make\": [\"Rover\", \"Jaguar\"], \"series\": 75}"}', 'done'),
    ('INSERT INTO cars VALUES (NULL, ''Jaguar'', ''a'')', '{}', '{"{\"dealer\": \"a\", \"series\": 75}"}', 'RH001'),
    -- of the mark
    ('INSERT INTO cars VALUES (''AB75 CDE'')', '{"series": "75"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB25 CDE'')', '{"series": "75"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AB25 CDE'')', '{"series": ["24", 75, "''25"]}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''S123 ABC'')', '{"series": "s-prefix"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''ABC 123S'')', '{"series": "S-prefix"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AAZ 1234'')', '{"series": "75"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AAZ 1234'')', '{}', '{"{\"series\": \"75\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (NULL)', '{"series": "75"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (NULL)', '{}', '{"{\"series\": \"75\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AAZ 1234'')', '{"format": "ni_serial"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AZ 1234'')', '{"format": "ni_serial"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'')', '{"format": ["ni", "current"]}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'')', '{"region": "Anglia"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''LB75 CDE'')', '{"region": "Anglia"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''101 D 101'')', '{"region": "Anglia"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''101 D 101'')', '{}', '{"{\"region\": \"Anglia\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'')', '{"tag": "AB"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''LB75 CDE'')', '{"tag": "AB"}', '{}', 'done'),
    ('INSERT INTO cars VALUES (''LB75 CDE'')', '{"tag": ["AB", "LB"]}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''A123 BCD'')', '{"tag": "CD"}', '{}', 'RH001'),      -- an area code
    ('INSERT INTO cars VALUES (''QTR 1'')', '{"tag": "TR"}', '{}', 'done'),          -- known to have none
    ('INSERT INTO cars VALUES (''TO75 CDE'')', '{}', '{"{\"region\": \"Scotland\"}"}', 'RH001'),
    ('INSERT INTO cars VALUES (''TO75 CDE'')', '{}', '{"{\"tag\": \"TO\"}"}', 'done'),  -- a tag without a region is freed by the tag
    ('INSERT INTO cars VALUES (''KO75 CDE'')', '{}', '{"{\"region\": \"Luton and Northampton\"}"}', 'done'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'')', '{"make": "Jaguar", "series": "75", "format": "current", "region": "Anglia"}', '{}', 'RH001'),
    ('INSERT INTO cars VALUES (''AB75 CDE'', ''Jaguar'')', '{"make": "Jaguar", "series": "75", "format": "export", "region": "Anglia"}', '{}', 'done')) v (statement, scope, exemptions, want);

-- Columns of the table that are called like what is computed from the mark

CREATE TABLE own_names (mark plate, series text, format int, region text, make text);
SELECT guard('own_names') \g /dev/null
SELECT is(under(scope::jsonb, 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'')'), want, format('%s under %s, whatever the columns of these names have', want, scope))
FROM (VALUES ('{"series": "75"}', 'RH001'), ('{"series": "24"}', 'done'), ('{"format": "current"}', 'RH001'), ('{"format": "trade"}', 'done'), ('{"region": "Anglia"}', 'RH001'), ('{"region": "London"}', 'done')) v (scope, want);
SELECT is(outcome('SELECT place_hold(''x'', ''{"region": "Mars"}'')'), '22023', 'a region of that column is none');
SELECT unguard('own_names'), guard('own_names', keys => '{"tag": "make"}') \g /dev/null
SELECT is(under('{"tag": "urgent"}', 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'', ''urgent'')'), 'RH001', 'the key tag is a column where the guard says so');
SELECT is(under('{"tag": "AB"}', 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'', ''urgent'')'), 'done', 'and then not the mark''s');
SELECT unguard('own_names'), guard('own_names', keys => '{"sales_region": "region", "fmt": "format"}') \g /dev/null
SELECT is(under('{"sales_region": "Mars"}', 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'')'), 'RH001', 'under another key it can be asked for');
SELECT is(under('{"sales_region": "Venus"}', 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'')'), 'done', 'as any');
SELECT is(under('{"fmt": 7}', 'INSERT INTO own_names VALUES (''AB75 CDE'', ''24'', 7, ''Mars'')'), 'RH001', 'a number too');

-- Keys that the guard maps

CREATE TABLE mapped (mark plate, manufacturer text, make text, "a=b" text, "b=c" text, c text);
SELECT guard('mapped', keys => '{"make": "manufacturer", "maker": "manufacturer", "a": "b=c", "x y\"z": "c", "replicated": "c"}') \g /dev/null
SELECT is(under(scope::jsonb, 'INSERT INTO mapped VALUES (''AB75 CDE'', ''Jaguar'', ''Rover'', ''ab'', ''bc'', ''c'')'), want, format('mapped keys: %s under %s', want, scope))
FROM (VALUES ('{"make": "Jaguar"}', 'RH001'), ('{"make": "Rover"}', 'done'), ('{"maker": "Jaguar"}', 'RH001'), ('{"manufacturer": "Jaguar"}', 'RH001'), ('{"manufacturer": "Rover"}', 'done'),
             ('{"a": "bc"}', 'RH001'), ('{"a": "ab"}', 'done'), ('{"a=b": "ab"}', 'RH001'), ('{"a=b": "c"}', 'done'), ('{"b=c": "bc"}', 'RH001'), ('{"x y\"z": "c"}', 'RH001'), ('{"x y\"z": "d"}', 'done'),
             ('{"replicated": "c"}', 'RH001'), ('{"replicated": "d"}', 'done'), ('{"mak": "Jaguar"}', 'RH001'), ('{"makers": "x"}', 'RH001')) v (scope, want);
SELECT results_eq($$SELECT key, target::text FROM string_to_table('make,maker,a,a=b,b=c,mak,x y"z,replicated,series,ctid', ',') key, key_columns(key) c WHERE c.target = 'mapped'::regclass AND c.column_name IS NULL ORDER BY 1$$,
                  $$VALUES ('ctid', 'mapped'), ('mak', 'mapped')$$, 'what place_hold() warns of is what the guard cannot answer');
ALTER TABLE mapped DROP COLUMN manufacturer;
SELECT is(under('{"make": "Volvo"}', 'INSERT INTO mapped VALUES (''AB75 CDE'', ''Rover'')'), 'RH001', 'a mapped column that is gone cannot answer, though there is one of the key''s own name');
SELECT results_eq($$SELECT target::text FROM key_columns('make') c WHERE c.target = 'mapped'::regclass AND c.column_name IS NULL$$, $$VALUES ('mapped')$$, 'which is said');

-- A mark in a text column

CREATE TABLE textual (mark text, make text);
SELECT guard('textual', 'mark') \g /dev/null
SELECT is(under(scope::jsonb, format('INSERT INTO textual VALUES (%L)', mark), 'reject', exemptions::jsonb[]), want, format('%s: %L as text, under %s%s', want, mark, scope, CASE WHEN exemptions <> '{}' THEN ' but ' || exemptions END))
FROM (VALUES ('ab75cde', '{"series": "75"}', '{}', 'RH001'), (' a b75 c d e ', '{"series": "75"}', '{}', 'RH001'), ('ab24cde', '{"series": "75"}', '{}', 'done'), ('AB75IDE', '{"series": "24"}', '{}', 'RH001'), ('', '{"series": "24"}', '{}', 'RH001'),
             (NULL, '{"series": "24"}', '{}', 'RH001'), ('AB75IDE', '{}', '{"{\"series\": \"75\"}"}', 'RH001'), ('AB75CDE', '{}', '{"{\"series\": \"75\"}"}', 'done'), ('AB75CDE', '{"format": "ni"}', '{}', 'done'),
             ('ab75cde', '{"mark": "AB75 CDE"}', '{}', 'done'), ('ab75cde', '{"mark": "ab75cde"}', '{}', 'RH001'), (repeat('A', 100000), '{"region": "London"}', '{}', 'RH001')) v (mark, scope, exemptions, want);

-- UPDATE into a scope, out of it and within it; of what no scope names; DELETE and TRUNCATE

CREATE TABLE moved (mark plate, make text, dealer text, note text, manufacturer text);
INSERT INTO moved VALUES ('AB75 CDE', 'Jaguar', 'a', 'n', 'm');
SELECT guard('moved', keys => '{"maker": "manufacturer"}') \g /dev/null
SELECT is(under(scope::jsonb, statement, action::hold_action, exemptions::jsonb[]), want, format('%s: %s under %s %s%s', want, statement, action, scope, CASE WHEN exemptions <> '{}' THEN ' but ' || exemptions END))
FROM (VALUES
    ('UPDATE moved SET make = ''Rover''', '{"make": "Jaguar"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET make = ''Rover''', '{"make": "Rover"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET make = ''Rover''', '{"make": ["Rover", "Jaguar"]}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET make = ''Rover''', '{"make": "Volvo"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET make = make', '{"make": "Jaguar"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET make = ''Jaguar''', '{"make": "Jaguar"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET make = NULL', '{"make": "Volvo"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET note = ''x''', '{"make": "Jaguar"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET note = ''x''', '{"nowhere": "x"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar"}', 'reject', '{}', 'done'),
    -- another key of the same hold changes
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar", "dealer": "c"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar", "dealer": ["a"]}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET dealer = ''b'', make = ''Rover''', '{"make": "Rover", "dealer": "a"}', 'reject', '{}', 'done'),
    -- a key that an exemption alone names
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar"}', 'reject', '{"{\"dealer\": \"c\"}"}', 'RH001'),
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar"}', 'reject', '{"{\"dealer\": \"b\"}"}', 'RH001'),
    ('UPDATE moved SET dealer = ''b''', '{"make": "Jaguar"}', 'reject', '{"{\"dealer\": [\"a\", \"b\"]}"}', 'done'),
    ('UPDATE moved SET dealer = ''b''', '{"make": "Volvo"}', 'reject', '{"{\"dealer\": \"c\"}"}', 'done'),
    -- a column that guard() maps, whether a hold names it or not
    ('UPDATE moved SET manufacturer = ''x''', '{}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET manufacturer = ''x''', '{"make": "Jaguar"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET manufacturer = ''x''', '{"make": "Rover"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET manufacturer = ''x''', '{"maker": "m"}', 'reject', '{}', 'RH001'),
    -- the mark
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"series": "75"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"series": "24"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"series": "25"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"make": "Jaguar"}', 'reject', '{}', 'RH001'),
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"make": "Rover"}', 'reject', '{}', 'done'),
    ('UPDATE moved SET mark = ''AB24 CDE''', '{"make": "Jaguar"}', 'queue', '{}', 'RH001'),
    ('UPDATE moved SET mark = mark, note = ''x''', '{"series": "75"}', 'reject', '{}', 'done'),
    -- under a freeze, any write of what is covered
    ('UPDATE moved SET note = ''x''', '{"make": "Jaguar"}', 'freeze', '{}', 'RH001'),
    ('UPDATE moved SET note = ''x''', '{"make": "Rover"}', 'freeze', '{}', 'done'),
    ('UPDATE moved SET make = ''Rover''', '{"make": "Rover"}', 'freeze', '{}', 'RH001'),
    ('UPDATE moved SET note = ''x''', '{"make": "Jaguar"}', 'freeze', '{"{\"dealer\": \"a\"}"}', 'done'),
    ('UPDATE moved SET note = ''x''', '{"nowhere": "x"}', 'freeze', '{}', 'RH001'),
    ('DELETE FROM moved', '{"make": "Jaguar"}', 'freeze', '{}', 'RH001'),
    ('DELETE FROM moved', '{"make": "Rover"}', 'freeze', '{}', 'done'),
    ('DELETE FROM moved', '{"make": "Jaguar"}', 'freeze', '{"{\"dealer\": \"a\"}"}', 'done'),
    ('DELETE FROM moved', '{"make": "Jaguar"}', 'reject', '{}', 'done'),
    ('DELETE FROM moved', '{"make": "Jaguar"}', 'queue', '{}', 'done'),
    ('TRUNCATE moved', '{"make": "Rover"}', 'freeze', '{}', 'RH001'),
    ('TRUNCATE moved', '{"series": "24"}', 'freeze', '{}', 'RH001'),
    ('TRUNCATE moved', '{}', 'freeze', '{"{\"dealer\": \"a\"}"}', 'RH001'),
    ('TRUNCATE moved', '{}', 'freeze', '{"{}"}', 'done'),
    ('TRUNCATE moved', '{"make": "Jaguar"}', 'reject', '{}', 'done')) v (statement, scope, action, exemptions, want);

-- Several holds: the strongest decides, of equals the first; an exemption is from one hold alone, and ends by itself

SELECT place_hold('q', '{"make": "Jaguar"}', 'queue') AS q, place_hold('r', '{"series": "75"}', 'reject') AS r, place_hold('r2', '{"series": ["75", "24"]}', 'reject') AS r2, place_hold('f', '{"dealer": "a"}', 'freeze') AS f \gset
CREATE FUNCTION asked(target regclass, data jsonb) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(f.reason, ' ' ORDER BY n) FROM hold_for(target, data) WITH ORDINALITY AS f (hold, action, reason, incident, since, n) $$;
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "a"}'), 'f r r2 q', 'hold_for() lists all of them, the strongest first, of equals the first');
SELECT is(asked('moved', '{"mark": "AB24 CDE", "make": "Jaguar", "dealer": "b"}'), 'r2 q', 'those that cover the row');
SELECT is(asked('moved', '{"mark": "AB25 CDE", "make": "Rover", "dealer": "b"}'), NULL, 'and none where none does');
SELECT is(asked('moved', '{}'), 'f r r2 q', 'what is left out is unknown, so all of them');
SELECT exempt(:f, '{"make": "Jaguar"}', 'one') AS e1, exempt(:r, '{"make": "Jaguar", "dealer": "a"}', 'two') AS e2, exempt(:r2, '{}', 'three', clock_timestamp() + interval '1 day') AS e3 \gset
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "a"}'), 'q', 'each exemption takes away its own hold');
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "b"}'), 'r q', 'an exemption of two keys needs both');
SELECT place_hold('after', '{"make": "Jaguar"}', 'freeze') AS after \gset
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "a"}'), 'after q', 'a hold that is placed afterwards has no exemption');
UPDATE exemption SET expires_at = clock_timestamp() WHERE exemption = :e3;
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "a"}'), 'after r2 q', 'an exemption that has expired is none');
SELECT revoke_exemption(:e2, 'over'), lift_hold(:after, 'over') \g /dev/null
SELECT is(asked('moved', '{"mark": "AB75 CDE", "make": "Jaguar", "dealer": "a"}'), 'r r2 q', 'nor is one that was revoked');
SELECT lift_all('over') \g /dev/null
SELECT is(under('{}', 'UPDATE moved SET dealer = ''b'', make = ''Rover'''), 'done', 'keys of what is lifted, and of its exemptions, no longer make an update a registration');

-- Many alternatives, many holds

SELECT place_hold('long', jsonb_build_object('dealer', (SELECT jsonb_agg(format('Dealer %s', n)) FROM generate_series(1, 5000) n)), 'reject') AS long \gset
SELECT is_empty($$SELECT n FROM unnest('{0,1,2,2500,4999,5000,5001,-1,50001}'::int[]) n
                  WHERE (asked('moved', jsonb_build_object('mark', 'AB75 CDE', 'dealer', format('Dealer %s', n))) IS NOT NULL) <> (n BETWEEN 1 AND 5000)$$, 'a list of 5 000 alternatives has them, and no others');
SELECT lift_all('over') \g /dev/null
INSERT INTO hold (action, scope, reason, placed_by, placed_at)      -- as replication does; place_hold() would take 20 s
SELECT CASE WHEN n % 2 = 0 THEN 'queue' ELSE 'reject' END::hold_action, jsonb_build_object('dealer', format('Dealer %s', n)), format('single %s', n), 'x', clock_timestamp()
FROM generate_series(1, 10000) n;
SELECT place_hold('pair', '{"dealer": ["Dealer 7", "Dealer 8"], "make": "Jaguar"}', 'freeze'), place_hold('all', '{}', 'queue') AS all \gset
SELECT is(asked('moved', jsonb_build_object('mark', 'AB75 CDE', 'make', 'Jaguar', 'dealer', dealer)), want, format('of 10 000 holds of one dealer each, %s meets: %s', dealer, want))
FROM (VALUES ('Dealer 1', 'single 1 all'), ('Dealer 7', 'pair single 7 all'), ('Dealer 8', 'pair single 8 all'), ('Dealer 10000', 'single 10000 all'), ('Dealer 10001', 'all'), ('', 'all')) v (dealer, want);
SELECT is((SELECT count(*) FROM hold_for('moved', '{"mark": "AB75 CDE", "make": "Rover"}')), 10001::bigint, 'an unknown dealer meets all of them');
SELECT is(outcome(format('INSERT INTO moved (mark, make, dealer) VALUES (''AB75 CDE'', ''Rover'', %L)', dealer)), want, format('%s: a registration of %s', want, dealer))
FROM (VALUES ('Dealer 9999', 'RH001'), ('Dealer 2', 'done'), ('x', 'done')) v (dealer, want);

SELECT * FROM finish();
