-- Reports: by series, by region, the calendar between two days.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

CREATE TABLE public."Re""g; drop" ("mark;" plate, note text);
INSERT INTO public."Re""g; drop" SELECT p FROM plates('[AB75 AAA,AB75 AAD]') p
UNION ALL SELECT p FROM plates('[LA75 AAA,LA75 AAB]') p UNION ALL SELECT p FROM plates('[KX75 AAA,KX75 AAA]') p
UNION ALL SELECT p FROM plates('[AB26 AAA,AB26 AAA]') p UNION ALL SELECT unnest('{ABC 1A,A1 ABC,ABC 1,AZ 1,NULL}'::plate[]);

SELECT results_eq($$ SELECT series::text, period::text, registrations FROM registrations_by_series('public."Re""g; drop"') $$,
    $$ VALUES (NULL, NULL, 2::bigint), ('A-suffix', '[1963-01-01,1964-01-01)', 1), ('A-prefix', '[1983-08-01,1984-08-01)', 1),
              ('75', '[2025-09-01,2026-03-01)', 7), ('26', '[2026-03-01,2026-09-01)', 1) $$,
    'by series, oldest first, undated ones in a row of their own, NULLs not counted');
SELECT results_eq($$ SELECT * FROM registrations_by_region('public."Re""g; drop"', '75') $$,
    $$ VALUES ('Anglia', 4::bigint), ('London', 2), ('Luton and Northampton', 1) $$, 'by region, most first');
SELECT is_empty($$ SELECT * FROM registrations_by_region('public."Re""g; drop"', '51') $$, 'a series that is not there');
CREATE VIEW public.of_75 AS SELECT "mark;" AS mark FROM public."Re""g; drop" WHERE "mark;" <@ '75';
SELECT results_eq($$ SELECT series::text, registrations FROM registrations_by_series('public.of_75') $$, $$ VALUES ('75', 7::bigint) $$, 'of a view');
CREATE MATERIALIZED VIEW public.kept AS TABLE public.of_75;
SELECT results_eq($$ SELECT series::text, registrations FROM registrations_by_series('public.kept') $$, $$ VALUES ('75', 7::bigint) $$, 'of a materialized view');
SELECT is_empty($$ SELECT * FROM registrations_by_series(NULL) $$, 'of no table nothing');
CREATE TABLE public.empty (mark plate);
SELECT is_empty($$ SELECT * FROM registrations_by_series('public.empty') $$, 'of an empty one nothing');
SELECT is_empty($$ SELECT * FROM registrations_by_region('public.empty', '75') $$, 'by region neither');
CREATE DOMAIN public.my_mark AS plate;
CREATE TABLE public.mine (mark public.my_mark);
INSERT INTO public.mine VALUES ('AB75 CDE');
SELECT results_eq($$ SELECT region, registrations FROM registrations_by_region('public.mine', '75') $$, $$ VALUES ('Anglia', 1::bigint) $$, 'of a domain over plate');
CREATE TABLE public.two (a plate, b plate);
SELECT throws_ok($$ SELECT * FROM registrations_by_series('public.two') $$, '22023', NULL, 'two columns of marks are one too many');
SELECT throws_ok($$ SELECT * FROM registrations_by_region('pg_class', '75') $$, '22023', NULL, 'none is too few');

CREATE ROLE reporter;
SET LOCAL ROLE reporter;
SELECT throws_ok($$ SELECT * FROM regcar.registrations_by_series('public."Re""g; drop"') $$, '42501', NULL, 'a report needs the rights on the table');
RESET ROLE;
GRANT SELECT ON public.of_75 TO reporter;
SET LOCAL ROLE reporter;
SELECT lives_ok($$ SELECT * FROM regcar.registrations_by_series('public.of_75') $$, 'and nothing more');
RESET ROLE;

-- Row security is the caller's
CREATE TABLE public.of_dealers (dealer name, mark plate);
INSERT INTO public.of_dealers VALUES ('reporter', 'AB75 CDE'), ('reporter', 'LA75 CDE'), ('another', 'AB75 CDF'), ('another', 'AB26 CDF');
ALTER TABLE public.of_dealers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.of_dealers USING (dealer = current_user);
GRANT SELECT ON public.of_dealers TO reporter;
SELECT is((SELECT sum(registrations) FROM registrations_by_series('public.of_dealers')), 4::numeric, 'the owner''s report has all rows');
SET LOCAL ROLE reporter;
SELECT results_eq($$ SELECT series::text, registrations FROM registrations_by_series('public.of_dealers') $$, $$ VALUES ('75', 2::bigint) $$,
    'a dealer''s report by series has the dealer''s rows alone');
SELECT results_eq($$ SELECT * FROM registrations_by_region('public.of_dealers', '75') $$, $$ VALUES ('Anglia', 1::bigint), ('London', 1) $$,
    'and the one by region too');
RESET ROLE;

