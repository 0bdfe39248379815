-- The README's first statements and its incident runbook, line by line.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET search_path = "$user", public, regcar;

CREATE TABLE registration (
    mark plate PRIMARY KEY,
    registered date NOT NULL,
    CHECK (require_issuable(mark, registered)));
SELECT guard('registration');
INSERT INTO registration VALUES ('ab75 cde', '2025-09-01');
TABLE registration;
INSERT INTO registration VALUES ('AB75 IQC', '2025-09-01');
INSERT INTO registration VALUES ('AB75 CDF', '2025-08-31');

CALL regcar.lockdown('ransomware in the dealer network', incident => 'INC-42');
SELECT hold, action, scope, reason, incident, placed_by = session_user AS by_me, starts_at, expires_at
FROM regcar.active_holds;
SELECT * FROM regcar.guards WHERE status <> 'ok';
SELECT hold, action, reason, incident FROM regcar.hold_for('registration', '{}');
-- DETAIL has the time, so only what is the same every day
\set VERBOSITY terse
INSERT INTO registration VALUES ('AB75 CDF', '2025-09-01');
\echo :LAST_ERROR_SQLSTATE
UPDATE registration SET registered = '2025-09-02';
UPDATE registration SET mark = 'AB75 CDG';
\set VERBOSITY default
SELECT regexp_replace(regcar.lift_hold(1, 'network is clean'), '[0-9:]+$', 'a while');
CALL regcar.lockdown('again', action => 'freeze', expires_at => now() + interval '4 hours');
\set VERBOSITY terse
UPDATE registration SET registered = '2025-09-01';
DELETE FROM registration;
TRUNCATE registration;
\set VERBOSITY default
SELECT regcar.lift_all('incident closed');
SELECT hold, action, reason, incident, lift_reason FROM regcar.hold_history;
SELECT count(*) FROM regcar.hold_for('registration', '{}');
INSERT INTO registration VALUES ('AB75 CDF', '2025-09-01');
SELECT * FROM registration ORDER BY mark;

-- Wrong calls say what to do instead.
SELECT regcar.lift_hold(99, 'x');
SELECT regcar.lift_hold(1, '');
SELECT regcar.lift_all('x');
CALL regcar.lockdown('');
CALL regcar.lockdown('x', '{"make": "Jaguar"}');
CALL regcar.lockdown('x', '[]');
CALL regcar.lockdown('x', wait => NULL);
SELECT regcar.guard('registration');
SELECT regcar.guard('pg_class');
SELECT regcar.guard('regcar.guards');
SELECT regcar.unguard('registration');
SELECT regcar.unguard('registration');
DROP TABLE registration;
