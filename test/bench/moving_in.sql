-- How long each step of the README's "Moving in" takes for ten million marks, by the clock, as the table there. By hand, in a
-- database of its own, from the top directory: psql -d scratch -f test/bench/moving_in.sql
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION regcar;
SET search_path = public, regcar;
SET maintenance_work_mem = '1GB';
\ir ../fleet.sql
\ir ../moving_in.sql
\pset tuples_only on
\pset format unaligned

CREATE TABLE step (what text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE typed AS SELECT id, mark, '2026-03-01'::date AS registered FROM typed(10000000);

-- in one go
CREATE TABLE registration AS TABLE typed;
ALTER TABLE registration ADD PRIMARY KEY (id);
CREATE INDEX registration_by_mark ON registration (mark);
VACUUM ANALYZE registration;
CHECKPOINT;
\o /dev/null
INSERT INTO step VALUES (NULL);
\i :list
INSERT INTO step VALUES ('the list');
\i :review
UPDATE bad_mark SET approved = suggestion IS NOT NULL;
CHECKPOINT;
INSERT INTO step VALUES (NULL);
\i :move
INSERT INTO step VALUES ('in one go: repair and `ALTER TABLE`, with an index on the mark, locked all the time');

-- without a long lock
DROP TABLE registration;
CREATE TABLE registration AS TABLE typed;
ALTER TABLE registration ADD PRIMARY KEY (id);
VACUUM ANALYZE registration;
CHECKPOINT;
INSERT INTO step VALUES (NULL);
\i :fill
INSERT INTO step VALUES ('without a long lock: trigger, batches of 100 000, index');
\i :swap
INSERT INTO step VALUES ('without a long lock: repair and swap');
\o
SELECT format('%s marks, %s in the list, %s of them with a suggestion', (SELECT count(*) FROM typed), count(*), count(suggestion)) FROM bad_mark;
SELECT format('| %s | %s s |', what, round(extract(epoch FROM at - before), 1))
FROM (SELECT *, lag(at) OVER (ORDER BY at) AS before FROM step) s WHERE what IS NOT NULL ORDER BY at;
\! rm -r "$REGCAR_BLOCKS"
