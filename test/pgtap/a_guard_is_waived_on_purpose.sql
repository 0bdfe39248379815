-- A table with marks may be left without a guard on purpose: guards says so and why, monitoring and reports leave it out,
-- and a guard, or its owner, ends it. (002_dump_keeps_holds.pl takes it through dumps.)
BEGIN;
SET LOCAL client_min_messages = error;
\ir ../lib/as_role.sql

CREATE ROLE t_owner;
CREATE ROLE t_operator;     -- may create triggers on the owner's tables, and owns none
SELECT regcar.grant_operator('t_owner'), regcar.grant_operator('t_operator') \g /dev/null
GRANT CREATE ON SCHEMA public TO t_owner;
SET ROLE t_owner;
CREATE TABLE reg (mark regcar.plate);
CREATE TABLE reg_history (mark regcar.plate, at timestamptz);
CREATE TABLE "O'Brien's ""old"" marks" (mark regcar.plate, year integer) PARTITION BY LIST (year);
CREATE TABLE old_1 PARTITION OF "O'Brien's ""old"" marks" FOR VALUES IN (1);
CREATE TABLE house_sign (number_plate text);
GRANT ALL ON reg, reg_history TO t_operator;
RESET ROLE;
CREATE VIEW shown AS SELECT mark FROM reg;

SELECT no_plan();
CREATE FUNCTION status(name text) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(concat_ws(': ', g.status, g.reason), ', ') FROM regcar.guards g WHERE g.target = name::regclass $$;
CREATE FUNCTION told(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    hint text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE statement INTO answer;
    RESET ROLE;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, nullif(hint, ''));
END
$$;

-- Said, shown, and for partitions too, those that come later included

SELECT regcar.guard('reg') \g /dev/null
SELECT is(status('reg_history'), 'not guarded', 'a table with marks should have a guard');
SELECT is(told('t_owner', $$SELECT regcar.waive_guard('reg_history', 'written by a trigger of reg')$$), 'public.reg_history is left without a guard', 'its owner may say that it has none on purpose');
SELECT is(status('reg_history'), 'waived: written by a trigger of reg', 'guards says so, and why');
SELECT regcar.waive_guard('reg_history', E'O''Brien''s reason: \\ "é" %s') \g /dev/null
SELECT is(status('reg_history'), E'waived: O''Brien''s reason: \\ "é" %s', 'said again, the reason is another');
SELECT regcar.waive_guard('"O''Brien''s ""old"" marks"', 'archive') \g /dev/null
CREATE TABLE old_2 PARTITION OF "O'Brien's ""old"" marks" FOR VALUES IN (2) PARTITION BY LIST (year);
CREATE TABLE old_2a PARTITION OF old_2 DEFAULT;
SELECT is((SELECT array_agg(DISTINCT status(relid::text)) FROM pg_partition_tree('"O''Brien''s ""old"" marks"')), '{waived: archive}', 'partitions go with their table');
SELECT regcar.waive_guard('old_2', 'being rebuilt') \g /dev/null
SELECT is(status('old_1') || ', ' || status('old_2a'), 'waived: archive, waived: being rebuilt', 'the nearest reason is shown');
SELECT is(status('house_sign'), 'hint: text that may hold marks', 'a table whose text looks like marks is a hint');
SELECT regcar.waive_guard('house_sign', 'plates of houses') \g /dev/null
SELECT is(status('house_sign'), 'waived: plates of houses', 'which can be answered as well');
SELECT is((SELECT count(*) FROM regcar.guards g WHERE g.status = 'waived' AND g.plate_column IS NOT NULL), 5::bigint, 'the column of the mark is shown where there is one');
SELECT lives_ok($$INSERT INTO reg_history VALUES ('AB75 CDE', now()); TRUNCATE reg_history, "O'Brien's ""old"" marks", old_1; INSERT INTO reg_history VALUES ('AB75 CDE', now())$$, 'the table is written as before');
ALTER TABLE reg_history RENAME TO reg_past;
SELECT is(status('reg_past'), E'waived: O''Brien''s reason: \\ "é" %s', 'under another name it is still so');

-- Nobody is alarmed

SELECT is((SELECT string_agg(DISTINCT g.status, ', ') FROM regcar.guards g WHERE g.status NOT IN ('ok', 'waived')), NULL, 'now every table is guarded, or has none on purpose');
SELECT regcar.place_hold('attack') AS nr \gset
SELECT is(regcar.incident_report(:nr) LIKE '%without a sound guard%', false, 'the report of an incident has nothing to do there');
SELECT lives_ok($$INSERT INTO reg_past VALUES ('AB75 CDE', now())$$, 'no hold stops what is written there');
SELECT throws_ok($$INSERT INTO reg VALUES ('AB75 CDE')$$, 'RH001', NULL, 'but it does elsewhere');
SELECT regcar.lift_all('over') \g /dev/null

