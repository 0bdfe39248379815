-- The history is whole, and whatever is done to it, or to what it tells of, is named.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;

CREATE TABLE reg (mark plate PRIMARY KEY, make text);
CREATE TABLE other (mark plate);
SELECT no_plan();

SELECT results_eq('SELECT * FROM verify_history()', $$VALUES (0::bigint, NULL::text, NULL::bigint, NULL::text)$$, 'an empty history fits');
-- the guard is there first, as on the first day, but this file is about holds and the queue
SELECT guard('reg') \g /dev/null
SELECT results_eq('SELECT event FROM history', $$VALUES ('guarded')$$, 'a guard is an event');
DO $$ BEGIN ALTER TABLE regcar_state.history DISABLE TRIGGER refuse_deletion; TRUNCATE regcar_state.history RESTART IDENTITY; ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER refuse_deletion; END $$;

-- The format of a digest: what other programs check a history by stays as it is
SELECT is(event_digest(NULL, 1, 7, '2025-09-01 00:00:00.123456+01', 'placed', 1, 'oncall', '{"scope": {}, "action": "reject", "reason": "ransomware £"}'),
          sha256(convert_to('[1, 7, 1756681200123456, "placed", 1, "oncall", {"scope": {}, "action": "reject", "reason": "ransomware £"}]', 'UTF8')), 'a digest is the SHA-256 of a JSON array');
SELECT is(encode(event_digest('\x00ff', 2, 8, '2025-09-01 00:00:00+01', 'released', NULL, 'on "call"', '{"ids": [1, 2]}'), 'hex'),
          encode(sha256('\x00ff'::bytea || convert_to('[2, 8, 1756681200000000, "released", null, "on \"call\"", {"ids": [1, 2]}]', 'UTF8')), 'hex'), 'behind the digest before it');
SELECT is(encode(event_digest('\x00ff', 2, 8, '2025-09-01 00:00:00+01', 'released', NULL, 'on "call"', '{"ids": [1, 2]}'), 'hex'),
          '67f13a4aacb8282222b4b9c22f0124afd14a197c026e6a77067332e429ca291a', 'literally');

-- A history with each kind of event

SELECT place_hold('one', '{"make": "Jaguar"}', 'queue', 'INC'), place_hold('two', '{"make": "Volvo"}', starts_at => '2025-09-01', expires_at => '2190-01-01') \g /dev/null
SELECT exempt(1, '{"make": "x"}', 'e'), exempt(1, '{"make": "y"}', 'f', '2190-01-01'), revoke_exemption(1, 'g') \g /dev/null
INSERT INTO reg VALUES ('AB75 AAA', 'Jaguar'), ('AB75 AAA', 'Jaguar'), ('AB75 AAB', 'Jaguar'), ('AB75 AAC', 'Jaguar'), ('AB75 AAC', 'Jaguar');
SELECT discard(3, 'by telephone'), lift_hold(1, 'over') \g /dev/null
CALL release();
SELECT retry(2) \g /dev/null
SELECT place_hold('three', '{"make": "Rover"}', 'queue') \g /dev/null
INSERT INTO reg VALUES ('AB75 AAE', 'Rover');
SELECT results_eq('SELECT seq, event FROM history ORDER BY seq',
    $$SELECT row_number() OVER (), e FROM unnest('{placed,placed,exempted,exempted,revoked,discarded,lifted,released,failed,retried,placed}'::text[]) e$$, 'each thing done is an event, in order');
SELECT results_eq('SELECT events, head, first_misfit, problem FROM verify_history()', $$SELECT 11::bigint, encode(digest, 'hex'), NULL::bigint, NULL::text FROM history WHERE seq = 11$$, 'which fit, and the head is the last one''s digest');
BEGIN;
ALTER TABLE hold ADD later text;
ALTER TABLE exemption ADD later boolean;
SELECT is(problem, NULL, 'and fit columns that came after them') FROM verify_history();
UPDATE hold SET later = 'x' WHERE hold = 1;
SELECT is(problem, 'hold 1 is not as this event left it', 'until these have values that no event tells of') FROM verify_history();
ROLLBACK;
SELECT head AS head FROM verify_history() \gset
CREATE FUNCTION head_of(OUT head text) LANGUAGE plpgsql AS $$
DECLARE
    e history;
    digest bytea;
BEGIN
    FOR e IN SELECT * FROM history ORDER BY seq LOOP
        digest := sha256(coalesce(digest, '') || convert_to(format('[%s, %s, %s, %s, %s, %s, %s]', e.seq, e.id, (extract(epoch FROM e.at) * 1000000)::bigint, to_json(e.event), coalesce(e.hold::text, 'null'), to_json(e.actor), e.detail), 'UTF8'));
    END LOOP;
    head := encode(digest, 'hex');
