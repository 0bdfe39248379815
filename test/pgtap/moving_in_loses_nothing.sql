-- From text to plate by the statements of extension/doc/moving-in.md: every row is moved or listed, nothing is lost.
-- Not in a transaction, for some of them want none.
SET search_path = regcar, public;
SET client_min_messages = warning;
\ir ../lib/fleet.sql
\ir ../lib/moving_in.sql
SELECT no_plan();

SELECT is(:count, 5, 'the page has five blocks of statements');
CREATE TABLE typed AS SELECT * FROM typed(20000);
CREATE FUNCTION pg_temp.mess() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS registration, bad_mark;
    CREATE TABLE registration (id bigint PRIMARY KEY, mark text, registered date NOT NULL DEFAULT '2026-03-01');
    INSERT INTO registration SELECT id, mark FROM typed;
    CREATE INDEX registration_by_mark ON registration (mark);
END $$;

-- The list

SELECT pg_temp.mess() \g /dev/null
\o /dev/null
\i :list
\o
SELECT bag_eq($$ SELECT id, mark, problem FROM bad_mark $$, $$ SELECT id, mark, plate_problem(mark) FROM typed WHERE plate_problem(mark) IS NOT NULL
                 UNION ALL SELECT id, mark, CASE WHEN mark = 'AB75CD' THEN 'A military mark is of the Ministry of Defence''s own register.'
                                                 ELSE 'A trade mark belongs to a licence, not to a vehicle.' END
                 FROM typed WHERE mark IN ('AB75CD', '45921') $$,
              'the list has all that are no marks, and those of no vehicle, as they were written, and why');
SELECT cmp_ok((SELECT count(*) FROM bad_mark WHERE mark IN ('AB75CD', '45921')), '>', 1::bigint, 'there are some that lost letters');
SELECT cmp_ok((SELECT count(DISTINCT problem) FROM bad_mark), '>', 5::bigint, 'there are several kinds of them');
SELECT is_empty($$
    SELECT b.mark, suggestion, cheapest FROM bad_mark b,
        LATERAL (SELECT array_agg(plate) AS cheapest
                 FROM (SELECT plate, changes, min(changes) OVER () AS least FROM plate_suggest(b.mark)
                       WHERE plate_format(plate) NOT IN ('military', 'trade', 'trailer')) c
                 WHERE changes = least) s
    WHERE suggestion IS DISTINCT FROM CASE WHEN cardinality(cheapest) = 1 THEN cheapest[1] END
    $$, 'a suggestion is the nearest mark, where there is one nearest');
SELECT cmp_ok((SELECT count(*) FROM bad_mark WHERE suggestion IS NULL), '>', 10::bigint, 'there is none for some');
SELECT is((SELECT count(*) FROM bad_mark WHERE approved), 0::bigint, 'none is approved by itself');
SELECT is((SELECT count(*) FROM registration r JOIN typed t USING (id) WHERE r.mark IS DISTINCT FROM t.mark), 0::bigint, 'nothing was changed');

-- A bad mark that came in since

INSERT INTO registration VALUES (0, 'AB75 IQC');
\set ON_ERROR_STOP off
\i :move
\set ON_ERROR_STOP on
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22P02', 'a bad mark that the list has not stops the move');
SELECT col_type_is('registration', 'mark', 'text', 'the column stays as it was');
SELECT is((SELECT count(*) FROM registration r JOIN typed t USING (id) WHERE r.mark IS DISTINCT FROM t.mark), 0::bigint, 'and so do all marks');

-- Review and move

SELECT pg_temp.mess() \g /dev/null
\o /dev/null
\i :list
\i :review
\o
SELECT is((SELECT array_agg(id ORDER BY id) FROM bad_mark WHERE approved), '{17,42}', 'two are approved');
UPDATE bad_mark SET approved = true WHERE id % 100 = 42 AND id % 200 = 42 AND suggestion IS NOT NULL;
\i :move
CREATE FUNCTION pg_temp.outcome(title text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT col_type_is('registration', 'mark', 'plate', title || ': the column is of type plate');
    RETURN NEXT is((SELECT count(*) FROM registration WHERE id <= 20000), (SELECT count(*) FROM typed), title || ': no row is lost');
    RETURN NEXT is_empty('SELECT id, t.mark, r.mark FROM typed t JOIN registration r USING (id) WHERE plate_is_valid(t.mark) AND t.mark NOT IN (''AB75CD'', ''45921'') AND r.mark IS DISTINCT FROM t.mark::plate',
                         title || ': what was a mark of a vehicle is that mark');
    RETURN NEXT is_empty('SELECT id, b.mark, suggestion, r.mark FROM bad_mark b JOIN registration r USING (id) WHERE approved AND (r.mark IS DISTINCT FROM suggestion OR suggestion IS NULL)',
                         title || ': what was approved is what was suggested');
    RETURN NEXT is_empty('SELECT id, b.mark, r.mark FROM bad_mark b JOIN registration r USING (id) WHERE NOT approved AND r.mark IS NOT NULL',
                         title || ': what was not approved has no mark');
    RETURN NEXT is_empty('SELECT id, t.mark FROM typed t LEFT JOIN bad_mark b USING (id) WHERE plate_is_valid(t.mark) IS FALSE AND b.mark IS DISTINCT FROM t.mark',
                         title || ': and is in the list, as it was written');
    RETURN NEXT is_empty('SELECT id FROM typed t JOIN registration r USING (id) WHERE t.mark IS NULL AND r.mark IS NOT NULL', title || ': what was NULL is NULL');
    RETURN NEXT is((SELECT mark::text FROM registration WHERE id = 17), 'AB75 CDE', title || ': what was repaired by hand is');
END $$;
SELECT cmp_ok((SELECT count(*) FROM bad_mark WHERE approved), '>', 50::bigint, 'some are approved');
SELECT cmp_ok((SELECT count(*) FROM bad_mark WHERE NOT approved), '>', 50::bigint, 'and some not');
SELECT pg_temp.outcome('in one go');
SELECT is((SELECT count(*) FROM registration WHERE mark = (SELECT mark::plate FROM typed WHERE id = 1)), 1::bigint, 'and its index finds a mark');

-- Without a long lock

SELECT pg_temp.mess() \g /dev/null
\o /dev/null
\i :fill
INSERT INTO registration VALUES (20001, 'ab75aaa'), (20002, 'AB75 IQC'), (20003, NULL);
UPDATE registration SET mark = 'AB75 AAB' WHERE id = 20003;
\i :list
\i :review
\o
UPDATE bad_mark SET approved = true WHERE id % 200 = 42 AND suggestion IS NOT NULL;
\i :swap
SELECT pg_temp.outcome('step by step');
SELECT is((SELECT array_agg(mark::text ORDER BY id) FROM registration WHERE id > 20000), '{AB75 AAA,NULL,AB75 AAB}', 'step by step: what came in meanwhile is there, too');
SELECT is_empty('SELECT id FROM typed t JOIN registration r USING (id) LEFT JOIN bad_mark b USING (id) WHERE mark_as_written IS DISTINCT FROM CASE WHEN approved THEN suggestion::text ELSE t.mark END',
                'step by step: the texts are kept');
SELECT lives_ok($$ INSERT INTO registration VALUES (20004, NULL, '2026-03-01', 'AB26 AAA') $$, 'step by step: new rows need no text');
\! rm -r "$REGCAR_BLOCKS"

SELECT * FROM finish();
