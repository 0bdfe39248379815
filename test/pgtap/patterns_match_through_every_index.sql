-- Partial marks: what a pattern matches, and the same through every index, with right estimates.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL default_statistics_target = 500;    -- so that all rows are the sample, the same at every run
SELECT no_plan();

-- What matches

SELECT is(mark::plate LIKE pattern, matches, format('%s %s %s', mark, CASE WHEN matches THEN 'is LIKE' ELSE 'is not LIKE' END, pattern))
FROM (VALUES ('AB75 CDE', '?B7? ?DE', true), ('AB75 CDE', '_b7_ _de', true), ('AB75 CDE', 'AB7*', true), ('AB75 CDE', 'ab7%', true),
             ('AB75 CDE', 'AB75CDE', true), ('AB75 CDE', ' A B 7 5 C D E ', true), ('AB75 CDE', '*', true), ('AB75 CDE', '*5*', true),
             ('AB75 CDE', 'A*7*E', true), ('AB75 CDE', '*??*', true), ('AB75 CDE', '*AB75CDE*', true), ('A1 AAA', '?????', true),
             ('A123 4567', '????????', true), ('AB75 CDE', 'AB75', false), ('AB75 CDE', '?B75 CD', false), ('AB75 CDE', 'AB75 CDE?', false),
             ('AB75 CDE', '', false), ('AB75 CDE', '  ', false), ('AB75 CDE', 'AB75?CDE', false), ('A123 4567', '?????????', false),
             ('A123 4567', '*A123 45678', false), ('1 OAA', '10AA', false), ('AB75 CDE', repeat('*', 100000), true),
             ('AB75 CDE', repeat('?', 100000), false)) v(mark, pattern, matches);
SELECT is_empty($$
    SELECT m, p FROM unnest('{AB75 CDE,A1 AAA,ABC 123D,1 A,AZ 1234,QNI 12,101 D 101,00001,A123 4567}'::plate[]) m,
        unnest('{?B7? ?DE,A*,*A,?1*,%_%,*1*2*,00001,"",*3?}'::text[]) p
    WHERE (m LIKE p) IS DISTINCT FROM (plate_compact(m) LIKE translate(p, '?* ', '_%')) OR (m NOT LIKE p) IS DISTINCT FROM NOT (m LIKE p)
       OR plate_matches(m, p) IS DISTINCT FROM (m LIKE p)
       OR (m ILIKE p) IS DISTINCT FROM (m LIKE p) OR (m NOT ILIKE lower(p)) IS DISTINCT FROM NOT (m LIKE p)
    $$, 'LIKE, NOT LIKE, ILIKE, NOT ILIKE and plate_matches() agree with LIKE of the text without its space');
SELECT is('AB75 CDE'::plate LIKE NULL, NULL, 'a pattern that is NULL gives NULL');
SELECT is(NULL::plate LIKE 'AB7*', NULL, 'so does a mark');
SELECT is((SELECT count(*) FROM unnest('{AB75*,?B75 CDE,*CDE,A*}'::text[]) p WHERE 'AB75 CDE'::plate LIKE p), 4::bigint, 'patterns may differ from row to row');

-- What is no pattern

