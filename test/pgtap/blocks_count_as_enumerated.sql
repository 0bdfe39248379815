-- Blocks: neighbours, ranges of marks, counting by arithmetic against enumeration, allocation.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

SELECT results_eq(
    $$ SELECT r.rngtypid::regtype::text, r.rngmultitypid::regtype::text, r.rngcanonical <> 0, r.rngsubdiff <> 0
         FROM pg_range r WHERE r.rngsubtype = 'regcar.plate'::regtype $$,
    $$ VALUES ('platerange', 'platemultirange', true, true) $$,
    'platerange is a range over plate with a canonical form and a subtype difference');

-- Neighbours stay in their format and series

SELECT is(plate_next(mark::plate), next::plate, format('behind %s comes %s', mark, coalesce(next, 'nothing')))
FROM (VALUES ('AB75 CDE', 'AB75 CDF'), ('AB75 ZZZ', 'AC75 AAA'), ('AB75 CHZ', 'AB75 CJA'), ('WY75 ZZZ', 'XG75 AAA'),
             ('YY75 ZZZ', NULL), ('XF75 ZZZ', NULL), ('A1 YYY', 'A2 AAA'), ('M1 MAL', 'M1 MAM'), ('M1 MAM', 'M1 MAO'),
             ('ABC 999A', 'ABD 1A'), ('A 9999', 'AA 1'), ('AA 9999', 'AAA 1'), ('AAA 999', 'AAB 1'), ('AAY 999', 'AB 1'),
             ('RYY 999', 'S 0'), ('S 0', 'S 1'), ('1 YYY', '2 A'), ('999 YYY', '1000 A'), ('AZ 9999', 'BZ 1'),
             ('QNI 9999', NULL), ('101 D 999', '101 X 100'), ('999 X 999', NULL), ('99 ZZ 99', 'AA 00 AA'),
             ('99999', NULL), ('B999 9999', 'D000 0000'), ('Z999 9999', NULL)) v(mark, next);
SELECT is(plate_prior('AA75 AAA'), NULL, 'before the first of a series comes nothing');
SELECT is_empty($$
    SELECT p FROM plates('[AB75 YAA,AC75 BAA]') p
    WHERE plate_prior(plate_next(p)) IS DISTINCT FROM p OR plate_next(plate_prior(p)) IS DISTINCT FROM p
    $$, 'next and prior undo each other');

-- The canonical form

SELECT is(given::platerange::text, canonical, format('%s is %s', given, canonical))
FROM (VALUES ('[AB75 AAA,AB75 ZZZ]', '["AB75 AAA","AC75 AAA")'), ('(AB75 AAA,AB75 AAC)', '["AB75 AAB","AB75 AAC")'),
             ('(AB75 AAA,AB75 AAB)', 'empty'), ('[AB75 AAA,AB75 AAA]', '["AB75 AAA","AB75 AAB")'),
             ('[AB75 AAA,AB75 AAA)', 'empty'), ('(,AB75 AAA]', '(,"AB75 AAB")'), ('[AB75 AAA,)', '["AB75 AAA",)'), ('(,)', '(,)'),
             ('[YY75 ZZZ,YY75 ZZZ]', '["YY75 ZZZ","XA75 AAA")'), ('[XF75 ZZZ,XF75 ZZZ]', '["XF75 ZZZ","AA26 AAA")'),
             ('[Z999 9999,Z999 9999]', '["Z999 9999","AAA 1A")'),
             ('[XF99 ZZZ,XF99 ZZZ]', '["XF99 ZZZ","XF99 ZZZ"]'), ('(XF99 ZZZ,)', 'empty'), ('(XF99 ZZY,XF99 ZZZ)', 'empty')) v(given, canonical);
SELECT is('[AB75 AAA,AB75 ZZZ]'::platerange, '(AA75 ZZZ,AC75 AAA)'::platerange, 'two ways to write a block are equal');
SELECT throws_ok($$ SELECT '[AB75 AAB,AB75 AAA]'::platerange $$, '22000', NULL, 'a range that ends before it begins is refused');
SELECT throws_ok($$ SELECT '[AB75 AAA,AB75 IQC]'::platerange $$, '22P02', NULL, 'a bound is a mark');
SELECT ok('AB75 CDE'::plate <@ '[AB75 AAA,AB75 ZZZ]'::platerange AND NOT 'AC75 AAA'::plate <@ '[AB75 AAA,AB75 ZZZ]'::platerange, 'a block holds its marks alone');
SELECT is(platemultirange(plate_block('AB', '75'), plate_block('AC', '75'))::text, '{["AB75 AAA","AD75 AAA")}', 'blocks that touch are one');

