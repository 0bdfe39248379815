-- A table that is partitioned by the mark is read in the partitions alone that have marks of the series or the block asked
-- for: constants when the query is planned, parameters and outer columns when it runs.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT no_plan();

CREATE TEMP TABLE r (mark plate, day date) PARTITION BY RANGE (mark);
CREATE TEMP TABLE r_old PARTITION OF r FOR VALUES FROM (MINVALUE) TO ('AA51 AAA');
CREATE TEMP TABLE r_74 PARTITION OF r FOR VALUES FROM ('AA74 AAA') TO ('AA25 AAA');
CREATE TEMP TABLE r_25 PARTITION OF r FOR VALUES FROM ('AA25 AAA') TO ('AA75 AAA');
CREATE TEMP TABLE r_75 PARTITION OF r FOR VALUES FROM ('AA75 AAA') TO (MAXVALUE) PARTITION BY RANGE (mark);
CREATE TEMP TABLE r_75_a PARTITION OF r_75 FOR VALUES FROM ('AA75 AAA') TO ('BA75 AAA');
CREATE TEMP TABLE r_75_b PARTITION OF r_75 FOR VALUES FROM ('BA75 AAA') TO (MAXVALUE);
INSERT INTO r SELECT p, '2025-09-01' FROM unnest('{"[AB74 AAA,AB74 AAC]","[AB25 AAA,AB25 AAE]","[AB75 AAA,AB75 AAG]","[BC75 AAA,BC75 AAJ]","[A1 AAA,A1 AAD]","[A 1,A 9]"}'::platerange[]) b, plates(b) p;
ANALYZE r;
CREATE TEMP TABLE period (series plate_series, block platerange);
INSERT INTO period VALUES ('74', '[AB74 AAA,AB74 AAB]'), ('25', '[AB75 AAF,BC75 AAB]'), (NULL, NULL);
ANALYZE period;