SELECT throws_matching(format('SELECT %L::plate LIKE %L', 'AB75 CDE', pattern), '^invalid pattern for registration marks: "', format('"%s" is refused', pattern))
FROM unnest(ARRAY['AB-75', 'AB75.CDE', 'AB75\_', E'AB75\tCDE', 'AB[0-9]', 'ÄB75', '?????????-']) pattern;
CREATE FUNCTION pg_temp.complaint(query text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT results_eq(format('SELECT * FROM pg_temp.complaint(%L)', query), format('VALUES (%L, %L, %L)', '22023', message, detail), query || ' names the character')
FROM (VALUES ($$SELECT 'AB75 CDE'::plate LIKE 'AB-75'$$, 'invalid pattern for registration marks: "AB-75"',
              'Character 3, "-", is not a letter A to Z, a digit, a space, ? or _, * or %.'),
             ($$SELECT 'AB75 CDE'::plate NOT LIKE 'AÄ#'$$, 'invalid pattern for registration marks: "AÄ#"',
              'Character 2, "Ä", is not a letter A to Z, a digit, a space, ? or _, * or %.'),
             ($$SELECT plate_intervals('#')$$, 'invalid pattern for registration marks: "#"',
              'Character 1, "#", is not a letter A to Z, a digit, a space, ? or _, * or %.')) v(query, message, detail);
SELECT throws_ok($$ SELECT 'AB75 CDE'::plate LIKE repeat('A', 100000) || '!' $$, '22023', NULL, 'at whatever length');

-- Intervals

SELECT results_eq(format('SELECT i::text FROM plate_intervals(%L) i', pattern), format('SELECT unnest(%L::text[])', intervals), pattern || ' as intervals')
FROM (VALUES ('AB75 ???', '{"[\"AB75 AAA\",\"AC75 AAA\")"}'),
             ('AB75 CDE', '{"[\"AB75 CDE\",\"AB75 CDF\")"}'), ('II 111', '{}'), ('', '{}'), ('?????????', '{}'),
             ('XF99 ZZ?', '{"[\"XF99 ZZA\",\"XF99 ZZZ\"]"}'), ('*', '{"[\"Q1 AAA\",\"XF99 ZZZ\"]"}'), ('QNI*', '{"[\"QNI 1\",\"101 D 100\")"}'),
             ('?0001', '{"[00001,00002)","[10001,10002)","[20001,20002)","[30001,30002)","[40001,40002)","[50001,50002)","[60001,60002)","[70001,70002)","[80001,80002)","[90001,90002)"}')) v(pattern, intervals);
SELECT is((SELECT sum(plate_count(i)) FROM plate_intervals(pattern) i), marks, format('%s marks are LIKE %s', marks, pattern))
FROM (VALUES ('*', (SELECT sum(marks) FROM plate_formats WHERE format <> 'irregular')::numeric), ('?B7? ?DE', 23 * 10 * 24), ('AB75 ???', 24 * 24 * 24), ('AB7? C?E', 10 * 24)) v(pattern, marks);
SELECT is_empty(format($$
    SELECT p FROM plate_intervals(%L) i, plates(i) p WHERE p NOT LIKE %1$L
    $$, pattern), 'intervals of ' || pattern || ' hold nothing else')
FROM unnest('{?B7? ?DE,AB75*,QNI ?1??,A?75 C?E}'::text[]) pattern;
SELECT cmp_ok((SELECT count(*) FROM plate_intervals(pattern)), '<=', 10000::bigint, pattern || ' has at most 10,000 intervals')
FROM unnest('{*1*,*E,?B7? ?D?,*A*B*C*,??1 ???}'::text[]) pattern;
SELECT is_empty(format($$
    SELECT i FROM (SELECT i, lag(i) OVER (ORDER BY n) AS before FROM plate_intervals(%L) WITH ORDINALITY q(i, n)) x
    WHERE NOT before << i OR before -|- i OR block_first(i) NOT LIKE %1$L OR block_last(i) NOT LIKE %1$L
    $$, pattern), pattern || ' has them in order, apart, and each begins and ends with a mark that matches')
FROM unnest('{*1*,*E,?B7? ?D?,?B7? ?DE}'::text[]) pattern;

-- A table with marks of all tags in some series, more of some than of others, and of other formats

CREATE FUNCTION pg_temp.letter(int) RETURNS text LANGUAGE sql AS $$ SELECT substr('ABCDEFGHJKLMNOPRSTUVWXYZ', 1 + $1 % 24, 1) $$;
CREATE TEMP TABLE m AS
SELECT DISTINCT (tag || s || pg_temp.letter(n) || pg_temp.letter(n / 24) || pg_temp.letter(n / 576))::plate AS mark
FROM memory_tags, unnest('{22,72,23,73,24,74,25,75}'::text[]) s, generate_series(1, 20 + abs(hashtext(tag)) % 10) i,
    LATERAL (SELECT abs(hashtext(tag || s || i)) AS n) r;
INSERT INTO m SELECT p FROM unnest('{"[A1 AAA,A1 BAA]","[ABC 1A,ABC 999A]","[A 1,AA 99]","[1 A,2 AAA]","[AZ 1,BZ 999]","[101 D 100,101 X 999]","[00001,00999]",
                                    "[Z999 9000,Z999 9999]","[XF99 ZAA,XF99 ZZZ]"}'::platerange[]) b, plates(b) p;
INSERT INTO m VALUES (NULL), (NULL);
ANALYZE m;
SELECT cmp_ok((SELECT count(*) FROM m), '>', 50000::bigint, 'there are marks to look for');

\ir ../lib/explain.sql
CREATE FUNCTION pg_temp.count(query text, OUT count float8) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO count;
END $$;

-- Estimates

SELECT ok(actual > 10 AND rows BETWEEN actual / 2 AND actual * 2, format('%s: %s rows expected, %s there', condition, rows, actual))
FROM unnest(ARRAY[$$mark LIKE 'AB7*'$$, $$mark LIKE 'AB75*'$$, $$mark LIKE '?B7? ?D?'$$, $$mark LIKE '?B7? ??E'$$, $$mark LIKE '??75*'$$, $$mark LIKE '??75 ??A'$$,
                  $$mark LIKE 'L*'$$, $$mark LIKE '*Z'$$, $$mark LIKE '*'$$, $$mark LIKE '*A*A*'$$, $$mark LIKE '?A75 C??'$$,
                  $$plate_matches(mark, 'AB7*')$$, $$mark NOT LIKE 'A*'$$, $$NOT mark LIKE '?B*'$$,
                  $$mark ILIKE 'ab75%'$$, $$mark NOT ILIKE 'a%'$$]) condition,
    LATERAL (SELECT (pg_temp.explain('SELECT * FROM m WHERE ' || condition)).rows, pg_temp.count('SELECT FROM m WHERE ' || condition) AS actual) e;
SELECT cmp_ok((pg_temp.explain('SELECT * FROM m WHERE mark LIKE ' || quote_nullable(pattern))).rows, '<=', 20::float8, coalesce(pattern, 'NULL') || ': next to none expected')
FROM unnest('{AB76*,ZZ*,II1,"",NULL,?????????}'::text[]) pattern;
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark LIKE current_setting('regcar.not_set', true)$$)).rows, 1::float8, 'so of what is NULL only when the query is planned');
SELECT lives_ok($$ EXPLAIN SELECT * FROM m WHERE mark LIKE 'AB-7' $$, 'to plan is no error, only to match');
CREATE TEMP TABLE often AS SELECT CASE WHEN n % 2 = 0 THEN 'AB75 CDE'::plate WHEN n % 3 = 0 THEN 'AB74 CDE' END AS mark FROM generate_series(1, 6000) n;
ANALYZE often;
SELECT ok((pg_temp.explain('SELECT * FROM often WHERE mark ' || condition)).rows BETWEEN rows * 0.95 AND rows * 1.05, format('of common marks, %s are %s', rows, condition))
FROM (VALUES ($$LIKE 'AB75*'$$, 3000), ($$LIKE '*CDE'$$, 4000), ($$NOT LIKE 'AB75*'$$, 1000)) v(condition, rows);
CREATE TEMP TABLE unknown (mark plate);
SELECT lives_ok($$ EXPLAIN SELECT * FROM unknown WHERE mark LIKE 'AB7*' AND mark NOT LIKE '*A' $$, 'a table without statistics');

