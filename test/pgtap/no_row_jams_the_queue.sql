-- No row jams the queue: neither one that is too large, nor one whose functions raise whatever they like when it is released.
-- Everything is done as the dealer who attacks, except what only an older release let a dealer do.
SET client_min_messages = error;
SET search_path = public;
CREATE ROLE jam_dealer;
CREATE ROLE jam_operator;
CREATE SCHEMA jam_own AUTHORIZATION jam_dealer;
SELECT regcar.grant_operator('jam_operator') \g /dev/null

\ir ../lib/as_role.sql

SELECT no_plan();

-- The table's trigger calls a function that its owner never named whole, so a dealer's own is found.
CREATE FUNCTION look(note text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION looked() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM look(NEW.note); RETURN NULL; END';
CREATE TABLE reg (mark regcar.plate, note text, bytes bytea);
CREATE TRIGGER looked AFTER INSERT ON reg FOR EACH ROW EXECUTE FUNCTION looked();
GRANT INSERT ON reg TO jam_dealer;
SET ROLE jam_dealer;
CREATE FUNCTION jam_own.look(note text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF note LIKE 'raise %' THEN
        RAISE EXCEPTION USING MESSAGE = 'jam', ERRCODE = split_part(note, ' ', 2), DETAIL = repeat('é', split_part(note, ' ', 3)::int);
    ELSIF note = 'sleep' THEN
        PERFORM pg_sleep(600);
    ELSIF note = 'sleep and raise' THEN
        BEGIN
            PERFORM pg_sleep(600);
        EXCEPTION WHEN query_canceled THEN
            RAISE;
        END;
    END IF;
END $$;
RESET ROLE;
SELECT regcar.guard('reg'), regcar.place_hold('all', action => 'queue', incident => 'jam') AS jam \gset

-- How large a row may be

SELECT is(current_setting('regcar.queue_row_limit'), '1MB', 'a row may have 1 MB of text');
SELECT is(pg_temp.as_role('jam_dealer', format('INSERT INTO reg VALUES (''AB75 CDE'', %s)', row)), answer, row || ' gives ' || answer)
FROM (VALUES ('repeat(''x'', 1048576 - 8 - 6)', 'done'), ('repeat(''x'', 1048577 - 8 - 6)', 'RH001'),
             ('NULL, decode(repeat(''ff'', 500000), ''hex'')', 'done'), ('NULL, decode(repeat(''ff'', 600000), ''hex'')', 'RH001'),
             ('repeat(''x'', 600000), decode(repeat(''ff'', 300000), ''hex'')', 'RH001')) v (row, answer);
SELECT is(pg_temp.as_role('jam_dealer', 'INSERT INTO public.reg VALUES (''AB75 CDE'')', quote_literal(repeat('x', 1100000))), 'RH001', 'a search_path counts, too');
SELECT is(pg_temp.as_role('jam_dealer', 'SET regcar.queue_row_limit = ''2MB'''), '42501', 'a dealer does not set the limit');
SELECT is(pg_temp.as_role('jam_operator', 'SET regcar.queue_row_limit = ''2MB'''), '42501', 'nor does an operator');
SET regcar.queue_row_limit = '2MB';
SELECT is(pg_temp.as_role('jam_dealer', 'INSERT INTO reg VALUES (''AB75 CDF'', repeat(''x'', 1500000))'), 'done', 'a superuser does');
SELECT is((SELECT length(row_data ->> 'note') FROM regcar.queue WHERE row_data ->> 'mark' = 'AB75 CDF'), 1500000, 'and sees the row whole');
RESET regcar.queue_row_limit;
SELECT is((SELECT row_data ->> 'note' FROM regcar.queue WHERE row_data ->> 'mark' = 'AB75 CDF'), repeat('x', 1000) || '... (1500000 bytes)',
          'where fewer may be queued, only the beginning is shown');
SELECT is((SELECT row_data - 'note' FROM regcar.queue WHERE row_data ->> 'mark' = 'AB75 CDF'), '{"mark": "AB75 CDF", "bytes": null}', 'of what is long');
SET SESSION AUTHORIZATION jam_dealer;
DO $$
DECLARE
    message text; detail text; hint text;
BEGIN
    INSERT INTO reg VALUES ('AB75 CDE', repeat('x', 2000000));
EXCEPTION WHEN SQLSTATE 'RH001' THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    PERFORM set_config('jam.said', message || '|' || detail || '|' || hint, false);
END $$;
RESET SESSION AUTHORIZATION;
SELECT matches(current_setting('jam.said'), '^registrations are held, and this one is too large to be queued\|Hold \d+: all \(incident jam\), since .*\. As text it has more than 1048576 bytes, the setting regcar\.queue_row_limit\.\|Nothing was written\. ',
               'the error says why');

SELECT regcar.lift_all('over') \g /dev/null

-- What a row's functions raise

SELECT regcar.place_hold('all', action => 'queue') AS hold \gset
CREATE TEMP TABLE attack AS
SELECT n, note FROM unnest('{good,raise 57014 1,good,raise 57014 70000000,raise P0001 70000000,raise P0001 70000000,raise 57P01 1,raise 57P02 1,raise 40001 1,raise RH001 1,raise 53200 1,
    raise 42501 1,raise XX001 1,good}'::text[]) WITH ORDINALITY v (note, n);
SELECT is(pg_temp.as_role('jam_dealer', format('INSERT INTO reg VALUES (''AB75 CDE'', %L)', note), 'jam_own, public'), 'done', 'queued: ' || note) FROM attack ORDER BY n;
SELECT regcar.lift_all('over') \g /dev/null
SET SESSION AUTHORIZATION jam_operator;
\set ON_ERROR_STOP off
CALL regcar.release();
\set answer :SQLSTATE
\set ON_ERROR_STOP on
RESET SESSION AUTHORIZATION;
SELECT is(:'answer'::text, '00000', 'a release goes on, whatever they raise');
PREPARE outcomes AS SELECT row_data ->> 'note', state::text, left(outcome, 5) FROM regcar.queue WHERE hold = $1 ORDER BY id;
SELECT results_eq(format('EXECUTE outcomes(%s)', :hold), $$
    SELECT note, CASE WHEN note = 'good' THEN 'released' WHEN note ~ '^raise (P0001|XX001)' THEN 'failed' ELSE 'waiting' END, nullif(split_part(note, ' ', 2), '')
    FROM attack ORDER BY n$$, 'and each error is of its own row alone');
SELECT ok(max(octet_length(outcome)) BETWEEN 1900 AND 2000, 'an outcome keeps 2 kB, in whole characters') FROM regcar.queue;
SELECT is(pg_temp.as_role('jam_operator', format('SELECT regcar.discard(%s, ''jam'')', id)), 'done', 'an operator gives it up: ' || (row_data ->> 'note'))
FROM regcar.queue WHERE state IN ('waiting', 'failed');

-- A release that is cancelled ends, and says at which row

SELECT regcar.place_hold('all', action => 'queue') AS hold \gset
SELECT is(pg_temp.as_role('jam_dealer', format('INSERT INTO reg VALUES (''AB75 CDE'', %L)', note), 'jam_own, public'), 'done', 'queued: ' || note)
FROM unnest('{good,sleep,sleep and raise}'::text[]) note;
SELECT regcar.lift_all('over') \g /dev/null
SET SESSION AUTHORIZATION jam_operator;
SET statement_timeout = '300ms';
\set ON_ERROR_STOP off
CALL regcar.release(batch => 1);
\set answer :SQLSTATE
\set ON_ERROR_STOP on
RESET statement_timeout;
RESET SESSION AUTHORIZATION;
SELECT is(:'answer'::text, '57014', 'statement_timeout ends a release');
SELECT results_eq(format('EXECUTE outcomes(%s)', :hold), $$VALUES ('good', 'released', NULL), ('sleep', 'waiting', NULL), ('sleep and raise', 'waiting', NULL)$$, 'nothing is said of the row that it was at');
SELECT regcar.discard(id, 'does not end') FROM regcar.queue WHERE row_data ->> 'note' = 'sleep' \g /dev/null
SET SESSION AUTHORIZATION jam_operator;
SET statement_timeout = '300ms';
\set ON_ERROR_STOP off
CALL regcar.release();
\set answer :SQLSTATE
\set ON_ERROR_STOP on
RESET statement_timeout;
RESET SESSION AUTHORIZATION;
SELECT is(:'answer'::text, '57014', 'even if a function of the row had it in its hands');
SELECT is((SELECT state::text FROM regcar.queue WHERE row_data ->> 'note' = 'sleep and raise'), 'waiting', 'the row waits');

-- The digest in the history is what it was before

CREATE FUNCTION digest_of_0_1_0(e regcar_state.queue_entry) RETURNS bytea LANGUAGE sql AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        (e).id, (e).hold, (e).target_name, (e).row_data, (e).unnamed, (e).submitter, (e).login, (e).application, (e).address,
        (e).search_path, timezone('UTC', (e).submitted_at))::text, 'UTF8'))
