-- A hold that was placed with approvals is ended by no operator alone: lifting it, exempting from it, unguarding a table and
-- revoking the need take so many different operators within an hour, of whom all superusers are one.
SET client_min_messages = error;
SET search_path = public, regcar;
\ir ../lib/as_role.sql
SELECT no_plan();

CREATE TABLE sale (mark plate, dealer text);
SELECT guard('sale') \g /dev/null
INSERT INTO sale VALUES ('AB75 CDE', 'Okafor');
SELECT throws_ok($$SELECT place_hold('r', approvals => 2)$$, '22023', 'a hold cannot ask for 2 approvals', 'more than there are operators');
CREATE ROLE approver_anna LOGIN;
CREATE ROLE approver_team;
CREATE ROLE approver_ben LOGIN IN ROLE approver_team;
CREATE ROLE approver_boss LOGIN SUPERUSER;
CREATE ROLE approver_other LOGIN;
SELECT grant_operator('approver_anna'), grant_operator('approver_team') \g /dev/null
SELECT throws_ok(format('SELECT place_hold(%L, approvals => %s)', 'r', n), '22023', NULL, format('approvals => %s', n)) FROM unnest('{NULL,0,-1,4}'::text[]) n WHERE n IS NOT NULL;
SELECT throws_ok($$SELECT place_hold('r', approvals => NULL)$$, '22023');
CREATE FUNCTION detail(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN d;
END $$;
SELECT matches(detail($$SELECT place_hold('r', approvals => 4)$$), 'operators: approver_anna, approver_ben, a superuser\.', 'it is said who there is');
SELECT is_empty('SELECT FROM active_holds', 'none was placed');

-- Without, one is enough, as before
SELECT place_hold('alone') AS alone \gset
SELECT is((SELECT approvals FROM active_holds), 1);
SELECT matches(pg_temp.answer('approver_anna', format('SELECT regcar.lift_hold(%s, %L)', :alone, 'r')), 'is lifted');

-- Lifting
SELECT pg_temp.answer('approver_anna', $$SELECT regcar.place_hold('both', approvals => 2)$$) AS both \gset
SELECT is((SELECT approvals FROM active_holds), 2);
CREATE FUNCTION lifted(role text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(pg_temp.answer(role, format('SELECT regcar.lift_hold(%s, %L)', (SELECT max(hold) FROM regcar.active_holds), 'clean')), '\d\d:\d\d(:\d\d)?', 'T')
$$;
SELECT is(lifted('approver_anna'), format('lifting hold %s takes 2 operators: approver_anna approved, and of approver_ben, a superuser 1 more must make the same call before T', :both), 'the first call says who else is needed');
SELECT is(lifted('approver_anna'), format('lifting hold %s takes 2 operators: approver_anna approved, and of approver_ben, a superuser 1 more must make the same call before T', :both), 'the same operator again is no other');
SELECT is((SELECT count(*) FROM history WHERE event = 'approved'), 1::bigint, 'and no other event');
SELECT results_eq('SELECT hold, act, approved_by, missing::int, may_approve FROM pending_approvals',
                  format($$VALUES (%s::bigint, 'lift', '{approver_anna}'::text[], 1, '{approver_ben,"a superuser"}'::text[])$$, :both), 'the view shows who is missing');
SELECT matches((SELECT detail FROM status WHERE state = 'lift asked for'), '^approver_anna approved; 1 more of approver_ben, a superuser must make the same call before ', 'status says so too');
SELECT throws_ok($$INSERT INTO sale VALUES ('AB75 CDF')$$, 'RH001', NULL, 'it still holds');
SELECT is(pg_temp.answer('approver_other', format('SELECT regcar.lift_hold(%s, %L)', :both, 'r')), '42501', 'who is no operator cannot approve');
SELECT matches(lifted('approver_ben'), '^hold \d+ is lifted', 'another one makes two');
SELECT is_empty('SELECT FROM pending_approvals', 'nothing is pending');
SELECT results_eq($$SELECT event, actor::text COLLATE "default", detail ->> 'act', detail ->> 'done' FROM history WHERE event IN ('approved', 'lifted') AND hold = $$ || :both || ' ORDER BY id',
                  $$VALUES ('approved', 'approver_anna', 'lift', NULL), ('approved', 'approver_ben', 'lift', 'true'), ('lifted', 'approver_ben', NULL, NULL)$$, 'the history has each approval');
SELECT is((SELECT problem FROM verify_history()), NULL, 'and fits');

-- Whom an operator made an operator is no further one
CREATE ROLE approver_helper LOGIN;
CREATE ROLE approver_made LOGIN;
GRANT approver_team TO approver_anna WITH ADMIN OPTION;
GRANT EXECUTE ON FUNCTION lift_hold(bigint, text) TO approver_anna WITH GRANT OPTION;
SELECT is(pg_temp.as_role('approver_anna', 'GRANT approver_team TO approver_helper'), 'done', 'a group takes in whom its administrator wants');
SELECT is(pg_temp.as_role('approver_anna', 'GRANT EXECUTE ON FUNCTION regcar.lift_hold(bigint, text) TO approver_made'), 'done', 'a right is handed on');
SELECT is(approvers(), '{approver_anna,approver_ben,"a superuser"}', 'neither of them counts');
SELECT place_hold('both', approvals => 2) AS both \gset
SELECT matches(lifted('approver_anna'), 'approver_anna approved, and of approver_ben, a superuser 1 more');
SELECT matches(lifted('approver_helper'), '^approver_helper does not count among the 2 operators that hold \d+ takes: .*grant_operator\(''approver_helper''\)', 'who is told so');
SELECT matches(pg_temp.answer('approver_made', format('SELECT regcar.lift_hold(%s, %L)', :both, 'r')), 'approver_made does not count');
SELECT is((SELECT approved_by FROM pending_approvals), '{approver_anna}', 'and their approval is none');
SELECT is((SELECT count(*) FROM active_holds), 1::bigint, 'the hold stands');
SELECT grant_operator('approver_helper') \g /dev/null
SELECT matches(lifted('approver_helper'), 'is lifted', 'until a superuser makes one an operator');
REVOKE ALL ON FUNCTION lift_hold(bigint, text) FROM approver_helper, approver_anna CASCADE;
REVOKE approver_team FROM approver_anna, approver_helper;
SELECT grant_operator('approver_anna') \g /dev/null

-- Superusers are one
SELECT place_hold('two', approvals => 2) AS two \gset
SELECT matches(lifted('approver_boss'), 'a superuser approved, and of approver_anna, approver_ben 1 more');
SELECT matches(lifted(current_user), 'a superuser approved, and of approver_anna, approver_ben 1 more', 'another superuser is the same one');
SELECT matches(lifted('approver_anna'), 'is lifted');

-- An hour
SELECT place_hold('hour', approvals => 2) AS hour \gset
SELECT matches(lifted('approver_anna'), '1 more');
ALTER TABLE regcar_state.history DISABLE TRIGGER ALL;
UPDATE regcar_state.history SET at = at - interval '61 min' WHERE event = 'approved' AND hold = :hour;
ALTER TABLE regcar_state.history ENABLE TRIGGER ALL;
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event, ENABLE ALWAYS TRIGGER refuse_deletion;
SELECT is_empty('SELECT FROM pending_approvals', 'after an hour nothing is pending');
SELECT matches(lifted('approver_ben'), 'approver_ben approved, and of approver_anna, a superuser 1 more', 'and the first approval counts no more');
-- who is no operator any more does not count either
REVOKE EXECUTE ON FUNCTION lift_hold(bigint, text) FROM approver_team;
SELECT matches(lifted('approver_anna'), 'approver_anna approved, and of a superuser 1 more', 'nor that of somebody who lost the right');
SELECT grant_operator('approver_team') \g /dev/null
SELECT matches(lifted('approver_boss'), 'is lifted');

-- lift_all lifts what it may
SELECT place_hold('one'), place_hold('two', approvals => 2) \g /dev/null
SELECT matches(pg_temp.answer('approver_anna', $$SELECT regcar.lift_all('r')$$), '^lifted: hold \d+\nlifting hold \d+ takes 2 operators');
SELECT results_eq('SELECT reason FROM active_holds', $$VALUES ('two')$$);
SELECT matches(pg_temp.answer('approver_anna', $$SELECT regcar.lift_all('r')$$), '^lifting hold \d+ takes 2 operators');
SELECT matches(pg_temp.answer('approver_ben', $$SELECT regcar.lift_all('r')$$), '^lifted: hold \d+$');

-- Exemptions: the same one, until the earlier end
SELECT place_hold('exempt', approvals => 2) AS x \gset
CREATE FUNCTION exempted(role text, scope text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(pg_temp.answer(role, format('SELECT regcar.exempt(%s, %L, %L%s) > 0', (SELECT max(hold) FROM regcar.active_holds), scope, 'clean', more)), 'asked')
$$;
SELECT is(exempted('approver_anna', '{"dealer": "Okafor"}', $$, '2100-01-01'$$), 'asked');
SELECT is_empty('SELECT FROM active_exemptions');
SELECT is(exempted('approver_ben', '{}'), 'asked', 'another scope is another exemption');
SELECT is(exempted('approver_ben', '{"dealer": "Okafor"}', $$, share => 50, share_by => 'dealer'$$), 'asked', 'and so is another share');
SELECT is_empty('SELECT FROM active_exemptions');
SELECT is(exempted('approver_ben', '{"dealer": "Okafor"}', $$, '2200-01-01'$$), 'true', 'the same by another');
SELECT results_eq('SELECT scope, granted_by::text COLLATE "default", expires_at::date FROM active_exemptions', $$VALUES ('{"dealer": "Okafor"}'::jsonb, 'approver_ben', '2100-01-01'::date)$$, 'ends when the earlier says');
SELECT lives_ok($$INSERT INTO sale VALUES ('AB75 CDF', 'Okafor')$$);
SELECT is(exempted('approver_ben', '{"dealer": "Okafor"}'), 'asked', 'once more takes both once more');

-- Unguarding: recorded, also where a table's owner could
SELECT matches(pg_temp.answer('approver_anna', $$SELECT regcar.unguard('public.sale')$$), 'unguarding public.sale while hold \d+ stands takes 2 operators');
SELECT is((SELECT status FROM guards WHERE target = 'sale'::regclass), 'ok');
SELECT matches(unguard('sale'), 'is no longer guarded', 'the second, who is allowed to');
SELECT guard('sale') \g /dev/null
SELECT matches(unguard('sale'), 'a superuser approved, and of approver_anna, approver_ben 1 more', 'again takes both again');

-- The need itself
SELECT throws_ok($$SELECT revoke_approvals(0, 'r')$$, '22023');
SELECT throws_ok(format($$SELECT revoke_approvals(%s, ' ')$$, :x), '22023');
SELECT matches(pg_temp.answer('approver_anna', format($$SELECT regcar.revoke_approvals(%s, 'r')$$, :x)), 'revoking the approvals of hold \d+ takes 2 operators');
SELECT matches(pg_temp.answer('approver_ben', format($$SELECT regcar.revoke_approvals(%s, 'r')$$, :x)), 'needs no approvals any more');
SELECT is((SELECT problem FROM verify_history()), 'its digest does not match its content and the event before it', 'the history names the event whose time this test changed');
SELECT is((SELECT problem FROM regcar.verify_holds()), NULL, 'and no hold');
SELECT throws_ok(format($$SELECT revoke_approvals(%s, 'r')$$, :x), '55000');
SELECT matches(lifted('approver_anna'), 'is lifted', 'then one is enough');

-- Holds of another server: an operator who brings their end is only one
SELECT place_hold('far', approvals => 2) AS far \gset
SELECT hold_rows(ARRAY[:far], '{}') AS far_rows \gset
SELECT matches(adopt_holds(jsonb_set(jsonb_set(jsonb_set(:'far_rows', '{hold,0,lifted_at}', '"2026-01-01"'), '{hold,0,lifted_by}', '"x"'), '{hold,0,lift_reason}', '"r"')) ->> 0,
               'lifting hold \d+ takes 2 operators');
SELECT matches(adopt_holds(jsonb_set(:'far_rows', '{exemption}', format('[{"exemption": 777777, "hold": %s, "scope": {}, "reason": "r", "granted_by": "x", "granted_at": "2026-01-01"}]', :far)::jsonb)) ->> 0,
               'exempting from hold \d+ takes 2 operators');
SELECT is_empty($$SELECT FROM active_exemptions WHERE exemption = 777777$$);
SELECT matches(adopt_holds(jsonb_set(:'far_rows', '{hold,0,approvals}', 'null')) ->> 0, 'hold \d+ takes 2 operators there');
SELECT results_eq('SELECT reason FROM active_holds', $$VALUES ('far')$$, 'it stands');

-- One that needs none beside it
SELECT place_hold('queue', '{"dealer": "Singh"}', 'queue') \g /dev/null
SELECT matches(lifted('approver_anna'), '^hold \d+ is lifted; it stood for \S+$');
SELECT matches(pg_temp.answer('approver_anna', $$SELECT regcar.lift_all('r')$$), '^lifted: hold \d+$', 'the superuser who brought the end above was the first');

SELECT * FROM finish();
