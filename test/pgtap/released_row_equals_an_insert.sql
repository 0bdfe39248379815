-- A row that was queued and released is, byte for byte, the row that a direct INSERT would have stored, whatever the
-- settings of the session that submitted it and of the one that released it.
SET client_min_messages = error;
SET regcar.queue_row_limit = '8MB';		-- some values are longer than others may queue
SELECT no_plan();

CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere.kept ();
CREATE TYPE colour AS ENUM ('red', 'Blue "deep"', 'grün');
CREATE TYPE pair AS ("first, of all" int, "second" text, at timestamptz, many float8[]);
CREATE DOMAIN counted AS int NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(5) CHECK (VALUE ~ '^\S*$');
CREATE DOMAIN pairs AS pair[] CHECK (cardinality(VALUE) < 9);

-- Settings that change how values read and print; each column of the list is a session.
CREATE FUNCTION settings(number int) RETURNS void LANGUAGE sql AS $$
    SELECT set_config(name, setting[number], false)
    FROM (VALUES ('DateStyle', '{"ISO, MDY",German,"SQL, DMY","Postgres, MDY"}'::text[]),
                 ('IntervalStyle', '{postgres,sql_standard,iso_8601,postgres_verbose}'),
                 ('TimeZone', '{UTC,Asia/Kathmandu,America/St_Johns,Europe/London}'),
                 ('extra_float_digits', '{1,-15,3,-4}'),
                 ('bytea_output', '{hex,escape,escape,hex}'),
                 ('array_nulls', '{on,off,on,off}'),
                 ('xmloption', '{content,document,content,document}'),
                 ('quote_all_identifiers', '{off,on,off,on}'),
                 ('search_path', '{public,"public, elsewhere","elsewhere, pg_catalog, public","\"\", public"}')) v (name, setting)
$$;
-- One statement for two tables, of which one is held; in one transaction, so that now() is the same.
CREATE FUNCTION on_both(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE replace(statement, '%T', 'public.direct');
    EXECUTE replace(statement, '%T', 'public.queued');
END $$;
-- Rows in which a column of the two differs, or that one of them lacks.
CREATE FUNCTION differences(columns text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT row_number() OVER () AS place, %1$s FROM public.direct) d'
                   ' FULL JOIN (SELECT row_number() OVER () AS place, %1$s FROM public.queued) q ON d.place = q.place'
                   ' WHERE d.* *<> q.* OR d.place IS NULL OR q.place IS NULL', columns) INTO n;
    RETURN n;
END $$;

-- A column for each value

