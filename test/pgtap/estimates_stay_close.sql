-- Estimates over a fleet of ten million marks, most of them of the last twenty years and some series a hundred times as
-- frequent as others: with the statistics that ANALYZE makes by default, the plans of typical reports expect at most twice
-- the rows that there are, and at least half. Not in a transaction, for VACUUM's sake.
SET search_path = regcar, public;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
\ir ../lib/fleet.sql
SELECT no_plan();

CREATE UNLOGGED TABLE registration (mark plate) WITH (autovacuum_enabled = off);
INSERT INTO registration SELECT fleet(10000000);
CREATE INDEX ON registration (mark);
-- marks to look up: some that are there, some that are not
CREATE TABLE stolen AS
SELECT CASE WHEN n % 5 = 0 THEN plate_last('99') ELSE mark END AS mark
FROM (SELECT mark, row_number() OVER () AS n FROM registration TABLESAMPLE system (0.01) REPEATABLE (1)) s;
-- nine in ten on a day of their series, the others on one day
CREATE TABLE dated AS
SELECT mark, CASE WHEN n % 10 = 0 THEN '2019-10-01' ELSE coalesce(lower(plate_period(mark)), '2025-09-01') + (n % 150)::int END AS registered
FROM (SELECT mark, row_number() OVER () AS n FROM registration TABLESAMPLE system (2) REPEATABLE (2)) s;
VACUUM ANALYZE registration, stolen, dated;
SELECT cmp_ok((SELECT reltuples FROM pg_class WHERE oid = 'registration'::regclass), '>', 9.9e6::real, 'there are ten million marks');

-- Rows expected and found, by nodes of a plan in the order of EXPLAIN
CREATE FUNCTION pg_temp.nodes(query text, OUT node text, OUT expected float8, OUT found float8) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, FORMAT json) ' || query INTO plan;
    RETURN QUERY
        WITH RECURSIVE n(plan, path) AS (
            SELECT plan #> '{0,Plan}', ARRAY[1]
            UNION ALL SELECT c, path || i::int FROM n, jsonb_array_elements(n.plan -> 'Plans') WITH ORDINALITY AS p(c, i)
        )
        SELECT n.plan ->> 'Node Type', (n.plan -> 'Plan Rows')::float8, (n.plan -> 'Actual Rows')::float8 FROM n ORDER BY path;
END $$;
CREATE TABLE report (title text, node text, query text);
INSERT INTO report VALUES
    ('the marks of a recent series', 'Index Only Scan', $$ SELECT count(*) FROM registration WHERE mark <@ '75' $$),
    ('those of an old one, a mark in 450', 'Index Only Scan', $$ SELECT count(*) FROM registration WHERE mark <@ '04' $$),
    ('series by series, from one to another', 'Nested Loop',
     $$ SELECT s.series, count(*) FROM series s JOIN registration r ON r.mark <@ s.series WHERE s.series BETWEEN '70' AND '74' GROUP BY 1 $$),
    ('of these, one series', 'Index Only Scan',
     $$ SELECT s.series, count(*) FROM series s JOIN registration r ON r.mark <@ s.series WHERE s.series BETWEEN '70' AND '74' GROUP BY 1 $$),
    ('all marks by series', 'Aggregate', $$ SELECT plate_series(mark), count(*) FROM registration GROUP BY 1 $$),
    ('a series by region', 'Aggregate', $$ SELECT plate_region(mark), count(*) FROM registration WHERE mark <@ '68' GROUP BY 1 $$),
    ('a series asked for by its function', '', $$ SELECT * FROM registration WHERE plate_series(mark) = '68' $$),
    ('marks of a format', '', $$ SELECT * FROM registration WHERE plate_format(mark) = 'prefix' $$),
    ('of a rare one', '', $$ SELECT * FROM registration WHERE plate_format(mark) = 'suffix' $$),
    ('all but one', '', $$ SELECT * FROM registration WHERE plate_format(mark) <> 'current' $$),
    ('marks of a region', '', $$ SELECT * FROM registration WHERE plate_region(mark) = 'Cymru' $$),
    ('all marks by format', 'Aggregate', $$ SELECT plate_format(mark), count(*) FROM registration GROUP BY 1 $$),
    ('by region and series', 'Aggregate', $$ SELECT plate_region(mark), plate_series(mark), count(*) FROM registration GROUP BY plate_region(mark), plate_series(mark) $$),
    ('by series, region and format', 'Aggregate', $$ SELECT plate_series(mark), plate_region(mark), plate_format(mark), count(*) FROM registration GROUP BY 1, 2, 3 $$),
    ('regions and series that there are', 'Aggregate', $$ SELECT DISTINCT plate_series(mark), plate_region(mark) FROM registration $$),
    ('marks that may be issued on a day', '', $$ SELECT * FROM registration WHERE plate_issuable(mark, '2025-09-01') $$),
    ('on a day before most series', '', $$ SELECT * FROM registration WHERE plate_issuable(mark, '1970-09-01') $$),
    ('on the day in a column', '', $$ SELECT * FROM dated WHERE plate_issuable(mark, registered) $$),
    ('not on the day in a column', '', $$ SELECT * FROM dated WHERE NOT plate_issuable(mark, registered) $$),
    ('marks that may not be issued on a day', '', $$ SELECT * FROM registration WHERE NOT plate_issuable(mark, '2025-09-01') $$),
    ('marks from a list', '', $$ SELECT * FROM stolen JOIN registration USING (mark) $$);
SELECT ok(found > 0 AND expected BETWEEN found / 2 AND found * 2, format('%s: %s rows expected, %s found', title, expected, found))
FROM report, LATERAL (SELECT * FROM pg_temp.nodes(query) n WHERE n.node LIKE '%' || report.node || '%' LIMIT 1) n;
SELECT set_has($$ SELECT n.node FROM report, LATERAL (SELECT * FROM pg_temp.nodes(query) LIMIT 2) n WHERE title LIKE 'the marks of a recent%' $$,
    $$ VALUES ('Index Only Scan') $$, 'and a series is counted in an index alone');

SELECT * FROM finish();
