-- What revoke_operator() says where a role may still operate.
\set SHOW_CONTEXT never
CREATE ROLE regress_oncall;
CREATE ROLE regress_night IN ROLE regress_oncall;
CREATE ROLE "regress Anna" IN ROLE regress_night;
CREATE ROLE regress_super SUPERUSER;
SELECT regcar.grant_operator('regress_oncall'), regcar.grant_operator('"regress Anna"'), regcar.grant_operator('regress_super');
SELECT * FROM regcar.operators WHERE role LIKE 'regress%';
SELECT regcar.revoke_operator('"regress Anna"');
SELECT regcar.revoke_operator('"regress Anna"');
SELECT regcar.revoke_operator('regress_super');
SELECT regcar.revoke_operator('regress_oncall');
SELECT regcar.revoke_operator('regress_oncall');
SELECT regcar.revoke_operator('nobody here');
SELECT * FROM regcar.operators WHERE role LIKE 'regress%';
DROP ROLE regress_oncall, regress_night, "regress Anna", regress_super;

-- What lift_hold() and lift_all() say where registrations wait.
CREATE TABLE regress_register (mark regcar.plate);
SELECT regcar.guard('regress_register');
SET client_min_messages = warning;      -- the NOTICE of a queued row has the time
SELECT regcar.place_hold('set aside', action => 'queue') AS hold \gset
INSERT INTO regress_register VALUES ('AB75 CDE'), ('AB75 CDF');
RESET client_min_messages;
BEGIN;
SELECT regcar.lift_hold(:hold, 'over') ~ 'is lifted; it stood for' AS lifted;
ROLLBACK;
SELECT count(regcar.discard(q.id, 'registered by telephone')) FROM (SELECT max(id) AS id FROM regcar.queue WHERE state = 'waiting') q;
SELECT regcar.lift_all('over') ~ '^lifted: hold \d+$' AS lifted;
SELECT count(regcar.discard(q.id, 'registered by telephone')) FROM (SELECT max(id) AS id FROM regcar.queue WHERE state = 'waiting') q;
SET client_min_messages = warning;
SELECT regcar.place_hold('set aside', action => 'queue') AS hold \gset
RESET client_min_messages;
SELECT regcar.lift_hold(:hold, 'nothing waits') ~ 'is lifted; it stood for' AS lifted;
DROP TABLE regress_register;

-- What exempt() says of an exemption for another hold, and revoke_operator() where a hold takes more operators than are left.
CREATE ROLE regress_second LOGIN;
SELECT regcar.grant_operator('regress_second');
CREATE TABLE regress_register (mark regcar.plate, make text, doors numeric);
SELECT regcar.guard('regress_register');
INSERT INTO regress_register VALUES ('AB75 CDE', 'Jaguar', 5), ('AB75 CDF', 'Rover', 3);
SELECT regcar.use_number('hold', 7101) \g /dev/null
SELECT regcar.place_hold('one make', '{"make": ["Jaguar", "Daimler"], "doors": 5.0}', approvals => 2) AS hold \gset
SELECT regcar.revoke_operator('regress_second');
SELECT regcar.lift_hold(:hold, 'over') ~ 'that is more than there are, so a superuser has to make another: SELECT regcar.grant_operator\(role\);$' AS says_so;
SELECT regcar.lift_hold(regcar.place_hold('another', '{"make": "Rover"}'), 'over') ~ 'is lifted' AS lifted;
SELECT regcar.use_number('hold', 7103) \g /dev/null
SELECT regcar.place_hold('other make', '{"make": "Rover", "doors": 3}') AS other \gset
SELECT regcar.use_number('exemption', 7101), regcar.exempt(:other, '{"make": ["Jaguar", "JAGUAR"]}', 'clean') \g /dev/null
SELECT regcar.use_number('exemption', 7102), regcar.exempt(:other, '{"make": "rover", "doors": "3.00"}', 'in other words') \g /dev/null
SELECT regcar.grant_operator('regress_second');
SELECT regcar.lift_all('over') ~ '^lifted: hold 7103\nlifting hold 7101 takes 2 operators' AS lifted;
SET SESSION AUTHORIZATION regress_second;
SELECT regcar.lift_all('over');
RESET SESSION AUTHORIZATION;
SELECT regcar.revoke_operator('regress_second');
DROP ROLE regress_second;
DROP TABLE regress_register;
