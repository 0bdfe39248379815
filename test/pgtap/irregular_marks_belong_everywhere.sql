-- Marks that are on the register and fit no layout: a format of their own, and a list.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL jit = off;
SELECT no_plan();

CREATE TEMP TABLE listed (serial int, mark text, compact text, source text);
\copy listed FROM PROGRAM 'grep -v ^serial test/data/irregular_marks.csv' WITH (FORMAT csv)

SELECT results_eq('SELECT mark::text, source FROM irregular_marks', 'SELECT mark, source FROM listed ORDER BY serial', 'the view has the list, each with its source');
SELECT is_empty($$ SELECT m.mark FROM irregular_marks m WHERE plate_format(m.mark) <> 'irregular' $$, 'all are of one format');
SELECT is_empty($$
    SELECT mark, t FROM listed, unnest(ARRAY[mark, compact, lower(compact), lower(mark), E'\t' || mark || E'\r\n', ' ' || array_to_string(regexp_split_to_array(compact, ''), ' ')]) t
     WHERE NOT plate_is_valid(t) OR plate_problem(t) IS NOT NULL OR (t::plate)::text <> mark OR plate_compact(t::plate) <> compact
    $$, 'each is read in any case and spacing, and shown in one');
SELECT results_eq('SELECT mark::plate FROM listed ORDER BY mark::plate', 'SELECT mark::plate FROM listed ORDER BY serial', 'the order of the list is their order');
SELECT ok('Z999 9999'::plate < 'QTR 1' AND 'IC 1'::plate < 'AAA 1A', 'they come after all other undated marks, before the first series');
SELECT is_empty($$
    SELECT mark FROM (SELECT mark::plate FROM listed) l
     WHERE plate_series(mark) IS NOT NULL OR plate_period(mark) IS NOT NULL OR plate_tag(mark) IS NOT NULL OR plate_region(mark) IS NOT NULL
        OR plate_office(mark) IS NOT NULL OR plate_next(mark) IS NOT NULL OR plate_prior(mark) IS NOT NULL
    $$, 'none has a series, a tag, a region or a neighbour');
SELECT is_empty($$ SELECT mark FROM listed, unnest('{1904-01-01,2025-09-01,2049-12-31}'::date[]) d WHERE plate_issuable(mark::plate, d) OR NOT plate_assignable(mark::plate, d) $$,
                'none is issued any more, and the age rule blocks none');
SELECT is((SELECT marks FROM plate_formats WHERE format = 'irregular'), 19::bigint, 'the view of the formats counts them');

-- What 0.1.0 read is what it was
SELECT is(plate_format(mark)::text, format, mark || ' is still ' || format)
  FROM (VALUES ('S 0'::plate, 'dateless'), ('SY 0', 'dateless'), ('VS 0', 'dateless'), ('G 0', 'dateless'), ('BH 521', 'dateless'), ('EB 2', 'dateless'),
               ('KHW 4', 'dateless'), ('KIA 1', 'ni_serial'), ('01234', 'trade')) v(mark, format);
SELECT is(plate_problem(text), problem, text || ' is no mark')
  FROM (VALUES ('QTR 2', 'Letter Q is never used in the letters of a dateless mark.'), ('12', 'A number alone is a Guernsey mark; a trade mark has five digits.'),
               ('ZH', 'No format has the layout 2 letters.'), ('BH 0522', 'The number of a dateless mark has no leading zero.'),
               ('BH 0', 'Number 0 was given to the civic marks AH 0, G 0, HS 0, LM 0, RG 0, S 0, SY 0, V 0 and VS 0 alone.'),
               ('1 IRQ', 'Letter I is never used in the letters of a dateless mark.')) v(text, problem);

-- Blocks
SELECT is(plate_count('(,)'), (SELECT sum(marks) FROM plate_formats WHERE format <> 'irregular')::bigint, 'no block counts them');
SELECT is(plate_count(b::platerange), n, 'nor does ' || b)
  FROM (VALUES ('[QTR 1,IC 1]', 0::bigint), ('[QTR 1,AAA 1A)', 0), ('[Z999 9998,AAA 2A]', 4), ('[KI 1,KI 1]', 0), ('(Z999 9999,AAA 1A]', 1), ('[Z999 9999,QTR 1]', 1)) v(b, n);