END $$;
SELECT is(head_of(), :'head', 'reckoned by hand too');
SELECT is((SELECT verify_history::text FROM (SELECT set_config('timezone', 'Asia/Tokyo', true), set_config('datestyle', 'German', true), set_config('bytea_output', 'escape', true), set_config('intervalstyle', 'iso_8601', true)) s, verify_history()),
          (SELECT verify_history::text FROM verify_history()), 'whatever the session has set');

-- What is done behind its back is named, by the place of the event and in words

CREATE FUNCTION tampered(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    s text;
BEGIN
    FOREACH s IN ARRAY statements LOOP
        EXECUTE s;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT concat_ws(' ', first_misfit, problem, CASE WHEN head IS DISTINCT FROM current_setting('test.head') THEN '(head)' END) INTO answer FROM verify_history();
    RAISE SQLSTATE 'OK000';
EXCEPTION WHEN SQLSTATE 'OK000' THEN
    RETURN answer;
END $$;
SELECT set_config('test.head', :'head', false) \g /dev/null
SELECT is(tampered('SELECT 1'), '', 'nothing, where nothing was done');

-- any column of any row; who can do that can lift the constraints and triggers too
ALTER TABLE hold ALTER hold SET GENERATED BY DEFAULT, DROP CONSTRAINT hold_lifted_whole;
ALTER TABLE exemption ALTER exemption SET GENERATED BY DEFAULT, DROP CONSTRAINT exemption_revoked_whole;
ALTER TABLE history ALTER id SET GENERATED BY DEFAULT, DROP CONSTRAINT history_chained_whole;
ALTER TABLE queue_entry ALTER id SET GENERATED BY DEFAULT;
ALTER TABLE hold DISABLE TRIGGER refuse_deletion;
ALTER TABLE exemption DISABLE TRIGGER refuse_deletion;
ALTER TABLE history DISABLE TRIGGER refuse_deletion;
ALTER TABLE queue_entry DISABLE TRIGGER refuse_deletion;
CREATE FUNCTION other_value(type regtype, col text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE type::text
        WHEN 'bigint' THEN format('coalesce(%I, 0) + 1000', col) WHEN 'integer' THEN format('coalesce(%I, 0) + 1', col) WHEN 'timestamp with time zone' THEN format('coalesce(%I, now()) - interval ''1 us''', col)
        WHEN 'text' THEN format('coalesce(%I, '''') || ''x''', col) WHEN 'name' THEN format('coalesce(%I, '''') || ''x''', col)
        WHEN 'jsonb' THEN format('coalesce(%I, ''{}'') || ''{"make": "tampered"}''', col) WHEN 'bytea' THEN format('sha256(%I)', col) WHEN 'inet' THEN '''10.0.0.1'''
        WHEN 'hold_action' THEN format('CASE %I WHEN ''freeze'' THEN ''reject'' ELSE ''freeze'' END::hold_action', col)
        WHEN 'queue_state' THEN format('CASE %I WHEN ''failed'' THEN ''waiting'' ELSE ''failed'' END::queue_state', col)
        WHEN 'table_ref' THEN '''other''' WHEN 'role_ref' THEN '''pg_monitor''' WHEN 'text[]' THEN '''{x}''' WHEN 'boolean' THEN 'true' END
$$;
CREATE TEMP TABLE tampering AS
SELECT c.relname, a.attname, k.key, tampered(format('UPDATE %s SET %I = %s WHERE %I = %s', c.oid::regclass, a.attname, other_value(a.atttypid, a.attname), k.id_column, k.key)) AS answer
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN (SELECT 'history' AS tab, 'seq' AS id_column, seq AS key FROM history UNION ALL SELECT 'hold', 'hold', hold FROM hold UNION ALL SELECT 'exemption', 'exemption', exemption FROM exemption
      UNION ALL SELECT 'queue_entry', 'id', id FROM queue_entry) k ON k.tab = c.relname
WHERE c.relnamespace = 'regcar_state'::regnamespace;
SELECT cmp_ok(count(*), '>', 200::bigint, 'each column of each row of four tables is tampered with') FROM tampering;
SELECT is_empty($$SELECT * FROM tampering WHERE relname = 'history' AND answer !~ CASE attname WHEN 'seq' THEN '^' || key || ' the event at this place is missing' WHEN 'digest' THEN '^' || key ELSE '^' || key || ' its digest does not match its content and the event before it' END$$,
                'any column of any event');
SELECT is_empty($$SELECT * FROM tampering WHERE relname IN ('hold', 'exemption') AND answer !~ CASE WHEN attname = relname THEN 'is gone|no event records' ELSE '^\d+ ' || relname || ' ' || key || ' is not as this event left it$' END$$,
                'any column of a hold or an exemption');
SELECT is_empty($$SELECT t.* FROM tampering t JOIN queue_entry q ON q.id = t.key AND t.relname = 'queue_entry' WHERE (q.state <> 'waiting' OR q.id = 2) AND answer !~ '^\d+ (a queued registration that this event names is not as it was submitted|queue entry \d+ is (not as this event left it|waiting|failed))$'
                  AND attname NOT IN ('target', 'submitted_by') AND NOT (attname = 'outcome' AND q.state = 'waiting')$$, 'any column of a queued registration that has been settled, but the table and the role, which may be renamed (what they were called is kept too)');
SELECT is_empty($$SELECT t.* FROM tampering t JOIN queue_entry q ON q.id = t.key AND t.relname = 'queue_entry' WHERE q.id = 6 AND attname IN ('state', 'settled_by', 'settled_at') AND answer !~ '^queue entry 6 is '$$,
                'and that one which waits is said to be settled');

-- more than a column
SELECT is(tampered(VARIADIC statements::text[]), want, format('%s: %s', statements, want))
FROM (VALUES
    ('{DELETE FROM history WHERE seq = 1}', '1 the event at this place is missing'),
    ('{DELETE FROM history WHERE seq = 5}', '5 the event at this place is missing'),
    ('{DELETE FROM history WHERE seq = 5,UPDATE history SET seq = seq - 1 WHERE seq > 5}', '5 its digest does not match its content and the event before it'),
    -- an end that is cut off shows in what the lost event told of, or by the head alone
    ('{DELETE FROM history WHERE seq = 11}', 'no event records hold 3 (head)'),
    ('{DELETE FROM history WHERE seq > 9}', 'no event records hold 3 (head)'),
    ('{DELETE FROM history WHERE seq = 11,DELETE FROM hold WHERE hold = 3}', '(head)'),
    ('{DELETE FROM history WHERE seq > 9,DELETE FROM hold WHERE hold = 3}', '9 queue entry 2 is waiting (head)'),
    ('{DELETE FROM history}', 'no event records hold 1 (head)'),
    -- what is gone, or was never told
    ('{DELETE FROM hold WHERE hold = 1}', '7 hold 1 is gone'),
    ('{DELETE FROM exemption WHERE exemption = 2}', '4 exemption 2 is gone'),
    ('{TRUNCATE hold}', '2 hold 2 is gone'),
    ('{DELETE FROM queue_entry WHERE id = 1}', '8 a queued registration that this event names is not as it was submitted'),
    ('{"INSERT INTO hold (action, scope, reason, placed_by, placed_at) VALUES (''reject'', ''{}'', ''forged'', ''x'', now())"}', 'no event records hold 4'),
    ('{"INSERT INTO exemption (hold, scope, reason, granted_by, granted_at) VALUES (1, ''{}'', ''forged'', ''x'', now())"}', 'no event records exemption 3'),
    ('{"UPDATE hold SET lifted_by = NULL, lifted_at = NULL, lift_reason = NULL WHERE hold = 1"}', '7 hold 1 is not as this event left it'),
    ('{"UPDATE queue_entry SET state = ''waiting'', settled_by = NULL, settled_at = NULL WHERE id = 1"}', '8 queue entry 1 is waiting'),
    ('{"UPDATE queue_entry SET state = ''waiting'', settled_by = NULL, settled_at = NULL, outcome = NULL WHERE id = 3"}', '6 queue entry 3 is waiting'),
    ('{"UPDATE queue_entry SET row_data = row_data || ''{\"make\": \"Rover\"}'' WHERE id = 4"}', '8 a queued registration that this event names is not as it was submitted'),
    ('{"UPDATE queue_entry SET outcome = ''Hold 9 covers it.'' WHERE id IN (2, 6)"}', ''),
    -- a forged event, at the end where it is chained, or with a place of its own
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''lifted'', 2, ''x'', ''{}'')"}', '12 hold 2 is not as this event left it (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''placed'', 99, ''x'', ''{}'')"}', '12 hold 99 is gone (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''placed'', NULL, ''x'', ''{}'')"}', '12 hold  is gone (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''revoked'', 1, ''x'', ''{\"exemption\": \"x\"}'')"}', '12 exemption x is gone (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''revoked'', 1, ''x'', ''7'')"}', '12 exemption  is gone (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''released'', 1, ''x'', ''{\"ids\": [5]}'')"}', '12 a queued registration that this event names is not as it was submitted (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''released'', 1, ''x'', ''{\"ids\": [\"x\", -1, 1e40, null, 99]}'')"}', '12 a queued registration that this event names is not as it was submitted (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''released'', 1, ''x'', ''{}'')"}', '12 a queued registration that this event names is not as it was submitted (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) SELECT now(), ''released'', 1, ''x'', entries_detail(''{5}'')"}', '12 queue entry 5 is failed (head)'),
    ('{"INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''pardoned'', 1, ''x'', ''{}'')"}', '12 its event is of an unknown kind (head)'),
    ('{"INSERT INTO history (seq, at, event, hold, actor, detail, digest) VALUES (12, now(), ''lifted'', 2, ''x'', ''{}'', ''\\x00'')"}', '12 its digest does not match its content and the event before it (head)'),
    ('{"INSERT INTO history (seq, at, event, hold, actor, detail, digest) VALUES (13, now(), ''lifted'', 2, ''x'', ''{}'', ''\\x00'')"}', '12 the event at this place is missing (head)'),
    ('{"ALTER TABLE history DISABLE TRIGGER chain_event","INSERT INTO history (at, event, hold, actor, detail) VALUES (now(), ''placed'', 1, ''x'', ''{}'')"}', 'an event has no place in the chain: the trigger chain_event of regcar_state.history was off'),
    ('{"UPDATE history SET at = ''infinity'' WHERE seq = 4"}', '4 its digest does not match its content and the event before it'),
    ('{"UPDATE history SET digest = NULL WHERE seq = 11"}', '11 its digest does not match its content and the event before it (head)')) v (statements, want);
