-- An operator may run every statement that a HINT, or the column to_do of the view status, gives to an operator; where a statement
-- takes another role, the words before it say which.
BEGIN;
SET LOCAL client_min_messages = error;
CREATE ROLE t_operator;
CREATE ROLE t_owner;
GRANT CREATE ON SCHEMA public TO t_operator, t_owner;
SELECT regcar.grant_operator('t_operator') \g /dev/null
SET LOCAL ROLE t_owner;
CREATE TABLE others (mark regcar.plate, make text) PARTITION BY RANGE (mark);
CREATE TABLE others_part PARTITION OF others DEFAULT;
CREATE TABLE unguarded (mark regcar.plate);
RESET ROLE;
SELECT regcar.guard('others') \g /dev/null
SELECT regcar.place_hold('stands', '{"make": "x"}', 'queue'), regcar.place_hold('is lifted'), regcar.exempt(1, '{"make": "y"}', 'stands'), regcar.exempt(1, '{"make": "z"}', 'is revoked') \g /dev/null
SELECT regcar.lift_hold(2, 'over'), regcar.revoke_exemption(2, 'over') \g /dev/null
INSERT INTO others VALUES ('AB75 CDE', 'x'), ('AB75 CDF', 'x');
SELECT regcar.discard(2, 'over') \g /dev/null

-- Does a statement as the operator, and undoes it: the SQLSTATE and the HINT
CREATE FUNCTION pg_temp.attempt(statement text, OUT state text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION t_operator;
    EXECUTE statement;
    RAISE SQLSTATE 'UNDO1';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    state := replace(SQLSTATE, 'UNDO1', '00000');
END $$;

-- What an operator may do wrong
CREATE TEMP TABLE wrong AS SELECT v.statement, (pg_temp.attempt(v.statement)).* FROM (VALUES
    ('SELECT regcar.place_hold('''')'), ('SELECT regcar.place_hold(''x'', NULL)'), ('SELECT regcar.place_hold(''x'', action => NULL)'),
    ('SELECT regcar.place_hold(''x'', incident => '' '')'), ('SELECT regcar.place_hold(repeat(''x'', 10001))'), ('SELECT regcar.place_hold(''x'', ''[]'')'),
    ('SELECT regcar.place_hold(''x'', ''{"tag": "ab"}'')'), ('SELECT regcar.place_hold(''x'', ''{"role": "nobody here"}'')'), ('SELECT regcar.place_hold(''x'', ''{"mark": "x"}'')'),
    ('SELECT regcar.place_hold(''x'', starts_at => ''infinity'')'),
    ('SELECT regcar.lift_hold(1, '''')'), ('SELECT regcar.lift_hold(2, ''x'')'), ('SELECT regcar.lift_hold(99, ''x'')'), ('SELECT regcar.lift_all('''')'),
    ('SELECT regcar.exempt(1, NULL, ''x'')'), ('SELECT regcar.exempt(1, ''{}'', '''')'), ('SELECT regcar.exempt(2, ''{}'', ''x'')'), ('SELECT regcar.exempt(99, ''{}'', ''x'')'),
    ('SELECT regcar.revoke_exemption(1, '''')'), ('SELECT regcar.revoke_exemption(2, ''x'')'), ('SELECT regcar.revoke_exemption(99, ''x'')'),
    ('SELECT * FROM regcar.drain(NULL)'), ('SELECT * FROM regcar.await_replicas(NULL)'), ('SELECT * FROM regcar.hold_for(''others'', NULL)'),
    ('SELECT regcar.retry(2)'), ('SELECT regcar.retry(99)'), ('SELECT regcar.discard(1, '''')'), ('SELECT regcar.discard(99, ''x'')'), ('SELECT * FROM regcar.queue_length(99)'),
    ('CALL regcar.release()'), ('CALL regcar.lockdown_on_nodes(''x'')'), ('SELECT * FROM regcar.holds_on_nodes()'),
    ('SELECT * FROM regcar.incident_account(''x'')'), ('SELECT regcar.incident_report(99)'),
    ('SELECT regcar.guard(''others'')'), ('SELECT regcar.guard(''others_part'')'), ('SELECT regcar.guard(NULL)'), ('SELECT regcar.unguard(''unguarded'')'), ('SELECT regcar.unguard(''others_part'')'),
    ('CREATE TABLE own (make text); SELECT regcar.guard(''own'')'), ('CREATE TABLE own (mark regcar.plate); SELECT regcar.guard(''own'', keys => ''{"x": "y"}'')'),
    ('INSERT INTO regcar.queue_entry DEFAULT VALUES')) v (statement);

-- The statements of a text, each with the words before it
CREATE FUNCTION pg_temp.statements_in(words text, OUT before text, OUT statement text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT m[1], m[2] FROM regexp_matches(words, '(.*?)\m((?:SELECT|CALL|ALTER|DROP|CREATE|GRANT|REVOKE|ROLLBACK|SET|UPDATE|DELETE|INSERT) [^;]*);', 'g') m
$$;
CREATE FUNCTION pg_temp.names_another_role(words text) RETURNS boolean LANGUAGE sql AS $$ SELECT words ~* '\m(superuser|owner)\M' $$;

SELECT no_plan();
SELECT cmp_ok(count(*), '>=', 30::bigint, 'there are HINTs') FROM wrong WHERE hint <> '';
SELECT is_empty('SELECT * FROM wrong WHERE state = ''00000''', 'all of it is wrong');
SELECT is_empty($$
    SELECT w.statement, w.hint, s.statement FROM wrong w, pg_temp.statements_in(w.hint) s
    WHERE NOT pg_temp.names_another_role(s.before) AND (pg_temp.attempt(replace(s.statement, '(...)', '()'))).state IN ('42501', '42601')
    $$, 'an operator may run what a HINT says, unless it says who may');
SELECT isnt_empty('SELECT FROM wrong w, pg_temp.statements_in(w.hint) s WHERE pg_temp.names_another_role(s.before)', 'and some say who');

-- HINTs that take a superuser's mistake, or a server's, are read in the source: whoever may alter or drop is named
SELECT is_empty($$
    SELECT p.oid::regprocedure, h.hint
    FROM pg_proc p, LATERAL (SELECT m[1] AS hint FROM regexp_matches(p.prosrc, 'HINT = (?:format\()?''((?:[^'']|'''')*)''', 'g') m) h
    WHERE p.pronamespace = 'regcar'::regnamespace AND h.hint ~ '\m(ALTER (TABLE|EVENT|EXTENSION)|DROP|GRANT|ROLLBACK PREPARED|regcar\.unguard|regcar\.guard)\M'
      AND NOT pg_temp.names_another_role(h.hint)
      -- only the table's owner comes so far
      AND p.proname NOT IN ('mark_column')
    $$, 'every HINT of the SQL that takes another role says so');

SELECT * FROM finish();
ROLLBACK;
