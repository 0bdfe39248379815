-- A GiST index of plate_search_ops beside a primary key finds patterns, series, blocks and several of each, and never takes
-- over mark = ..., which the key answers sooner. Exclusion constraints have the other class, which is the default.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT no_plan();

\ir ../lib/explain.sql

CREATE TEMP TABLE m AS
SELECT p AS mark FROM unnest('{"[AB74 AAA,AB74 AZZ]","[AB25 AAA,AB25 AZZ]","[AB75 AAA,AB75 AZZ]","[A1 AAA,A1 ABA]","[ABC 1A,ABC 999A]","[A 1,A 999]","[1 A,1 AAA]",
                            "[AZ 1,AZ 999]","[101 D 100,101 X 999]","[00001,00999]","[XF99 ZZA,XF99 ZZZ]"}'::platerange[]) b, plates(b) p WHERE hashtext(p::text) % 5 < 2;
CREATE TEMP TABLE keyed (mark plate PRIMARY KEY);
INSERT INTO keyed SELECT mark FROM m;
CREATE INDEX keyed_default ON keyed USING gist (mark);
ANALYZE keyed;
SET LOCAL enable_seqscan = off;
CREATE FUNCTION pg_temp.index_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN substring(plan::text FROM '"Index Name": "([^"]*)"');
END $$;

-- What the default class is for, and the other is not

DROP INDEX keyed_default;
CREATE INDEX keyed_search ON keyed USING gist (mark plate_search_ops);
SELECT is(pg_temp.index_of(query), 'keyed_pkey', 'the key answers ' || query)
FROM unnest(ARRAY[$$SELECT * FROM keyed WHERE mark = 'AB75 AAB'$$, $$SELECT * FROM keyed WHERE mark IN ('AB75 AAB', 'A 1')$$, $$SELECT * FROM keyed WHERE mark < 'A 10'$$,
                  $$SELECT * FROM keyed WHERE mark BETWEEN 'AB75 AAB' AND 'AB75 AAF'$$, $$SELECT * FROM keyed WHERE mark <@ '75'$$]) query;
ALTER TABLE keyed DROP CONSTRAINT keyed_pkey;
SET LOCAL enable_seqscan = on;
SELECT is((pg_temp.explain($$SELECT * FROM keyed WHERE mark = 'AB75 AAB'$$)).scan, 'Seq Scan', 'without a key nothing does');
SELECT throws_ok('CREATE TEMP TABLE t (mark plate, EXCLUDE USING gist (mark plate_search_ops WITH =))', '42809', NULL, 'the class serves no exclusion constraint');
SELECT lives_ok('CREATE TEMP TABLE t (mark plate, during daterange, EXCLUDE USING gist (mark WITH =, during WITH &&))', 'the default class does');

-- Conditions: what an index of either class finds, and how

CREATE TYPE pg_temp.otherrange AS RANGE (subtype = plate, multirange_type_name = pg_temp.othermultirange);
CREATE TEMP TABLE condition (what text, condition text, used boolean DEFAULT true);
INSERT INTO condition (what, condition) VALUES
    ('a series', $$mark <@ '75'$$),
    ('its commutator', $$'75' @> mark$$),
    ('any of some series', $$mark <@ ANY ('{75,74,A-prefix}'::plate_series[])$$),
    ('none of no series', $$mark <@ ANY ('{}'::plate_series[])$$),
    ('a block', $$mark <@ '[AB75 AAC,AB75 ABC]'::platerange$$),
    ('all of it', $$mark <@ '(,)'::platerange$$),
    ('an empty block', $$mark <@ 'empty'::platerange$$),
    ('the end of all marks', $$mark <@ '[XF99 ZZX,]'::platerange$$),
    ('any of some blocks', $$mark <@ ANY ('{"[AB75 AAC,AB75 ABC]","[A 1,A 10]"}'::platerange[])$$),
    ('blocks', $$mark <@ '{[AB75 AAC,AB75 ABC],[A 1,A 10],[XF99 ZZX,]}'::platemultirange$$),
    ('no block', $$mark <@ '{}'::platemultirange$$),
    ('a range of another type', $$mark <@ '[AB75 AAC,AB75 ABC)'::pg_temp.otherrange$$),
    ('ranges of another type', $$mark <@ '{[AB75 AAC,AB75 ABC],(A 1,A 10]}'::pg_temp.othermultirange$$),
    ('a pattern', $$mark LIKE '?B75 A*'$$),
    ('one at the end', $$mark LIKE '*C'$$);