-- A large table, partitioned by marks and by their hash: reports say what GROUP BY says, and read an index
CREATE TABLE public.large (mark plate PRIMARY KEY, padding text) PARTITION BY RANGE (mark);
CREATE TABLE public.large_old PARTITION OF public.large FOR VALUES FROM (MINVALUE) TO ('AA51 AAA') PARTITION BY HASH (mark);
CREATE TABLE public.large_old_0 PARTITION OF public.large_old FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.large_old_1 PARTITION OF public.large_old FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.large_new PARTITION OF public.large FOR VALUES FROM ('AA51 AAA') TO (MAXVALUE);
\ir ../lib/fleet.sql
INSERT INTO public.large SELECT mark, repeat('x', 100) FROM fleet(100000) mark;
ANALYZE public.large;
SELECT results_eq($$ SELECT * FROM registrations_by_series('public.large') $$,
    $$ SELECT plate_series(mark) AS s, plate_period(mark), count(*) FROM public.large GROUP BY 1, 2 ORDER BY s NULLS FIRST $$, 'by series, as GROUP BY counts');
SELECT results_eq($$ SELECT * FROM registrations_by_region('public.large', '68') $$,
    $$ SELECT plate_region(mark), count(*) FROM public.large WHERE plate_series(mark) = '68' GROUP BY 1 ORDER BY 2 DESC, 1 $$, 'by region, too');
SELECT results_eq($$ SELECT * FROM registrations_by_region('public.large', 'S-prefix') $$,
    $$ SELECT NULL, count(*) FROM public.large WHERE plate_series(mark) = 'S-prefix' $$, 'marks before 51 have no region');
CREATE FUNCTION pg_temp.scans(report text, OUT of_index bigint, OUT of_table bigint) LANGUAGE plpgsql AS $$
BEGIN
    of_index := -pg_stat_get_xact_numscans('public.large_new_pkey'::regclass);
    of_table := -pg_stat_get_xact_numscans('public.large_new'::regclass);
    EXECUTE 'SELECT ' || report;
    of_index := of_index + pg_stat_get_xact_numscans('public.large_new_pkey'::regclass);
    of_table := of_table + pg_stat_get_xact_numscans('public.large_new'::regclass);
END $$;
SET LOCAL max_parallel_workers_per_gather = 0;      -- whose scans are counted elsewhere
SELECT results_eq(format('SELECT * FROM pg_temp.scans(%L)', report), $$ VALUES (1::bigint, 0::bigint) $$, report || ' reads the index once and never the table')
FROM unnest('{"registrations_by_region(''public.large'', ''68'')"}'::text[]) report;
SET LOCAL enable_seqscan = off;     -- nothing is known of visibility in a transaction that is not over
SELECT results_eq(format('SELECT * FROM pg_temp.scans(%L)', report), $$ VALUES (1::bigint, 0::bigint) $$, report || ' can read the index alone')
FROM unnest('{"registrations_by_series(''public.large'')"}'::text[]) report;
RESET enable_seqscan;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT results_eq($$ SELECT * FROM registrations_by_series('public.large') $$,
    $$ SELECT plate_series(mark) AS s, plate_period(mark), count(*) FROM public.large GROUP BY 1, 2 ORDER BY s NULLS FIRST $$, 'several processes count the same');

-- What the reports count with
SELECT is((count_series(count_series('{}', 'AB75 CDE'), 'AB75 CDF'))[s.ordinal], 2::bigint, 'counting outside an aggregate is the same') FROM series s WHERE series = '75';
SELECT throws_ok(format('SELECT count_series(%L, %L)', bad, 'AB75 CDE'), '22023', NULL, bad || ' is no array of counts') FROM unnest('{"{NULL}","{{1},{2}}","{1}"}'::text[]) bad;
SELECT throws_ok($$ SELECT tally_add('{1}', '{1,2}') $$, '22023', NULL, 'counts of different things do not add up');
SELECT is(tally_add('{1,2}', '{}'), '{1,2}', 'nothing adds nothing');
SELECT results_eq($$SELECT tally_add(a, '{1,1}'), a FROM (SELECT '{1,2}'::bigint[] AS a OFFSET 0) q$$, $$VALUES ('{2,3}'::bigint[], '{1,2}'::bigint[])$$, 'an argument stays as it was');
SELECT throws_ok($$ SELECT tally_add('{1,9223372036854775807}', '{1,1}') $$, '22003', 'bigint out of range', 'more than bigint can count is an error');
SELECT is(tally_add('{}', '{1,2}'), '[0:1]={1,2}', 'to nothing either');
SELECT is(tally_add('{}', '{}'), '{}', 'nor to itself');

SELECT results_eq($$ SELECT series::text FROM series_calendar('2025-08-31', '2026-03-01') $$, $$ VALUES ('25'), ('75'), ('26') $$, 'both days are included');
SELECT is((SELECT count(*) FROM series_calendar('-infinity', 'infinity')), 139::bigint, 'all of them');
SELECT is_empty($$ SELECT * FROM series_calendar('2026-03-01', '2025-08-31') $$, 'the wrong way round');
SELECT is_empty($$ SELECT * FROM series_calendar('1066-10-14', '1962-12-31') $$, 'before the first');

SELECT * FROM finish();
ROLLBACK;
