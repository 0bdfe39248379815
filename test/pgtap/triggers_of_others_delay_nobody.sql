-- Whoever has a table may create triggers on it, the guard's and the waiver's too. What lockdown and the views read of these is
-- no more than a guard has, and the history is not written by it.
SET client_min_messages = error;
SET search_path = public;
CREATE ROLE trig_owner;
CREATE ROLE trig_operator;
CREATE SCHEMA trig_own AUTHORIZATION trig_owner;
SELECT regcar.grant_operator('trig_operator') \g /dev/null
GRANT USAGE ON SCHEMA trig_own TO trig_operator;

\ir ../lib/as_role.sql

SELECT no_plan();

-- Arguments

CREATE FUNCTION args(VARIADIC text[]) RETURNS bytea LANGUAGE sql AS $$ SELECT coalesce(string_agg(convert_to(a, 'UTF8') || '\x00', '' ORDER BY n), '') FROM unnest($1) WITH ORDINALITY u (a, n) $$;
SELECT is(regcar.trigger_arguments(args(VARIADIC a)), a, 'arguments: ' || left(a::text, 40))
FROM (VALUES ('{mark}'::text[]), ('{mark,make=maker,=ticket,replicated}'), ('{"",a,""}'), ('{é,"x y"}'), (ARRAY['m', repeat('x', 262000)])) v (a);
SELECT is(regcar.trigger_arguments(''), NULL, 'no argument');
SELECT is(regcar.trigger_arguments('a'), '{a}', 'the last one may lack its zero');
SELECT is(regcar.trigger_arguments(args('m', repeat('x', 262144))), NULL, 'more than any guard has is not read');

SET ROLE trig_owner;
CREATE TABLE trig_own.first (mark regcar.plate, make text);
CREATE TABLE trig_own.second (mark regcar.plate, make text);
RESET ROLE;
SELECT regcar.guard('trig_own.first') \g /dev/null
SELECT is(pg_temp.as_role('trig_owner', format('CREATE TRIGGER "~registration_hold" BEFORE INSERT OR UPDATE OR DELETE ON trig_own.second
    FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold(''mark'', %L)', repeat('k', 300000) || '=make')), 'done', 'the owner of a guarded table makes a guard with an argument of 300 kB');
SELECT is(pg_temp.as_role('trig_owner', 'ALTER TABLE trig_own.second ENABLE ALWAYS TRIGGER "~registration_hold"'), 'done', 'which fires always');
SELECT is(pg_temp.as_role('trig_owner', 'CREATE TRIGGER t BEFORE TRUNCATE ON trig_own.second EXECUTE FUNCTION regcar.registration_hold()'), 'done', 'and on TRUNCATE');
SELECT is(pg_temp.as_role('trig_owner', 'ALTER TABLE trig_own.second ENABLE ALWAYS TRIGGER t'), 'done', 'always');
SELECT is((SELECT status FROM regcar.guards WHERE target = 'trig_own.second'::regclass), 'arguments are too long to read', 'guards says so');
SELECT is((SELECT state FROM regcar.status WHERE detail = 'trig_own.second'), 'arguments are too long to read', 'status, too');
SELECT is(pg_temp.as_role('trig_operator', 'SELECT regcar.place_hold(''x'', ''{"make": "A"}'')'), 'done', 'a hold is placed');
SELECT is(pg_temp.as_role('trig_owner', 'INSERT INTO trig_own.second VALUES (''AB75 CDE'', ''A'')'), 'RH001', 'and stops what it should');
SELECT regcar.lift_all('over') \g /dev/null

-- Waivers

SET ROLE trig_owner;
CREATE TABLE trig_own.third (mark regcar.plate);
CREATE TABLE trig_own.fourth (mark regcar.plate);
RESET ROLE;
SELECT count(*) || '::bigint' AS events FROM regcar.history \gset
SELECT is(pg_temp.as_role('trig_owner', 'CREATE TRIGGER w BEFORE TRUNCATE ON trig_own.third EXECUTE FUNCTION regcar.guard_waived(''mine'')'), '42501', 'one who is no operator does not waive a guard');
SELECT is((SELECT count(*) FROM regcar.history), :events, 'nor write the history');
SELECT is((SELECT status FROM regcar.guards WHERE target = 'trig_own.third'::regclass), 'not guarded', 'the table is not guarded');
SELECT is(pg_temp.as_role('trig_owner', 'SET LOCAL check_function_bodies = off; CREATE TRIGGER w BEFORE TRUNCATE ON trig_own.third EXECUTE FUNCTION regcar.guard_waived(''mine'')'), 'done', 'but restores one');
SELECT is((SELECT status FROM regcar.guards WHERE target = 'trig_own.third'::regclass), 'waived', 'which then is waived');
SELECT is((SELECT count(*) FROM regcar.history), :events, 'a restore brings its own history');
ALTER TABLE trig_own.fourth OWNER TO trig_operator;
SELECT is(pg_temp.as_role('trig_operator', 'SELECT regcar.waive_guard(''trig_own.fourth'', ''mine'')'), 'done', 'an operator waives the guard of a table of the operator''s own');
SELECT is(pg_temp.as_role('trig_operator', format('CREATE TRIGGER w BEFORE TRUNCATE ON trig_own.fourth EXECUTE FUNCTION regcar.guard_waived(%L)', repeat('é', 20000))), 'done', 'by hand, too, with a long reason');
SELECT is((SELECT octet_length(max(detail ->> 'change')) FROM regcar.history WHERE event = 'waived'), 10000 + length('it has no guard on purpose: '), 'of which the history has the beginning');

SELECT * FROM finish();
