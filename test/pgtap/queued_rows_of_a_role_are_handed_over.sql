-- Registrations whose submitter was dropped are not lost: an operator hands them to a role that the operator could act as, and
-- they are released with that role's rights. The history says so.
SET client_min_messages = error;
\ir ../lib/as_role.sql

CREATE ROLE hand_operator;
CREATE ROLE hand_stranger;      -- an operator, and no member of the new role
CREATE ROLE hand_old;
CREATE ROLE hand_new;
CREATE ROLE hand_none;          -- may not insert
CREATE ROLE hand_boss SUPERUSER;
GRANT hand_new, hand_none TO hand_operator;
SELECT regcar.grant_operator('hand_operator'), regcar.grant_operator('hand_stranger') \g /dev/null
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, who name DEFAULT 'x', released_as name);
CREATE FUNCTION sign() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.released_as := current_user; RETURN NEW; END';
CREATE TRIGGER sign BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION sign();
GRANT INSERT ON reg TO hand_old, hand_new;
SELECT regcar.guard('reg') \g /dev/null
INSERT INTO reg VALUES ('AB75 CDX');
SELECT regcar.place_hold('attack', action => 'queue') \g /dev/null
SET ROLE hand_old;
INSERT INTO reg VALUES ('AB75 CDE'), ('AB75 CDF'), ('AB75 CDX');
SET ROLE hand_new;
INSERT INTO reg VALUES ('AB75 CDG');
RESET ROLE;
-- of two holds
SELECT regcar.place_hold('another', action => 'queue', scope => '{"mark": "AB75 CDH"}') \g /dev/null
SELECT regcar.lift_hold(1, 'over') \g /dev/null
SET ROLE hand_old;
INSERT INTO reg VALUES ('AB75 CDH');
RESET ROLE;
SELECT regcar.lift_all('over') \g /dev/null
SET ROLE hand_new;
CREATE TEMP TABLE seen_before AS SELECT id FROM regcar.queue;
RESET ROLE;

SELECT no_plan();

-- Who may not, and what makes no sense
CREATE FUNCTION told(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    hint text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
    EXECUTE statement INTO answer;
    RESET SESSION AUTHORIZATION;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, nullif(hint, ''));
END
$$;
SELECT is(told(role, statement), wanted, format('%s: %s', role, statement))
FROM (VALUES
    ('hand_old', $$SELECT regcar.reassign_queued('hand_old', 'hand_new', 'x')$$, '42501 permission denied for function reassign_queued'),
    ('hand_stranger', $$SELECT regcar.reassign_queued('hand_old', 'hand_new', 'x')$$, '42501 permission denied to hand registrations over to "hand_new" Ask a superuser to make the call, or for: GRANT hand_new TO hand_stranger;'),
    ('hand_operator', $$SELECT regcar.reassign_queued('hand_old', 'hand_boss', 'x')$$, '42501 permission denied to hand registrations over to "hand_boss" Ask a superuser to make the call, or for: GRANT hand_boss TO hand_operator;'),
    ('hand_operator', $$SELECT regcar.reassign_queued('hand_old', NULL, 'x')$$, '42704 there is no role null In psql, \du lists the roles.'),
    ('hand_operator', $$SELECT regcar.reassign_queued('hand_old', 9::oid::regrole, 'x')$$, '42704 there is no role 9 In psql, \du lists the roles.'),
    ('hand_operator', $$SELECT regcar.reassign_queued('hand_old', 'hand_new', ' ')$$, '22023 handing registrations over needs a reason SELECT regcar.reassign_queued(submitter, role, ''why'');'),
    ('hand_operator', $$SELECT regcar.reassign_queued('Hand_old', 'hand_new', 'x')$$, '22023 no registration of ''Hand_old'' waits or failed SELECT DISTINCT submitter FROM regcar.queue_entry WHERE state IN (''waiting'', ''failed'');'),
    ('hand_operator', $$SELECT regcar.reassign_queued(NULL, 'hand_new', 'x')$$, '22023 no registration of null waits or failed SELECT DISTINCT submitter FROM regcar.queue_entry WHERE state IN (''waiting'', ''failed'');'),
    ('hand_operator', $$SELECT regcar.reassign_queued('hand_new', 'hand_new', 'x')$$, '22023 no registration of ''hand_new'' waits or failed SELECT DISTINCT submitter FROM regcar.queue_entry WHERE state IN (''waiting'', ''failed'');')) v (role, statement, wanted);
