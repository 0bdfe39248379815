-- GiST over marks and series: the same answers as a scan of the table, and one mark, one vehicle at a time.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

-- marks of every format, in no order, with duplicates
CREATE TEMP TABLE m AS
SELECT p AS mark FROM unnest('{"[AB75 AAA,AB75 ZZZ]","[A1 AAA,A1 BAA]","[ABC 1A,ABC 999A]","[A 1,A 999]","[1 A,2 AAA]","[AZ 1,AZ 999]",
                            "[101 D 100,101 X 999]","[00001,00999]","[Z999 9000,Z999 9999]","[XF99 ZAA,XF99 ZZZ]"}'::platerange[]) b, LATERAL plates(b) p;
INSERT INTO m SELECT mark FROM m WHERE hashtext(mark::text) % 10 = 0;
CREATE TEMP TABLE q AS SELECT mark FROM m WHERE hashtext(mark::text) % 400 = 0
UNION SELECT unnest('{A 1,XF99 ZZZ,AB75 AAA,AB75 ZZZ,AC75 AAA,S 0,Q1 AAA,AA51 AAA}'::plate[]);
CREATE FUNCTION pg_temp.tally(seq boolean) RETURNS TABLE (mark plate, lt bigint, le bigint, eq bigint, ge bigint, gt bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', seq::text, true);
    RETURN QUERY SELECT q.mark, (SELECT count(*) FROM m WHERE m.mark < q.mark), (SELECT count(*) FROM m WHERE m.mark <= q.mark),
        (SELECT count(*) FROM m WHERE m.mark = q.mark), (SELECT count(*) FROM m WHERE m.mark >= q.mark), (SELECT count(*) FROM m WHERE m.mark > q.mark)
        FROM q WHERE hashtext(q.mark::text) % 3 = 0;
END $$;
CREATE TEMP TABLE by_table AS SELECT * FROM pg_temp.tally(true);
SELECT cmp_ok((SELECT count(*) FROM by_table), '>', 10::bigint, 'there are marks to ask for');
CREATE INDEX m_gist ON m USING gist (mark);
ANALYZE m;
SELECT set_eq('SELECT * FROM pg_temp.tally(false)', 'SELECT * FROM by_table', 'a GiST index finds what a scan of the table finds');
INSERT INTO m SELECT mark FROM m WHERE hashtext(mark::text) % 7 = 0;
DELETE FROM m WHERE hashtext(mark::text) % 11 = 0;
DELETE FROM by_table;
INSERT INTO by_table SELECT * FROM pg_temp.tally(true);
SELECT set_eq('SELECT * FROM pg_temp.tally(false)', 'SELECT * FROM by_table', 'after it grew by inserts too');
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
CREATE FUNCTION pg_temp.scan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan #>> '{0,Plan,Node Type}';
END $$;
SELECT is(pg_temp.scan($$ SELECT mark FROM m WHERE mark = 'AB75 CDE' $$), 'Index Only Scan', 'it gives the mark back itself');
SELECT set_eq($$ SELECT mark FROM m WHERE mark = 'AB75 CDE' $$, $$ VALUES ('AB75 CDE'::plate) $$, 'and the right one');

-- One mark, one vehicle at a time

CREATE TEMP TABLE tenure (mark plate, vin text, during daterange, EXCLUDE USING gist (mark WITH =, during WITH &&));
SELECT lives_ok($$ INSERT INTO tenure VALUES ('AB75 CDE', 'one', '[2025-09-01,2025-10-01)'), ('AB75 CDE', 'two', '[2025-10-01,)'), ('AB75 CDF', 'three', '[2025-09-01,)') $$,
                'a mark may belong to one vehicle after another');
SELECT throws_ok($$ INSERT INTO tenure VALUES ('ab75cde', 'four', '[2025-09-30,2025-10-02)') $$, '23P01', NULL, 'not to two at a time');
SELECT CASE WHEN current_setting('server_version_num')::int < 180000 THEN skip('WITHOUT OVERLAPS came with PostgreSQL 18')
       ELSE lives_ok($$ CREATE TEMP TABLE held (mark plate, during daterange, PRIMARY KEY (mark, during WITHOUT OVERLAPS)) $$, 'a key that knows time') END;

-- Series

RESET enable_bitmapscan;
CREATE TEMP TABLE s AS SELECT n, 'A-suffix'::plate_series + abs(hashtext(n::text)) % 139 AS series FROM generate_series(1, 5000) n;
INSERT INTO s VALUES (0, NULL);
CREATE FUNCTION pg_temp.series_tally(seq boolean) RETURNS TABLE (series plate_series, lt bigint, le bigint, eq bigint, ge bigint, gt bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_seqscan', seq::text, true);
    RETURN QUERY SELECT q.series, (SELECT count(*) FROM s WHERE s.series < q.series), (SELECT count(*) FROM s WHERE s.series <= q.series),
        (SELECT count(*) FROM s WHERE s.series = q.series), (SELECT count(*) FROM s WHERE s.series >= q.series), (SELECT count(*) FROM s WHERE s.series > q.series)
        FROM series q;
END $$;
CREATE TEMP TABLE series_by_table AS SELECT * FROM pg_temp.series_tally(true);
CREATE INDEX s_gist ON s USING gist (series);
ANALYZE s;
SELECT set_eq('SELECT * FROM pg_temp.series_tally(false)', 'SELECT * FROM series_by_table', 'a GiST index over series finds what a scan of the table finds');
INSERT INTO s SELECT n, series FROM s WHERE n % 3 = 0;
DELETE FROM s WHERE n % 7 = 0;
DELETE FROM series_by_table;
INSERT INTO series_by_table SELECT * FROM pg_temp.series_tally(true);
SELECT set_eq('SELECT * FROM pg_temp.series_tally(false)', 'SELECT * FROM series_by_table', 'after it grew by inserts too');
SET LOCAL enable_bitmapscan = off;
SELECT is(pg_temp.scan($$ SELECT series FROM s WHERE series = '75' $$), 'Index Only Scan', 'it gives the series back itself');
SELECT set_eq($$ SELECT series FROM s WHERE series >= '49' $$, $$ VALUES ('49'::plate_series), ('99') $$, 'and the right ones');

CREATE TEMP TABLE share (series plate_series, block platerange, dealer text, EXCLUDE USING gist (series WITH =, block WITH &&));
SELECT lives_ok($$ INSERT INTO share VALUES ('75', plate_block('AB', '75'), 'one'), ('75', plate_block('AC', '75'), 'two'), ('25', plate_block('AB', '75'), 'one') $$,
                'blocks side by side, and one block in two series');
SELECT throws_ok($$ INSERT INTO share VALUES ('75', '[AB75 ZZZ,AB75 ZZZ]', 'three') $$, '23P01', NULL, 'not one in another of the same series');
SELECT CASE WHEN current_setting('server_version_num')::int < 180000 THEN skip('WITHOUT OVERLAPS came with PostgreSQL 18')
       ELSE lives_ok($$ CREATE TEMP TABLE keyed (series plate_series, block platerange, PRIMARY KEY (series, block WITHOUT OVERLAPS)) $$, 'a key of series and blocks') END;

SELECT * FROM finish();
ROLLBACK;