-- Blocks by tag

SELECT is(plate_block('AB', '75'), '[AB75 AAA,AB75 ZZZ]'::platerange, 'the block of a memory tag');
SELECT is(plate_block('xf', '99'), '[XF99 AAA,XF99 ZZZ]'::platerange, 'of an export tag, in lower case, at the very end');
SELECT is(plate_tag('XF99 AAA'), 'XF', 'which is the tag of its marks');
SELECT is_empty($$ SELECT tag FROM memory_tags WHERE plate_count(plate_block(tag, '51')) <> 24 * 24 * 24 $$, 'each has 13,824 marks');
SELECT is(plate_count(plate_block('XF', '99')), 13824::bigint, 'the very last one too, which ends with its last mark');
SELECT is(block_last('[AB75 AAA,AB75 AAC]'), 'AB75 AAC', 'a block has a last mark');
SELECT is_empty($$
    SELECT tag FROM memory_tags, plate_block(tag, '26') b
    WHERE plate_tag(lower(b)) IS DISTINCT FROM tag OR plate_series(lower(b)) <> '26' OR plate_tag(block_last(b)) IS DISTINCT FROM tag
    $$, 'which are of the tag and of the series');
SELECT throws_ok(format('SELECT plate_block(%L, %L)', tag, series), '22023', NULL, format('there is no block %s of series %s', tag, series))
FROM (VALUES ('AI', '75'), ('A', '75'), ('', '75'), ('ABC', '75'), ('A1', '75'), ('A ', '75'), ('QA', '75'), ('ZZ', '75'), (' AB', '75'),
             (U&'\00C1B', '75'), ('AB', 'S-prefix'), ('AB', 'A-suffix')) v(tag, series);

-- Counting and enumerating

SELECT is(plate_count(r::platerange), (SELECT count(*) FROM plates(r::platerange)), 'counted as enumerated: ' || r)
FROM (VALUES ('empty'), ('[AB75 AAA,AB75 AAA]'), ('(AB75 AAA,AB75 ZZZ)'), ('[WY75 ZZA,XG75 ABA]'), ('[YY75 ZZA,XA75 ABA]'),
             ('[XF75 ZYA,AA26 ABA]'), ('[YYY 990Y,A2 AAA]'), ('[Y999 YXA,AA51 ABA]'), ('[LMM 990B,LMO 10B]'), ('[AA 9990,AB 10]'), ('[RYY 990,S 10]'),
             ('[998 YYX,1001 B]'), ('[9999 YX,AZ 10]'), ('[YZ 9990,2 CZ]'), ('[QNI 9990,101 D 110]'), ('[999 X 990,00 AA 10]'),
             ('[99 ZZ 90,AA 00 CA]'), ('[ZZ 99 ZX,00010]'), ('[99990,A000 0010]'), ('[Z999 9990,AAA 9A]'), ('[XF99 ZZA,]')) v(r);
SELECT is_empty($$
    SELECT p FROM (SELECT p, lag(p) OVER (ORDER BY n) AS before FROM plates('[XF75 ZYA,AA26 ABA]') WITH ORDINALITY u(p, n)) q WHERE p <= before
    $$, 'they come in order, each once');
SELECT is(plate_count('(,)'), (SELECT sum(marks) FROM plate_formats WHERE format <> 'irregular')::bigint,
          'all marks of all formats and series but the irregular ones');
