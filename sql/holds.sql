-- What an operator reads: answers, warnings, and errors with their DETAIL and HINT.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET search_path = "$user", public, regcar;
CREATE TABLE registration (mark plate PRIMARY KEY, manufacturer text, dealer text);
CREATE TABLE trailer_register (mark plate, dealer text);
SELECT guard('registration', keys => '{"make": "manufacturer"}');
SELECT guard('trailer_register');
-- Whatever other tests left, numbers begin here.
ALTER TABLE regcar_state.hold ALTER hold RESTART 7001;
ALTER TABLE regcar_state.exemption ALTER exemption RESTART 701;
ALTER TABLE regcar_state.queue_entry ALTER id RESTART 70001;

-- A hold whose key a table cannot answer, and an exemption
SELECT place_hold('one make', '{"make": "Jaguar", "colour": "red"}', 'queue', 'INC-7');
SELECT exempt(7001, '{"delaer": "Okafor & Sons"}', 'a slip');
SELECT revoke_exemption(701, 'a slip');
SELECT exempt(7001, '{"dealer": "Okafor & Sons"}', 'their systems are clean');
SELECT hold, action, scope, reason, incident, exemptions, queued FROM active_holds;
SELECT exemption, hold, scope, reason FROM active_exemptions;

-- A dealer's view
SET client_min_messages = warning;      -- its NOTICE has the time
INSERT INTO registration VALUES ('AB75 CDE', 'Jaguar', 'Price Ltd'), ('AB75 CDF', 'Jaguar', 'Okafor & Sons'), ('AB75 CDF', 'Jaguar', 'Price Ltd'), ('AB75 CDG', 'Jaguar', 'Price Ltd');
TABLE registration;
SELECT id, hold, target, row_data, state, outcome FROM queue;
SELECT hold, action, reason, incident FROM hold_for('registration', '{"mark": "AB75 CDH", "manufacturer": "Jaguar", "dealer": "Price Ltd"}');
\set VERBOSITY terse
UPDATE registration SET dealer = 'Price Ltd';
\set VERBOSITY default

-- What each answers
SELECT revoke_exemption(702, 'not so clean');
CALL release();
SELECT id, state, outcome FROM queue;
SELECT regexp_replace(lift_hold(7001, 'network is clean'), '[0-9:]+$', 'a while');
CALL release();
SELECT id, state, outcome FROM queue;
SELECT hold, target, waiting, released, failed, discarded, oldest_waiting FROM queue_summary;
SELECT retry(70002);
SELECT discard(70002, 'registered by telephone');
SELECT place_hold('one'), place_hold('two');
-- a superuser may weaken a guard under a hold, and is warned
\set VERBOSITY terse
ALTER TABLE trailer_register DISABLE TRIGGER "~registration_hold";
ALTER TABLE trailer_register ENABLE ALWAYS TRIGGER "~registration_hold";
\set VERBOSITY default
SELECT lift_all('again');
SELECT lift_all('and again');
SELECT unguard('registration');
SELECT guard('registration', keys => '{"make": "manufacturer"}');
SELECT action, reason, incident, queued, released, failed, discarded, waiting FROM hold_report WHERE hold > 7000;
SELECT event, hold, regexp_replace(detail, 'after \d\d:\d\d:\d\d', 'after a while') AS detail FROM incident_account('INC-7');

-- Wrong calls
SELECT place_hold('x', '{"region": "Wales"}');
SELECT place_hold('x', '{"make": null}');
SELECT place_hold('x', '{"make": {"not": "Jaguar"}}');
SELECT place_hold('x', starts_at => 'infinity');
CALL lockdown('x', action => 'rejct');
SELECT discard(0, 'x');
SELECT revoke_exemption(0, 'x');
CALL release(0);
BEGIN;
CALL release();
ROLLBACK;
SELECT incident_account('INC-8');

-- No guard, no effect: it is said at once
SELECT unguard('registration'), unguard('trailer_register');
SET client_min_messages = notice;
SELECT place_hold('nothing guarded');
SELECT lift_all('over');
DROP TABLE registration, trailer_register;
