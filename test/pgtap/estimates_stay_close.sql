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
-- what the planner cannot know of functions of a mark; extension/doc/marks.md says so
CREATE STATISTICS registration_series ON plate_series(mark) FROM registration;
CREATE STATISTICS registration_region ON plate_region(mark) FROM registration;
-- marks to look up: some that are there, some that are not
CREATE TABLE stolen AS
SELECT CASE WHEN n % 5 = 0 THEN plate_last('99') ELSE mark END AS mark
FROM (SELECT mark, row_number() OVER () AS n FROM registration TABLESAMPLE system (0.01) REPEATABLE (1)) s;
VACUUM ANALYZE registration, stolen;
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
    ('marks that may not be issued on a day', '', $$ SELECT * FROM registration WHERE NOT plate_issuable(mark, '2025-09-01') $$),
    ('marks from a list', '', $$ SELECT * FROM stolen JOIN registration USING (mark) $$);
SELECT ok(found > 0 AND expected BETWEEN found / 2 AND found * 2, format('%s: %s rows expected, %s found', title, expected, found))
FROM report, LATERAL (SELECT * FROM pg_temp.nodes(query) n WHERE n.node LIKE '%' || report.node || '%' LIMIT 1) n;
SELECT set_has($$ SELECT n.node FROM report, LATERAL (SELECT * FROM pg_temp.nodes(query) LIMIT 2) n WHERE title LIKE 'the marks of a recent%' $$,
    $$ VALUES ('Index Only Scan') $$, 'and a series is counted in an index alone');

SELECT * FROM finish();
