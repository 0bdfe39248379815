-- A queued row has the rights of who submitted it, no more and no less: whatever code of a table runs when a row is asked about,
-- queued and released runs as its submitter, and what that code tries touches nobody else.
SET client_min_messages = error;
CREATE ROLE queue_keeper;        -- owns the tables, and is an operator
CREATE ROLE queue_buyer;
GRANT CREATE ON SCHEMA public TO queue_keeper;
CREATE ROLE queue_reader;       -- another operator
SELECT regcar.grant_operator('queue_keeper'), regcar.grant_operator('queue_reader') \g /dev/null
SET search_path = public;

\ir ../lib/as_role.sql

SELECT no_plan();

-- Code of a table's owner, and of a domain's, runs as who asks or registers, and never as who releases

CREATE TABLE ran (who text, what text);
GRANT INSERT ON ran TO PUBLIC;
CREATE FUNCTION whoami(what text) RETURNS boolean LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.ran VALUES (current_user, what); RETURN true; END $$;
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.whoami('trigger ' || TG_WHEN); RETURN NEW; END $$;
CREATE FUNCTION made(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN public.whoami('index'); END $$;
CREATE FUNCTION generated(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM public.whoami('generated'); RETURN 'g'; END $$;
SET ROLE queue_keeper;
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
GRANT INSERT (mark, make) ON spied TO queue_buyer;
SELECT regcar.guard('spied'), regcar.place_hold('spied', '{"mark": "AB75 CDE"}', 'queue') \g /dev/null
RESET ROLE;
TRUNCATE ran;
SELECT is(pg_temp.as_role('queue_buyer', 'SELECT * FROM regcar.hold_for(''spied'', ''{"mark": "AB75 CDE", "make": "x"}'')'), 'done', 'a dealer asks');
SELECT results_eq('SELECT DISTINCT who, what FROM ran', $$VALUES ('queue_buyer', 'domain')$$, 'hold_for() runs the check of a domain as who asks');
CREATE FUNCTION is_make(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN EXISTS (SELECT FROM known_makes WHERE make = $1); END $$;
CREATE TABLE known_makes AS SELECT 'Jaguar' AS make;
CREATE DOMAIN known_make AS text CHECK (is_make(VALUE));
CREATE TABLE known (mark regcar.plate, make known_make);
SELECT regcar.guard('known') \g /dev/null
SELECT lives_ok('SELECT * FROM regcar.hold_for(''known'', ''{"mark": "AB75 CDE", "make": "Jaguar"}'')', 'and by the search_path of who asks, as an INSERT would');
SELECT throws_ok('SELECT * FROM regcar.hold_for(''known'', ''{"mark": "AB75 CDE", "make": "Jagaur"}'')', '23514', NULL, 'with the error of an INSERT');
TRUNCATE ran;
SELECT is(pg_temp.as_role('queue_buyer', 'INSERT INTO spied (mark, make) VALUES (''AB75 CDE'', ''x'')'), 'done', 'a dealer registers');
SELECT results_eq('SELECT DISTINCT who FROM ran', $$VALUES ('queue_buyer')$$, 'which runs code as the dealer');
SELECT regcar.lift_all('over') \g /dev/null
TRUNCATE ran;
SET SESSION AUTHORIZATION queue_keeper;
CALL regcar.release();
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT state::text, outcome FROM regcar.queue', $$VALUES ('released', NULL)$$, 'the row is released');
SELECT results_eq('SELECT DISTINCT who FROM ran', $$VALUES ('queue_buyer')$$, 'all that runs when a row is released runs as who submitted it');
SELECT set_has('SELECT what FROM ran', $$VALUES ('domain'), ('check'), ('default'), ('generated'), ('trigger BEFORE'), ('trigger AFTER'), ('index'), ('policy')$$, 'and all of it was seen');

-- What the operator's own transaction has deferred is not run with the rights of the extension

SET ROLE queue_keeper;
CREATE TABLE bait (n int);
CREATE FUNCTION bite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES (current_user, 'bait'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER bait AFTER INSERT ON bait DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bite();
SELECT regcar.place_hold('bait', action => 'queue') \g /dev/null
RESET ROLE;
SELECT is(pg_temp.as_role('queue_buyer', 'INSERT INTO spied (mark, make) VALUES (''AB75 CDF'', ''x'')'), 'done', 'another row waits');
SELECT regcar.lift_all('over') \g /dev/null
TRUNCATE ran;
SET SESSION AUTHORIZATION queue_keeper;
BEGIN;
INSERT INTO bait VALUES (1);
SELECT * FROM regcar.release_batch(NULL, 0, 1000, 10) \g /dev/null
COMMIT;
DO $$ BEGIN INSERT INTO bait VALUES (1); CALL regcar.release(); END $$;
RESET SESSION AUTHORIZATION;
SELECT results_eq('SELECT who, count(*) FROM ran WHERE what = ''bait'' GROUP BY 1', $$VALUES ('queue_keeper', 2::bigint)$$, 'a deferred trigger of the operator''s runs as the operator');
SELECT results_eq('SELECT DISTINCT state::text FROM regcar.queue', $$VALUES ('released')$$, 'and the row is released');

-- A trigger that tries to become somebody else

SET ROLE queue_keeper;
CREATE TABLE turns (mark regcar.plate, command text);
CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE NEW.command; RETURN NEW; END $$;
CREATE TRIGGER turn AFTER INSERT ON turns FOR EACH ROW EXECUTE FUNCTION turn();
GRANT INSERT ON turns TO queue_buyer;
SELECT regcar.guard('turns'), regcar.place_hold('turns', action => 'queue') AS turns \gset
RESET ROLE;
INSERT INTO turns VALUES ('AB75 CDE', 'SELECT 1');
SELECT is(pg_temp.as_role('queue_buyer', format('INSERT INTO turns VALUES (''AB75 CDF'', %L)', command)), 'done', 'queued: ' || command)
FROM (VALUES ('RESET ROLE'), ('SET ROLE queue_keeper'), ('RESET SESSION AUTHORIZATION'), ('SET LOCAL SESSION AUTHORIZATION queue_keeper'),
             ('SELECT set_config(''role'', ''queue_keeper'', true)'), ('CREATE TEMP TABLE x ()'), ('SET search_path = regcar'), ('SELECT 1')) v (command);
SELECT regcar.lift_all('over') \g /dev/null
SET SESSION AUTHORIZATION queue_keeper;
CALL regcar.release();
SELECT is(current_user::text, 'queue_keeper', 'who releases is who it was before');
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

SET ROLE queue_keeper;
CREATE TABLE mine (mark regcar.plate, dealer name);
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON mine USING (dealer = current_user);
GRANT SELECT, INSERT, UPDATE ON mine TO queue_buyer;
SELECT regcar.guard('mine'), regcar.place_hold('mine', action => 'queue') AS mine \gset
RESET ROLE;
SELECT is(pg_temp.as_role('queue_buyer', 'INSERT INTO mine VALUES (''AB75 CDE'', ''queue_buyer''), (''AB75 CDF'', ''queue_keeper'')'), 'done', 'rows that row security allows and refuses are queued');
SELECT is(pg_temp.as_role('queue_buyer', 'SELECT 1 / count(*) FROM regcar.hold_for(''mine'', ''{"mark": "AB75 CDF", "dealer": "queue_keeper"}'')'), 'done', 'hold_for() asks the holds alone');
SELECT regcar.lift_all('over') \g /dev/null
SET row_security = off;
SET SESSION AUTHORIZATION queue_keeper;
CALL regcar.release(:mine);
RESET SESSION AUTHORIZATION;
RESET row_security;
SELECT results_eq(format('SELECT state::text, outcome FROM regcar.queue WHERE hold = %s', :mine),
                  $$VALUES ('released', NULL), ('waiting', '42501: new row violates row-level security policy for table "mine"')$$, 'row security is that of who submitted it');

-- A policy does not run with the rights of who asks for the report of an incident

SET ROLE queue_keeper;
CREATE TABLE bugged (mark regcar.plate);
ALTER TABLE bugged ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON bugged USING (public.whoami('bugged'));
GRANT SELECT ON bugged TO queue_reader;
SELECT regcar.guard('bugged') \g /dev/null
INSERT INTO bugged VALUES ('AB75 CDE');
RESET ROLE;
TRUNCATE ran;
SELECT is(pg_temp.as_role('queue_reader', format('SELECT regcar.incident_report(%s)', :mine)), 'done', 'another operator wants a report');
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

-- The same for tables of a superuser, and of an owner who is no operator. What waits so far goes on waiting

SELECT regcar.lift_all('over') \g /dev/null
SET search_path = public, pg_temp;
CREATE ROLE queue_dealer;
CREATE ROLE queue_other;
CREATE ROLE queue_group;
CREATE ROLE queue_nologin NOLOGIN;
CREATE ROLE queue_owner;
CREATE ROLE queue_operator;
CREATE ROLE queue_leaver;
GRANT queue_group TO queue_dealer;
GRANT CREATE, USAGE ON SCHEMA public TO queue_owner;
SELECT regcar.grant_operator('queue_operator') \g /dev/null
GRANT queue_owner TO queue_operator;

-- The state and outcome of what waits for a table.
CREATE FUNCTION became(target regclass) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', state, left(outcome, 5)), ', ' ORDER BY id) FROM regcar.queue q WHERE q.target = became.target
$$;
-- Tables with one policy, grant or owner each.
CREATE FUNCTION make(name text, columns text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE public.%I (mark regcar.plate, dealer text, note text %s)', name, columns);
    EXECUTE format('GRANT INSERT ON public.%I TO queue_dealer', name);
    PERFORM regcar.guard(name::regclass);
END $$;

-- What changes while a row waits

CREATE SCHEMA inside;
CREATE TABLE inside.reg (mark regcar.plate, dealer text, note text);
SELECT regcar.guard('inside.reg') \g /dev/null
GRANT USAGE ON SCHEMA inside TO queue_dealer;
GRANT INSERT ON inside.reg TO queue_dealer;
SELECT make(t) FROM unnest('{kept,revoked,columns_only,column_revoked,columns_left,by_group,group_left,row_security,policy_gone,policy_new,forced,dropped_role,renamed_role,nologin_role,definer,through_view,checks_user,disabled}'::text[]) t \g /dev/null
GRANT INSERT ON definer, renamed_role TO queue_other;
GRANT INSERT ON nologin_role TO queue_nologin;
GRANT INSERT ON dropped_role TO queue_leaver;
REVOKE INSERT ON columns_only, column_revoked, by_group, group_left, definer, through_view FROM queue_dealer;
GRANT INSERT (mark, note) ON columns_only, column_revoked TO queue_dealer;
GRANT INSERT ON by_group, group_left TO queue_group;
ALTER TABLE columns_only ALTER dealer SET DEFAULT 'nobody', ADD id int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE row_security ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON row_security FOR INSERT WITH CHECK (dealer = current_user);
ALTER TABLE policy_gone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON policy_gone FOR INSERT WITH CHECK (true);
ALTER TABLE forced OWNER TO queue_owner;
ALTER TABLE forced ENABLE ROW LEVEL SECURITY;
ALTER TABLE forced FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON forced FOR INSERT WITH CHECK (dealer = current_user);
CREATE FUNCTION insert_definer() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$ INSERT INTO definer VALUES ('AB75 CDE', current_user) $$;
ALTER FUNCTION insert_definer() OWNER TO queue_other;
CREATE VIEW reg_view AS SELECT * FROM through_view;
GRANT INSERT ON reg_view TO queue_dealer;
ALTER TABLE checks_user ADD CHECK (dealer = current_user);

SELECT regcar.place_hold('queue', action => 'queue') \g /dev/null
SET ROLE queue_dealer;
INSERT INTO kept VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO inside.reg VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO revoked VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO columns_only (mark, note) VALUES ('AB75 CDE', 'x');
INSERT INTO column_revoked (mark, note) VALUES ('AB75 CDE', 'x');
INSERT INTO columns_left VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO by_group VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO group_left VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO row_security VALUES ('AB75 CDE', 'queue_dealer', 'x'), ('AB75 CDF', 'queue_dealer', 'x');
INSERT INTO policy_gone VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO policy_new VALUES ('AB75 CDE', 'queue_dealer', 'x'), ('AB75 CDF', 'queue_other', 'x');
INSERT INTO checks_user VALUES ('AB75 CDE', 'queue_dealer', 'x'), ('AB75 CDF', 'queue_other', 'x');
SELECT insert_definer() \g /dev/null
INSERT INTO reg_view VALUES ('AB75 CDE', 'queue_dealer', 'x');
INSERT INTO disabled VALUES ('AB75 CDE', 'queue_dealer', 'x');
SET ROLE queue_owner;
INSERT INTO forced VALUES ('AB75 CDE', 'queue_owner', 'x'), ('AB75 CDF', 'queue_other', 'x');
SET ROLE queue_leaver;
INSERT INTO dropped_role VALUES ('AB75 CDE', 'queue_leaver', 'x');
SET ROLE queue_other;
INSERT INTO renamed_role VALUES ('AB75 CDE', 'queue_other', 'x');
SET ROLE queue_nologin;
INSERT INTO nologin_role VALUES ('AB75 CDE', 'queue_nologin', 'x');
RESET ROLE;
SELECT is((SELECT count(*) FROM regcar.queue WHERE state = 'waiting' AND hold = (SELECT max(hold) FROM regcar.hold_history)), 23::bigint, 'all wait');
SELECT regcar.lift_all('over') \g /dev/null

REVOKE USAGE ON SCHEMA inside FROM queue_dealer;
REVOKE INSERT ON revoked FROM queue_dealer;
REVOKE INSERT (note) ON column_revoked FROM queue_dealer;
REVOKE INSERT ON columns_left FROM queue_dealer;
GRANT INSERT (mark, note) ON columns_left TO queue_dealer;
REVOKE INSERT ON group_left FROM queue_group;
DROP POLICY own ON row_security;
CREATE POLICY own ON row_security FOR INSERT WITH CHECK (dealer = current_user AND mark::text <> 'AB75 CDF');
DROP POLICY own ON policy_gone;
ALTER TABLE policy_new ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON policy_new FOR INSERT WITH CHECK (dealer = current_user);
DROP OWNED BY queue_leaver;
DROP ROLE queue_leaver;
ALTER ROLE queue_other RENAME TO queue_renamed;
UPDATE regcar_state.queue_entry SET state = state;   -- no HOT chain hides behind the next release
SET row_security = off;
SET SESSION AUTHORIZATION queue_operator;
CALL regcar.release(batch => 7);
RESET SESSION AUTHORIZATION;
RESET row_security;
SELECT is(became(t::regclass), want, format('%s: %s', t, want))
FROM (VALUES ('kept', 'released'), ('inside.reg', 'waiting 42501'), ('revoked', 'waiting 42501'), ('columns_only', 'released'),
             ('column_revoked', 'waiting 42501'), ('columns_left', 'waiting 42501'), ('by_group', 'released'), ('group_left', 'waiting 42501'),
             ('row_security', 'released, waiting 42501'), ('policy_gone', 'waiting 42501'), ('policy_new', 'released, waiting 42501'),
             ('checks_user', 'released, failed 23514'), ('definer', 'released'), ('through_view', 'waiting 42501'), ('disabled', 'released'),
             ('forced', 'released, waiting 42501'), ('dropped_role', 'waiting The r'), ('renamed_role', 'released'), ('nologin_role', 'released')) v (t, want);
SELECT is((SELECT outcome FROM regcar.queue WHERE target = 'dropped_role'::regclass), 'The role "queue_leaver" that submitted it no longer exists.', 'the role that is gone is named');
SELECT results_eq('SELECT mark::text, dealer, note, id FROM columns_only', $$VALUES ('AB75 CDE', 'nobody', 'x', 2)$$, 'what the submitter could not name has its default again');
SELECT is((SELECT count(*) FROM columns_left), 0::bigint, 'what it could name then and may not now is no default');
SELECT is((SELECT string_agg(mark::text || ' ' || dealer, ',') FROM row_security), 'AB75 CDE queue_dealer', 'row security lets in what it should');

-- Another role of the same name is another role
CREATE ROLE queue_leaver;
GRANT INSERT ON dropped_role TO queue_leaver;
CALL regcar.release();
SELECT is(became('dropped_role'), 'waiting The r', 'a new role of that name does not have it');
SELECT ok(NOT pg_has_role('queue_leaver', submitted_by, 'USAGE'), 'nor does it see it') FROM regcar.queue WHERE target = 'dropped_role'::regclass;

-- Rights that came back
GRANT USAGE ON SCHEMA inside TO queue_dealer;
GRANT INSERT ON inside.reg, revoked, columns_left, through_view TO queue_dealer;
SET SESSION AUTHORIZATION queue_operator;
CALL regcar.release();
RESET SESSION AUTHORIZATION;
SELECT is(became(t::regclass), 'released', format('%s: released when the right is there again', t)) FROM unnest('{inside.reg,revoked,columns_left,through_view}'::text[]) t;
SELECT is((SELECT note FROM columns_left), 'x', 'with all that was queued');

-- A right on columns of a whole table, and one on a partition alone

CREATE TABLE by_part (mark regcar.plate, region text, note text DEFAULT 'none') PARTITION BY LIST (region);
CREATE TABLE by_part_n PARTITION OF by_part FOR VALUES IN ('n');
GRANT INSERT (mark, region) ON by_part TO queue_dealer;
GRANT INSERT ON by_part_n TO queue_renamed;
SELECT regcar.guard('by_part'), regcar.place_hold('parts', action => 'queue') \g /dev/null
SET ROLE queue_dealer;
INSERT INTO by_part (mark, region) VALUES ('AB75 CDE', 'n');
SET ROLE queue_renamed;
INSERT INTO by_part_n VALUES ('AB75 CDF', 'n', 'x');
RESET ROLE;
SELECT regcar.lift_all('over') \g /dev/null
CALL regcar.release();
SELECT is(became(t::regclass), 'released', format('%s: released where the right is', t)) FROM unnest('{by_part,by_part_n}'::text[]) t;
SELECT results_eq('SELECT mark::text, note FROM by_part ORDER BY mark', $$VALUES ('AB75 CDE', 'none'), ('AB75 CDF', 'x')$$, 'each with what its submitter could name');

-- What a trigger of the table may try while a row is released

CREATE TABLE try (name text PRIMARY KEY, body text, want text, note text);
INSERT INTO try (name, body, want) VALUES
    ('who', 'NEW.note := current_user || '' '' || session_user;', 'released'),
    ('reset_role', 'RESET ROLE;', 'waiting 42501'),
    ('set_role', format('SET ROLE %I;', session_user), 'waiting 42501'),
    ('set_local_role', 'SET LOCAL ROLE queue_owner;', 'waiting 42501'),
    ('reset_session', 'RESET SESSION AUTHORIZATION;', 'waiting 42501'),
    ('set_session', format('SET SESSION AUTHORIZATION %I;', session_user), 'waiting 42501'),
    ('config_role', format('PERFORM set_config(''role'', %L, false);', session_user), 'waiting 42501'),
    ('config_session', format('PERFORM set_config(''session_authorization'', %L, true);', session_user), 'waiting 42501'),
    ('all_reset', 'RESET ALL;', 'released'),
    ('discards', 'DISCARD ALL;', 'waiting 42501'),
    ('temporary', 'CREATE TEMP TABLE mine (a int);', 'waiting 42501'),
('temporary_type', 'CREATE DOMAIN pg_temp.regclass AS oid CHECK (pg_read_file(''PG_VERSION'') IS NOT NULL);', 'waiting 42501'),
    ('temporary_path', 'PERFORM set_config(''search_path'', ''pg_temp'', true); CREATE TYPE regtype AS (a int);', 'waiting 42501'),
    ('temporary_enum', 'CREATE TYPE pg_temp.bool AS ENUM ();', 'waiting 42501'),
    -- nothing looks for functions there
    ('temporary_function', 'CREATE FUNCTION pg_temp.now() RETURNS int LANGUAGE sql AS ''SELECT 1'';', 'released'),
    ('hold_cursor', 'EXECUTE ''DECLARE c CURSOR WITH HOLD FOR SELECT 1'';', 'waiting 42501'),
    ('listening', 'LISTEN queue;', 'waiting 42501'),
    ('path', 'PERFORM set_config(''search_path'', ''evil, public'', false);', 'released'),
    ('settings', 'PERFORM set_config(n, v, false) FROM (VALUES (''datestyle'', ''German''), (''timezone'', ''Asia/Kathmandu''), (''statement_timeout'', ''1''), (''row_security'', ''off''), (''my.own'', ''leak'')) s (n, v);', 'released'),
    ('as_superuser', 'PERFORM pg_read_file(''PG_VERSION'');', 'waiting 42501'),
    ('operators_only', 'PERFORM regcar.lift_all(''mine'');', 'waiting 42501'),
    ('own_queue', 'UPDATE regcar_state.queue_entry SET state = ''released'';', 'waiting 42501'),
    ('commits', 'COMMIT;', 'failed 2D000'),
    ('raises', 'RAISE ''no'';', 'failed P0001'),
    ('raises_held', 'RAISE SQLSTATE ''RH001'';', 'waiting RH001'),
    ('returns_null', 'RETURN NULL;', 'failed A tri'),
    ('recurses', 'IF NEW.note = ''x'' THEN INSERT INTO public.recurses VALUES (''AB75 CDF'', NULL, ''y''); END IF;', 'released'),
    ('elsewhere', 'INSERT INTO public.guarded VALUES (''AB75 CDE'');', 'released'),
    ('elsewhere_held', 'INSERT INTO public.held VALUES (''AB75 CDZ'');', 'waiting RH001'),
    ('deferred', 'SET CONSTRAINTS ALL DEFERRED;', 'waiting 42501'),
    ('sees_path', 'NEW.note := current_setting(''search_path'') || '' '' || current_setting(''timezone'') || '' '' || current_setting(''array_nulls'');', 'released'),
    ('last', 'NEW.note := concat_ws('' '', current_setting(''search_path''), current_setting(''datestyle''), nullif(current_setting(''my.own'', true), ''''));', 'released');
SELECT make(name) FROM try \g /dev/null
CREATE TABLE guarded (mark regcar.plate);
CREATE TABLE held (mark regcar.plate);
GRANT INSERT ON guarded, held TO queue_dealer;
SELECT regcar.guard('guarded'), regcar.guard('held') \g /dev/null
CREATE FUNCTION deferred_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_read_file('PG_VERSION'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON deferred DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION deferred_check();
SELECT make('initially_deferred') \g /dev/null
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON initially_deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION deferred_check();
GRANT SELECT ON try TO PUBLIC;
CREATE SCHEMA evil;
SELECT format($$CREATE FUNCTION public.try_%1$s() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF pg_trigger_depth() = 1 AND current_setting('my.release', true) = 'on' THEN %2$s END IF; RETURN NEW; END $f$;
                CREATE TRIGGER try BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION try_%1$s()$$, name, body) FROM try \gexec

SELECT regcar.place_hold('queue', action => 'queue') \g /dev/null
SET ROLE queue_dealer;
SET search_path = "$user", public;
SELECT format('INSERT INTO public.%I VALUES (''AB75 CDE'', ''queue_dealer'', ''x'')', name) FROM (SELECT name FROM public.try UNION ALL SELECT 'initially_deferred') t ORDER BY name = 'last' \gexec
RESET ROLE;
SET search_path = public, pg_temp;
SELECT is((SELECT count(*) FROM regcar.queue WHERE hold = (SELECT max(hold) FROM regcar.hold_history)), (SELECT count(*) + 1 FROM try), 'all of these wait');
SELECT regcar.lift_all('over') \g /dev/null
SELECT regcar.place_hold('held', '{"mark": "AB75 CDZ"}') \g /dev/null
CREATE FUNCTION pg_temp.state_of_session() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', current_user, session_user, current_setting('role'), current_setting('search_path'), current_setting('datestyle'), current_setting('timezone'),
                     current_setting('statement_timeout'), current_setting('row_security'), nullif(current_setting('my.own', true), ''), current_setting('array_nulls'), current_setting('transaction_isolation'))
$$;
SET SESSION AUTHORIZATION queue_operator;
SET my.release = on;
SET timezone = 'Europe/Dublin';
SET datestyle = 'SQL, DMY';
SET search_path = pg_temp, public, evil;
SELECT pg_temp.state_of_session() AS before \gset
CALL regcar.release();
SELECT pg_temp.state_of_session() AS after \gset
RESET SESSION AUTHORIZATION;
SET search_path = public, pg_temp;
RESET timezone;
SELECT is(:'after'::text, :'before', 'the operator''s session is what it was');
SELECT is_empty('SELECT typname FROM pg_type WHERE typnamespace = pg_my_temp_schema() AND typname IN (''regclass'', ''regtype'', ''bool'', ''mine'')', 'and finds no types that others made for it');
SELECT is(became(name::regclass), want, format('%s %s', name, want)) FROM try ORDER BY name;
SELECT is(became('initially_deferred'), 'waiting 42501', 'a deferred trigger fires at once, as the submitter');
SELECT is((SELECT note FROM who), 'queue_dealer queue_operator', 'a trigger sees the submitter as current_user, the operator as session_user');
SELECT is((SELECT note FROM sees_path), '"$user", public Europe/Dublin on', 'the submitter''s search_path, and else the settings of the session');
SELECT is((SELECT note FROM last), '"$user", public SQL, DMY', 'what a trigger set for one row is undone for the next');
SELECT is((SELECT count(*) FROM recurses), 2::bigint, 'a trigger may insert more');
SELECT is((SELECT count(*) FROM guarded), 1::bigint, 'into another guarded table too');
SELECT is((SELECT count(*) FROM held), 0::bigint, 'but not past a hold');
SELECT is((SELECT count(*) FROM regcar.queue WHERE target = 'guarded'::regclass OR target = 'held'::regclass), 0::bigint, 'and what it inserts is never queued');
SELECT is((SELECT count(*) FROM regcar.active_holds), 1::bigint, 'no trigger lifted a hold');

-- After an error, and after a cancel

-- test/run says how many times longer than usual something may take.
\if :{?patience}
\else
\set patience 1
\endif
SET my.patience = :patience;
SELECT regcar.lift_all('over') \g /dev/null
SELECT make('slow') \g /dev/null
CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20 * current_setting('my.patience')::int) WHERE NEW.note = 'slow'; RETURN NEW; END $$;
SELECT regcar.place_hold('queue', action => 'queue') \g /dev/null
SET ROLE queue_dealer;
INSERT INTO slow SELECT 'AB75 CDE', 'queue_dealer', CASE n WHEN 30 THEN 'slow' END FROM generate_series(1, 60) n;
RESET ROLE;
SELECT regcar.lift_all('over') \g /dev/null
CREATE TRIGGER sleep BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION sleep();
SET SESSION AUTHORIZATION queue_operator;
SET search_path = pg_temp, public;
SELECT pg_temp.state_of_session() AS before, clock_timestamp() AS start \gset
\set ON_ERROR_STOP off
SET statement_timeout = '300 ms';
CALL regcar.release();
\set cancelled :SQLSTATE
BEGIN;
CALL regcar.release();
\set in_block :SQLSTATE
ROLLBACK;
SET statement_timeout = 0;
CALL regcar.release(batch => 0);
\set wrong :SQLSTATE
CALL regcar.release(hold => -1);
\set no_hold :SQLSTATE
\set ON_ERROR_STOP on
SELECT pg_temp.state_of_session() AS after \gset
RESET SESSION AUTHORIZATION;
SET search_path = public, pg_temp;
SELECT is(:'cancelled' || :'in_block' || :'wrong' || :'no_hold', '57014' || '25001' || '22023' || '22023', 'cancelled, in a transaction block, with wrong arguments');
SELECT ok(clock_timestamp() - :'start'::timestamptz < interval '15 s' * :patience, 'a cancel in the midst of a chunk ends all of it');
SELECT is(:'after'::text, :'before', 'the session is what it was');
SELECT is(split_part(became('slow'), ' ', 1) || (SELECT count(*) FROM slow) || (SELECT count(DISTINCT state) FROM regcar.queue WHERE target = 'slow'::regclass), 'waiting,01', 'all still wait, and nothing went in');
DROP TRIGGER sleep ON slow;
CALL regcar.release();
SELECT is((SELECT count(*) FROM slow), 60::bigint, 'then all go in');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history fits');

-- Indexes, constraints and triggers that somebody adds to the queue itself

CREATE INDEX ON regcar_state.queue_entry ((row_data ->> 'mark'));
CREATE INDEX ON regcar_state.queue_entry (login) WHERE application <> '';
ALTER TABLE regcar_state.queue_entry ADD CONSTRAINT not_that CHECK (row_data ->> 'note' IS DISTINCT FROM 'never');
SELECT regcar.place_hold('queue', action => 'queue') \g /dev/null
INSERT INTO kept VALUES ('AB75 CDX', 'x', 'an index on an expression');
SET enable_seqscan = off;
SELECT is((SELECT count(*) FROM regcar.queue_entry WHERE row_data ->> 'mark' = 'AB75 CDX'), 1::bigint, 'an index on an expression finds the row');
RESET enable_seqscan;
SELECT throws_ok('INSERT INTO kept VALUES (''AB75 CDX'', ''x'', ''never'')', '23514', NULL, 'a check of the queue refuses a row');
SELECT regcar.lift_all('over') \g /dev/null

SELECT * FROM finish();
DROP OWNED BY queue_keeper, queue_buyer, queue_reader, queue_dealer, queue_renamed, queue_group, queue_nologin, queue_owner, queue_operator, queue_leaver CASCADE;
DROP ROLE queue_keeper, queue_buyer, queue_reader, queue_dealer, queue_renamed, queue_group, queue_nologin, queue_owner, queue_operator, queue_leaver;
