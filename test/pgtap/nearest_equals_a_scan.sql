-- The nearest marks through a GiST index are those that a scan of the table finds, of every format and for any text.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT no_plan();
SELECT setseed(0.1975);

\ir ../lib/explain.sql

-- Tables: marks of every format by changing the letters and digits of its example, and runs of neighbours; some twice, some NULL

CREATE FUNCTION pg_temp.changed(example text, share float8) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(CASE WHEN random() > share THEN c WHEN c BETWEEN 'A' AND 'Z' THEN chr(65 + floor(random() * 26)::int)
                           WHEN c BETWEEN '0' AND '9' THEN floor(random() * 10)::text ELSE c END, '' ORDER BY n)
    FROM regexp_split_to_table(example, '') WITH ORDINALITY AS t(c, n)
$$;
CREATE TEMP TABLE m (mark plate, dealer int);
INSERT INTO m SELECT text::plate, n % 10
FROM (SELECT n, pg_temp.changed(example::text, 1) AS text FROM plate_formats, generate_series(1, 1000) n OFFSET 0) t WHERE plate_is_valid(text);
INSERT INTO m SELECT example::plate, 1 FROM plate_formats;
INSERT INTO m SELECT p, 2 FROM unnest('{"[AB75 AAA,AB75 AZZ]","[AC51 XAA,AC51 YAA]","[A1 AAA,A1 ABA]","[ABC 1A,ABC 999A]","[A 1,A 999]","[AZ 1,AZ 999]"}'::platerange[]) b, plates(b) p;
INSERT INTO m SELECT mark, 3 FROM m WHERE hashtext(mark::text) % 10 = 0;
INSERT INTO m VALUES (NULL, 4), (NULL, 5);
SELECT is((SELECT count(DISTINCT plate_format(mark)) FROM m), (SELECT count(*) FROM plate_formats), 'there are marks of every format');
SELECT cmp_ok((SELECT count(DISTINCT plate_series(mark)) FROM m), '>', 100::bigint, 'and of most series');

-- Texts: marks with up to three mistakes, and whatever else somebody may type

CREATE TEMP TABLE q AS
SELECT left(replace(pg_temp.changed(mark::text, 0.15), ' ', CASE WHEN random() < 0.3 THEN '-' WHEN random() < 0.3 THEN '' ELSE ' ' END),
            CASE WHEN random() < 0.2 THEN 5 ELSE 12 END) AS text
FROM (SELECT mark FROM m WHERE mark IS NOT NULL ORDER BY random() LIMIT 40) s
UNION SELECT unnest('{"",A,1,"0001 AB","AB57 CDE","BD15 DLQ","LBO7 SE0","-.-",ОДЕССА,"AB75 CDE AB75 CDE",000000000,???}'::text[])
UNION SELECT repeat('AB1O', 16);

CREATE FUNCTION pg_temp.nearest(path text, rows bigint) RETURNS TABLE (text text, distances real[]) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', (path = 'table')::text, true), set_config('enable_indexscan', (path = 'index')::text, true),
            set_config('enable_indexonlyscan', (path = 'index only')::text, true);
    RETURN QUERY EXECUTE format('SELECT q.text, ARRAY(SELECT mark <-> q.text FROM m %s ORDER BY mark <-> q.text LIMIT $1) FROM q ORDER BY 1',
                                CASE path WHEN 'index' THEN 'WHERE dealer IS NOT NULL' END) USING rows;
    PERFORM set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'on', true), set_config('enable_indexonlyscan', 'on', true);
END $$;
CREATE TEMP TABLE by_table AS SELECT * FROM pg_temp.nearest('table', 1000000);
SELECT is((SELECT count(*) FROM by_table, unnest(distances) d WHERE d IS NULL), (SELECT 2 * count(*) FROM q), 'a mark that is NULL is at no distance');
SELECT is((SELECT bool_and(distance = plate_distance(text, mark) AND distance = text <-> mark AND distance = plate_distance(mark, text))
           FROM (SELECT mark, text, mark <-> text AS distance FROM m, q WHERE hashtext(mark::text) % 20 = 0) d), true, 'the distance is the same by its function and in the other direction');

CREATE INDEX m_gist ON m USING gist (mark);
SELECT results_eq($$ SELECT * FROM pg_temp.nearest('index', 1000000) $$, $$ SELECT * FROM by_table $$, 'all marks come in the order of their distances');
DROP INDEX m_gist;
CREATE INDEX m_search ON m USING gist (mark plate_search_ops);
ANALYZE m;
SELECT results_eq($$ SELECT * FROM pg_temp.nearest('index', 1000000) $$, $$ SELECT * FROM by_table $$, 'from an index for searching too');
SELECT results_eq($$ SELECT * FROM pg_temp.nearest('index only', 7) $$, $$ SELECT text, distances[:7] FROM by_table $$, 'and the nearest seven from the index alone');
INSERT INTO m SELECT mark, 6 FROM m WHERE hashtext(mark::text) % 3 = 0;
INSERT INTO m SELECT p, 7 FROM plates('[AD02 AAA,AD02 AZZ]') p;
DELETE FROM m WHERE hashtext(mark::text) % 7 = 0;
DELETE FROM by_table;
INSERT INTO by_table SELECT * FROM pg_temp.nearest('table', 1000000);
SELECT results_eq($$ SELECT * FROM pg_temp.nearest('index', 50) $$, $$ SELECT text, distances[:50] FROM by_table $$, 'after it grew by inserts too');