UPDATE condition SET used = false WHERE what IN ('a series', 'its commutator');      -- left to a btree
CREATE TEMP TABLE found (condition text, marks plate[]);
INSERT INTO found SELECT condition, NULL FROM condition;
CREATE FUNCTION pg_temp.marks(condition text) RETURNS plate[] LANGUAGE plpgsql AS $$
DECLARE
    marks plate[];
BEGIN
    EXECUTE format('SELECT array_agg(mark ORDER BY mark) FROM keyed WHERE %s', condition) INTO marks;
    RETURN marks;
END $$;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_indexonlyscan = off;
UPDATE found SET marks = pg_temp.marks(condition);
RESET enable_indexscan;
RESET enable_bitmapscan;
RESET enable_indexonlyscan;
SET LOCAL enable_seqscan = off;
SELECT is(pg_temp.marks(condition), marks, what || ': the same by an index for searching') FROM condition JOIN found USING (condition);
SELECT is((pg_temp.explain('SELECT mark FROM keyed WHERE ' || condition)).conds IS NOT NULL, used, what || ': is it used?') FROM condition;
SELECT cmp_ok(cardinality(marks), '>', 10, condition || ' finds marks') FROM found WHERE condition NOT LIKE '%empty%' AND condition NOT LIKE '%{}%' AND condition NOT LIKE '%XF99 ZZX,]''::platerange%';

-- Parameters and joins

SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE of_series(plate_series[]) AS SELECT array_agg(mark ORDER BY mark) FROM keyed WHERE mark <@ ANY ($1);
PREPARE of_blocks(platemultirange) AS SELECT array_agg(mark ORDER BY mark) FROM keyed WHERE mark <@ $1;
SELECT is((pg_temp.explain('EXECUTE of_series(NULL)')).conds, '(mark <@ ANY ($1))', 'an array that is a parameter');
SELECT is((pg_temp.explain('EXECUTE of_blocks(NULL)')).conds, '(mark <@ $1)', 'blocks that are a parameter');
CREATE FUNCTION pg_temp.answer(query text) RETURNS plate[] LANGUAGE plpgsql AS $$
DECLARE
    marks plate[];
BEGIN
    EXECUTE query INTO marks;
    RETURN marks;
END $$;
SELECT is(pg_temp.answer($$EXECUTE of_series('{75,74,A-prefix}')$$), marks, 'it finds them') FROM found WHERE condition LIKE '%75,74,A-prefix%';
SELECT is(pg_temp.answer($$EXECUTE of_blocks('{[AB75 AAC,AB75 ABC],[A 1,A 10],[XF99 ZZX,]}')$$), marks, 'it finds those too') FROM found WHERE condition LIKE '%ZZX,]}''::platemultirange%';
CREATE TEMP TABLE dealer (name text, series plate_series[], blocks platemultirange);
INSERT INTO dealer VALUES ('one', '{75,74}', '{[A 1,A 100]}'), ('two', '{}', '{}'), ('three', '{NULL,99}', '{[AB75 AAA,AB75 AAF],[XF99 ZZZ,]}'), ('four', NULL, NULL);
ANALYZE dealer;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT is((pg_temp.explain('SELECT * FROM dealer JOIN keyed ON mark <@ ANY (series)')).conds, '(mark <@ ANY (dealer.series))', 'a join to arrays of series');
SELECT is((pg_temp.explain('SELECT * FROM dealer JOIN keyed ON mark <@ blocks')).conds, '(mark <@ dealer.blocks)', 'a join to blocks');
SELECT set_eq('SELECT name, count(mark) FROM dealer LEFT JOIN keyed ON mark <@ ANY (series) GROUP BY name',
              'SELECT name, (SELECT count(*) FROM m WHERE plate_series(mark) = ANY (series)) FROM dealer', 'which finds what is there');
SELECT set_eq('SELECT name, count(mark) FROM dealer LEFT JOIN keyed ON mark <@ blocks GROUP BY name',
              'SELECT name, (SELECT count(*) FROM m, unnest(blocks) b WHERE plate_in_block(mark, b)) FROM dealer', 'and those of blocks');

SELECT * FROM finish();
ROLLBACK;