SELECT is((SELECT count(*) FROM regcar.history WHERE event = 'reassigned'), 0::bigint, 'none of these changed anything');

-- One fails, the others cannot go in any more
SELECT regcar.release_batch(NULL, 2, 3, 9) \g /dev/null
REVOKE ALL ON reg FROM hand_old;
DROP ROLE hand_old;
CALL regcar.release();
SELECT results_eq('SELECT id, state::text, left(outcome, 8) COLLATE "default" FROM regcar.queue WHERE state <> ''released'' ORDER BY id',
    $$VALUES (1::bigint, 'waiting', 'The role'), (2, 'waiting', 'The role'), (3, 'failed', '23505: d'), (5, 'waiting', 'The role')$$, 'what a role queued stays in the queue when it is dropped');

SELECT is(told('hand_operator', $$SELECT regcar.reassign_queued('hand_old', 'hand_none', 'their successor')$$), '4', 'an operator hands over what waits or failed, by the name that the role had');
SELECT set_eq('SELECT DISTINCT state::text, outcome IS NULL FROM regcar.queue WHERE submitted_by::regrole = ''hand_none''::regrole', $$VALUES ('waiting', true), ('failed', false)$$, 'and each is in the state that it was');
SELECT is(pg_temp.answer('hand_none', 'SELECT count(*) FROM regcar.queue'), '4', 'the new role sees them');
CALL regcar.release();
SELECT is((SELECT string_agg(DISTINCT left(outcome, 5), ',') FROM regcar.queue WHERE state = 'waiting'), '42501', 'without a right they are not released');
SELECT is(told('hand_operator', $$SELECT regcar.reassign_queued('hand_none', 'hand_new', 'once more')$$), '4', 'they are handed on, by the name that the role has');
CALL regcar.release();
SELECT results_eq('SELECT mark::text, released_as::text COLLATE "default" FROM reg WHERE released_as = ''hand_new'' ORDER BY mark', $$VALUES ('AB75 CDE', 'hand_new'), ('AB75 CDF', 'hand_new'), ('AB75 CDG', 'hand_new'), ('AB75 CDH', 'hand_new')$$, 'and released as the new role');
SELECT is((SELECT string_agg(format('%s %s', id, submitter), ', ' ORDER BY id) FROM regcar.queue_entry), '1 hand_old, 2 hand_old, 3 hand_old, 4 hand_new, 5 hand_old', 'who submitted them is still known');

SELECT results_eq($$SELECT hold, actor::text COLLATE "default", detail -> 'ids', detail ->> 'from', detail ->> 'to', detail ->> 'reason' FROM regcar.history WHERE event = 'reassigned' ORDER BY id$$,
    $$VALUES (1::bigint, 'hand_operator', '[1, 2, 3]'::jsonb, 'hand_old', 'hand_none', 'their successor'), (2, 'hand_operator', '[5]', 'hand_old', 'hand_none', 'their successor'),
             (1, 'hand_operator', '[1, 2, 3]', 'hand_none', 'hand_new', 'once more'), (2, 'hand_operator', '[5]', 'hand_none', 'hand_new', 'once more')$$, 'the history has an event for each hold');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'and is whole');
SELECT * FROM finish();
RESET SESSION AUTHORIZATION;
REASSIGN OWNED BY hand_operator, hand_stranger, hand_new, hand_none, hand_boss TO CURRENT_USER;
DROP OWNED BY hand_operator, hand_stranger, hand_new, hand_none, hand_boss;
DROP ROLE hand_operator, hand_stranger, hand_new, hand_none, hand_boss;