CREATE TABLE kind (n int GENERATED ALWAYS AS IDENTITY, type text, value text);
INSERT INTO kind (type, value) VALUES
    ('bool', 'true'), ('bool', 'false'), ('bool', 'NULL'),
    ('int2', '-32768'), ('int4', '-2147483648'), ('int8', $$'-9223372036854775808'$$), ('oid', '4294967295'),
    ('xid', $$'4294967295'$$), ('xid8', $$'18446744073709551615'$$), ('cid', $$'7'$$), ('tid', $$'(4294967294,65535)'$$),
    ('float4', '3.4028235e38'), ('float4', '1e-45'), ('float4', $$'NaN'$$), ('float4', '0.1'),
    ('float8', '1.7976931348623157e308'), ('float8', $$'5e-324'$$), ('float8', $$'-0'$$), ('float8', $$'NaN'$$), ('float8', $$'-Infinity'$$),
    ('float8', $$'0.30000000000000004'$$), ('float8', '1e22'),
    ('numeric', '1.500'), ('numeric', $$'NaN'$$), ('numeric', $$'-Infinity'$$), ('numeric', '1e-300'), ('numeric', '0.00'),
    ('numeric', '123456789012345678901234567890.123456789000'), ('numeric(10,3)', '1.5'), ('numeric(5,-2)', '1234567'),
    ('money', $$'-92233720368547758.08'$$), ('money', '1234.5'),
    ('text', $$''$$), ('text', $$' blank at both ends '$$), ('text', $$E'\ttab\nline\r\b\f\\ \\u0000 "quoted"'$$), ('text', $$'NULL'$$),
    ('text', $$'null'$$), ('text', $$'€ é 🚗'$$), ('text', $$repeat('long ', 200000)$$), ('text', $$(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 32768) n)$$),
    ('varchar(10)', $$'tail      '$$), ('char(8)', $$'ab'$$), ('char(8)', $$' x'$$), ('bpchar', $$'ab  '$$),
    ('"char"', $$'a'$$), ('"char"', $$''$$), ('"char"', $$' '$$), ('"char"', '127::"char"'), ('"char"', '(-1)::"char"'), ('"char"', '(-128)::"char"'), ('"char"', '1::"char"'), ('"char"', '92::"char"'),
    ('name', $$'A "name"'$$),
    ('bytea', $$''$$), ('bytea', $$decode('00ff5c27', 'hex')$$), ('bytea', $$decode(repeat('00ff5c', 300000), 'hex')$$),
    ('date', $$'4713-01-01 BC'$$), ('date', $$'5874897-12-31'$$), ('date', $$'infinity'$$), ('date', $$'2025-09-01'$$),
    ('time', $$'24:00'$$), ('time', $$'00:00:00.000001'$$), ('time(2)', $$'12:34:56.789'$$),
    ('timetz', $$'12:34:56.789+05:45'$$), ('timetz', $$'00:00:00-15:59:59'$$), ('timetz', $$'24:00:00+00:00:01'$$),
    ('timestamp', $$'2025-12-01 23:59:59.999999'$$), ('timestamp', $$'-infinity'$$), ('timestamp', $$'0044-03-15 00:00:00 BC'$$), ('timestamp', $$'294276-12-31 23:59:59.999999'$$),
    ('timestamptz', 'now()'), ('timestamptz', 'to_timestamp(1761438600)'), ('timestamptz', $$'infinity'$$), ('timestamptz', 'to_timestamp(-210866803200)'), ('timestamptz', 'to_timestamp(9224318015999)'),
    ('timestamptz(0)', 'to_timestamp(1756681199.9)'),
    ('interval', 'make_interval(years => 1, months => -14, days => 3, hours => -5, secs => 0.000001)'), ('interval', 'make_interval(months => -1, days => 1)'),
    ('interval', 'make_interval(years => 178000000)'), ('interval', 'make_interval(days => -1, secs => -0.5)'), ('interval', 'make_interval(secs => 0)'),
    ('interval day to second(1)', 'make_interval(secs => 1.25)'), ('interval year to month', 'make_interval(years => 1, months => 2, days => 3)'),
    ('uuid', $$'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'$$), ('inet', $$'192.168.1.5/24'$$), ('inet', $$'::ffff:1.2.3.4/128'$$), ('cidr', $$'2001:db8::/32'$$),
    ('macaddr', $$'08:00:2b:01:02:03'$$), ('macaddr8', $$'08:00:2b:01:02:03:04:05'$$),
    ('bit(3)', $$'101'$$), ('varbit', $$''$$), ('varbit(5)', $$'1'$$),
    ('json', $${"b" :  1.00, "a":[ ], "b":null}$$), ('json', 'null'), ('json', $$"\u0000 is kept"$$), ('json', ' 1 '),
    ('jsonb', $${"b" :  1.00, "a":[ ], "":null}$$), ('jsonb', 'null'), ('jsonb', '1e400'), ('jsonpath', $$'strict $.a[*] ? (@.b > 1)'$$),
    ('tsvector', $$'''it''''s'':1A,2 fat'$$), ('tsquery', $$'fat & (rat:AB* | !cat) <2> dog'$$),
    ('point', 'point(0.1, -1e300)'), ('line', $$'{1,-0.1,3}'$$), ('lseg', $$'[(0.1,2),(3,4)]'$$), ('box', $$'(1,2),(0.3,4)'$$), ('path', $$'[(0,0.1),(1,1)]'$$),
    ('path', $$'((0,0),(1,1),(2,0))'$$), ('polygon', $$'((0,0),(1,1),(2,0.7))'$$), ('circle', $$'<(1,2),0.1>'$$),
    ('int4range', $$'[1,5]'$$), ('int4range', $$'empty'$$), ('int4range', $$'(,)'$$), ('daterange', $$daterange('2025-01-01', NULL, '(]')$$), ('numrange', $$numrange(1.50, 2.0, '[]')$$),
    ('tstzrange', $$tstzrange(to_timestamp(0.5), to_timestamp(1e9), '(]')$$), ('tstzrange', $$tstzrange('-infinity', NULL)$$),
    ('int8multirange', $$'{[1,2],[5,9)}'$$), ('int8multirange', $$'{}'$$), ('tsmultirange', $$tsmultirange(tsrange('0001-01-01', 'infinity'))$$),
    ('regcar.plate', $$'a1'$$), ('regcar.plate_series', $$'S-prefix'$$), ('regcar.platerange', $$regcar.plate_block('AB', '75')$$),
    ('colour', $$'grün'$$), ('colour[]', $$ARRAY['Blue "deep"', NULL]::colour[]$$),
    ('int[]', 'ARRAY[1, NULL, 3]'), ('int[]', $$'{}'$$), ('int[]', 'ARRAY[[1, 2], [3, 4]]'), ('int[]', 'array_fill(7, ARRAY[2, 2], ARRAY[-1, 5])'),
    ('text[]', $$ARRAY['NULL', NULL, '', 'a,b', '{', '"', '\', ' x ']$$), ('text[]', $$array_fill('NULL'::text, ARRAY[1], ARRAY[0])$$),
    ('box[]', $$ARRAY['(1,1),(0,0)'::box, '(2,2),(0.1,0)']$$), ('timestamptz[]', $$ARRAY[to_timestamp(0), NULL, 'infinity']$$),
    ('pair', $$(1, 'a "b" (c), \', to_timestamp(0.1), ARRAY[0.1, 'NaN'])$$), ('pair', '(NULL, NULL, NULL, NULL)'), ('pair', $$(1, '', NULL, '{}')$$), ('pair', 'NULL'),
    ('pairs', $$array_fill((1, 'NULL', to_timestamp(1e9), NULL)::pair, ARRAY[2], ARRAY[3])$$),
    ('counted', '1'), ('short', $$'abc'$$), ('short', 'NULL'),
    ('regclass', $$'public.direct'$$), ('regclass', $$'elsewhere.kept'$$), ('regclass', '0'), ('regtype', $$'public.pair'$$), ('regproc', $$'pg_catalog.now'$$), ('regprocedure', $$'public.on_both(text)'$$),
    ('regrole', 'current_user::regrole'), ('regnamespace', $$'elsewhere'$$), ('regoperator', $$'pg_catalog.+(int,int)'$$), ('regconfig', $$'pg_catalog.simple'$$),
    ('pg_lsn', $$'FFFFFFFF/FFFFFFFF'$$), ('pg_snapshot', $$'1:9:2,5'$$), ('aclitem', $$makeaclitem(current_user::regrole, 10, 'SELECT', true)$$),
    ('int2vector', $$'1 2 3'$$), ('oidvector', $$'1 4294967295'$$), ('refcursor', $$'c'$$);
-- JSON as it is written
UPDATE kind SET value = quote_literal(value) WHERE type IN ('json', 'jsonb');
INSERT INTO kind (type, value)
SELECT 'xml', x FROM (VALUES ($$xmlparse(CONTENT 'text &amp; <a b="1"/> more')$$), ($$xmlparse(DOCUMENT '<!DOCTYPE a><a/>')$$)) v (x), pg_config
WHERE name = 'CONFIGURE' AND setting ~ 'with-libxml';

SELECT format('CREATE TABLE %s (mark regcar.plate, %s)', t, (SELECT string_agg(format('v%s %s', n, type), ', ' ORDER BY n) FROM kind))
FROM (VALUES ('direct'), ('queued')) v (t) \gexec
SELECT regcar.guard('queued', 'mark') \g /dev/null
SELECT regcar.place_hold('twins', action => 'queue') \g /dev/null
CREATE PROCEDURE submit(number int) LANGUAGE plpgsql AS $$
DECLARE
    row_values text := (SELECT string_agg(format('(%s)::%s', value, type), ', ' ORDER BY n) FROM public.kind);
BEGIN
    PERFORM public.settings(number);
    PERFORM public.on_both(format('INSERT INTO %%T VALUES (''AB75 CDE'', %s)', row_values));
END $$;
CALL public.submit(1);
CALL public.submit(2);
CALL public.submit(3);
CALL public.submit(4);
SELECT public.settings(1) \g /dev/null
SET search_path = public;
SELECT is((SELECT count(*) FROM queued), 0::bigint, 'all are queued');
SELECT regcar.lift_all('over') \g /dev/null
-- each is released by a session with other settings
SELECT settings(4) \g /dev/null
CALL regcar.release(max_rows => 1);
SELECT public.settings(1) \g /dev/null
CALL regcar.release(max_rows => 1);
SELECT public.settings(2) \g /dev/null
CALL regcar.release(max_rows => 1);
SELECT public.settings(3) \g /dev/null
CALL regcar.release(max_rows => 1);
SELECT public.settings(1) \g /dev/null
SELECT results_eq('SELECT state::text, outcome FROM regcar.queue', 'VALUES (''released'', NULL::text), (''released'', NULL), (''released'', NULL), (''released'', NULL)', 'all are released');
SELECT is(differences('v' || n), 0::bigint, format('the same after release: %s %s', type, left(value, 60))) FROM kind ORDER BY n;

-- What a table gives its rows: defaults, identities, generated columns; and names of any kind

SET search_path = public;
DROP TABLE direct, queued;
SELECT format($$CREATE TABLE %s (
    gone_before text, mark regcar.plate, always int GENERATED ALWAYS AS IDENTITY, by_default bigint GENERATED BY DEFAULT AS IDENTITY,
    serial serial, at timestamptz DEFAULT now(), day date DEFAULT '2025-09-01', gone_between text, n counted DEFAULT 3,
    doubled int GENERATED ALWAYS AS (by_default * 2) STORED, "order" text DEFAULT 'by', "A ""name"", \ {json: 'é'}" text DEFAULT '"', "a.b" int, " " int DEFAULT 0)$$, t)
FROM (VALUES ('direct'), ('queued')) v (t) \gexec
SELECT on_both('ALTER TABLE %T DROP COLUMN gone_before') \g /dev/null
SELECT on_both('ALTER TABLE %T ADD COLUMN later jsonb DEFAULT ''{"a": 1}''') \g /dev/null
SELECT regcar.guard('queued', 'mark') \g /dev/null
SELECT regcar.place_hold('twins', action => 'queue') \g /dev/null
SELECT on_both(statement) FROM (VALUES
    ('INSERT INTO %T (mark) VALUES (''AB75 CDE'')'),
    ('INSERT INTO %T (mark, always) OVERRIDING SYSTEM VALUE VALUES (''AB75 CDF'', 70)'),
    ('INSERT INTO %T (mark, always) OVERRIDING USER VALUE VALUES (''AB75 CDF'', 70)'),
    ('INSERT INTO %T (mark, by_default, serial, at, day) VALUES (''AB75 CDG'', 71, DEFAULT, NULL, NULL)'),
    ($$INSERT INTO %T (mark, "order", "A ""name"", \ {json: 'é'}", "a.b", " ") VALUES (NULL, '1', '\\ "''{}', 7, NULL)$$),
    ('INSERT INTO %T (mark) SELECT NULL FROM generate_series(1, 3)'),
    ('COPY %T (mark, later) FROM PROGRAM ''echo "AB75 CDE,null"'' (FORMAT csv)'),
    ('INSERT INTO %T DEFAULT VALUES')) v (statement) \g /dev/null
SELECT is((SELECT count(*) FROM queued), 0::bigint, 'all are queued again');
SELECT on_both('ALTER TABLE %T DROP COLUMN gone_between') \g /dev/null
SELECT regcar.lift_all('over') \g /dev/null
CALL regcar.release(batch => 4);
SELECT is_empty('SELECT outcome FROM regcar.queue WHERE state <> ''released''', 'all are released again');
SELECT is(differences(quote_ident(attname)), 0::bigint, format('the same after release: column %s', attname))
FROM pg_attribute WHERE attrelid = 'direct'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
SELECT is((SELECT count(*) FROM queued), 10::bigint, 'ten of them');
SELECT is((SELECT last_value FROM queued_always_seq), (SELECT last_value FROM direct_always_seq), 'a release takes no number of an identity');
SELECT is((SELECT last_value FROM queued_serial_seq), (SELECT last_value FROM direct_serial_seq), 'nor of a serial');

SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history fits');
SELECT * FROM finish();
