-- An INSERT counts as the arrival of a row that an UPDATE moves only if a row has left for it.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL search_path = public, regcar;

CREATE TABLE reg (mark regcar.plate, region text, note text) PARTITION BY LIST (region);
CREATE TABLE reg_n PARTITION OF reg FOR VALUES IN ('n');
CREATE TABLE reg_s PARTITION OF reg FOR VALUES IN ('s');
INSERT INTO reg VALUES ('AB75 CDE', 'n'), ('AB75 CDF', 'n');
SELECT regcar.guard('reg') \g /dev/null
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT regcar.place_hold('stop') \g /dev/null

SELECT no_plan();

-- an UPDATE that moves a row, and an INSERT of the same statement, which runs after it and copies the row
PREPARE copy AS
    WITH u AS (UPDATE reg SET region = 's' WHERE mark = 'AB75 CDE' RETURNING 1)
    INSERT INTO reg SELECT 'AB75 CDE', 's', NULL FROM (SELECT count(*) FROM u) AS moved;
SELECT throws_ok('copy', 'RH001', NULL, 'a copy beside the move is a registration');

SAVEPOINT stays;
CREATE TRIGGER "~stay" BEFORE DELETE ON reg_n FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT throws_ok('copy', 'RH001', NULL, 'and so it is where a trigger keeps the row from leaving');
SELECT results_eq('SELECT mark::text, region FROM reg ORDER BY mark', $$VALUES ('AB75 CDE', 'n'), ('AB75 CDF', 'n')$$, 'each mark is there once');
ROLLBACK TO stays;

SAVEPOINT gone;
CREATE TRIGGER swallow BEFORE INSERT ON reg_s FOR EACH ROW WHEN (NEW.note IS NULL) EXECUTE FUNCTION swallow();
SELECT throws_ok($$WITH u AS (UPDATE reg SET region = 's' WHERE mark = 'AB75 CDE' RETURNING 1)
                   INSERT INTO reg SELECT 'AB75 CDG', 's', 'x' FROM (SELECT count(*) FROM u) AS moved$$,
                 'RH001', NULL, 'another mark does not arrive in the place of a row that was swallowed');
SELECT throws_ok($$WITH u AS (UPDATE reg SET region = 's' WHERE mark = 'AB75 CDE' RETURNING 1)
                   INSERT INTO reg SELECT 'AB75 CDE', 's', x FROM (SELECT count(*) FROM u) AS moved, unnest(ARRAY['x', 'y']) x$$,
                 'RH001', NULL, 'and the same mark does so at most once');
ROLLBACK TO gone;

-- another row that leaves leaves nothing for the one that was only changed
SELECT throws_ok($$MERGE INTO reg USING (VALUES ('AB75 CDE'::plate, 'change'), ('AB75 CDF', 'delete'), ('AB75 CDG', 'insert')) v (mark, what) ON reg.mark = v.mark
                   WHEN MATCHED AND what = 'change' THEN UPDATE SET note = 'x' WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES ('AB75 CDE', 's', 'x')$$,
                 'RH001', NULL, 'a row does not arrive because another one was deleted');

SAVEPOINT changed;
CREATE FUNCTION changes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := ''new''; RETURN NEW; END';
CREATE TRIGGER changes BEFORE INSERT ON reg_s FOR EACH ROW EXECUTE FUNCTION changes();
SELECT regcar.lift_all('over'), regcar.place_hold('scoped', '{"note": "new"}') \g /dev/null
SELECT throws_ok($$UPDATE reg SET region = 's' WHERE mark = 'AB75 CDE'$$, 'RH001', NULL, 'a row that a trigger changes on its way arrives changed');
ROLLBACK TO changed;

SELECT lives_ok($$UPDATE reg SET region = 's'$$, 'rows that only move do move');

SELECT * FROM finish();
ROLLBACK;
