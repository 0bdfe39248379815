-- In a transaction that may not write, whatever an operator calls says what to do instead; lockdown() works nevertheless.
\set QUIET on
SET client_min_messages = error;
SET search_path = public, regcar;
DROP ROLE IF EXISTS t_reader;
CREATE ROLE t_reader LOGIN;
GRANT CREATE ON SCHEMA public TO t_reader;
SELECT grant_operator('t_reader') \g /dev/null
SET SESSION AUTHORIZATION t_reader;
CREATE TABLE reg (mark plate);
CREATE TABLE bare (mark plate);
SELECT guard('reg') \g /dev/null
SELECT place_hold('stands', action => 'queue') AS hold, exempt(1, '{"mark": "AB75 CDG"}', 'stands') AS exemption \gset
INSERT INTO reg VALUES ('AB75 CDE'), ('AB75 CDF');
RESET SESSION AUTHORIZATION;
CREATE FUNCTION failure(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE TABLE writer AS SELECT * FROM (VALUES
    ('SELECT regcar.place_hold(''x'')'), ('CALL regcar.lockdown(''x'')'), ('SELECT regcar.lift_hold(1, ''x'')'), ('SELECT regcar.lift_all(''x'')'),
    ('SELECT regcar.exempt(1, ''{}'', ''x'')'), ('SELECT regcar.revoke_exemption(1, ''x'')'), ('SELECT regcar.retry(1)'), ('SELECT regcar.discard(1, ''x'')'),
    ('SELECT regcar.queue_length(NULL)'), ('SELECT regcar.guard(''bare'')'), ('SELECT regcar.unguard(''reg'')'), ('SELECT regcar.waive_guard(''bare'', ''x'')'), ('SELECT regcar.require_guard(''bare'')'), ('SELECT regcar.adopt_holds(''{}'')'),
    ('SELECT * FROM regcar.submit(''reg'', ''{"mark": "AB75 CDJ"}'')')) v (statement);
GRANT SELECT ON writer TO PUBLIC;

SELECT no_plan();

-- The transaction is read-only of its own accord, then by the session's default
SET SESSION AUTHORIZATION t_reader;
CREATE TEMP TABLE own (mark plate);
BEGIN READ ONLY;
SELECT is((SELECT state FROM submit('own', '{"mark": "AB75 CDE"}')), 'registered', 'a temporary table may be written');
SELECT is((f).state, '25006', 'read-only: ' || statement) FROM writer, LATERAL (SELECT failure(statement) AS f OFFSET 0) x;
SELECT is_empty($$SELECT (f).* FROM writer, LATERAL (SELECT failure(statement) AS f OFFSET 0) x
    WHERE (f).message !~ ' takes a transaction that may write$' OR (f).detail <> 'This transaction was begun as read-only.'
       OR (f).hint <> 'SET default_transaction_read_only = off; then repeat the call in a new transaction.'$$, 'each says what it takes, and what to do');
SELECT is(count(*), 1::bigint, 'what reads goes on') FROM active_holds;
SELECT is(count(*), 0::bigint, 'so does drain()') FROM drain('0');
COMMIT;
SET default_transaction_read_only = on;
SELECT is((failure('SELECT regcar.lift_all(''x'')')).detail, 'In this session, transactions are read-only unless they say otherwise.', 'a session''s default is named');

-- The advice works
SET default_transaction_read_only = off;
SELECT is((failure('SELECT regcar.discard(2, ''x'')')).state, '00000', 'what the HINT says works');
SET default_transaction_read_only = on;

-- A procedure, by itself
\set ON_ERROR_STOP off
\set VERBOSITY terse
\o /dev/null
CALL regcar.release();
\set release :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL regcar.lockdown('works', '{"mark": "AB75 CDH"}');
\set lockdown :SQLSTATE
\o
SELECT is(:'release'::text, '25006 releasing the queue takes a transaction that may write', 'release() says so before it does anything');
SELECT is(:'lockdown'::text || ' ' || count(*), '00000 1', 'lockdown() places its hold') FROM active_holds WHERE reason = 'works';
RESET default_transaction_read_only;
RESET SESSION AUTHORIZATION;
SELECT is(count(*), 1::bigint, 'nothing else was done') FROM queue WHERE state = 'waiting';

-- What a superuser calls
BEGIN READ ONLY;
SELECT is((f).state || (f).hint, '25006SET default_transaction_read_only = off; then repeat the call in a new transaction.', statement)
FROM (VALUES ('SELECT regcar.grant_operator(''t_reader'')'), ('SELECT regcar.revoke_operator(''t_reader'')'), ('SELECT regcar.forget_refusals(now())')) v (statement), LATERAL (SELECT failure(statement) AS f OFFSET 0) x;
COMMIT;

DROP OWNED BY t_reader;
DROP ROLE t_reader;
SELECT * FROM finish();
