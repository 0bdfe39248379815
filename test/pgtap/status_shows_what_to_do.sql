-- The view status: whether the register is held, since when and by whom, then by severity whatever is wrong, and for each row a
-- statement that its reader may run.
BEGIN;
SET LOCAL client_min_messages = error;
\ir ../lib/as_role.sql
CREATE ROLE t_operator;         -- without pg_monitor
CREATE ROLE t_owner;
CREATE ROLE t_dealer;
GRANT CREATE ON SCHEMA public TO t_owner;
SELECT regcar.grant_operator('t_operator') \g /dev/null

-- What an operator sees, a row each; to_do where asked for
CREATE FUNCTION pg_temp.seen(topics text DEFAULT '', reader name DEFAULT 't_operator') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rows text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', reader);
    SELECT string_agg(concat_ws(' | ', s.level, s.topic, s.state, s.detail, s.to_do), E'\n') INTO rows FROM regcar.status s WHERE s.topic ~ topics;
    RESET SESSION AUTHORIZATION;
    RETURN rows;
END $$;
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION t_operator;
    EXECUTE statement;
    RAISE SQLSTATE 'UNDO1';
EXCEPTION WHEN OTHERS THEN
    RETURN replace(SQLSTATE, 'UNDO1', '00000');
END $$;

SELECT no_plan();
SELECT is(pg_temp.answer('t_dealer', 'SELECT count(*) FROM regcar.status'), '42501', 'a dealer does not see it');
SELECT is(pg_temp.answer('t_dealer', 'SELECT count(*) FROM regcar.status_rows(''postgres'')'), '42501', 'in no way');

-- Open
SELECT is(pg_temp.seen(), E'summary | register | open | there has been no hold | SELECT * FROM regcar.hold_history;\n'
    'alarm | guard | no table is guarded | a hold would stop nothing | SELECT * FROM regcar.guards;', 'without a table it says that a hold would stop nothing');
SET LOCAL ROLE t_owner;
CREATE TABLE reg (mark regcar.plate, make text) PARTITION BY RANGE (mark);
CREATE TABLE reg_part PARTITION OF reg DEFAULT;
RESET ROLE;
SELECT is(pg_temp.seen('guard'), E'alarm | guard | no table is guarded | a hold would stop nothing | SELECT * FROM regcar.guards;\n'
    'warning | guard | not guarded | public.reg, public.reg_part | SELECT * FROM regcar.guards WHERE status = ''not guarded'';', 'which tables are not guarded');
SELECT regcar.guard('reg') \g /dev/null
SELECT is(pg_temp.seen(), 'summary | register | open | there has been no hold | SELECT * FROM regcar.hold_history;', 'guarded, and all is well');

SELECT regcar.place_hold('rehearsal', action => 'observe') AS rehearsal \gset
SELECT is(pg_temp.seen('register'), 'summary | register | open | holds that stand only observe, or are to start | SELECT * FROM regcar.hold_history;', 'a hold that observes holds nothing');
GRANT INSERT ON reg TO t_dealer;
SELECT is(pg_temp.as_role('t_dealer', 'INSERT INTO reg VALUES (''AB75 CDE'', ''Rover'')'), 'done', 'it stops nobody');
SELECT ok(pg_temp.seen('refusals') ~ '^notice \| refusals \| 1 would have been refused \| by holds in force that observe, to logins: 1; the last at \d', 'and whom it notes was not refused');
SELECT regcar.lift_hold(:rehearsal, 'over') \g /dev/null

-- What a drain notes. It would note nothing here, because no hold is committed.
CREATE PROCEDURE pg_temp.drained() LANGUAGE sql AS $$
    INSERT INTO regcar_state.drained (kind, number, at)
    SELECT CASE WHEN u.exemption IS NULL THEN 'hold' ELSE 'exemption' END, coalesce(u.exemption, u.hold), clock_timestamp() FROM regcar.undrained_holds() u
$$;

-- Held
SELECT regcar.place_hold('ransomware in' || chr(10) || 'the dealer network', action => 'freeze', incident => 'INC-42', expires_at => '2100-01-01 12:00 UTC') AS hold \gset
SET LOCAL timezone = 'UTC';
SELECT is(pg_temp.seen('register'), format('summary | register | held | freeze by %s: ransomware in the dealer network (INC-42) | SELECT * FROM regcar.active_holds;', session_user),
          'held: by whom, and why, on a line');