-- Plans

SET LOCAL enable_seqscan = off;
CREATE FUNCTION pg_temp.order_by(query text, OUT node text, OUT ordering text) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    found json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    found := plan #> '{0,Plan}';
    WHILE found ->> 'Order By' IS NULL AND found -> 'Plans' IS NOT NULL LOOP
        found := (found -> 'Plans') -> (json_array_length(found -> 'Plans') - 1);
    END LOOP;
    node := found ->> 'Node Type';
    ordering := found ->> 'Order By';
END $$;
SELECT is(pg_temp.order_by($$ SELECT mark FROM m ORDER BY mark <-> 'AB57 CDE' LIMIT 5 $$), ROW('Index Only Scan'::text, $$(mark <-> 'AB57 CDE'::text)$$::text), 'the nearest come from the index in order');
SELECT is(pg_temp.order_by($$ SELECT * FROM m ORDER BY 'AB57 CDE' <-> mark LIMIT 5 $$), ROW('Index Scan'::text, $$(mark <-> 'AB57 CDE'::text)$$::text), 'with the text on the left too');
SELECT is(pg_temp.order_by($$ SELECT * FROM q, LATERAL (SELECT * FROM m ORDER BY mark <-> q.text LIMIT 1) n $$), ROW('Index Scan'::text, '(mark <-> q.text)'::text), 'for each row of a join');
SELECT is(pg_temp.order_by($$ SELECT * FROM m WHERE dealer = 2 ORDER BY mark <-> 'AB57 CDE' LIMIT 5 $$), ROW('Index Scan'::text, $$(mark <-> 'AB57 CDE'::text)$$::text), 'with another condition');
PREPARE nearest(text) AS SELECT mark, mark <-> $1 AS distance FROM m WHERE mark <@ '75'::plate_series AND dealer = 2 ORDER BY mark <-> $1 LIMIT 3;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(pg_temp.order_by($$ EXECUTE nearest('AB57 AAB') $$), ROW('Index Scan'::text, '(mark <-> $1)'::text), 'and for a parameter');
CREATE TEMP TABLE expected AS
SELECT mark, mark <-> 'AB57 AAB' AS distance FROM (SELECT * FROM m WHERE mark <@ '75'::plate_series AND dealer = 2 OFFSET 0) s ORDER BY 2 LIMIT 3;
SELECT is((SELECT mark FROM expected LIMIT 1), 'AB75 AAB', 'of marks with two neighbours exchanged');
CREATE TEMP TABLE executed AS EXECUTE nearest('AB57 AAB');
SELECT results_eq('SELECT distance FROM executed', 'SELECT distance FROM expected', 'it finds the nearest that meet the rest');
RESET plan_cache_mode;

-- A partitioned table: the nearest of all partitions

SET LOCAL enable_sort = off;
CREATE TEMP TABLE parted (mark plate, dealer int) PARTITION BY RANGE (mark);
CREATE TEMP TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('AA51 AAA');
CREATE TEMP TABLE parted_new PARTITION OF parted FOR VALUES FROM ('AA51 AAA') TO (MAXVALUE);
CREATE INDEX ON parted USING gist (mark plate_search_ops);
INSERT INTO parted SELECT * FROM m WHERE mark IS NOT NULL;
SELECT results_eq($$ SELECT text, ARRAY(SELECT mark <-> q.text FROM parted ORDER BY mark <-> q.text LIMIT 9) FROM q ORDER BY 1 $$,
                  $$ SELECT text, distances[:9] FROM by_table $$, 'the nearest of a partitioned table');
SELECT is(pg_temp.order_by($$ SELECT * FROM parted ORDER BY mark <-> 'AB57 CDE' LIMIT 5 $$), ROW('Index Scan'::text, $$(mark <-> 'AB57 CDE'::text)$$::text), 'from the indexes of its partitions');

-- What is no text to compare with

SELECT throws_ok(format('SELECT mark <-> %L FROM m LIMIT 1', repeat('A', 65)), '22023', 'text is too long to be compared with registration marks', 'a text of 65 characters is an error');
SELECT throws_ok(format('SELECT mark FROM m ORDER BY mark <-> %L LIMIT 1', repeat('A', 65)), '22023', 'text is too long to be compared with registration marks', 'through an index too');
SELECT throws_ok(format('SELECT plate_distance(%L::plate, %L::text)', 'A 1', repeat('ä', 100000)), '22023', NULL, 'and one of a hundred thousand');
SELECT lives_ok(format('SELECT mark <-> %L FROM m LIMIT 1', repeat('ä', 64)), 'one of 64 characters is none, however many bytes they have');
SELECT is(mark <-> text, distance, format('%s <-> %L', mark, text))
FROM (VALUES ('AB75 CDE'::plate, '', 21::real), ('AA 11', '', 10), ('A 1', '', 6), ('A 1', '--', 10), ('A 1', ' ', 6), ('A 1', 'ОД', 10), ('AB75 CDE', 'ab75cde', 0), ('AB75 CDE', NULL, NULL), (NULL, 'A 1', NULL)) v(mark, text, distance);

SELECT * FROM finish();
ROLLBACK;
