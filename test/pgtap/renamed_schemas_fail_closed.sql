-- A schema of the extension that somebody renames lets no registration through, held or not, and once it has its name back
-- everything is as before.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE TABLE reg (mark regcar.plate);
CREATE TABLE by_text (mark text, make text);
SELECT regcar.guard('reg'), regcar.guard('by_text', 'mark') \g /dev/null

CREATE FUNCTION told(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
-- the same in a session that has looked at the holds before, and in one that has not
CREATE FUNCTION attempts() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT told(s), ',') FROM unnest(ARRAY[
        $s$INSERT INTO reg VALUES (NULL)$s$, $s$INSERT INTO reg SELECT mark FROM reg LIMIT 1$s$,
        $s$INSERT INTO by_text VALUES ('AB75 CDE', 'Ford')$s$, $s$UPDATE by_text SET mark = 'AB75 CDF'$s$]) s
$$;
INSERT INTO reg VALUES ('AB75 CDE');
INSERT INTO by_text VALUES ('AB75 CDD', 'Ford');

SELECT no_plan();
SELECT is(attempts(), 'done', 'without a hold all go in');
ALTER SCHEMA regcar RENAME TO moved;
SELECT is(attempts(), '3F000', 'with schema regcar renamed nothing does');
SELECT is(told('CREATE TABLE other (a integer); ALTER TABLE other ADD b text; DROP TABLE other'), 'done', 'other tables are not concerned');
ALTER SCHEMA moved RENAME TO regcar;
SELECT is(attempts(), 'done', 'with its name back, all do');

SELECT regcar.place_hold('attack', '{"make": "Ford"}') AS nr \gset
SELECT is(told($$INSERT INTO by_text VALUES ('AB75 CDE', 'Ford')$$), 'RH001', 'a hold stops');
ALTER SCHEMA regcar RENAME TO moved;
SELECT is(attempts(), '3F000', 'under a hold nothing goes in');
ALTER SCHEMA moved RENAME TO regcar;
SELECT is(told($$INSERT INTO by_text VALUES ('AB75 CDE', 'Ford')$$), 'RH001', 'and then the hold stops it again');

ALTER SCHEMA regcar_state RENAME TO moved;
SELECT is(told($$INSERT INTO by_text VALUES ('AB75 CDE', 'Ford')$$), 'RH001', 'with schema regcar_state renamed, a session that knows the hold is still stopped');
SELECT is(told($$SELECT regcar.lift_all('x')$$), '3F000', 'the hold cannot be lifted');
-- as in a session that is new
ALTER TABLE moved.hold SET (fillfactor = 100);
SELECT is(attempts(), '55000', 'with schema regcar_state renamed nothing goes in from any other');
ALTER TABLE moved.hold RESET (fillfactor);
ALTER SCHEMA moved RENAME TO regcar_state;
SELECT is(told($$INSERT INTO by_text VALUES ('AB75 CDE', 'Ford')$$), 'RH001', 'and then the hold stops it again');
SELECT regcar.lift_hold(:nr, 'over') \g /dev/null
SELECT is(attempts(), 'done', 'until it is lifted');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history is whole');
SELECT * FROM finish();
ROLLBACK;
