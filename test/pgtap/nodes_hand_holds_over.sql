-- What one node of a cluster hands to another, without a cluster: rows that are played back, and what is refused.
BEGIN;
SET LOCAL client_min_messages = error;
ALTER TABLE regcar_state.hold DISABLE TRIGGER refuse_deletion;
ALTER TABLE regcar_state.exemption DISABLE TRIGGER refuse_deletion;
ALTER TABLE regcar_state.history DISABLE TRIGGER refuse_deletion;
CREATE TABLE reg (mark regcar.plate, make text);
SELECT regcar.guard('reg') \g /dev/null

SELECT no_plan();

-- No Citus, and no transaction of its own
SELECT throws_ok('SELECT * FROM regcar.holds_on_nodes()', '0A000', 'there are no other nodes: this database has no Citus', 'without Citus there are no nodes');
SELECT throws_ok(call, '25001', regexp_replace(call, 'CALL regcar\.(\w+).*', '\1') || '() cannot run inside a transaction block', 'inside a transaction block: ' || call)
FROM (VALUES ('CALL regcar.lockdown_on_nodes(''why'')'), ('CALL regcar.lift_hold_on_nodes(1, ''why'')'), ('CALL regcar.exempt_on_nodes(1, ''{}'', ''why'')'),
             ('CALL regcar.revoke_exemption_on_nodes(1, ''why'')'), ('CALL regcar.release_on_nodes()'), ('CALL regcar.sync_nodes()')) c (call);

-- What stands, and what is handed over
SELECT is(regcar.standing_holds() - '{last_hold,last_exemption}'::text[], '{"hold": {}, "exemption": {}, "exempt": {}, "does": []}', 'nothing stands');
SELECT regcar.place_hold('first', '{"make": "A"}', 'freeze', 'INC-1', NULL, now() + interval '1 day') AS first \gset
SELECT regcar.place_hold('second', '{"make": ["B", "C"]}', 'queue') AS second \gset
SELECT regcar.exempt(:second, '{"make": "C"}', 'clean') AS exemption \gset
SELECT is((SELECT array_agg(k::bigint ORDER BY k::bigint) FROM jsonb_object_keys(regcar.standing_holds() -> 'hold') k), ARRAY[:first, :second]::bigint[], 'two holds stand');
SELECT is((SELECT array_agg(k::bigint) FROM jsonb_object_keys(regcar.standing_holds() -> 'exempt') k), ARRAY[:second]::bigint[], 'one with an exemption');
SELECT is(regcar.standing_holds() -> 'does', '["freeze", "queue"]', 'what they do is said');
SELECT regcar.standing_holds() AS before \gset
SELECT regcar.hold_rows(ARRAY[:first, :second], ARRAY[:exemption]) AS rows \gset
SELECT is(regcar.hold_rows('{}', ARRAY[:exemption]) #>> '{hold,0,reason}', 'second', 'an exemption goes with its hold');
SELECT is(regcar.hold_rows('{}', '{}'), '{"hold": [], "exemption": []}', 'none, nothing');

-- On a node that has none of it
CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS 'BEGIN SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE regcar_state.hold, regcar_state.exemption, regcar_state.history; SET CONSTRAINTS ALL DEFERRED; END';
SELECT forget() \g /dev/null
SELECT is(regcar.adopt_holds(:'rows'), '[]', 'all of it is taken over');
SELECT is(regcar.standing_holds(), :'before'::jsonb, 'and stands as it did');
SELECT results_eq('SELECT event, hold FROM regcar.history ORDER BY id', format('VALUES (''placed'', %s::bigint), (''placed'', %s), (''exempted'', %2$s)', :first, :second), 'with an event each');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'that fits');
SELECT is((SELECT action::text FROM regcar.hold_for('reg', '{"mark": "AB75 CDE", "make": "A"}')), 'freeze', 'it binds');
SELECT is((SELECT count(*) FROM regcar.hold_for('reg', '{"mark": "AB75 CDE", "make": "C"}')), 0::bigint, 'and exempts');
SELECT is(regcar.adopt_holds(:'rows'), '[]', 'again, it is no problem');
SELECT is((SELECT count(*) FROM regcar.history), 3::bigint, 'nor an event');

