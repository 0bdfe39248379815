-- preview_hold() counts what a hold of a scope would stop, value by value, and names the nearest value where nothing has one. It
-- reads what whoever asks may read, raises no error of a table's, and leaves no lock.
SET client_min_messages = error;
SET search_path = public, regcar;

-- Each row as a line: table, key, value: matches of rows looked at.
CREATE FUNCTION preview(scope jsonb, target regclass DEFAULT NULL, newest interval DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws('; ', format('%s %s %s: %s of %s', p.target, coalesce(p.key, '*'), coalesce(p.value, '*'),
                                  coalesce(p.matches::text, '?'), coalesce(p.looked_at::text, '?')),
                     p.nearest || ' ' || p.nearest_matches, p.note)
    FROM regcar.preview_hold(scope, target, newest, '1 min') p
$$;

SELECT no_plan();

SELECT throws_ok($$SELECT * FROM preview_hold('{"make": "Jaguar"}')$$, '55000', 'no table is guarded');
CREATE TABLE car (mark plate, make text, doors numeric, sold date, code char(5), seats int);
SELECT throws_ok($$SELECT * FROM preview_hold('{"make": "Jaguar"}', 'car')$$, '55000', '"public.car" is not guarded');
SELECT guard('car') \g /dev/null
SELECT throws_ok($$SELECT * FROM preview_hold(NULL)$$, '22023');
SELECT throws_ok($$SELECT * FROM preview_hold('{}', wait => NULL)$$, '22023');
SELECT throws_ok($$SELECT * FROM preview_hold('[]')$$, '22023', 'invalid scope');
SELECT throws_ok($$SELECT * FROM preview_hold('{}', newest => '-1 day')$$, '22023', 'newest must not be negative');
SELECT lives_ok($$SELECT * FROM preview_hold('{}', newest => '100000 years')$$, 'of any age');
SELECT throws_ok($$SELECT * FROM preview_hold('{"seats": "four"}')$$, '22023', 'no guarded table can read the value "four" of "seats"', 'what place_hold would refuse');

-- 40 Jaguars and 20 Land Rovers of AB75, 3 of no make; 10 of MA25; a mark of no series
INSERT INTO car
SELECT block_first(plate_block('AB', '75')), 'Jaguar', 5.0, date '2025-09-01', 'ab', 4 FROM generate_series(1, 40)
UNION ALL SELECT block_first(plate_block('AB', '75')), 'Land Rover', 5, '2025-09-02', 'ab', 5 FROM generate_series(1, 20)
UNION ALL SELECT block_first(plate_block('AB', '75')), NULL, 3, '2025-09-03', 'cd', 5 FROM generate_series(1, 3)
UNION ALL SELECT block_first(plate_block('MA', '25')), 'Rover', 5, '2025-03-03', 'ef', 5 FROM generate_series(1, 10)
UNION ALL SELECT 'A 1', 'Morris', 2, '1932-01-01', 'gh', 2;

SELECT set_eq($$SELECT preview('{}')$$, $$VALUES ('car * *: 74 of 74')$$, 'everything');
SELECT set_eq($$SELECT preview('{"make": ["Jaguar", "jaguar"]}')$$,
              $$VALUES ('car * *: 43 of 74'), ('car make Jaguar: 40 of 74'), ('car make jaguar: 0 of 74; Jaguar 40')$$,
              'the hold also stops rows without the value; the nearest in another case');
SELECT set_eq($$SELECT preview('{"make": "Landrover", "seats": 5}')$$,
              $$VALUES ('car * *: 3 of 74'), ('car make Landrover: 0 of 74; Land Rover 20'), ('car seats 5: 33 of 74')$$, 'all keys have to match');
SELECT set_eq($$SELECT preview('{"doors": 5}')$$, $$VALUES ('car * *: 70 of 74'), ('car doors 5: 70 of 74')$$, 'equal as the type says: 5 and 5.0');
SELECT set_eq($$SELECT preview('{"code": "ab  "}')$$, $$VALUES ('car * *: 60 of 74'), ('car code ab  : 60 of 74')$$, 'char(n) without its padding');
SELECT set_eq($$SELECT preview('{"sold": {">=": "2025-09-02"}}')$$, $$VALUES ('car * *: 23 of 74'), ('car sold >= 2025-09-02: 23 of 74')$$, 'a bound');
SELECT set_eq($$SELECT preview('{"sold": {">": "2035-01-01", "<": "3 Mar 2036"}}')$$,
              $$VALUES ('car * *: 0 of 74'), ('car sold > 2035-01-01: 0 of 74'), ('car sold < 3 Mar 2036: 74 of 74')$$, 'an interval, in any style');
SELECT set_eq($$SELECT preview('{"series": ["75", "57"]}')$$,
              $$VALUES ('car * *: 63 of 74'), ('car series 75: 63 of 74'), ('car series 57: 0 of 74; 75 63')$$, 'a series: a mark without one does not match');
SELECT set_eq($$SELECT preview('{"tag": "MB", "format": "dateless"}')$$,
              $$VALUES ('car * *: 0 of 74'), ('car tag MB: 0 of 74; AB 63'), ('car format dateless: 1 of 74')$$, 'tag and format');
SELECT set_eq($$SELECT preview('{"region": "Anglia"}')$$, $$VALUES ('car * *: 64 of 74'), ('car region Anglia: 63 of 74')$$, 'region: unknown matches');
SELECT set_eq($$SELECT preview('{"role": "pg_monitor"}')$$,
              $$VALUES ('car * *: 74 of 74'), ('car role pg_monitor: ? of 74; rows do not tell who registers')$$, 'a role is of no row');
SELECT set_eq($$SELECT preview('{"maker": "Jaguar"}')$$,
              $$VALUES ('car * *: 74 of 74'), ('car maker Jaguar: ? of 74; the table has no column for the key, so every row matches')$$, 'a key without a column');
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'car'::regclass), 0::bigint, 'no lock on the table');
BEGIN;
SELECT count(*) FROM preview('{"make": "x"}') \g /dev/null
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'car'::regclass), 0::bigint, 'nor in the same transaction');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT set_eq($$SELECT preview('{"make": "Jaguar"}')$$,
              $$VALUES ('car * *: 0 of 0; not looked at in a serializable transaction'), ('car make Jaguar: 0 of 0')$$, 'nothing is read that could fail a dealer');
