-- Whoever prepares a transaction, or makes a table, chooses its name. What is shown with it stays one line: neither a message
-- of its own, nor a statement after a comment.
SET client_min_messages = error;
SET search_path = public;
CREATE ROLE line_dealer LOGIN;
CREATE ROLE line_operator LOGIN;
SELECT regcar.grant_operator('line_operator') \g /dev/null
CREATE SCHEMA line_own AUTHORIZATION line_dealer;
CREATE TABLE reg (mark regcar.plate, dealer text);
GRANT INSERT ON reg TO line_dealer;
SELECT regcar.guard('reg') \g /dev/null

SELECT no_plan();

SELECT is(regcar.end_of_prepared(gid), statement, 'it ends one with a name of ' || length(gid))
FROM (VALUES ('plain', 'ROLLBACK PREPARED ''plain'';'), ('it''s', 'ROLLBACK PREPARED ''it''''s'';'), ('a\b', 'ROLLBACK PREPARED E''a\\b'';'),
             (E'a\nb''\\\x7f\té', 'ROLLBACK PREPARED E''a\x0Ab''''\\\x7F\x09é'';'), ('citus_1_2_3_4', 'ROLLBACK PREPARED ''citus_1_2_3_4'';')) v (gid, statement);

SET SESSION AUTHORIZATION line_dealer;
BEGIN;
INSERT INTO reg VALUES ('AB75 CDE', 'A');
PREPARE TRANSACTION E'x\nALTER ROLE line_dealer SUPERUSER; --';
CREATE TABLE line_own."x
ALTER ROLE line_dealer SUPERUSER; --" (mark regcar.plate);
RESET SESSION AUTHORIZATION;
SELECT regcar.place_hold('all') \g /dev/null

SET SESSION AUTHORIZATION line_operator;
SELECT is_empty($$SELECT * FROM regcar.status WHERE detail ~ '[[:cntrl:]]' OR to_do ~ '[[:cntrl:]]'$$, 'status has no line break');
SELECT is((SELECT to_do FROM regcar.status WHERE topic = 'prepared transaction'),
          '-- as line_dealer or a superuser: ROLLBACK PREPARED E''x\x0AALTER ROLE line_dealer SUPERUSER; --'';', 'nothing stands after the comment');
SELECT is((SELECT to_do FROM regcar.status WHERE state = 'not guarded'), 'SELECT * FROM regcar.guards WHERE status = ''not guarded'';', 'nor where a table has the name');
RESET SESSION AUTHORIZATION;
SELECT regcar.end_of_prepared(gid) AS ending FROM pg_prepared_xacts WHERE owner = 'line_dealer' \gset
:ending
SELECT is_empty('SELECT FROM pg_prepared_xacts', 'the statement ends the transaction');

SELECT * FROM finish();