-- Every way to find the same

CREATE TEMP TABLE p AS SELECT unnest('{AB75 ???,AB75*,AB7*,?B7? ?DE,?B7? ?D?,A?75 C?E,AB75 CDE,??75 ABC,*E,*A*A*,*,II1,"",?,??,1*,*1,??1*,QNI*,101?1*,A1*,A1???,?Z*,*Z,00???,
    *99,Z999*,XF*,XF99 ZZZ,?F99 ZZ?,*ZZZ,??????,????????,S0,ABC*,ABC ?1?A,AA*}'::text[]) AS pattern;
CREATE FUNCTION pg_temp.all_found(way text) RETURNS TABLE (pattern text, count bigint, digest numeric) LANGUAGE plpgsql AS $$
BEGIN
    FOR pattern IN SELECT p.pattern FROM p LOOP
        EXECUTE format('SELECT count(*), sum(plate_hash_extended(mark, 75)) FROM (' || way || ') x', pattern) INTO count, digest;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE TEMP TABLE by_table AS SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L');
SELECT cmp_ok((SELECT count(*) FROM by_table WHERE by_table.count > 0), '>', 25::bigint, 'most patterns find something');
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE plate_compact(mark) LIKE translate(%L, ''?* '', ''_%%'')') $$, 'SELECT * FROM by_table', 'as LIKE of the text');