COMMIT;
-- what holds that stand would do does not count
SELECT place_hold('everything') \g /dev/null
SELECT set_eq($$SELECT preview('{"make": "Rover"}')$$, $$VALUES ('car * *: 13 of 74'), ('car make Rover: 10 of 74')$$, 'under a hold');
SELECT lift_all('done') \g /dev/null

-- Statistics name the nearest value where rows that were looked at do not
CREATE TABLE old_car (mark text, manufacturer varchar(20), CHECK (mark <> ''));
INSERT INTO old_car SELECT '', 'Austin' WHERE false;
INSERT INTO old_car SELECT 'ab75 cde', CASE WHEN g <= 900 THEN 'Austin' ELSE 'Rover' END FROM generate_series(1, 1000) g;
ANALYZE old_car;
SELECT guard('old_car', 'mark', '{"make": "manufacturer"}') \g /dev/null
SELECT set_eq($$SELECT preview('{"make": "austin"}', 'old_car')$$, $$VALUES ('old_car * *: 0 of 1000'), ('old_car make austin: 0 of 1000; Austin 900')$$, 'a mapped key');
SELECT set_eq($$SELECT preview('{"series": "75", "tag": "AB"}', 'old_car')$$,
              $$VALUES ('old_car * *: 1000 of 1000'), ('old_car series 75: 1000 of 1000'), ('old_car tag AB: 1000 of 1000')$$, 'marks that are text');
