-- Hashes of marks: spread as random numbers are, over whole series; written down, for hash partitions on disk rest on them.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL work_mem = '256MB';
SELECT no_plan();

-- n random numbers of 32 bits have n - n²/2³³ values
SELECT ok(distinct_hashes >= 0.99 * marks AND abs(distinct_hashes - (marks - marks ^ 2 / 2 ^ 33)) < 0.0001 * marks,
          format('all %s marks of %s have %s different hashes, as many as random numbers', marks, series, distinct_hashes))
FROM unnest('{75,A-suffix}'::plate_series[]) series, LATERAL
     (SELECT count(*)::float8 AS marks, count(DISTINCT hash)::float8 AS distinct_hashes
      FROM (SELECT plate_hash(plates(platerange(plate_first(series), plate_last(series), '[]'))) AS hash) h) s;

SELECT is(ROW(plate_hash(mark::plate), plate_hash_extended(mark::plate, 0), plate_hash_extended(mark::plate, 8816678312871386365)),
          ROW(hash, extended, partitioning), format('hashes of %s, of 32 bits, of 64, with the seed of hash partitions', mark))
FROM (VALUES
    ('AB75 CDE', -1869808518, -8454175986222826374::bigint, -7817054483899244376::bigint),
    ('XF99 ZZZ', 1961417961, 6454361500158581993::bigint, -3237644005759995162::bigint),
    ('A1 AAA', 1263099500, 5244973518647025260::bigint, -3271915115423469454::bigint),
    ('AAA 1A', -43071197, 7652175512767220003::bigint, -2123508847943650073::bigint),
    ('A 1', 1073914277, 5570447785121194405::bigint, 5851366001630908281::bigint),
    ('1 A', -1881886064, 2083448157635916432::bigint, 4660632911056622577::bigint),
    ('AZ 1', 250077643, -7953263929874456117::bigint, -3567918144583602596::bigint),
    ('101 D 100', 346240708, 2325857973771122372::bigint, 2114625118791309339::bigint),
    ('00001', 1232605379, 4209347656762790083::bigint, -8539240526329616738::bigint),
    ('Z999 9999', 1229402409, 1692276450826596649::bigint, 6442878400693828180::bigint)) v(mark, hash, extended, partitioning);
SELECT is(ROW(plate_series_hash(series::plate_series), plate_series_hash_extended(series::plate_series, 0),
              plate_series_hash_extended(series::plate_series, 8816678312871386365)),
          ROW(hash, extended, partitioning), format('hashes of series %s', series))
FROM (VALUES ('75', -33272481, 6615111880556170591::bigint, 1238605650570313649::bigint),
             ('A-suffix', -1905060026, -3670598878359251130::bigint, 5968994663651403477::bigint),
             ('S-prefix', -262023745, 3724093531382470079::bigint, 251400152421868806::bigint),
             ('99', -2055467827, 6003927866125585613::bigint, -1784507397950250613::bigint)) v(series, hash, extended, partitioning);

-- Hash partitions
\ir ../lib/fleet.sql
CREATE TABLE public.by_7 (mark plate) PARTITION BY HASH (mark);
CREATE TABLE public.by_16 (mark plate) PARTITION BY HASH (mark);
SELECT format('CREATE TABLE public.by_%s_%s PARTITION OF public.by_%1$s FOR VALUES WITH (MODULUS %1$s, REMAINDER %2$s)', modulus, n)
FROM unnest('{7,16}'::int[]) modulus, generate_series(0, modulus - 1) n \gexec
INSERT INTO public.by_7 SELECT fleet(400000);
INSERT INTO public.by_16 TABLE public.by_7;
SELECT ok(min(rows) > 0.97 * avg(rows) AND max(rows) < 1.03 * avg(rows) AND count(*) = modulus,
          format('%s partitions have from %s to %s rows of %s', modulus, min(rows), max(rows), sum(rows)))
FROM (SELECT 7 AS modulus, tableoid, count(*) AS rows FROM public.by_7 GROUP BY tableoid
      UNION ALL SELECT 16, tableoid, count(*) FROM public.by_16 GROUP BY tableoid) p
GROUP BY modulus ORDER BY modulus;
CREATE FUNCTION pg_temp.partitions_read(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    line text;
    read int := 0;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING off, COSTS off, SUMMARY off) ' || query LOOP
        read := read + (line ~ 'Scan on by_' AND line !~ 'never executed')::int;
    END LOOP;
    RETURN read;
END $$;
SELECT is(pg_temp.partitions_read($$ SELECT * FROM public.by_16 WHERE mark = 'AB75 CDE' $$), 1, 'a mark is looked for in one partition');
SELECT cmp_ok(pg_temp.partitions_read($$ SELECT * FROM public.by_16 WHERE mark IN ('AB75 AAA', 'AB75 AAB') $$), '<=', 2, 'two marks in two at most');
SELECT results_eq($$ SELECT mark::text FROM public.by_16 WHERE mark = 'AB75 AAA' $$, $$ VALUES ('AB75 AAA') $$, 'and found there');
PREPARE by_mark(plate) AS SELECT * FROM public.by_16 WHERE mark = $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(pg_temp.partitions_read($$ EXECUTE by_mark('AB75 CDE') $$), 1, 'so is a parameter');
SELECT is((SELECT count(*) FROM public.by_7 WHERE NOT satisfies_hash_partition('public.by_7'::regclass, 7, right(tableoid::regclass::text, 1)::int, mark)), 0::bigint,
          'every row is where its hash says');
SET LOCAL enable_partitionwise_join = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is((SELECT count(*) FROM public.by_16 a JOIN public.by_16 b USING (mark)), (SELECT count(*) FROM public.by_16), 'partitions join one by one');

SELECT * FROM finish();
ROLLBACK;
