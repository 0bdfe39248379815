-- plate <@ plate_series: the same as asking each mark, through an index and with a right estimate.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT no_plan();

-- First and last of each series

SELECT is_empty($$
    SELECT series FROM series
    WHERE plate_series(plate_first(series)) IS DISTINCT FROM series OR plate_series(plate_last(series)) IS DISTINCT FROM series
    $$, 'the first and the last mark of a series are of it');
SELECT is_empty($$
    SELECT s.series FROM series s
    WHERE s.series < '99' AND plate_count(platerange(plate_last(s.series), plate_first(s.series + 1), '()')) <> 0
    $$, 'and nothing is between the last of one and the first of the next');
SELECT is(plate_count(platerange(plate_first('75'), plate_last('75'), '[]')),
          (SELECT sum(marks) / 97 FROM plate_formats WHERE first_series = '51')::bigint, 'a current series has current and export marks');
SELECT is(plate_last('99'), upper('[XF99 ZZZ,XF99 ZZZ]'::platerange), 'the last of all is an export mark of 99');

-- A table with one series in two of its marks, and undated marks

CREATE TEMP TABLE m AS
SELECT p AS mark FROM unnest('{C-suffix,S-prefix,51,02,74,26}'::plate_series[]) s,
    LATERAL (SELECT plates(platerange(plate_first(s), plate_last(s), '[]')) LIMIT 2000) x(p)
UNION ALL SELECT p FROM (SELECT plates(platerange(plate_first('75'), plate_last('75'), '[]')) LIMIT 16000) x(p)
UNION ALL SELECT p FROM (SELECT plates('[AAA 1,AAM 1]')) x(p);
ANALYZE m;

SELECT is_empty($$
    SELECT mark, s.series FROM (SELECT DISTINCT ON (plate_series(mark)) mark FROM m) x, series s
    WHERE (mark <@ s.series) IS DISTINCT FROM coalesce(plate_series(mark) = s.series, false) OR (mark <@ s.series) <> (s.series @> mark)
    $$, 'a mark is in its series and in no other; an undated one in none');
SELECT is(mark::plate <@ series::plate_series, mark::plate <@ series::plate_series AND series = 'x', format('%s is not of series %s', mark, series))
FROM (VALUES ('AB75 CDE', '74'), ('S123 ABC', 'S-suffix'), ('ABC 123S', 'S-prefix'), ('ABC 123', 'A-suffix'), ('Q123 ABC', '51'), ('YYY 999A', 'B-suffix')) v(mark, series);

-- Plans: how a query reads the table, and how many rows it expects

\ir ../lib/explain.sql

SELECT ok(rows BETWEEN actual / 1.15 AND actual * 1.15, format('series %s: %s rows expected, %s there', s, rows, actual))
FROM (SELECT s, (pg_temp.explain(format('SELECT * FROM m WHERE mark <@ %L', s))).rows,
             (SELECT count(*) FROM m WHERE plate_series(mark) = s::plate_series)::float8 AS actual
      FROM unnest('{C-suffix,S-prefix,51,02,74,75,26}'::text[]) s) e;
SELECT cmp_ok((pg_temp.explain($$SELECT * FROM m WHERE mark <@ 'T-prefix'$$)).rows, '<', 50::float8, 'of a series that is not there, next to none');
SELECT is((pg_temp.explain('SELECT * FROM m WHERE mark <@ NULL')).rows <= 1, true, 'of NULL none');

-- The same in other places: expected rows, within a tenth, of queries that have no better way to know
CREATE TEMP TABLE wanted (series plate_series);
INSERT INTO wanted VALUES ('51'), ('S-prefix'), ('75'), ('99'), (NULL);
ANALYZE wanted;
CREATE TEMP TABLE often AS SELECT series FROM (VALUES ('75'::plate_series, 90), ('51', 10)) v(series, n), generate_series(1, n);
ANALYZE often;
CREATE TEMP TABLE fresh (series plate_series);      -- never analyzed
INSERT INTO fresh TABLE wanted;
SET LOCAL enable_material = off;
SELECT ok(e.rows BETWEEN found / 1.15 AND found * 1.15, format('%s: %s rows expected, %s there', query, e.rows, found))
FROM (VALUES ('SELECT * FROM m WHERE plate_in_series(mark, ''75'')', 16000),
             ('SELECT * FROM m WHERE series_has_plate(''75'', mark)', 16000),
             ('SELECT * FROM m JOIN wanted w ON m.mark <@ w.series', 20000),
             ('SELECT * FROM m JOIN wanted w ON w.series @> m.mark', 20000),
             ('SELECT * FROM m JOIN often o ON m.mark <@ o.series', 1460000),
             ('SELECT * FROM m JOIN series s ON m.mark <@ s.series', 28000),
             ('SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE s.series > ''74''', 18000),
             ('SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE s.series BETWEEN ''02'' AND ''74''', 4000),
             ('SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE s.series IN (''S-prefix'', ''75'')', 18000),
             ('SELECT * FROM m JOIN series s ON plate_in_series(m.mark, s.series) WHERE s.series = ''51''', 2000),
             ('SELECT * FROM m WHERE EXISTS (SELECT FROM wanted w WHERE m.mark <@ w.series)', 20000),
             ('SELECT * FROM m WHERE NOT EXISTS (SELECT FROM wanted w WHERE m.mark <@ w.series)', 18990),
             ('SELECT * FROM series s WHERE EXISTS (SELECT FROM m WHERE m.mark <@ s.series)', 7),
             ('SELECT * FROM series s WHERE NOT EXISTS (SELECT FROM m WHERE m.mark <@ s.series)', 132)) v(query, found),
     LATERAL pg_temp.explain(query) e;