SELECT is_empty($$
    SELECT format FROM plate_formats f
    WHERE first_series IS NULL AND format <> 'irregular'
      AND marks <> plate_count(platerange((SELECT min(p) FROM (SELECT CASE f.format
            WHEN 'q' THEN 'Q1 AAA' WHEN 'dateless' THEN 'A 1' WHEN 'dateless_reversed' THEN '1 A' WHEN 'ni' THEN 'AZ 1'
            WHEN 'ni_reversed' THEN '1 AZ' WHEN 'ni_serial' THEN 'AAZ 1' WHEN 'ni_serial_reversed' THEN '1 AAZ' WHEN 'qni' THEN 'QNI 1'
            WHEN 'diplomatic' THEN '101 D 100' WHEN 'military' THEN '00 AA 00' WHEN 'trade' THEN '00001' ELSE 'A000 0000' END::plate) s(p)),
            (SELECT CASE f.format
            WHEN 'q' THEN 'A 1' WHEN 'dateless' THEN '1 A' WHEN 'dateless_reversed' THEN 'AZ 1' WHEN 'ni' THEN '1 AZ'
            WHEN 'ni_reversed' THEN 'AAZ 1' WHEN 'ni_serial' THEN '1 AAZ' WHEN 'ni_serial_reversed' THEN 'QNI 1' WHEN 'qni' THEN '101 D 100'
            WHEN 'diplomatic' THEN '00 AA 00' WHEN 'military' THEN '00001' WHEN 'trade' THEN 'A000 0000' ELSE 'AAA 1A' END::plate)))
    $$, 'from the first of a format to the first of the next there are as many as plate_formats says');
SELECT is((SELECT count(*) FROM (SELECT plates('(,)') LIMIT 1000) p), 1000::bigint, 'enumeration streams: a thousand of more than a billion');
SELECT results_eq($$ SELECT plate_count(b), (SELECT count(*) FROM plates(b)), isempty(b) FROM unnest('{empty,"(,Q1 AAA)","(AB75 AAA,AB75 AAB)","[AB75 AAA,AB75 AAA)","(XF99 ZZZ,)"}'::platerange[]) b $$,
                  $$ VALUES (0::bigint, 0::bigint, true), (0, 0, false), (0, 0, true), (0, 0, true), (0, 0, true) $$, 'blocks without a mark');
SELECT is(plate_count('(,AB75 AAA)') + plate_count('[AB75 AAA,)'), plate_count('(,)'), 'what is before a mark and what is not are all');
SELECT is(plate_count('[1 A,AB75 AAA]'), plate_count('[1 A,)') - plate_count('(AB75 AAA,)'), 'bounds of two formats: all between them in order of issue');
SELECT throws_ok($$ SELECT '[AB75 AAA,1 A]'::platerange $$, '22000', NULL, 'and not the other way round');
-- Whoever asks for all marks there are can be stopped
CREATE FUNCTION pg_temp.stopped(query text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN false;
EXCEPTION WHEN query_canceled THEN
    RETURN true;
END $$;
SET LOCAL statement_timeout = '200ms';
SELECT ok(pg_temp.stopped('SELECT count(*) FROM (SELECT plates(''(,)'')) p'), 'enumeration can be stopped');
SELECT ok(pg_temp.stopped('SELECT count(*) FROM plates(''(,)'')'), 'in FROM too, where the server gathers the rows first');
SET LOCAL statement_timeout = 0;
CREATE FUNCTION pg_temp.estimate(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (plan #>> '{0,Plan,Plan Rows}')::bigint;
END $$;
SELECT is(pg_temp.estimate($$ SELECT * FROM plates('[AB75 AAA,AB75 AAZ]') $$), 24::bigint, 'the planner knows how many plates() returns');
SELECT is(pg_temp.estimate($$ SELECT * FROM plates(plate_block('AB', '75')) $$), 13824::bigint, 'of an expression too');

-- Allocation

CREATE TEMP TABLE allocation (dealer text, block platerange, EXCLUDE USING gist (block WITH &&));
SELECT lives_ok($$ INSERT INTO allocation VALUES ('one', '[AB75 AAA,AB75 AZZ]'), ('two', '[AB75 BAA,AB75 BZZ]') $$, 'blocks side by side');
SELECT throws_ok($$ INSERT INTO allocation VALUES ('three', '[AB75 AZZ,AB75 BAA]') $$, '23P01', NULL, 'blocks that overlap are refused');
SELECT lives_ok($$ INSERT INTO allocation VALUES ('three', 'empty'), ('three', 'empty') $$, 'empty ones overlap nothing');

SELECT * FROM finish();
ROLLBACK;