SELECT is(pg_temp.answer('t_operator', 'SELECT abs(extract(epoch FROM since - now())) < 60 FROM regcar.status WHERE level = ''summary'''), 'true', 'and since when');
SELECT is(pg_temp.seen('^hold'), format('notice | hold %s | freeze | everything by %s: ransomware in the dealer network (INC-42); until 2100-01-01 12:00:00+00 | SELECT regcar.lift_hold(%1$s, ''why'');', :hold, session_user),
          'a row for the hold, with what ends it');
SELECT is(pg_temp.seen('drain'), format('alarm | drain | not drained | hold %s has begun, and no drain since then left nobody: what was inside COMMIT, or is prepared, may still register | SELECT * FROM regcar.drain();', :hold),
          'a hold that was not drained is an alarm');
SELECT is(pg_temp.attempt('SELECT * FROM regcar.drain()'), '00000', 'an operator drains');
CALL pg_temp.drained();
SELECT is(pg_temp.seen('drain'), NULL, 'and the alarm is over');
SELECT regcar.exempt(:hold, '{"make": "Jaguar"}', 'clean') AS exemption \gset
SELECT ok(pg_temp.seen('^hold') ~ '; exemptions: 1 \|', 'exemptions are counted');
SELECT regcar.revoke_exemption(:exemption, 'not so clean') \g /dev/null
SELECT ok(pg_temp.seen('drain') ~ format('exemption %s has ended, and', :exemption), 'one that ended without a drain is an alarm');
CALL pg_temp.drained();

-- Held in part; what is to start; and what ended last
SELECT regcar.lift_hold(:hold, 'network is clean') \g /dev/null
SELECT is(pg_temp.seen('register'), format('summary | register | open | hold %s was lifted by %s: network is clean | SELECT * FROM regcar.hold_history;', :hold, session_user), 'open: who lifted what last, and why');
SELECT regcar.place_hold('one make', '{"make": "Jaguar"}', 'queue') AS part \gset
SELECT ok(pg_temp.seen('register') ~ '^summary \| register \| held in part \| queue by ', 'a hold of some is held in part');
SELECT regcar.place_hold('tomorrow', starts_at => '2100-01-01', expires_at => '2100-01-02') AS later \gset
SELECT is(pg_temp.seen(format('hold %s', :later)), format('notice | hold %s | to start | reject by %s: tomorrow | SELECT * FROM regcar.drain();  -- when it has started', :later, session_user), 'one that is still to start');
SELECT ok(pg_temp.seen('register') ~ 'held in part', 'which does not hold yet');
UPDATE regcar_state.hold SET starts_at = clock_timestamp() - interval '2 s', expires_at = clock_timestamp() - interval '1 s' WHERE hold = :later;
SELECT regcar.lift_hold(:part, 'over') \g /dev/null
SELECT ok(pg_temp.seen('register') ~ 'hold \d+ was lifted', 'the last to end was lifted');
UPDATE regcar_state.hold SET expires_at = clock_timestamp() WHERE hold = :later;
SELECT is(pg_temp.seen('register'), format('summary | register | open | hold %s expired | SELECT * FROM regcar.hold_history;', :later), 'or expired');

-- Refusals
SELECT regcar.place_hold('refuses', '{"make": "Rover"}') AS refuses \gset
SELECT is(pg_temp.seen('refusals'), NULL, 'nobody was refused yet');
SELECT is(pg_temp.as_role('t_dealer', 'INSERT INTO reg VALUES (''AB75 CDE'', ''Rover'')'), 'RH001', 'refused') FROM generate_series(1, 2);
SELECT ok(pg_temp.seen('refusals') ~ '^notice \| refusals \| 2 refused \| by holds in force, to logins: 1; the last at \d.* \| SELECT \* FROM regcar.refusals;$', 'who was refused is counted');
SELECT regcar.lift_hold(:refuses, 'over') \g /dev/null
SELECT is(pg_temp.seen('refusals'), NULL, 'by the holds in force alone');

-- The queue
SELECT regcar.place_hold('set aside', action => 'queue') AS aside \gset
SELECT pg_temp.as_role('t_dealer', 'INSERT INTO reg VALUES (''AB75 CDE''), (''AB75 CDF'')') \g /dev/null
SELECT is(pg_temp.seen('queue'), 'notice | queue | waiting | 2 set aside by a hold that stands | SELECT * FROM regcar.queue_summary;', 'what waits');
SELECT regcar.lift_hold(:aside, 'over') \g /dev/null
SELECT is(pg_temp.seen('queue'), 'warning | queue | waiting | 2 set aside by a hold that has ended | CALL regcar.release();', 'and for nothing, when its hold has ended');
UPDATE regcar_state.queue_entry SET state = 'failed', outcome = 'x', settled_by = 'x', settled_at = now() WHERE id = (SELECT min(id) FROM regcar_state.queue_entry);
SELECT is(pg_temp.seen('queue'), E'warning | queue | waiting | 1 set aside by a hold that has ended | CALL regcar.release();\n'
    'warning | queue | failed | 1 could not be released | SELECT id, outcome FROM regcar.queue WHERE state = ''failed'';', 'what failed');