-- Another session's settings change nothing
SET LOCAL timezone = 'Asia/Kathmandu';
SET LOCAL datestyle = 'SQL, DMY';
SELECT is(regcar.standing_holds(), :'before'::jsonb, 'digests do not depend on the session');
SELECT is(regcar.adopt_holds(:'rows'), '[]', 'nor what is the same');
RESET timezone;
RESET datestyle;

-- Ends go one way
SELECT regcar.revoke_exemption(:exemption, 'not clean'), regcar.lift_hold(:first, 'over') \g /dev/null
SELECT matches(regcar.adopt_holds(:'rows')::text, 'hold ' || :first || ' was lifted there by .*: over.*exemption ' || :exemption || ' was revoked there by .*: not clean', 'what ended here is not brought back, and said');
SELECT is((SELECT count(*) FROM regcar.active_holds), 1::bigint, 'it has ended');
SELECT regcar.hold_rows(ARRAY[:first, :second], ARRAY[:exemption]) AS ended \gset
SELECT forget(), regcar.adopt_holds(:'rows') \g /dev/null
SELECT is(regcar.adopt_holds(:'ended'), '[]', 'an end is taken over');
SELECT results_eq('SELECT event FROM regcar.history ORDER BY id OFFSET 3', $$VALUES ('lifted'), ('revoked')$$, 'with its events');
SELECT is((SELECT count(*) FROM regcar.active_exemptions), 0::bigint, 'the exemption is revoked');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history fits');

-- Another one of that number
SELECT forget() \g /dev/null
SELECT regcar.adopt_holds(jsonb_set(:'rows', '{hold,1,reason}', '"of somebody else"')) \g /dev/null
SELECT is((SELECT count(*) FROM regcar.active_exemptions), 1::bigint, 'here a hold of that number is another one');
SELECT regcar.revoke_exemption(:exemption, 'x') \g /dev/null
SELECT matches(regcar.adopt_holds(jsonb_set(:'rows', '{exemption,0,exemption}', '77'))::text, 'hold ' || :second || ' is a different one there: of somebody else', 'it is named');
SELECT is((SELECT count(*) FROM regcar.active_exemptions), 0::bigint, 'and an exemption from one is none from the other');

-- Numbers go on behind
SELECT regcar.skip_numbers(5000, 6000) \g /dev/null
SELECT is(regcar.place_hold('third'), 5001::bigint, 'a hold that was taken over leaves its number behind');
SELECT is(regcar.exempt(5001, '{"make": "A"}', 'x'), 6001::bigint, 'so does an exemption');
SELECT regcar.skip_numbers(7, 7), regcar.skip_numbers(9223372036854775807, 9223372036854775807), regcar.skip_numbers(NULL, NULL) \g /dev/null
SELECT is(regcar.place_hold('fourth'), 5002::bigint, 'never back, and never to the end of all numbers');

ALTER TABLE regcar_state.hold ALTER hold RESTART 1;
SELECT is(regcar.standing_holds() ->> 'last_hold', '0', 'where none was placed, none is the last');
SELECT regcar.skip_numbers(1, NULL) \g /dev/null
SELECT is(regcar.standing_holds() ->> 'last_hold', '1', 'and the first number of another node is left out');

-- What is none
SELECT throws_ok($$SELECT regcar.adopt_holds('{"hold": [{"hold": 9, "action": "reject", "scope": {"make": null}, "reason": "x", "placed_by": "x", "placed_at": "2026-01-01"}]}')$$, '22023', NULL, 'no scope');
SELECT throws_ok($$SELECT regcar.adopt_holds('{"hold": [{"hold": 9, "scope": {}, "reason": "x", "placed_by": "x", "placed_at": "2026-01-01"}]}')$$, '23502', NULL, 'no action');
SELECT is(regcar.adopt_holds('{}'), '[]', 'nothing at all');

-- By an operator, without a cluster: nobody places a hold in another's name
CREATE ROLE regcar_nodes_operator;
SELECT regcar.grant_operator('regcar_nodes_operator') \g /dev/null
SET LOCAL SESSION AUTHORIZATION regcar_nodes_operator;
SELECT throws_ok($$SELECT regcar.adopt_holds('{}')$$, '0A000', NULL, 'an operator takes over nothing where there is no Citus');
RESET SESSION AUTHORIZATION;

-- Drained, as one value
SELECT is(regcar.drain_node('0'), '[]', 'nobody is inside COMMIT');

SELECT * FROM finish();
ROLLBACK;