SELECT results_eq($$ SELECT plates(b)::text FROM unnest('{"[Z999 9998,AAA 2A]","[QTR 1,IC 1]","[KI 1,AAA 1A]","[Z999 9999,QLD 1]"}'::platerange[]) b $$,
                  $$ VALUES ('Z999 9998'), ('Z999 9999'), ('AAA 1A'), ('AAA 2A'), ('AAA 1A'), ('Z999 9999') $$, 'nor are they among the marks of one');
SELECT is('[Z999 9999,Z999 9999]'::platerange::text, '["Z999 9999","AAA 1A")', 'the block of the last trailer mark is what 0.1.0 stored');
SELECT ok(NOT plate_in_block('QTR 1', '[Z999 9000,Z999 9999]') AND NOT plate_in_block('IC 1', '[Z999 9000,Z999 9999]'), 'and holds none');
SELECT is(block_last('[Z999 9000,AAA 1A)')::text, 'Z999 9999', 'it ends with that mark');

-- Indexes, hash, statistics, patterns
CREATE TABLE kept (mark plate);
INSERT INTO kept SELECT mark::plate FROM listed;
INSERT INTO kept SELECT plates('[Z999 9000,AAA 500A]');
INSERT INTO kept SELECT plates('[QNI 1,QNI 999]');
CREATE TEMP TABLE pattern AS SELECT unnest('{Q?R?,QTR1,?T??,*0*,11,??,Z?,ZI*,*1,???1,*ZM*,KI?,BH0?2?,*,1C*,AH*,Z999 99??}'::text[]) AS pattern;
ANALYZE kept;
CREATE TEMP TABLE by_scan AS
    SELECT pattern, count(*) FROM pattern, kept WHERE plate_compact(mark) LIKE translate(pattern, '?* ', '_%') GROUP BY pattern;
SET LOCAL enable_seqscan = off;
CREATE INDEX kept_gist ON kept USING gist (mark);
SELECT bag_eq('SELECT pattern, count(*) FROM pattern JOIN kept ON mark LIKE pattern GROUP BY pattern', 'TABLE by_scan', 'LIKE finds them through GiST');
DROP INDEX kept_gist;
CREATE INDEX kept_btree ON kept (mark);
SELECT bag_eq(format('SELECT %L || count(*) FROM kept WHERE mark LIKE %1$L', pattern),
              format('SELECT %L || count(*) FROM kept WHERE plate_compact(mark) LIKE translate(%1$L, ''?* '', ''_%%'')', pattern),
              'LIKE ' || pattern || ' finds them through btree')
  FROM pattern WHERE pattern !~ '^[*].';      -- which has the planner list thousands of intervals
SELECT results_eq(format('SELECT k.mark FROM plate_intervals(%L) i JOIN kept k ON plate_in_block(k.mark, i) WHERE k.mark LIKE %1$L ORDER BY 1', pattern),
                  format('SELECT mark FROM kept WHERE plate_compact(mark) LIKE translate(%L, ''?* '', ''_%%'') ORDER BY 1', pattern),
                  'the intervals of ' || pattern || ' have them')
  FROM pattern WHERE pattern !~ '^[*].';
SELECT is((SELECT array_agg(i::text) FROM plate_intervals('KI?') i), '{"[\"KI 1\",\"AH 0\")"}', 'an interval of one of them');
SELECT is((SELECT count(DISTINCT plate_hash(mark::plate)) FROM listed), 19::bigint, 'hashes differ');
SELECT results_eq($$ SELECT series::text, registrations FROM registrations_by_series('kept') $$, $$ SELECT NULL::text, 19 + 1000 + 999::bigint UNION ALL SELECT 'A-suffix', 500 $$,
                  'reports count them with the undated marks');
SELECT is((SELECT count(*) FROM kept WHERE mark <@ 'A-suffix'), 500::bigint, 'no series has them');
SELECT is(plate_lookalike('QTR 1'), 'QTR1', 'what they look like');

SELECT * FROM finish();
ROLLBACK;