-- Guards: to whom may put it right, and to others
SELECT regcar.grant_operator('t_owner') \g /dev/null
ALTER TABLE reg_part DISABLE TRIGGER "~registration_hold_truncate";
SELECT is(pg_temp.seen('guard', who), format('alarm | guard | disabled | public.reg_part | %sALTER TABLE public.reg_part ENABLE ALWAYS TRIGGER "~registration_hold_truncate";', before), 'a disabled guard, to ' || who)
FROM (VALUES ('t_operator', '-- as a superuser: '), ('t_owner', '')) v (who, before);
ALTER TABLE reg_part ENABLE ALWAYS TRIGGER "~registration_hold_truncate";
SELECT is(pg_temp.seen('guard'), NULL, 'the statement puts it right');
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE regcar_state.history ENABLE TRIGGER chain_event;
ALTER EVENT TRIGGER regcar_watch_drops DISABLE;
SELECT is(pg_temp.seen('guard', session_user), E'alarm | guard | own event trigger regcar_watch_drops not ENABLE ALWAYS | of the extension | ALTER EVENT TRIGGER regcar_watch_drops ENABLE ALWAYS;\n'
    'alarm | guard | own trigger chain_event not ENABLE ALWAYS | regcar_state.history | ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event;', 'the extension''s own triggers');
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event;
ALTER EVENT TRIGGER regcar_watch_drops ENABLE ALWAYS;
SET CONSTRAINTS ALL DEFERRED;
CREATE TABLE archive (mark regcar.plate);
CREATE TABLE by_text (mark text);
SELECT is(pg_temp.seen('guard', session_user), 'warning | guard | not guarded | public.archive | SELECT regcar.guard(''public.archive'');', 'a table without a guard is a warning, a hint none');
SELECT regcar.waive_guard('archive', 'of marks that were given back') \g /dev/null
SELECT is(pg_temp.seen('guard', session_user), NULL, 'without one on purpose, nothing to tell');

-- Ten thousand holds: one screen all the same, by severity
INSERT INTO regcar_state.hold (action, scope, reason, placed_by, placed_at)
SELECT 'reject', jsonb_build_object('make', n), repeat('long ', 100), 'x', now() - n * interval '1 s' FROM generate_series(1, 10000) n;
SELECT cmp_ok(pg_temp.answer('t_operator', 'SELECT count(*) FROM regcar.status')::int, '<=', 20, 'ten thousand holds fit on a screen');
SELECT ok(pg_temp.seen('register') ~ '; holds in force: 10000', 'and are counted');
SELECT is(pg_temp.seen('holds'), 'notice | holds | 9995 more | of those in force, five are shown | SELECT * FROM regcar.active_holds;', 'those that are left out, too');
SELECT ok(pg_temp.seen('drain') ~ ' and 9997 more, and no drain', 'nor does the alarm name all');
SELECT is(pg_temp.answer('t_operator', 'SELECT max(length(detail)) < 300 FROM regcar.status'), 'true', 'a long reason is cut');
SELECT is(pg_temp.answer('t_operator', 'SELECT array_agg(DISTINCT level || n) FILTER (WHERE n <> array_position(ARRAY[''summary'', ''alarm'', ''warning'', ''notice''], level)) FROM (SELECT level, dense_rank() OVER (ORDER BY array_position(ARRAY[''summary'', ''alarm'', ''warning'', ''notice''], level)) AS n FROM regcar.status) s'), NULL, 'every severity is there');
SELECT is(pg_temp.answer('t_operator', 'SELECT array_agg(level) FROM regcar.status'), pg_temp.answer('t_operator', 'SELECT array_agg(level ORDER BY array_position(ARRAY[''summary'', ''alarm'', ''warning'', ''notice''], level)) FROM regcar.status'), 'and in order');
SELECT is_empty($$
    SELECT s.to_do FROM regcar.status_rows('t_operator') s
    WHERE s.to_do IS NULL OR s.to_do !~ '^-- as a superuser: ' AND s.to_do !~ '^CALL regcar.release' AND pg_temp.attempt(s.to_do) <> '00000'
    $$, 'an operator may run each statement, or is told who may');

SELECT * FROM finish();
ROLLBACK;
