-- A session that has a replication origin brings rows of another server, whichever program it is: a guard lets them
-- through, or, where it holds replicated rows too, refuses rather than queues them.
BEGIN;
SET LOCAL client_min_messages = error;

CREATE TABLE through (mark regcar.plate, note text);
CREATE TABLE held (mark regcar.plate, note text);
SELECT regcar.guard('through'), regcar.guard('held', replicated => true) \g /dev/null
CREATE ROLE t_dealer;
SELECT regcar.place_hold('queue', action => 'queue') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
CREATE FUNCTION waiting() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM regcar.queue_entry';

SELECT plan(10);

SELECT ok(NOT has_function_privilege('t_dealer', 'pg_replication_origin_session_setup(text)', 'EXECUTE'), 'a dealer may not set an origin');
INSERT INTO through VALUES ('AB75 CDE', 'before');
SELECT is(waiting(), 1::bigint, 'a row of this server is queued');

SELECT pg_replication_origin_create('t_neighbour'), pg_replication_origin_session_setup('t_neighbour') \g /dev/null
INSERT INTO through VALUES ('AB75 CDF', 'another server''s');
SELECT results_eq('SELECT mark::text FROM through', ARRAY['AB75 CDF'], 'a row of another server goes through');
UPDATE through SET mark = 'AB75 CDG';
SELECT results_eq('SELECT mark::text FROM through', ARRAY['AB75 CDG'], 'so does its next change');
SELECT is(waiting(), 1::bigint, 'nothing of it is queued');
SELECT throws_ok($$INSERT INTO held VALUES ('AB75 CDF')$$, 'RH001', NULL, 'where replicated rows are held too, the row is refused');
SELECT is(waiting(), 1::bigint, 'and not queued');

-- A hold that such a program brings is in the history of this server.
SET LOCAL session_replication_role = replica;
INSERT INTO regcar_state.hold OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(h, '{"hold": 1000, "reason": "brought"}')).* FROM regcar_state.hold h;
SET LOCAL session_replication_role = origin;
SELECT is_empty('SELECT problem FROM regcar.verify_history() WHERE problem IS NOT NULL', 'a hold that is replicated is in the history');

SELECT pg_replication_origin_session_reset() \g /dev/null
INSERT INTO through VALUES ('AB75 CDH', 'after');
SELECT is(waiting(), 2::bigint, 'after the origin is reset, rows are queued again');
SELECT is((SELECT count(*) FROM through), 1::bigint, 'and do not go through');

SELECT * FROM finish();
ROLLBACK;
