-- The state: nobody without rights can name a table of it, and no row of it is deleted, whoever asks.
BEGIN;
SET LOCAL client_min_messages = error;

CREATE TABLE reg (mark regcar.plate, note text);
CREATE TABLE free (n integer);
SELECT regcar.guard('reg') \g /dev/null
CREATE ROLE t_dealer;
CREATE ROLE t_operator;
CREATE ROLE t_writer;
GRANT INSERT ON reg TO t_dealer;
SELECT regcar.grant_operator('t_operator') \g /dev/null
GRANT pg_write_all_data TO t_writer;

SELECT regcar.place_hold('queue', action => 'queue') AS hold \gset
SELECT regcar.exempt(:hold, '{"note": "clean"}', 'clean') AS exemption \gset
INSERT INTO reg VALUES ('AB75 CDE', 'waits');
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TEMP TABLE state AS
SELECT c.oid::regclass AS name, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'regcar_state'::regnamespace AND c.relkind IN ('r', 'p', 'S');

-- What a statement gives as another role, undone again
CREATE FUNCTION outcome(who name, statement text, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    EXECUTE statement;
    RAISE SQLSTATE 'OK000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;

SELECT no_plan();

-- No role can name it

SELECT is(array_agg(relname::text ORDER BY relname), '{drained,exempted,exemption,exemption_exemption_seq,history,history_id_seq,hold,hold_hold_seq,queue_entry,queue_entry_id_seq,refusal,refusal_count,server_seq}',
          'the tables and sequences of the state') FROM state;
SELECT is((SELECT n.nspacl::text FROM pg_namespace n WHERE n.nspname = 'regcar_state'), NULL, 'nobody was granted anything on its schema');
SELECT is_empty($$SELECT r.rolname FROM pg_roles r WHERE has_schema_privilege(r.rolname, 'regcar_state', 'USAGE') AND NOT r.rolsuper
                  AND NOT pg_has_role(r.rolname, 'pg_read_all_data', 'USAGE') AND NOT pg_has_role(r.rolname, 'pg_write_all_data', 'USAGE')$$,
                'nor has anybody USAGE but those who may read or write everything');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind NOT IN ('v', 'c')$$, 'schema regcar stores nothing');
SELECT is_empty($$SELECT a.grantee, s.name FROM state s JOIN pg_class c ON c.oid = s.name, aclexplode(c.relacl) a WHERE a.grantee <> c.relowner$$, 'nobody was granted a table of the state');
SELECT is((SELECT count(*) FROM state s, unnest(extconfig) c JOIN pg_class r ON r.oid = c WHERE c = s.name), 12::bigint, 'rows and numbers are dumped, of all but the fingerprint of the server')
FROM pg_extension WHERE extname = 'regcar';

SELECT is(o.message, 'permission denied for schema regcar_state', format('%s cannot say: %s', who, statement))
FROM unnest('{t_dealer,t_operator}'::name[]) who, state s,
     LATERAL unnest(CASE s.relkind WHEN 'S' THEN ARRAY['SELECT last_value FROM %1$s', 'SELECT ''%1$s''::regclass', 'SELECT nextval(''%1$s'')']
                    ELSE ARRAY['SELECT FROM %1$s', 'INSERT INTO %1$s DEFAULT VALUES', 'UPDATE %1$s SET hold = 1', 'DELETE FROM %1$s', 'TRUNCATE %1$s', 'LOCK TABLE %1$s IN ACCESS SHARE MODE',
                               'SELECT ''%1$s''::regclass', 'SELECT NULL::%1$s', 'SELECT to_regclass(''%1$s'')', 'CREATE TEMP TABLE t (LIKE %1$s)', 'CREATE VIEW pg_temp.v AS SELECT FROM %1$s'] END) f,
     format(f, s.name) statement, outcome(who, statement) o
ORDER BY who, s.name::text, f;
SELECT is((outcome(who, 'CREATE TABLE regcar_state.mine ()')).message, 'permission denied for schema regcar_state', who || ' can put nothing beside it')
FROM unnest('{t_dealer,t_operator}'::name[]) who;

-- An operator reads what there is of the history and the queue through views

SELECT is((SELECT array_agg(format('%s %s', attname, atttypid::regtype) ORDER BY attnum) FROM pg_attribute WHERE attrelid = v.view::regclass AND attnum > 0),
          (SELECT array_agg(format('%s %s', attname, atttypid::regtype) ORDER BY attnum) FROM pg_attribute WHERE attrelid = v.state::regclass AND attnum > 0), v.view || ' has the columns of the table')