-- Partitions that are read, of those that the plan has if it is run
CREATE FUNCTION pg_temp.read(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, FORMAT json) ' || query INTO plan;
    RETURN (WITH RECURSIVE n(plan) AS (
                SELECT plan #> '{0,Plan}' UNION ALL SELECT jsonb_array_elements(n.plan -> 'Plans') FROM n)
            SELECT coalesce(string_agg(n.plan ->> 'Relation Name', ' ' ORDER BY n.plan ->> 'Relation Name'), '')
            FROM n WHERE n.plan ->> 'Relation Name' LIKE 'r\_%' AND (n.plan ->> 'Actual Loops')::int > 0);
END $$;

SELECT is(pg_temp.read('SELECT * FROM r WHERE ' || condition), partitions, condition)
FROM (VALUES ($$mark BETWEEN 'AB25 AAA' AND 'AB25 AAC'$$, 'r_25'),
             ($$mark <@ '75'$$, 'r_75_a r_75_b'),
             ($$'25' @> mark$$, 'r_25'),
             ($$plate_in_series(mark, '74')$$, 'r_74'),
             ($$mark <@ '04'$$, ''),
             ($$mark <@ series_on('2025-03-01')$$, 'r_25'),
             ($$mark <@ '25' OR mark <@ 'A-prefix'$$, 'r_25 r_old'),
             ($$NOT mark <@ '75'$$, 'r_25 r_74 r_75_b r_old'),
             ($$plate_in_block(mark, '[AB25 AAA,AB75 AAC]')$$, 'r_25 r_75_a'),
             ($$plate_in_block(mark, '(,A 5]')$$, 'r_old'),
             ($$plate_in_block(mark, 'empty')$$, ''),
             ($$plate_in_block(mark, NULL)$$, ''),
             ($$mark <@ plate_series(mark)$$, 'r_25 r_74 r_75_a r_75_b r_old')) v(condition, partitions);
PREPARE by_series(plate_series) AS SELECT count(*) FROM r WHERE mark <@ $1;
PREPARE by_block(platerange) AS SELECT count(*) FROM r WHERE plate_in_block(mark, $1);
PREPARE changed(plate_series) AS UPDATE r SET day = day WHERE mark <@ $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(pg_temp.read($$EXECUTE by_series('74')$$), 'r_74', 'a series that is a parameter');
SELECT is(pg_temp.read($$EXECUTE by_series(NULL)$$), '', 'which is NULL');
SELECT is(pg_temp.read($$EXECUTE by_block('[AB74 AAA,AB25 AAA]')$$), 'r_25 r_74', 'a block that is a parameter');
SELECT is(pg_temp.read($$EXECUTE by_block('empty')$$), '', 'which is empty');
SELECT matches(pg_temp.read($$EXECUTE changed('25')$$), '^(r_25 ?)+$', 'an update');
RESET plan_cache_mode;
SELECT is(pg_temp.read('SELECT (SELECT count(*) FROM r WHERE mark <@ series) FROM period OFFSET 0'), 'r_25 r_74', 'a series of the outer query');
SELECT is(pg_temp.read('SELECT (SELECT count(*) FROM r WHERE plate_in_block(mark, block)) FROM period OFFSET 0'), 'r_74 r_75_a r_75_b', 'a block of the outer query');
SELECT results_eq('SELECT (SELECT count(*) FROM r WHERE mark <@ series), (SELECT count(*) FROM r WHERE plate_in_block(mark, block)) FROM period ORDER BY series',
                  'VALUES (3::bigint, 2::bigint), (5, 4), (0, 0)', 'which finds what is there');
SELECT results_eq('SELECT series, count(mark) FROM period LEFT JOIN r ON mark <@ series GROUP BY 1 ORDER BY 1',
                  $$ VALUES ('74'::plate_series, 3::bigint), ('25', 5), (NULL, 0) $$, 'so does a join, which reads all');
SELECT results_eq($$SELECT count(*) FILTER (WHERE NOT mark <@ '25'), count(*) FROM r WHERE NOT mark <@ '75'$$, 'VALUES (16::bigint, 21::bigint)', 'and what is not of a series');

-- By a list of marks and by their hash
CREATE TEMP TABLE l (mark plate) PARTITION BY LIST (mark);
CREATE TEMP TABLE r_l1 PARTITION OF l FOR VALUES IN ('AB75 AAA', 'AB75 AAB');
CREATE TEMP TABLE r_l2 PARTITION OF l FOR VALUES IN ('AB25 AAA', NULL);
CREATE TEMP TABLE h (mark plate) PARTITION BY HASH (mark);
CREATE TEMP TABLE r_h1 PARTITION OF h FOR VALUES WITH (modulus 2, remainder 0);
CREATE TEMP TABLE r_h2 PARTITION OF h FOR VALUES WITH (modulus 2, remainder 1);
INSERT INTO l VALUES ('AB75 AAA'), ('AB25 AAA'), (NULL);
INSERT INTO h SELECT p FROM plates('[AB25 AAY,AB25 ABC]') p;
SELECT is(pg_temp.read($$SELECT * FROM l WHERE mark <@ '25'$$), 'r_l2', 'partitions by a list of marks');
SELECT is(pg_temp.read($$SELECT * FROM h WHERE mark <@ '25'$$), 'r_h1 r_h2', 'of those by their hash none is left out');
SELECT results_eq($$SELECT count(*) FROM h WHERE mark <@ '25' AND plate_in_block(mark, '[AB25 AAZ,AB25 ABB]')$$, 'VALUES (3::bigint)', 'and all is found');

-- Partial indexes of partitions, of whose predicate such a condition is the whole
CREATE FUNCTION pg_temp.indexes(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (WITH RECURSIVE n(plan) AS (
                SELECT plan #> '{0,Plan}' UNION ALL SELECT jsonb_array_elements(n.plan -> 'Plans') FROM n)
            SELECT string_agg(n.plan ->> 'Index Name', ' ' ORDER BY n.plan ->> 'Index Name') FROM n);
END $$;
SET LOCAL enable_seqscan = off;
CREATE TEMP TABLE p (mark plate, day date) PARTITION BY RANGE (mark);
CREATE TEMP TABLE p_old PARTITION OF p FOR VALUES FROM (MINVALUE) TO ('AA25 AAA');
CREATE TEMP TABLE p_new (day date, gone int, mark plate);         -- its columns have other numbers
ALTER TABLE p_new DROP gone;
ALTER TABLE p ATTACH PARTITION p_new FOR VALUES FROM ('AA25 AAA') TO (MAXVALUE);
INSERT INTO p SELECT * FROM r;
CREATE INDEX p_old_74 ON p_old (day) WHERE '74' @> mark;
CREATE INDEX p_new_75 ON p_new (day) WHERE mark <@ '75';
CREATE INDEX p_new_block ON p_new (day) WHERE plate_in_block(mark, '[AB25 AAB,AB25 AAD]') AND day IS NOT NULL;
SELECT is(pg_temp.indexes(format('SELECT count(*) FROM %s AND day = ''2025-09-01''', query)), index, 'an index whose predicate is met by ' || query)
FROM (VALUES ($$p WHERE mark <@ '75'$$, 'p_new_75'), ($$p_new WHERE mark <@ '75'$$, 'p_new_75'), ($$p WHERE '74' @> mark$$, 'p_old_74'), ($$p WHERE mark <@ '74'$$, 'p_old_74'),
             ($$p WHERE plate_in_block(mark, '[AB25 AAB,AB25 AAD]')$$, 'p_new_block'), ($$p WHERE plate_in_block(mark, '[AB25 AAC,AB25 AAD]')$$, 'p_new_block'),
             ($$p WHERE mark <@ '25'$$, NULL), ($$p WHERE plate_in_block(mark, '[AB25 AAA,AB25 AAD]')$$, NULL), ($$p WHERE mark > 'AA25 AAA'$$, NULL)) v(query, index);
SELECT results_eq($$ SELECT count(*) FROM p WHERE mark <@ '75' AND day = '2025-09-01' $$, 'VALUES (16::bigint)', 'and it finds what is there');
CREATE TEMP TABLE d (mark plate, day date) PARTITION BY RANGE (day);
CREATE TEMP TABLE d_2025 PARTITION OF d FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX d_75 ON d_2025 (day) WHERE mark <@ '75';
SELECT is(pg_temp.indexes($$ SELECT count(*) FROM d WHERE mark <@ '75' AND day = '2025-09-01' $$), 'd_75', 'as where the mark is not the key of the partitions');

SELECT * FROM finish();
ROLLBACK;
