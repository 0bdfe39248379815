-- With whose rights a table's own code runs, when a row is asked about, queued and released.
SET client_min_messages = error;
CREATE ROLE r_owner;        -- owns the tables, and is an operator
CREATE ROLE r_dealer;
GRANT CREATE ON SCHEMA public TO r_owner;
CREATE ROLE r_reader;       -- another operator
SELECT regcar.grant_operator('r_owner'), regcar.grant_operator('r_reader') \g /dev/null
SET search_path = public;

-- Does a statement as another role; the SQLSTATE or 'done'.
CREATE FUNCTION as_role(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    EXECUTE statement;
    RESET SESSION AUTHORIZATION;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

SELECT no_plan();

-- Code of a table's owner, and of a domain's, runs as who asks or registers, and never as who releases

CREATE TABLE ran (who text, what text);
GRANT INSERT ON ran TO PUBLIC;
CREATE FUNCTION whoami(what text) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.ran VALUES (current_user, what); RETURN true; END $$;
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.whoami('trigger ' || TG_WHEN); RETURN NEW; END $$;
CREATE FUNCTION made(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.whoami('index'); END $$;
CREATE FUNCTION generated(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.whoami('generated'); RETURN 'g'; END $$;
SET ROLE r_owner;
CREATE DOMAIN spy AS text CHECK (public.whoami('domain'));
CREATE TABLE spied (
    mark regcar.plate CHECK (public.whoami('check')),
    make spy,
    note text DEFAULT 'n' || public.whoami('default'),
    g text GENERATED ALWAYS AS (public.generated(note)) STORED);
CREATE TRIGGER a BEFORE INSERT ON spied FOR EACH ROW EXECUTE FUNCTION fired();
CREATE TRIGGER b AFTER INSERT ON spied FOR EACH ROW EXECUTE FUNCTION fired();
CREATE CONSTRAINT TRIGGER c AFTER INSERT ON spied DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fired();
CREATE INDEX ON spied (made(note));
ALTER TABLE spied ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON spied FOR INSERT WITH CHECK (public.whoami('policy') AND mark IS NOT NULL);
GRANT INSERT (mark, make) ON spied TO r_dealer;
SELECT regcar.guard('spied'), regcar.place_hold('spied', '{"mark": "AB75 CDE"}', 'queue') \g /dev/null
RESET ROLE;
TRUNCATE ran;
SELECT is(as_role('r_dealer', 'SELECT * FROM regcar.hold_for(''spied'', ''{"mark": "AB75 CDE", "make": "x"}'')'), 'done', 'a dealer asks');
SELECT results_eq('SELECT DISTINCT who, what FROM ran', $$VALUES ('r_dealer', 'domain')$$, 'hold_for() runs the check of a domain as who asks');
CREATE FUNCTION is_make(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN EXISTS (SELECT FROM known_makes WHERE make = $1); END $$;
CREATE TABLE known_makes AS SELECT 'Jaguar' AS make;
CREATE DOMAIN make AS text CHECK (is_make(VALUE));
CREATE TABLE known (mark regcar.plate, make make);
SELECT regcar.guard('known') \g /dev/null
SELECT lives_ok('SELECT * FROM regcar.hold_for(''known'', ''{"mark": "AB75 CDE", "make": "Jaguar"}'')', 'and by the search_path of who asks, as an INSERT would');
SELECT throws_ok('SELECT * FROM regcar.hold_for(''known'', ''{"mark": "AB75 CDE", "make": "Jagaur"}'')', '23514', NULL, 'with the error of an INSERT');
TRUNCATE ran;
SELECT is(as_role('r_dealer', 'INSERT INTO spied (mark, make) VALUES (''AB75 CDE'', ''x'')'), 'done', 'a dealer registers');
SELECT results_eq('SELECT DISTINCT who FROM ran', $$VALUES ('r_dealer')$$, 'which runs code as the dealer');
SELECT regcar.lift_all('over') \g /dev/null
TRUNCATE ran;
SET SESSION AUTHORIZATION r_owner;
CALL regcar.release();
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT state::text, outcome FROM regcar.queue', $$VALUES ('released', NULL)$$, 'the row is released');
SELECT results_eq('SELECT DISTINCT who FROM ran', $$VALUES ('r_dealer')$$, 'all that runs when a row is released runs as who submitted it');
SELECT set_has('SELECT what FROM ran', $$VALUES ('domain'), ('check'), ('default'), ('generated'), ('trigger BEFORE'), ('trigger AFTER'), ('index'), ('policy')$$, 'and all of it was seen');

-- What the operator's own transaction has deferred is not run with the rights of the extension

SET ROLE r_owner;
CREATE TABLE bait (n int);
CREATE FUNCTION bite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES (current_user, 'bait'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER bait AFTER INSERT ON bait DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bite();
SELECT regcar.place_hold('bait', action => 'queue') \g /dev/null
RESET ROLE;
SELECT is(as_role('r_dealer', 'INSERT INTO spied (mark, make) VALUES (''AB75 CDF'', ''x'')'), 'done', 'another row waits');
SELECT regcar.lift_all('over') \g /dev/null
TRUNCATE ran;
SET SESSION AUTHORIZATION r_owner;
BEGIN;
INSERT INTO bait VALUES (1);
SELECT * FROM regcar.release_batch(NULL, 0, 1000, 10) \g /dev/null
COMMIT;
DO $$ BEGIN INSERT INTO bait VALUES (1); CALL regcar.release(); END $$;
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT who, count(*) FROM ran WHERE what = ''bait'' GROUP BY 1', $$VALUES ('r_owner', 2::bigint)$$, 'a deferred trigger of the operator''s runs as the operator');
SELECT results_eq('SELECT DISTINCT state::text FROM regcar.queue', $$VALUES ('released')$$, 'and the row is released');

-- A trigger that tries to become somebody else

SET ROLE r_owner;
CREATE TABLE turns (mark regcar.plate, command text);
CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.command; RETURN NEW; END $$;
CREATE TRIGGER turn AFTER INSERT ON turns FOR EACH ROW EXECUTE FUNCTION turn();
GRANT INSERT ON turns TO r_dealer;
SELECT regcar.guard('turns'), regcar.place_hold('turns', action => 'queue') AS turns \gset
RESET ROLE;
INSERT INTO turns VALUES ('AB75 CDE', 'SELECT 1');
SELECT is(as_role('r_dealer', format('INSERT INTO turns VALUES (''AB75 CDF'', %L)', command)), 'done', 'queued: ' || command)
FROM (VALUES ('RESET ROLE'), ('SET ROLE r_owner'), ('RESET SESSION AUTHORIZATION'), ('SET LOCAL SESSION AUTHORIZATION r_owner'),
             ('SELECT set_config(''role'', ''r_owner'', true)'), ('CREATE TEMP TABLE x ()'), ('SET search_path = regcar'), ('SELECT 1')) v (command);
SELECT regcar.lift_all('over') \g /dev/null
SET SESSION AUTHORIZATION r_owner;
CALL regcar.release();
SELECT is(current_user::text, 'r_owner', 'who releases is who it was before');
SELECT is(current_setting('search_path'), 'public', 'with the same search_path');
RESET SESSION AUTHORIZATION;
SELECT results_eq(format('SELECT row_data ->> ''command'', state::text FROM regcar.queue WHERE hold = %s AND state <> ''waiting''', :turns),
                  $$VALUES ('SET search_path = regcar', 'released'), ('SELECT 1', 'released')$$, 'a row whose trigger does not try is released');
SELECT is_empty(format('SELECT row_data ->> ''command'', outcome FROM regcar.queue WHERE hold = %s AND state = ''waiting'' AND outcome !~ ''^(42501: cannot |The superuser )''', :turns),
                'one whose trigger tries is refused, and waits with the reason');

-- A superuser's rights are not for an operator to use

SELECT results_eq(format('SELECT outcome FROM regcar.queue WHERE hold = %s AND submitted_by = session_user::regrole', :turns),
                  format('VALUES (%L)', format('The superuser "%s" submitted it, so only a superuser may release it.', session_user)), 'a row of a superuser waits for a superuser');
CALL regcar.release();
SELECT results_eq(format('SELECT state::text FROM regcar.queue WHERE hold = %s AND submitted_by = session_user::regrole', :turns), $$VALUES ('released')$$, 'who releases it');

-- Row security is that of who submitted

SET ROLE r_owner;
CREATE TABLE mine (mark regcar.plate, dealer name);
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON mine USING (dealer = current_user);
GRANT SELECT, INSERT, UPDATE ON mine TO r_dealer;
SELECT regcar.guard('mine'), regcar.place_hold('mine', action => 'queue') AS mine \gset
RESET ROLE;
SELECT is(as_role('r_dealer', 'INSERT INTO mine VALUES (''AB75 CDE'', ''r_dealer''), (''AB75 CDF'', ''r_owner'')'), 'done', 'rows that row security allows and refuses are queued');
SELECT is(as_role('r_dealer', 'SELECT 1 / count(*) FROM regcar.hold_for(''mine'', ''{"mark": "AB75 CDF", "dealer": "r_owner"}'')'), 'done', 'hold_for() asks the holds alone');
SELECT regcar.lift_all('over') \g /dev/null
SET row_security = off;
SET SESSION AUTHORIZATION r_owner;
CALL regcar.release(:mine);
RESET SESSION AUTHORIZATION;
RESET row_security;
SELECT results_eq(format('SELECT state::text, outcome FROM regcar.queue WHERE hold = %s', :mine),
                  $$VALUES ('released', NULL), ('waiting', '42501: new row violates row-level security policy for table "mine"')$$, 'row security is that of who submitted it');

-- A policy does not run with the rights of who asks for the report of an incident

SET ROLE r_owner;
CREATE TABLE bugged (mark regcar.plate);
ALTER TABLE bugged ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON bugged USING (public.whoami('bugged'));
GRANT SELECT ON bugged TO r_reader;
SELECT regcar.guard('bugged') \g /dev/null
INSERT INTO bugged VALUES ('AB75 CDE');
RESET ROLE;
TRUNCATE ran;
SELECT is(as_role('r_reader', format('SELECT regcar.incident_report(%s)', :mine)), 'done', 'another operator wants a report');
SELECT is_empty('SELECT * FROM ran', 'a policy of a guarded table is not run');

-- A trigger that changes the row after the guard has seen it

CREATE TABLE late (mark regcar.plate, make text);
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.make := 'Jaguar'; RETURN NEW; END $$;
SELECT regcar.guard('late'), regcar.place_hold('late', '{"make": "Jaguar"}') \g /dev/null
CREATE TRIGGER "~s" BEFORE INSERT ON late FOR EACH ROW EXECUTE FUNCTION late();
SELECT is((SELECT status FROM regcar.guards WHERE target = 'late'::regclass), 'another trigger fires after it', 'guards names a trigger that fires after the guard');
ALTER TRIGGER "~s" ON late RENAME TO s;
SELECT is((SELECT status FROM regcar.guards WHERE target = 'late'::regclass), 'ok', 'renamed, it fires before');
SELECT throws_ok('INSERT INTO late VALUES (''AB75 CDE'', ''Rover'')', 'RH001', NULL, 'and the guard sees what it made of the row');

SELECT * FROM finish();
DROP OWNED BY r_owner, r_dealer, r_reader CASCADE;
DROP ROLE r_owner, r_dealer, r_reader;