-- one who recomputes the whole chain leaves another head
CREATE PROCEDURE reckon_anew() LANGUAGE plpgsql AS $$
DECLARE
    e history;
    previous bytea;
BEGIN
    FOR e IN SELECT * FROM history ORDER BY seq LOOP
        UPDATE history h SET digest = event_digest(previous, h.seq, h.id, h.at, h.event, h.hold, h.actor, h.detail) WHERE h.seq = e.seq RETURNING h.digest INTO previous;
    END LOOP;
END $$;
SELECT is(tampered('UPDATE history SET actor = ''nobody'' WHERE seq = 3', 'CALL reckon_anew()'), '(head)', 'who reckons all digests anew leaves another head');

-- The end of the chain is found by an index alone

BEGIN;
ALTER TABLE history DROP CONSTRAINT history_seq_key;
SELECT throws_ok('SELECT * FROM chain_tail()', '55000', 'table "history" has no index on seq', 'without the index nothing is written, for the chain would break');
ROLLBACK;

-- It goes on

SELECT lift_all('over') \g /dev/null
CALL release();
SELECT results_eq('SELECT events > 11, problem FROM verify_history()', 'VALUES (true, NULL::text)', 'the history that goes on fits');
ALTER TABLE reg RENAME TO renamed;
SELECT is(problem, NULL, 'when a table is renamed too') FROM verify_history();
DROP TABLE renamed;
SELECT is(problem, NULL, 'and when it is dropped') FROM verify_history();
BEGIN;
SELECT place_hold('rolled back') \g /dev/null
ROLLBACK;
SELECT place_hold('many'), place_hold('in'), place_hold('one transaction') \g /dev/null
SELECT is(problem, NULL, 'numbers that a rollback left out are no gap') FROM verify_history();
SELECT is_empty('SELECT FROM history h WHERE NOT EXISTS (SELECT FROM history p WHERE p.seq = h.seq - 1) AND h.seq > 1', 'nor are there gaps in the chain');

-- A change of a hold invalidates the row type of hold in all sessions, also in one that makes an event of such a row. Only
-- a server with assertions can be told to invalidate at every opportunity.
SELECT max_val::int > 0 AS discards FROM pg_settings WHERE name = 'debug_discard_caches' \gset
\if :discards
SELECT place_hold('while caches are discarded', '{"make": "Ford"}', incident => 'INC-D') AS discarded \gset
SET debug_discard_caches = 1;
SELECT exempt(:discarded, '{"make": "Kia"}', 'discarded too') \g /dev/null
SELECT lift_hold(:discarded, 'all of it') \g /dev/null
RESET debug_discard_caches;
SELECT is(problem, NULL, 'events that were recorded while caches were discarded fit') FROM verify_history();
\else
SELECT skip('only a server with assertions discards caches at every opportunity', 1);
\endif
SET timezone = 'UTC';
SELECT is_empty('SELECT FROM hold h WHERE event_detail(h) <> to_jsonb(h) UNION ALL SELECT FROM exemption e WHERE event_detail(e) <> to_jsonb(e)',
                'an event has what to_jsonb() makes of the row');
RESET timezone;

SELECT * FROM finish();
