-- What indexes on marks and series can do besides finding them: keys that know time, skipping, small indexes over large tables.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL enable_seqscan = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT no_plan();
CREATE FUNCTION pg_temp.plan(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, BUFFERS, FORMAT json) ' || query INTO plan;
    RETURN plan #> '{0,Plan}';
END $$;

-- One mark, one vehicle at a time, among thousands

CREATE TABLE public.tenures (mark plate, vin text, during daterange, EXCLUDE USING gist (mark WITH =, during WITH &&));
INSERT INTO public.tenures SELECT mark, n::text, daterange('2025-09-01'::date + n * 10, '2025-09-01'::date + n * 10 + 10)
FROM plates('[AB75 AAA,AB75 AZZ]') mark, generate_series(0, 9) n;
SELECT throws_ok($$ INSERT INTO public.tenures VALUES ('AB75 AMM', 'x', '[2025-09-14,2025-09-15)') $$, '23P01', NULL, 'a mark that is on a vehicle goes on no other');
SELECT throws_ok($$ UPDATE public.tenures SET mark = 'AB75 AMM' WHERE mark = 'AB75 AMN' AND vin = '1' $$, '23P01', NULL, 'nor by an update');
SELECT lives_ok($$ INSERT INTO public.tenures VALUES ('AB75 AMM', 'x', '[2025-08-14,2025-09-01)') $$, 'before that it may');
SELECT cmp_ok((SELECT (pg_temp.plan($$ SELECT * FROM public.tenures WHERE mark = 'AB75 AMM' AND during @> '2025-09-14'::date $$) -> 'Shared Hit Blocks')::int), '<', 20,
              'who had a mark on a day is a matter of some pages');

SELECT current_setting('server_version_num')::int >= 180000 AS since_18 \gset
\if :since_18
CREATE TABLE public.owned (mark plate, during daterange, vin text, PRIMARY KEY (mark, during WITHOUT OVERLAPS));
CREATE TABLE public.fine (mark plate, during daterange, FOREIGN KEY (mark, PERIOD during) REFERENCES public.owned (mark, PERIOD during));
INSERT INTO public.owned VALUES ('AB75 CDE', '[2025-09-01,2025-10-01)', 'one'), ('AB75 CDE', '[2025-10-01,2026-01-01)', 'two');
SELECT throws_ok($$ INSERT INTO public.owned VALUES ('ab75cde', '[2025-09-30,2025-10-02)', 'three') $$, '23P01', NULL, 'a key WITHOUT OVERLAPS keeps vehicles apart');
SELECT lives_ok($$ INSERT INTO public.owned VALUES ('AB75 CDF', '[2025-09-30,2025-10-02)', 'three') $$, 'but not marks');
SELECT lives_ok($$ INSERT INTO public.fine VALUES ('AB75 CDE', '[2025-09-20,2025-10-10)') $$, 'a foreign key with PERIOD may span two rows');
SELECT throws_ok($$ INSERT INTO public.fine VALUES ('AB75 CDE', '[2025-12-20,2026-01-10)') $$, '23503', NULL, 'but not go beyond them');
SELECT throws_ok($$ INSERT INTO public.fine VALUES ('AB75 CDG', '[2025-09-20,2025-10-10)') $$, '23503', NULL, 'nor to another mark');

-- Columns in front of those that are asked for are skipped: few searches instead of the whole index

CREATE TABLE public.by_series AS SELECT plate_series(mark) AS series, mark FROM unnest('{73,24,74,25,75}'::text[]) s, LATERAL plates(plate_block('AB', s::plate_series)) mark;
CREATE INDEX ON public.by_series (series, mark);
CREATE TABLE public.by_mark AS SELECT mark, n FROM plates('[AB75 AAA,AB75 AAF]') mark, generate_series(1, 10000) n;
CREATE INDEX ON public.by_mark (mark, n);
ANALYZE public.by_series, public.by_mark;
SELECT ok((p -> 'Actual Rows')::float = found AND (p -> 'Index Searches')::int BETWEEN 2 AND 30, format('%s: %s searches of the index', query, p -> 'Index Searches'))
FROM (VALUES ('SELECT * FROM public.by_series WHERE mark = ''AB75 CDE''', 1), ('SELECT * FROM public.by_mark WHERE n = 4711', 6)) v(query, found),
     LATERAL pg_temp.plan(query) p;
SELECT is((SELECT array_agg(mark::text ORDER BY mark) FROM public.by_mark WHERE n = 4711), '{AB75 AAA,AB75 AAB,AB75 AAC,AB75 AAD,AB75 AAE,AB75 AAF}', 'each mark is found');
SELECT is((SELECT array_agg(series::text ORDER BY series) FROM public.by_series WHERE mark IN ('AB73 CDE', 'AB25 CDE')), '{73,25}', 'and each series');
\else
SELECT skip('WITHOUT OVERLAPS and skip scans came with PostgreSQL 18', 9);
\endif

-- BRIN: minima and maxima of pages follow the order of issue

CREATE TABLE public.issued AS SELECT mark, plate_series(mark) AS series FROM unnest('{51,02,73,74,75}'::text[]) s, LATERAL plates(plate_block('AB', s::plate_series)) mark;
CREATE INDEX ON public.issued USING brin (mark, series) WITH (pages_per_range = 8);
ANALYZE public.issued;
SELECT ok((p -> 'Actual Rows')::float8 = found AND (p -> 'Exact Heap Blocks')::int + (p -> 'Lossy Heap Blocks')::int < 140
          AND (SELECT relpages FROM pg_class WHERE oid = 'public.issued'::regclass) > 300, query || ' reads a part of the table')
FROM (VALUES ($$ SELECT * FROM public.issued WHERE mark BETWEEN 'AB74 AAA' AND 'AB74 ZZZ' $$, 13824), ($$ SELECT * FROM public.issued WHERE mark <@ '74' $$, 13824),
             ($$ SELECT * FROM public.issued WHERE series = '74' $$, 13824), ($$ SELECT * FROM public.issued WHERE mark = 'AB51 CDE' $$, 1),
             ($$ SELECT * FROM public.issued WHERE mark < 'AB51 ABA' $$, 24), ($$ SELECT * FROM public.issued WHERE series > '74' $$, 13824)) v(query, found),
     LATERAL pg_temp.plan(query) p;

SELECT * FROM finish();
ROLLBACK;