$$;
INSERT INTO regcar_state.queue_entry (hold, target, target_name, row_data, submitted_by, submitted_at, submitter, login, application, address, search_path, state, unnamed)
SELECT :hold, 'reg'::regclass, 'public."re""g"', row_data, 'jam_dealer'::regrole, clock_timestamp(), E'd"\\', 'é', '', address, '"$user", public', 'waiting', unnamed
FROM unnest(ARRAY['{}', '{"a": null, "bb": "", "aa": "\u0001\b\f\n\r\t\"\\/<\u007fé€"}', '{"é\"\\": "x"}',
                  jsonb_build_object('note', 'x' || repeat('é', 50000), 'note2', repeat('€', 50000), 'note3', repeat('😀"', 50000), 'n', 1.50, 'list', '[1, {"a": "b"}]', 'yes', true)]::jsonb[]) row_data,
     (VALUES ('10.1.2.3/8'::inet, '{}'::text[]), (NULL, NULL), ('::1', '{a,"b\"",NULL}')) v (address, unnamed);
SELECT is(regcar.entry_digest(q), digest_of_0_1_0(q), 'digest of entry ' || q.id) FROM regcar_state.queue_entry q WHERE octet_length(row_data::text) < 3000000 AND target_name LIKE '%""%';
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history fits');