SELECT lives_ok($$ SELECT * FROM pg_temp.explain('SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE s.series + 1 > ''02'' OR s.series IS NULL') $$,
                'a condition that may fail is not tried with each series');
SELECT is((pg_temp.explain('SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE s.series < NULL')).rows <= 1, true, 'of an impossible condition none');
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark <@ current_setting('regcar.not_set', true)::plate_series$$)).rows, 1::float8, 'nor of a series that turns out to be NULL when the query is planned');
SELECT ok(rows BETWEEN 18000 / 1.15 AND 18000 * 1.15, 'a condition in which something is left out: ' || rows) FROM pg_temp.explain($$SELECT * FROM m JOIN series s ON m.mark <@ s.series WHERE CASE WHEN s.series > '74' THEN true END$$);
CREATE TEMP TABLE undated AS SELECT p AS mark FROM plates('[A 1,AA 1)') p LIMIT 1000;
ANALYZE undated;
SELECT is((pg_temp.explain($$SELECT * FROM undated WHERE mark <@ '75'$$)).rows, 1::float8, 'where no mark has a series none is expected');
SELECT cmp_ok((SELECT count(*) FROM undated WHERE mark <@ '75'), '=', 0::bigint, 'and none found');
SELECT cmp_ok((pg_temp.explain('SELECT * FROM m JOIN fresh f ON m.mark <@ f.series')).rows, '>', 1::float8, 'without statistics of the series there is a guess');
SAVEPOINT no_statistics;
DELETE FROM pg_statistic WHERE starelid = 'm'::regclass;
SELECT cmp_ok((pg_temp.explain(query)).rows, '>', 1::float8, 'nor without statistics of the marks')
FROM unnest('{SELECT * FROM m JOIN wanted w ON m.mark <@ w.series,SELECT * FROM m WHERE mark <@ ''75''}'::text[]) query;
ROLLBACK TO no_statistics;
CREATE TEMP TABLE parts (mark plate, padding int) PARTITION BY RANGE (mark);
CREATE TEMP TABLE parts_old PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('AA51 AAA');
CREATE TEMP TABLE parts_new PARTITION OF parts FOR VALUES FROM ('AA51 AAA') TO (MAXVALUE);
INSERT INTO parts SELECT mark, 1 FROM m;
ANALYZE parts;
SELECT ok((pg_temp.explain($$ SELECT * FROM parts WHERE mark <@ '75' $$)).rows BETWEEN 16000 / 1.15 AND 16000 * 1.15, 'of partitions, and of these only one is read');
SELECT ok((pg_temp.explain($$ SELECT * FROM parts p JOIN wanted w ON p.mark <@ w.series $$)).rows BETWEEN 20000 / 1.15 AND 20000 * 1.15, 'of a join to all of them');
SET LOCAL enable_material = on;

CREATE INDEX m_mark ON m (mark);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT results_eq(format('SELECT conds, filter FROM pg_temp.explain(%L)', query),
                  $$ VALUES ('((mark >= ''AA02 AAA''::plate) AND (mark <= ''XF02 ZZZ''::plate))', NULL) $$,
                  query || ' reads one interval of the index, exactly')
FROM unnest(ARRAY[$$SELECT * FROM m WHERE mark <@ '02'$$, $$SELECT * FROM m WHERE '02'::plate_series @> mark$$,
                  $$SELECT count(*) FROM m WHERE mark <@ ('51'::plate_series + 1)$$, $$SELECT * FROM m WHERE plate_in_series(mark, '02')$$]) query;
PREPARE by_series(plate_series) AS SELECT count(*) FROM m WHERE mark <@ $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is((pg_temp.explain($$EXECUTE by_series('02')$$)).conds, '((mark >= plate_first($1)) AND (mark <= plate_last($1)))', 'a parameter too');
SELECT results_eq($$EXECUTE by_series('75')$$, ARRAY[16000::bigint], 'which counts right');
SELECT results_eq($$EXECUTE by_series(NULL)$$, ARRAY[0::bigint], 'and nothing for NULL');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT is((pg_temp.explain('SELECT * FROM wanted w JOIN m ON m.mark <@ w.series')).conds,
          '((mark >= plate_first(w.series)) AND (mark <= plate_last(w.series)))', 'a join to a table of series');