SET LOCAL enable_seqscan = off;
CREATE INDEX m_btree ON m (mark);
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L') $$, 'SELECT * FROM by_table', 'through a btree index');
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('WITH c AS MATERIALIZED (SELECT m.mark FROM plate_intervals(%1$L) i JOIN m ON plate_in_block(m.mark, i)) SELECT mark FROM c WHERE mark LIKE %1$L') $$,
              'SELECT * FROM by_table', 'by intervals');
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('WITH c AS MATERIALIZED (SELECT m.mark FROM plate_intervals(%1$L) i JOIN m ON m.mark BETWEEN block_first(i) AND block_last(i)) SELECT mark FROM c WHERE mark LIKE %1$L') $$,
              'SELECT * FROM by_table', 'by intervals, in words of the server');

-- Plans: btree

SET LOCAL enable_bitmapscan = off;
SELECT results_eq(format('SELECT scan, conds, filter FROM pg_temp.explain(%L)', query),
                  format('VALUES (%L, %L, %L)', 'Index Only Scan', conds, filter), query || ' reads ' || what)
FROM (VALUES
    ($$SELECT mark FROM m WHERE mark LIKE 'AB75 ???'$$, $$((mark >= 'AB75 AAA'::plate) AND (mark <= 'AB75 ZZZ'::plate))$$, NULL, 'one interval, exactly'),
    ($$SELECT mark FROM m WHERE plate_matches(mark, 'ab75___')$$, $$((mark >= 'AB75 AAA'::plate) AND (mark <= 'AB75 ZZZ'::plate))$$, NULL, 'the same'),
    ($$SELECT mark FROM m WHERE mark ILIKE 'ab75 ___'$$, $$((mark >= 'AB75 AAA'::plate) AND (mark <= 'AB75 ZZZ'::plate))$$, NULL, 'the same'),
    ($$SELECT mark FROM m WHERE mark LIKE 'QNI*'$$, $$((mark >= 'QNI 1'::plate) AND (mark <= 'QNI 9999'::plate))$$, NULL, 'one interval, exactly'),
    ($$SELECT mark FROM m WHERE mark LIKE 'AB75 CDE'$$, $$((mark >= 'AB75 CDE'::plate) AND (mark <= 'AB75 CDE'::plate))$$, NULL, 'one mark'),
    ($$SELECT mark FROM m WHERE mark LIKE '?B7? ??E'$$, $$((mark >= 'AB70 AAE'::plate) AND (mark <= 'XB79 ZZE'::plate))$$, $$(mark ~~ '?B7? ??E'::text)$$,
     'from the first to the last that match, and looks'),
    ($$SELECT mark FROM m WHERE mark LIKE 'AB7? CDE'$$,
     (SELECT $$(mark = ANY ('{$$ || string_agg(format('"AB7%s CDE"', n), ',') || $$}'::plate[]))$$ FROM generate_series(0, 9) n), NULL, 'a list of marks'),
    ($$SELECT mark FROM m WHERE mark LIKE 'II 1'$$, $$((mark >= 'XF99 ZZZ'::plate) AND (mark <= 'Q1 AAA'::plate))$$, NULL, 'nothing')) v(query, conds, filter, what);
SELECT ok(conds ~ '^\(mark = ANY \(''{"AB70 ADE",.*,"XB79 ZDE"}''::plate\[\]\)\)$', 'thousands of marks are a list too')
FROM pg_temp.explain($$SELECT mark FROM m WHERE mark LIKE '?B7? ?DE'$$);
SELECT is((pg_temp.explain(query)).conds, NULL, query || ' knows no condition')
FROM unnest(ARRAY[$$SELECT mark FROM m WHERE mark NOT LIKE 'AB75*'$$, $$SELECT mark FROM m WHERE mark LIKE 'AB-75'$$,
                  $$SELECT mark FROM m WHERE mark LIKE (SELECT pattern FROM p LIMIT 1)$$]) query;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE by_pattern(text) AS SELECT mark FROM m WHERE mark LIKE $1;
SELECT is((pg_temp.explain($$EXECUTE by_pattern('AB75 ???')$$)).conds, NULL, 'nor does a parameter that is not known');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT is((pg_temp.explain($$EXECUTE by_pattern('AB75 ???')$$)).conds, $$((mark >= 'AB75 AAA'::plate) AND (mark <= 'AB75 ZZZ'::plate))$$, 'one that is known is a constant');
RESET plan_cache_mode;
SELECT results_eq(format('SELECT scan, conds, filter FROM pg_temp.explain(%L)', query),
                  format('VALUES (%L, %L, NULL)', 'Index Only Scan', '((mark >= block_first(i.i)) AND (mark <= block_last(i.i)))'), query || ' is one scan for each interval')