-- Who, and what not

SELECT is(told(role, statement), wanted, format('%s: %s', role, statement))
FROM (VALUES
    ('t_operator', $$SELECT regcar.waive_guard('reg_past', 'x')$$, '42501 must be owner of relation reg_past'),
    ('t_operator', $$SELECT regcar.require_guard('reg_past')$$, '42501 must be owner of relation reg_past'),
    ('t_owner', $$SELECT regcar.waive_guard('reg', 'x')$$, '55000 "public.reg" is guarded As its owner: SELECT regcar.unguard(''public.reg''); first, if no hold shall stop registrations there.'),
    ('t_owner', $$SELECT regcar.waive_guard('reg_past', NULL)$$, '22023 leaving a table without a guard needs a reason SELECT regcar.waive_guard(table, ''why'');'),
    ('t_owner', $$SELECT regcar.waive_guard('reg_past', E' \n')$$, '22023 leaving a table without a guard needs a reason SELECT regcar.waive_guard(table, ''why'');'),
    ('t_owner', $$SELECT regcar.waive_guard('reg_past', repeat('x', 10001))$$, '22023 the reason has 10001 bytes Keep the long version elsewhere, and name it here.'),
    ('t_owner', $$SELECT regcar.waive_guard(NULL, 'x')$$, '42P01 there is no table null SELECT * FROM regcar.guards;'),
    ('t_owner', $$SELECT regcar.waive_guard('shown', 'x')$$, '42809 "public.shown" is not a table Guard the table where its rows are stored.'),
    ('t_owner', $$SELECT regcar.require_guard('reg')$$, '55000 the guard of "public.reg" was not waived SELECT * FROM regcar.guards WHERE status = ''waived'';'),
    ('t_owner', $$SELECT regcar.require_guard(NULL)$$, '55000 the guard of "null" was not waived SELECT * FROM regcar.guards WHERE status = ''waived'';')) v (role, statement, wanted);
SELECT is(pg_temp.as_role('t_owner', $$CREATE TRIGGER r BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION regcar.guard_waived('x'); INSERT INTO reg VALUES ('AB75 CDE')$$), '39P01', 'as a trigger of rows it is refused');

-- Under a hold, the trigger cannot take a guard's place
SELECT regcar.place_hold('attack') \g /dev/null
SELECT is(pg_temp.as_role('t_owner', $$CREATE OR REPLACE TRIGGER "~registration_hold_truncate" BEFORE TRUNCATE ON reg FOR EACH STATEMENT EXECUTE FUNCTION regcar.guard_waived('x')$$), 'RH001', 'nor can it take the place of a guard while a hold stands');
SELECT regcar.lift_all('over') \g /dev/null

-- How it ends

SELECT is(told('t_owner', $$SELECT regcar.require_guard('reg_past')$$), 'public.reg_past should have a guard', 'its owner takes it back');
SELECT is(status('reg_past'), 'not guarded', 'and guards asks for a guard again');
SELECT regcar.guard('"O''Brien''s ""old"" marks"') \g /dev/null
SELECT is((SELECT array_agg(DISTINCT status(relid::text)) FROM pg_partition_tree('"O''Brien''s ""old"" marks"')), '{ok}', 'a guard ends it, in partitions too');
SELECT is((SELECT count(*) FROM pg_trigger t WHERE t.tgfoid = 'regcar.guard_waived'::regproc AND t.tgrelid <> 'house_sign'::regclass), 0::bigint, 'and nothing of it is left');
DROP TABLE house_sign;
SELECT is((SELECT count(*) FROM pg_trigger t WHERE t.tgfoid = 'regcar.guard_waived'::regproc), 0::bigint, 'with the table it is gone');

SELECT results_eq($$SELECT h.event COLLATE "default", h.detail ->> 'table', h.detail ->> 'change' FROM regcar.history h WHERE h.event IN ('waived', 'required') ORDER BY h.id$$,
    $$VALUES ('waived', 'public.reg_history', 'it has no guard on purpose: written by a trigger of reg'),
             ('waived', 'public.reg_history', E'it has no guard on purpose: O''Brien''s reason: \\ "é" %s'),
             ('waived', 'public."O''Brien''s ""old"" marks"', 'it has no guard on purpose: archive'),
             ('waived', 'public.old_2', 'it has no guard on purpose: being rebuilt'),
             ('waived', 'public.house_sign', 'it has no guard on purpose: plates of houses'),
             ('required', 'public.reg_past', 'it should have a guard'),
             ('required', 'public."O''Brien''s ""old"" marks"', 'it should have a guard'),
             ('required', 'public.old_2', 'it should have a guard')$$, 'the history has each of these, and nothing of what was rolled back');
SELECT is((SELECT v.problem FROM regcar.verify_history() v), NULL, 'and is whole');

SELECT * FROM finish();
ROLLBACK;
