-- plate <@ plate_series: the same as asking each mark, through an index and with a right estimate.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL default_statistics_target = 1000;   -- so that a bin of the histogram is small beside a series
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

CREATE FUNCTION pg_temp.explain(query text, OUT scan text, OUT conds text, OUT filter text, OUT rows float8) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    node json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    node := plan #> '{0,Plan}';
    rows := node ->> 'Plan Rows';
    WHILE node -> 'Plans' IS NOT NULL LOOP
        node := (node -> 'Plans') -> (json_array_length(node -> 'Plans') - 1);
    END LOOP;
    scan := node ->> 'Node Type';
    conds := node ->> 'Index Cond';
    filter := node ->> 'Filter';
END $$;

SELECT ok(rows BETWEEN actual / 1.15 AND actual * 1.15, format('series %s: %s rows expected, %s there', s, rows, actual))
FROM (SELECT s, (pg_temp.explain(format('SELECT * FROM m WHERE mark <@ %L', s))).rows,
             (SELECT count(*) FROM m WHERE plate_series(mark) = s::plate_series)::float8 AS actual
      FROM unnest('{C-suffix,S-prefix,51,02,74,75,26}'::text[]) s) e;
SELECT cmp_ok((pg_temp.explain($$SELECT * FROM m WHERE mark <@ 'T-prefix'$$)).rows, '<', 50::float8, 'of a series that is not there, next to none');
SELECT is((pg_temp.explain('SELECT * FROM m WHERE mark <@ NULL')).rows <= 1, true, 'of NULL none');

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
CREATE TEMP TABLE wanted (series plate_series);
INSERT INTO wanted VALUES ('51'), ('S-prefix'), ('99'), (NULL);
ANALYZE wanted;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT is((pg_temp.explain('SELECT * FROM wanted w JOIN m ON m.mark <@ w.series')).conds,
          '((mark >= plate_first(w.series)) AND (mark <= plate_last(w.series)))', 'a join to a table of series');
SELECT results_eq('SELECT w.series::text, count(*) FROM wanted w JOIN m ON w.series @> m.mark GROUP BY w.series ORDER BY w.series',
                  $$ VALUES ('S-prefix', 2000::bigint), ('51', 2000) $$, 'which finds what is there');
DROP INDEX m_mark;

-- Other indexes

SET LOCAL enable_bitmapscan = on;
CREATE INDEX m_brin ON m USING brin (mark) WITH (pages_per_range = 4);
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark <@ '02'$$)).scan, 'Bitmap Index Scan', 'a BRIN index is used as well');
SELECT results_eq($$SELECT count(*) FROM m WHERE mark <@ '02'$$, ARRAY[2000::bigint], 'and finds them all');
DROP INDEX m_brin;
CREATE INDEX m_hash ON m USING hash (mark);
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark <@ '02'$$)).scan, 'Seq Scan', 'a hash index is not');
SELECT results_eq($$SELECT count(*) FROM m WHERE mark <@ '02'$$, ARRAY[2000::bigint], 'and the answer is the same');

SELECT * FROM finish();
ROLLBACK;
