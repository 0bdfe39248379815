-- How long each step of extension/doc/moving-in.md takes for ten million marks, in seconds of one backend on the processor, as
-- the table there. By hand, as superuser, in a database of its own, from the top directory:
--   psql -d scratch -f test/bench/moving_in.sql
\ir common.sql
SET search_path = public, regcar;
SET maintenance_work_mem = '1GB';
\ir ../lib/fleet.sql
\ir ../lib/moving_in.sql

CREATE TABLE step (what text, ms float8 DEFAULT cpu_ms(), place serial);
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
SELECT format('| %s | %s s |', what, round((ms - before)::numeric / 1000, 1))
FROM (SELECT *, lag(ms) OVER (ORDER BY place) AS before FROM step) s WHERE what IS NOT NULL ORDER BY place;
\! rm -r "$REGCAR_BLOCKS"
