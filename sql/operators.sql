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