SELECT unguard('old_car') \g /dev/null

-- Of values that are as near, the one that more rows have; in whichever case
CREATE TABLE near (mark plate, make text);
SELECT guard('near') \g /dev/null
INSERT INTO near SELECT plate_first('75'), make FROM unnest('{Rover, Rover, Roves, ROVEN}'::text[]) make;
SELECT set_eq($$SELECT preview('{"make": ["Roved", "ROVER"]}', 'near')$$,
              $$VALUES ('near * *: 0 of 4'), ('near make Roved: 0 of 4; Rover 2'), ('near make ROVER: 0 of 4; Rover 2')$$, 'the nearest value');
-- A type that knows no equality says nothing
CREATE TABLE odd (mark plate, make json);
SELECT guard('odd') \g /dev/null
INSERT INTO odd VALUES ('AB75 CDE', '"Rover"');
SELECT set_eq($$SELECT preview('{"make": "Rover"}', 'odd')$$,
              $$VALUES ('odd * *: 1 of 1'), ('odd make Rover: ? of 1; the column cannot read it, so every row matches')$$, 'a column of json');
SELECT unguard('near'), unguard('odd') \g /dev/null
-- A table of many pages; as long as there is time
CREATE TABLE large (mark plate, make text);
SELECT guard('large') \g /dev/null
INSERT INTO large SELECT plate_first('75'), repeat('x', 200) FROM generate_series(1, 3000);
SELECT is((SELECT max(looked_at) FROM preview_hold('{"make": "y"}', 'large', NULL, '1 min')), 3000::bigint, 'all pages');
SELECT cmp_ok((SELECT max(looked_at) FROM preview_hold('{"make": "y"}', 'large', NULL, '0')), '<', 3000::bigint, 'or the newest alone, if there is no time');
SELECT unguard('large') \g /dev/null

-- Partitions, of which some have columns in another order
CREATE TABLE sale (id int, dealer text, mark plate) PARTITION BY RANGE (id);
CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100);
CREATE TABLE sale_2 (mark plate, gone int, dealer text, id int);
ALTER TABLE sale_2 DROP gone;
ALTER TABLE sale ATTACH PARTITION sale_2 FOR VALUES FROM (100) TO (200);
CREATE TABLE sale_3 PARTITION OF sale FOR VALUES FROM (200) TO (300) PARTITION BY LIST (dealer);
CREATE TABLE sale_3_a PARTITION OF sale_3 DEFAULT;
SELECT guard('sale') \g /dev/null
INSERT INTO sale SELECT g, 'Okafor', plate_first('75') FROM generate_series(1, 299, 3) g;
SELECT set_eq($$SELECT preview('{"dealer": "okafor"}', 'sale')$$, $$VALUES ('sale * *: 0 of 100'), ('sale dealer okafor: 0 of 100; Okafor 100')$$, 'all partitions');
CREATE TABLE many (mark plate, n int) PARTITION BY LIST (n);
SELECT format('CREATE TABLE many_%1$s PARTITION OF many FOR VALUES IN (%1$s)', n) FROM generate_series(1, 9) n \gexec
SELECT guard('many') \g /dev/null
INSERT INTO many SELECT plate_first('75'), n FROM generate_series(1, 9) n;
SELECT set_eq($$SELECT preview('{"n": 1}', 'many')$$, $$VALUES ('many * *: 1 of 9'), ('many n 1: 1 of 9')$$, 'however many there are');
SELECT unguard('many') \g /dev/null
ANALYZE sale;
SELECT results_eq($$SELECT nearest, nearest_matches FROM preview_hold('{"dealer": "okafor"}', 'sale', '0') WHERE key IS NOT NULL$$, $$VALUES ('Okafor', 100::bigint)$$, 'by the statistics of them all, where no row is new');
SELECT set_eq($$SELECT preview('{"dealer": "Okafor"}', 'sale_2')$$, $$VALUES ('sale_2 * *: 34 of 34'), ('sale_2 dealer Okafor: 34 of 34')$$, 'one of them');