FROM (VALUES ('regcar.history', 'regcar_state.history'), ('regcar.queue_entry', 'regcar_state.queue_entry')) v (view, state);
SELECT is((outcome('t_operator', format('SELECT 1 / (count(*) - 1 - %s) FROM %s', n, view))).code, '22012', format('an operator reads %s rows of %s', n + 1, view))
FROM (VALUES ('regcar.history', 2), ('regcar.queue_entry', 0)) v (view, n);
SELECT is((outcome('t_operator', statement)).code, '42501', 'an operator may not: ' || statement)
FROM (VALUES ('UPDATE regcar.history SET actor = ''nobody'''), ('INSERT INTO regcar.queue_entry (hold) VALUES (1)'), ('DELETE FROM regcar.queue_entry')) v (statement);
SELECT is((outcome('t_dealer', format('SELECT FROM %s', view))).code, '42501', 'a dealer may not read ' || view) FROM unnest('{regcar.history,regcar.queue_entry}'::text[]) view;

-- Nobody deletes a row of it, a superuser or the owner neither

CREATE TEMP TABLE call (relname name, hint text);
INSERT INTO call VALUES ('hold', 'lift_hold('), ('exemption', 'revoke_exemption('), ('queue_entry', 'discard('), ('history', 'verify_history('), ('refusal', 'forget_refusals('), ('refusal_count', 'refusal_counts;'), ('exempted', 'exemption_report;');
SELECT is(format('%s, %s: %s', o.code, o.message, position('SELECT regcar.' || c.hint IN o.hint) + position('SELECT * FROM regcar.' || c.hint IN o.hint)),
          format('42501, rows of "regcar_state.%s" are never deleted: 1', c.relname), format('%s as %s', statement, who))
FROM call c, unnest(ARRAY[current_user, 't_writer']) who,
     unnest(ARRAY['DELETE FROM regcar_state.%1$I', 'DELETE FROM regcar_state.%1$I WHERE false', 'TRUNCATE regcar_state.%1$I', 'TRUNCATE free, regcar_state.%1$I RESTART IDENTITY CASCADE',
                  'MERGE INTO regcar_state.%1$I USING (VALUES (1)) v (n) ON true WHEN MATCHED THEN DELETE',
                  'SET LOCAL session_replication_role = replica; DELETE FROM regcar_state.%1$I', 'SET LOCAL session_replication_role = replica; TRUNCATE regcar_state.%1$I']) f,
     format(f, c.relname) statement, outcome(who, statement) o
WHERE who <> 't_writer' OR f !~ 'TRUNCATE|SET LOCAL'
ORDER BY who, c.relname, f;
SELECT is((outcome(current_user, 'DELETE FROM ' || view)).code, '42501', 'nor through the view: ' || view) FROM unnest('{regcar.history,regcar.queue_entry}'::text[]) view;
SELECT is((SELECT array_agg(t.tgenabled::text) FROM pg_trigger t WHERE t.tgrelid = s.name AND t.tgname = 'refuse_deletion'), '{A}', s.name || ' refuses, for logical replication too')
FROM state s WHERE s.relkind = 'r';
SELECT is((SELECT concat_ws(' ', o.hold, o.exemption, o.entry) FROM (SELECT (SELECT count(*) FROM regcar_state.hold) AS hold, (SELECT count(*) FROM regcar_state.exemption) AS exemption,
                                                                            (SELECT count(*) FROM regcar_state.queue_entry) AS entry) o), '1 1 1', 'all rows are there still');

-- Who insists has to switch it off, and that shows
ALTER TABLE regcar_state.hold DISABLE TRIGGER refuse_deletion;
SELECT is((SELECT g.status FROM regcar.guards g WHERE g.target = 'regcar_state.hold'::regclass), 'own trigger refuse_deletion not ENABLE ALWAYS', 'a trigger that is off is named');
DELETE FROM regcar_state.hold;
SELECT ok((SELECT v.problem FROM regcar.verify_history() v) ~ '^hold \d+ is gone$', 'and a hold that is gone is missed');

-- DROP EXTENSION deletes no row
SELECT is((outcome(current_user, 'DROP EXTENSION regcar CASCADE')).code, 'OK000', 'the extension can be dropped');

SELECT * FROM finish();
ROLLBACK;
