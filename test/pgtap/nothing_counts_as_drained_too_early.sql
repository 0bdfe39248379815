-- A drain speaks for a hold only when it has begun, is committed and nobody is left who may not know of it; likewise for the end
-- of an exemption. Both go by the clock, with nothing done at that moment.
SET client_min_messages = error;
SET search_path = public;
SELECT no_plan();

CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
SELECT regcar.guard('reg') \g /dev/null
PREPARE undrained AS SELECT hold, exemption FROM regcar.undrained_holds();

-- A hold that its own transaction drains is not committed, and so nobody knows of it

BEGIN;
SELECT regcar.place_hold('mine', '{"dealer": "A"}') AS hold \gset
SELECT is_empty('SELECT * FROM regcar.drain(''1 day'')', 'nobody is left, as the transaction that places a hold sees it');
COMMIT;
SELECT results_eq('EXECUTE undrained', format('VALUES (%s::bigint, NULL::bigint)', :hold), 'but the hold is not drained');
SELECT is_empty('SELECT * FROM regcar.drain(''1 day'')', 'the next drain');
SELECT is_empty('EXECUTE undrained', 'is for the hold');
SELECT regcar.exempt(:hold, '{"dealer": "A"}', 'clean') AS exemption \gset
BEGIN;
SELECT regcar.revoke_exemption(:exemption, 'not so clean') \g /dev/null
SELECT * FROM regcar.drain('1 day');
COMMIT;
SELECT results_eq('EXECUTE undrained', format('VALUES (%s::bigint, %s::bigint)', :hold, :exemption), 'the same with the end of an exemption');
SELECT * FROM regcar.drain('1 day');
SELECT is_empty('EXECUTE undrained', 'and the next drain');

-- A hold that starts later

SELECT clock_timestamp() + interval '1500 ms' AS starts_at \gset
CALL regcar.lockdown('later', '{"dealer": "B"}', starts_at => :'starts_at');
SELECT max(hold) AS hold FROM regcar.active_holds \gset
SELECT is_empty('EXECUTE undrained', 'before it starts there is nothing to drain');
SELECT * FROM regcar.drain('1 day');
INSERT INTO reg VALUES ('AB75 CDE', 'B');
BEGIN;
INSERT INTO reg VALUES ('AB75 CDF', 'B');
PREPARE TRANSACTION 'before the start';
SELECT ok(clock_timestamp() < :'starts_at', 'a registration is prepared before the start');
SELECT pg_sleep_until(:'starts_at');
SELECT throws_ok('INSERT INTO reg VALUES (''AB75 CDG'', ''B'')', 'RH001', NULL, 'the hold has started');
SELECT results_eq('SELECT hold, since FROM regcar.undrained_holds()', format('VALUES (%s::bigint, %L::timestamptz)', :hold, :'starts_at'), 'and has not been drained since, whatever was drained before');
SELECT results_eq('SELECT gid FROM regcar.drain(''1 day'')', $$VALUES ('before the start')$$, 'drain() names the prepared registration');
SELECT results_eq('EXECUTE undrained', format('VALUES (%s::bigint, NULL::bigint)', :hold), 'so that the hold is not drained');
COMMIT PREPARED 'before the start';
SELECT is_empty('SELECT * FROM regcar.drain(''1 day'')', 'when it has ended nobody is left');
SELECT is_empty('EXECUTE undrained', 'and the hold is drained');

-- An exemption that expires

SELECT clock_timestamp() + interval '1500 ms' AS expires_at \gset
SELECT regcar.exempt(:hold, '{"mark": "AB75 CDH"}', 'for a moment', :'expires_at') AS exemption \gset
SELECT * FROM regcar.drain('1 day');
BEGIN;
INSERT INTO reg VALUES ('AB75 CDH', 'B');
PREPARE TRANSACTION 'before the end';
SELECT ok(clock_timestamp() < :'expires_at', 'an exempted registration is prepared before the end');
SELECT is_empty('EXECUTE undrained', 'an exemption that stands is nothing to drain');
BEGIN;
SELECT count(*) FROM reg;
SELECT pg_sleep_until(:'expires_at');
SELECT throws_ok('INSERT INTO reg VALUES (''AB75 CDH'', ''B'')', 'RH001', NULL, 'it has expired, in a transaction that began before, too');
COMMIT;
SELECT results_eq('SELECT hold, since, exemption FROM regcar.undrained_holds()', format('VALUES (%s::bigint, %L::timestamptz, %s::bigint)', :hold, :'expires_at', :exemption), 'and has not been drained since');
SELECT results_eq('SELECT gid FROM regcar.drain(''1 day'')', $$VALUES ('before the end')$$, 'drain() names the prepared registration');
SELECT is((SELECT count(*) FROM regcar.undrained_holds()), 1::bigint, 'so that its end is not drained');
ROLLBACK PREPARED 'before the end';
SELECT * FROM regcar.drain('1 day');
SELECT is_empty('EXECUTE undrained', 'when that has ended it is');

SELECT * FROM finish();