SELECT results_eq('SELECT w.series::text, count(*) FROM wanted w JOIN m ON w.series @> m.mark GROUP BY w.series ORDER BY w.series',
                  $$ VALUES ('S-prefix', 2000::bigint), ('51', 2000), ('75', 16000) $$, 'which finds what is there');
SELECT is((pg_temp.explain('SELECT * FROM wanted w JOIN m ON w.series @> m.mark')).conds,
          '((mark >= plate_first(w.series)) AND (mark <= plate_last(w.series)))', 'in either order');
PREPARE has_series(plate_series) AS SELECT count(*) FROM m WHERE $1 @> mark;
SELECT is((pg_temp.explain($$EXECUTE has_series('02')$$)).conds, '((mark >= plate_first($1)) AND (mark <= plate_last($1)))', 'a parameter in either order');
SELECT ok((pg_temp.explain($$EXECUTE has_series('02')$$)).rows = 1, 'counts into one row');
PREPARE marks_of(plate_series) AS SELECT * FROM m WHERE mark <@ $1;
SELECT ok((pg_temp.explain($$EXECUTE marks_of('02')$$)).rows BETWEEN 3900 AND 4100, 'of a parameter the mean of the series that there are');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT ok((pg_temp.explain($$EXECUTE marks_of('75')$$)).rows BETWEEN 15000 AND 17000, 'of a known one its own');
SELECT is((pg_temp.explain('SELECT * FROM m WHERE mark <@ (SELECT series FROM wanted LIMIT 1)')).conds ~ 'plate_first', true, 'a subquery''s result too');
CREATE FUNCTION pg_temp.some_series() RETURNS plate_series LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN '02'; END $$;
-- a series of the same row, or one that may change while the index is read, is no bound
CREATE TEMP TABLE both_columns AS SELECT mark, '02'::plate_series AS series FROM m;
CREATE INDEX ON both_columns (mark);
SELECT is(e.conds, NULL, query || ' uses no index')
FROM unnest(ARRAY['SELECT * FROM both_columns WHERE mark <@ series', 'SELECT * FROM both_columns WHERE plate_in_series(mark, series)',
                  'SELECT * FROM m WHERE mark <@ pg_temp.some_series()', 'SELECT * FROM m WHERE plate_in_series(mark, pg_temp.some_series())']) query,
     LATERAL pg_temp.explain(query) e;
SELECT results_eq('SELECT count(*) FROM both_columns WHERE plate_in_series(mark, series)', ARRAY[2000::bigint], 'and counts right');
DROP INDEX m_mark;
CREATE INDEX m_mark ON m (mark DESC, (1));
SELECT results_eq($$ SELECT conds, filter FROM pg_temp.explain($q$ SELECT * FROM m WHERE mark <@ '02' $q$) $$,
                  $$ VALUES ('((mark >= ''AA02 AAA''::plate) AND (mark <= ''XF02 ZZZ''::plate))', NULL) $$, 'a descending index of several columns does as well');
DROP INDEX m_mark;

-- Other indexes

SET LOCAL enable_bitmapscan = on;
CREATE INDEX m_brin ON m USING brin (mark) WITH (pages_per_range = 4);
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark <@ '02'$$)).scan, 'Bitmap Index Scan', 'a BRIN index is used as well');
SELECT results_eq($$SELECT count(*) FROM m WHERE mark <@ '02'$$, ARRAY[2000::bigint], 'and finds them all');
SELECT is((pg_temp.explain(query)).conds, conds, 'BRIN: ' || query)
FROM (VALUES ($$SELECT * FROM m WHERE '02'::plate_series @> mark$$, '((mark >= ''AA02 AAA''::plate) AND (mark <= ''XF02 ZZZ''::plate))'),
             ($$SELECT * FROM m WHERE plate_in_series(mark, '02')$$, '((mark >= ''AA02 AAA''::plate) AND (mark <= ''XF02 ZZZ''::plate))'),
             ('SELECT * FROM wanted w JOIN m ON m.mark <@ w.series', '((mark >= plate_first(w.series)) AND (mark <= plate_last(w.series)))')) v(query, conds);
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is((pg_temp.explain($$EXECUTE by_series('02')$$)).conds, '((mark >= plate_first($1)) AND (mark <= plate_last($1)))', 'BRIN: a parameter');
SELECT results_eq($$EXECUTE by_series('75')$$, ARRAY[16000::bigint], 'which counts right, too');
DROP INDEX m_brin;
CREATE INDEX m_hash ON m USING hash (mark);
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark <@ '02'$$)).scan, 'Seq Scan', 'a hash index is not');
SELECT results_eq($$SELECT count(*) FROM m WHERE mark <@ '02'$$, ARRAY[2000::bigint], 'and the answer is the same');

SELECT * FROM finish();
ROLLBACK;