-- Who asks: rights, policies
CREATE ROLE preview_caller;
CREATE ROLE preview_owner;
GRANT CREATE ON SCHEMA public TO preview_owner;
SELECT grant_operator('preview_caller') \g /dev/null
ALTER TABLE car OWNER TO preview_owner;
\ir ../lib/as_role.sql
SELECT is(pg_temp.answer('preview_caller', $$SELECT string_agg(p, ' | ') FROM public.preview('{"make": "jaguar"}', 'car') p$$),
          'car * *: 3 of 74; read as the table''s owner, so that no values are named: you may not SELECT them | car make jaguar: 0 of 74',
          'whoever may not read the table is told how many rows have the value that they name, and no other value');
GRANT SELECT (make) ON car TO preview_caller;
SELECT is(pg_temp.answer('preview_caller', $$SELECT string_agg(p, ' | ') FROM public.preview('{"make": "jaguar"}', 'car') p$$),
          'car * *: 3 of 74 | car make jaguar: 0 of 74; Jaguar 40', 'a right on the column of the key is enough');
SELECT is(pg_temp.answer('preview_caller', $$SELECT max(p.nearest) FROM regcar.preview_hold('{"seats": 9, "make": "jaguar"}', 'car') p$$), NULL, 'on all columns of keys');
SELECT is(pg_temp.answer('preview_caller', $$SELECT max(p.nearest) FROM regcar.preview_hold('{"tag": "MB", "make": "jaguar"}', 'car') p$$), NULL, 'and on that of the mark');
GRANT SELECT ON car, sale TO preview_caller;
ALTER TABLE car ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_rovers ON car FOR SELECT TO preview_caller USING (make = 'Rover' AND current_user = 'preview_caller');
ANALYZE car;
SELECT is(pg_temp.answer('preview_caller', $$SELECT string_agg(p, ' | ') FROM public.preview('{"make": "jaguar"}', 'car') p$$),
          'car * *: 0 of 10 | car make jaguar: 0 of 10; Rover 10', 'policies apply, and statistics are not read');
ALTER TABLE sale ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_ones ON sale FOR SELECT TO preview_caller USING (id BETWEEN 90 AND 110);
SELECT is(pg_temp.answer('preview_caller', $$SELECT string_agg(p, ' | ') FROM public.preview('{"dealer": "Okafor"}', 'sale') p$$),
          'sale * *: 7 of 7 | sale dealer Okafor: 7 of 7', 'those of a partitioned table for its partitions too');
CREATE FUNCTION fails(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'policy of %', current_user; END $$;
CREATE POLICY fails ON sale AS RESTRICTIVE FOR SELECT TO preview_caller USING (fails(dealer));
SELECT is(pg_temp.answer('preview_caller', $$SELECT string_agg(p, ' | ') FROM public.preview('{"dealer": "Okafor"}', 'sale') p$$),
          'sale * *: 0 of 0; not looked at: policy of preview_caller | sale dealer Okafor: 0 of 0', 'an error is a remark');
SELECT is(pg_temp.answer('preview_caller', $$SELECT regcar.place_hold('r', '{"dealer": "Okafor"}') > 0$$), 'true', 'and stops no hold');
SELECT lift_all('done') \g /dev/null

-- Since when: where commits have their times
SELECT is((SELECT looked_at FROM preview_hold('{}', 'car', '1 hour', '10 s')), 74::bigint, 'what is newer than an hour');

SELECT clock_timestamp() AS moment \gset
INSERT INTO car (mark, make) VALUES ('AB75 CDE', 'Lotus'), ('AB75 CDF', 'Lotus');
SELECT is((SELECT max(looked_at) FROM preview_hold('{"make": "Lotus"}', 'car', clock_timestamp() - :'moment', '10 s')), 2::bigint, 'and no older row');

SELECT * FROM finish();
