-- plate_in_block(): the same as <@, through an index in every version, with a right estimate.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL default_statistics_target = 300;    -- so that all rows are the sample, the same at every run
SELECT no_plan();

-- First and last of a block

SELECT results_eq(format('SELECT block_first(%L), block_last(%1$L)', block), format('SELECT %L::plate, %L::plate', first, last), format('%s goes from %s to %s', block, first, last))
FROM (VALUES ('[AB75 AAA,AB75 ZZZ]', 'AB75 AAA', 'AB75 ZZZ'), ('(AB75 AAA,AB75 AAC)', 'AB75 AAB', 'AB75 AAB'), ('[YY75 ZZZ,XA75 AAA]', 'YY75 ZZZ', 'XA75 AAA'),
             ('(,A 1]', 'Q1 AAA', 'A 1'), ('[AB75 AAA,)', 'AB75 AAA', 'XF99 ZZZ'), ('(,)', 'Q1 AAA', 'XF99 ZZZ'), ('[XF99 ZZZ,]', 'XF99 ZZZ', 'XF99 ZZZ'),
             ('[XF99 ZZA,XF99 ZZZ]', 'XF99 ZZA', 'XF99 ZZZ'), ('empty', NULL, NULL), ('(,Q1 AAA)', NULL, NULL)) v(block, first, last);
SELECT is_empty($$
    SELECT tag, series FROM memory_tags, series, plate_block(tag, series) b
    WHERE series >= '51' AND tag < 'C' AND (plate_tag(block_last(b)), plate_series(block_last(b))) IS DISTINCT FROM (tag, series)
    $$, 'the last mark of a tag in a series is of both');

-- A table with a third of the marks of some tags, and others

CREATE TEMP TABLE m AS
SELECT p AS mark FROM unnest('{74,25,75}'::plate_series[]) s, unnest('{AA,AB,AC,AD,AE,AF}'::text[]) tag, plates(plate_block(tag, s)) p WHERE hashtext(p::text) % 3 = 0
UNION ALL SELECT p FROM unnest('{"[A1 AAA,A1 BAA]","[A 1,A 999]","[Z999 9000,Z999 9999]","[XF99 ZAA,XF99 ZZZ]"}'::platerange[]) b, plates(b) p;
INSERT INTO m VALUES (NULL);
ANALYZE m;
CREATE TEMP TABLE b AS
SELECT * FROM unnest('{"[AB75 AAA,AB75 BAA)","(,A 5]","[XF99 ZZA,]","[XF99 ZZZ,XF99 ZZZ]",empty,"(,)","(,Q1 AAA)","[Z999 9990,AB74 AAZ]",NULL}'::platerange[]) block;

\ir ../lib/explain.sql

SELECT is_empty($$
    SELECT mark, block FROM (SELECT mark FROM m WHERE hashtext(mark::text) % 500 = 0 UNION SELECT unnest('{Q1 AAA,XF99 ZZZ,A 5,AB75 AAA,AB75 BAA}'::plate[])) x, b
    WHERE plate_in_block(mark, block) IS DISTINCT FROM mark <@ block
    $$, 'it says what <@ says');
SELECT ok(actual > 20 AND rows BETWEEN actual / 2.0 AND actual * 2.0, format('%s: %s rows expected, %s there', block, rows, actual))
FROM unnest('{"[AB75 AAA,AC75 AAA)","[AA74 AAA,AC74 MAA)","(,AD25 AAA)","[AE75 AAA,]","(,)","[A 1,A 500)"}'::platerange[]) block,
    LATERAL (SELECT (pg_temp.explain(format('SELECT * FROM m WHERE plate_in_block(mark, %L)', block))).rows, count(*) AS actual FROM m WHERE mark <@ block) e;

-- Plans

CREATE INDEX m_mark ON m (mark);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT results_eq(format('SELECT conds, filter FROM pg_temp.explain(%L)', 'SELECT mark FROM m WHERE plate_in_block(mark, ' || block || ')'),
                  format('VALUES (%L, NULL::text)', conds), block || ' is an interval of the index')
FROM (VALUES ($$plate_block('AB', '75')$$, $$((mark >= 'AB75 AAA'::plate) AND (mark <= 'AB75 ZZZ'::plate))$$),
             ($$'(,A 1]'$$, $$((mark >= 'Q1 AAA'::plate) AND (mark <= 'A 1'::plate))$$),
             ($$'[XF99 ZZZ,]'$$, $$((mark >= 'XF99 ZZZ'::plate) AND (mark <= 'XF99 ZZZ'::plate))$$),
             ($$'empty'$$, $$((mark >= 'XF99 ZZZ'::plate) AND (mark <= 'Q1 AAA'::plate))$$)) v(block, conds);
PREPARE by_block(platerange) AS SELECT count(*) FROM m WHERE plate_in_block(mark, $1);
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is((pg_temp.explain('EXECUTE by_block(NULL)')).conds, '((mark >= block_first($1)) AND (mark <= block_last($1)))', 'a parameter too');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT is((pg_temp.explain('SELECT * FROM b JOIN m ON plate_in_block(m.mark, b.block)')).conds,
          '((mark >= block_first(b.block)) AND (mark <= block_last(b.block)))', 'a join to a table of blocks');
SELECT set_eq('SELECT block, count(mark) FROM b LEFT JOIN m ON plate_in_block(mark, block) GROUP BY block',
              'SELECT block, (SELECT count(*) FROM m WHERE mark <@ block) FROM b', 'which finds what is there');
-- Where the other argument is of the same row, it is no condition for an index.
SELECT results_eq($$ SELECT count(*) FROM m WHERE plate_in_block(mark, platerange(mark, mark, '[]')) $$, $$ SELECT count(mark) FROM m $$, 'a block of the same row');
SELECT results_eq($$ SELECT count(*) FROM m WHERE plate_in_series(mark, plate_series(mark)) $$, $$ SELECT count(plate_series(mark)) FROM m $$, 'a series of the same row');
DROP INDEX m_mark;
SET LOCAL enable_bitmapscan = on;
CREATE INDEX m_brin ON m USING brin (mark) WITH (pages_per_range = 4);
SELECT is((pg_temp.explain($$SELECT * FROM m WHERE plate_in_block(mark, plate_block('AB', '75'))$$)).scan, 'Bitmap Index Scan', 'a BRIN index is used as well');
SELECT results_eq($$ SELECT count(*) FROM m WHERE plate_in_block(mark, plate_block('AB', '75')) $$, $$ SELECT count(*) FROM m WHERE mark <@ plate_block('AB', '75') $$, 'and finds them all');

SELECT * FROM finish();
ROLLBACK;