FROM unnest(ARRAY[$$SELECT m.mark FROM plate_intervals('AB7*') i JOIN m ON plate_in_block(m.mark, i)$$,
                  $$SELECT m.mark FROM plate_intervals('AB7*') i JOIN m ON m.mark BETWEEN block_first(i) AND block_last(i)$$]) query;
SELECT ok(rows BETWEEN 1 AND 1000, 'of which the planner expects ' || rows || ' rows') FROM pg_temp.explain($$SELECT m.mark FROM plate_intervals('AB7*') i JOIN m ON plate_in_block(m.mark, i)$$);
SELECT is((pg_temp.explain($$SELECT * FROM plate_intervals('?B7? ?DE')$$)).rows, 5520::float8, 'it knows how many intervals there are');
SELECT results_eq($$ SELECT count(*) FROM m WHERE mark LIKE plate_compact(mark) $$, $$ SELECT count(mark) FROM m $$, 'a pattern of the same row');
DROP INDEX m_btree;

-- BRIN, hash

SET LOCAL enable_bitmapscan = on;
CREATE INDEX m_brin ON m USING brin (mark) WITH (pages_per_range = 4);
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L') $$, 'SELECT * FROM by_table', 'through a BRIN index');
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE mark LIKE 'AB7? CDE'$$)).conds, $$((mark >= 'AB70 CDE'::plate) AND (mark <= 'AB79 CDE'::plate))$$, 'which knows intervals, no lists');
DROP INDEX m_brin;
CREATE INDEX m_hash ON m USING hash (mark);
SELECT is((pg_temp.explain(format('SELECT * FROM m WHERE mark LIKE %L', pattern))).scan, 'Seq Scan', 'a hash index knows nothing of ' || pattern)
FROM unnest('{AB75 CDE,AB75 ???,AB7? CDE}'::text[]) pattern;
DROP INDEX m_hash;

-- GiST

CREATE INDEX m_gist ON m USING gist (mark);
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L') $$, 'SELECT * FROM by_table', 'through a GiST index');
SET LOCAL enable_bitmapscan = off;
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L') $$, 'SELECT * FROM by_table', 'and by it alone');
SELECT results_eq(format('SELECT scan, conds, filter FROM pg_temp.explain(%L)', format('SELECT mark FROM m WHERE mark LIKE %L', pattern)),
                  format('VALUES (%L, %L, NULL)', 'Index Only Scan', format('(mark ~~ %L::text)', pattern)), pattern || ' is a condition for GiST')
FROM unnest('{AB75*,?B7? ?DE,*E}'::text[]) pattern;
SELECT is((pg_temp.explain($$SELECT mark FROM m WHERE mark ILIKE '%e'$$)).conds, $$(mark ~~* '%e'::text)$$, 'so is that of ILIKE');
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark ILIKE %L') $$, 'SELECT * FROM by_table', 'which finds the same');
PREPARE by_pattern_gist(text) AS SELECT count(*) FROM m WHERE mark LIKE $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is((pg_temp.explain($$EXECUTE by_pattern_gist('AB75 ???')$$)).conds, '(mark ~~ $1)', 'and so is a parameter');
SELECT results_eq(format('EXECUTE by_pattern_gist(%L)', p.pattern), ARRAY[by_table.count], p.pattern || ' as a parameter')
FROM p JOIN by_table USING (pattern) WHERE p.pattern IN ('AB75*', '?B7? ?DE', '*E', '', 'II1');
SELECT set_eq($$ SELECT p.pattern, count(m.mark) FROM p LEFT JOIN m ON m.mark LIKE p.pattern GROUP BY p.pattern $$, 'SELECT pattern, count FROM by_table', 'and a join to a table of patterns');
SELECT throws_ok($$ SELECT count(*) FROM m WHERE mark LIKE 'AB-75' $$, '22023', NULL, 'what is no pattern is an error here too');
INSERT INTO m SELECT mark FROM m WHERE hashtext(mark::text) % 7 = 0;
DELETE FROM m WHERE hashtext(mark::text) % 11 = 0;
DELETE FROM by_table;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_seqscan = on;
INSERT INTO by_table SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L');
RESET enable_indexscan;
RESET enable_indexonlyscan;
SET LOCAL enable_seqscan = off;
SELECT set_eq($$ SELECT * FROM pg_temp.all_found('SELECT mark FROM m WHERE mark LIKE %L') $$, 'SELECT * FROM by_table', 'after inserts and deletes too');

SELECT * FROM finish();
ROLLBACK;
