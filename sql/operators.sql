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