-- What an older release let wait

-- A row of 180 MB, which is 2 MB on disk. As JSON it would have six times as much, which is more than any value can have.
INSERT INTO regcar_state.queue_entry (hold, target, target_name, row_data, submitted_by, submitted_at, submitter, login, application, search_path, state)
VALUES (:jam, 'reg'::regclass, 'public.reg', jsonb_build_object('mark', 'GB75 AAA', 'note', repeat(E'\x01', 180000000), 'bytes', NULL),
       'jam_dealer'::regrole, clock_timestamp(), 'jam_dealer', 'jam_dealer', '', 'public', 'waiting')
RETURNING id AS large \gset
SELECT ok(length(q.row_data::text) + length(e.row_data::text) < 14000, 'a row of 180 MB is shown in part') FROM regcar.queue q JOIN regcar.queue_entry e USING (id) WHERE id = :large;
SELECT ok(max(length(detail)) < 2000000, 'nor is it whole in an account') FROM regcar.incident_account('jam');
SELECT is(pg_temp.as_role('jam_operator', format('DO $d$ BEGIN PERFORM regcar.discard(%s, ''too large''); RAISE SQLSTATE ''RB000''; END $d$', :large)), 'RB000', 'an operator could give it up');
SET SESSION AUTHORIZATION jam_operator;
CALL regcar.release(:jam);
RESET SESSION AUTHORIZATION;
SELECT is((SELECT state::text FROM regcar_state.queue_entry WHERE id = :large), 'released', 'but it is released');
SELECT is((SELECT length(note) FROM reg WHERE mark OPERATOR(regcar.=) 'GB75 AAA'), 180000000, 'whole');

SELECT * FROM finish();
