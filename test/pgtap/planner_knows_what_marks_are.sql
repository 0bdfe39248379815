-- The planner knows the formats, series and regions of the marks of a column after a plain ANALYZE, and what it uses for
-- that is nothing that a plan could read.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT no_plan();

-- Rows that a plan expects
CREATE FUNCTION pg_temp.expected(query text, node text DEFAULT '') RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (WITH RECURSIVE n(plan) AS (SELECT plan #> '{0,Plan}' UNION ALL SELECT jsonb_array_elements(n.plan -> 'Plans') FROM n)
            SELECT n.plan ->> 'Plan Rows' FROM n WHERE n.plan ->> 'Node Type' LIKE '%' || node || '%' LIMIT 1);
END $$;
-- Whether the rows of a query are as many as its plan expects, by this factor
CREATE FUNCTION pg_temp.close(query text, what text, factor float8 DEFAULT 1.05) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    expected float8 := pg_temp.expected(query);
    found bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (%s OFFSET 0) q', query) INTO found;
    RETURN NEXT ok(found > 0 AND expected BETWEEN found / factor AND found * factor, format('%s: %s rows expected, %s found', what, expected, found));
END $$;

-- Of a column a third of which is NULL; and each class has one value, wherever its marks are in the table
CREATE TABLE third AS SELECT CASE g % 3 WHEN 0 THEN plate_first('75') WHEN 1 THEN plate_first('25') END AS mark FROM generate_series(1, 999) g;
ANALYZE third;
SELECT pg_temp.close($$SELECT FROM third WHERE plate_format(mark) = 'current'$$, 'of a column a third of which is NULL');
SELECT cmp_ok((SELECT max(coalesce(cardinality(n), 0)) FROM pg_statistic, LATERAL (VALUES (stanumbers1), (stanumbers2), (stanumbers3), (stanumbers4), (stanumbers5)) v (n) WHERE starelid = 'third'::regclass), '<', 9, 'as many shares as there are classes');

-- Every format, and NULL. The table is smaller than a sample, so what the planner expects is exact.
CREATE TABLE m (mark plate, day date, other date, n int);
INSERT INTO m SELECT p, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '2025-09-15' ELSE '2024-09-15' END::date, '1970-01-01', n
FROM (VALUES ('[AB75 AAA,AB75 AKN]', 200), ('[CD74 AAA,CD74 AFN]', 100), ('[XA75 AAA,XA75 ABC]', 20), ('[XD75 AAA,XD75 ABC]', 20), ('[MN75 AAA,MN75 AAX]', 15),
             ('[A123 BCA,A123 BDT]', 40), ('[ABC 1A,ABC 9A]', 9), ('[ABC 1,ABC 99]', 99), ('[AZ 1000,AZ 1150]', 151), ('[AAZ 1000,AAZ 1050]', 51),
             ('[101 D 101,101 D 130]', 30), ('[AB 12 CD,AB 12 CY]', 20), ('[01234,01240]', 7), ('[Q123 ABC,Q123 ABY]', 20)) v(block, most),
     LATERAL (SELECT p, row_number() OVER () AS n FROM plates(block::platerange) p LIMIT most) s;
INSERT INTO m (mark) VALUES ('QTR 1'), ('BH 0521'), (NULL), (NULL);
ANALYZE m;

SELECT pg_temp.close(format('SELECT * FROM m WHERE plate_format(mark) = %L', format), 'format ' || format)
FROM (SELECT DISTINCT plate_format(mark) AS format FROM m) f WHERE format IS NOT NULL;
SELECT pg_temp.close('SELECT * FROM m WHERE ' || condition, condition)
FROM unnest(ARRAY['plate_format(mark) <> ''current''', 'plate_format(mark) IN (''trade'', ''military'')', 'plate_series(mark) = ''75''', 'plate_series(mark) > ''74''',
                  'mark::plate_series = ''74''', 'plate_series(mark) IS NULL', 'plate_region(mark) = ''Anglia''', 'plate_region(mark) IS NULL',
                  'plate_region(mark) LIKE ''North%''', 'plate_transferable(mark)', 'plate_period(mark) = series_period(''75'')',
                  'plate_issuable(mark, ''2025-09-15'')', 'NOT plate_issuable(mark, ''2025-12-15'') AND mark IS NOT NULL', 'plate_issuable(mark, ''2024-12-15'')',
                  'plate_issuable(mark, day)', 'plate_issuable(mark, other)']) condition;
SELECT is(pg_temp.expected($$ SELECT * FROM m WHERE plate_format(mark) = 'trailer' $$), 1::float8, 'of a format that there is none of, one row is expected');
-- of several, the planner multiplies whole numbers
SELECT pg_temp.close('SELECT ' || list || ', count(*) FROM m WHERE mark IS NOT NULL GROUP BY ' || list, 'groups by ' || list, 1.5)
FROM unnest('{plate_format(mark),plate_series(mark),plate_region(mark),"plate_region(mark), plate_series(mark)","plate_series(mark), plate_region(mark), plate_format(mark)",
              "plate_series(mark), plate_series(mark)"}'::text[]) list;
SELECT pg_temp.close('SELECT DISTINCT plate_region(mark), plate_format(mark) FROM m WHERE mark IS NOT NULL', 'different regions and formats', 1.5);

-- A domain, a view, a partitioned table, its partitions, a sample of the index alone
CREATE DOMAIN registration_mark AS plate CHECK (value IS NOT NULL);
CREATE TABLE of_domain AS SELECT mark::registration_mark AS mark FROM m WHERE mark IS NOT NULL;
CREATE VIEW seen AS SELECT mark AS what, n FROM m;
CREATE TABLE parted (mark plate) PARTITION BY RANGE (mark);
CREATE TABLE parted_undated PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('ABC 1A');
CREATE TABLE parted_dated PARTITION OF parted FOR VALUES FROM ('ABC 1A') TO (MAXVALUE);
INSERT INTO parted SELECT mark FROM m WHERE mark IS NOT NULL;
ANALYZE of_domain, parted;
CREATE TEMP TABLE relation (name text, mark text);
INSERT INTO relation VALUES ('of_domain', 'mark'), ('seen', 'what'), ('parted', 'mark'), ('parted_dated', 'mark'), ('ONLY m', 'mark');
SELECT pg_temp.close(format($$ SELECT * FROM %s WHERE plate_format(%s) = 'current' $$, name, mark), name || ': a format') FROM relation;
SELECT pg_temp.close(format('SELECT plate_region(%2$s), plate_series(%2$s) FROM %1$s WHERE %2$s IS NOT NULL GROUP BY 1, 2', name, mark), name || ': groups', 1.5) FROM relation;
SELECT pg_temp.close($$ SELECT * FROM m JOIN (VALUES ('current'::plate_format), ('trade')) v(format) ON plate_format(mark) = v.format WHERE v.format = 'trade' $$, 'a format through a join');

-- No plan reads an index that is not there
SET LOCAL enable_seqscan = off;
SELECT is(pg_temp.expected('SELECT ' || query, 'Index'), NULL, query)
FROM unnest('{plate_series(mark) FROM m ORDER BY plate_series(mark),plate_format(mark) FROM m,* FROM m WHERE plate_series(mark) = ''75'',
              count(*) FROM m,* FROM m WHERE plate_series(mark) = ''75'' OR plate_region(mark) = ''Cymru'',* FROM m a JOIN m b ON plate_series(a.mark) = plate_series(b.mark)}'::text[]) query;
CREATE INDEX m_mark ON m (mark);
CREATE INDEX m_series ON m (plate_series(mark)) WHERE n > 3;
SELECT isnt(pg_temp.expected($$ SELECT * FROM m WHERE plate_series(mark) = '75' AND n > 5 $$, 'Index'), NULL, 'one that is there is used');
CREATE UNIQUE INDEX m_unique ON m (plate_compact(mark));
SELECT lives_ok($$ INSERT INTO m VALUES ('AB75 AAA') ON CONFLICT (plate_compact(mark)) DO UPDATE SET n = plate_series(excluded.mark) - plate_series(m.mark) $$, 'nor an upsert');
SELECT lives_ok('CLUSTER m USING m_mark', 'nor CLUSTER');
SELECT lives_ok('REINDEX TABLE m', 'nor REINDEX');
RESET enable_seqscan;

-- What somebody asked ANALYZE to look at comes first
CREATE TABLE asked (mark plate);
INSERT INTO asked SELECT plates('[AB75 AAA,AB75 AKN]');
CREATE STATISTICS asked_series ON plate_series(mark) FROM asked;
ANALYZE asked;
INSERT INTO asked SELECT plates('[CD74 AAA,CD74 AZZ]');
ALTER TABLE asked ALTER mark SET STATISTICS 0;
ANALYZE asked (mark);
SELECT ok(pg_temp.expected($$ SELECT * FROM asked WHERE plate_series(mark) = '75' $$) > 200, 'statistics that were made by hand are used');

-- A column of another session's temporary kind, one without statistics, and one whose owner lets nobody look
CREATE TABLE fresh (mark plate) WITH (autovacuum_enabled = off);
INSERT INTO fresh SELECT mark FROM m;
SELECT ok(pg_temp.expected($$ SELECT * FROM fresh WHERE plate_format(mark) = 'current' $$) > 0, 'without statistics the planner guesses');

-- A session that has dropped the extension, and then one that has it again
CREATE TABLE numbers (n int, s text) PARTITION BY RANGE (n);
CREATE TABLE numbers_1 PARTITION OF numbers FOR VALUES FROM (1) TO (10);
CREATE INDEX ON numbers_1 (s) WHERE int4gt(n, 3) AND starts_with(s, 'x');
SET LOCAL client_min_messages = warning;
DROP EXTENSION regcar CASCADE;
SELECT lives_ok($$ SELECT * FROM numbers JOIN m USING (n) WHERE int4gt(n, 3) AND starts_with(s, 'x') $$, 'without the extension its session plans as any other');
CREATE EXTENSION regcar;
CREATE TABLE again (mark plate);
INSERT INTO again SELECT p FROM plates('[AB75 AAA,AB75 AKN]') p;
ANALYZE again;
SELECT pg_temp.close($$ SELECT * FROM again WHERE plate_format(mark) = 'current' $$, 'and with a new one it knows new columns');

SELECT * FROM finish();
ROLLBACK;
