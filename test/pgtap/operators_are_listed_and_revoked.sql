-- The view operators names everybody who may operate, and why; revoke_operator() takes away all that was granted, and says who
-- may operate nevertheless.
BEGIN;
SET LOCAL client_min_messages = error;
\ir ../lib/as_role.sql
SET LOCAL search_path = regcar, public;
\ir ../lib/members.sql
SET LOCAL search_path = public;

CREATE ROLE "t oncall";             -- a group, with a name that has to be quoted
CREATE ROLE t_anna LOGIN IN ROLE "t oncall";
CREATE ROLE t_noinherit LOGIN NOINHERIT IN ROLE "t oncall";
CREATE ROLE t_deputy IN ROLE t_anna;
CREATE ROLE t_ben LOGIN;
CREATE ROLE t_super SUPERUSER;
CREATE ROLE t_admin LOGIN IN ROLE t_super;
CREATE ROLE t_owner LOGIN;
CREATE ROLE t_monitor LOGIN;
CREATE ROLE t_nobody LOGIN;
GRANT CREATE ON SCHEMA public TO t_owner, t_ben;

CREATE FUNCTION pg_temp.failure(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
CREATE FUNCTION pg_temp.listed(roles name[] DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', role, basis, through, CASE WHEN can_login THEN 'logs in' END) FROM regcar.operators
    WHERE role LIKE 't\_%' AND (roles IS NULL OR role = ANY (roles)) OR role IN ('t oncall', 'PUBLIC') AND roles IS NULL
$$;

SELECT no_plan();

-- Who

SELECT is(array_agg(l), '{t_admin SET ROLE t_super logs in,t_super superuser}', 'at first superusers alone, and who may become one') FROM pg_temp.listed() l;
SELECT is(regcar.grant_operator('"t oncall"'), '"t oncall" is an operator of holds', 'a group is made an operator');
SELECT is(regcar.grant_operator('t_ben'), 't_ben is an operator of holds', 'and a role that logs in');
GRANT SELECT ON regcar.active_holds TO t_monitor;
SELECT results_eq('SELECT * FROM pg_temp.listed()', $$VALUES
    ('t oncall grant'), ('t_admin SET ROLE t_super logs in'), ('t_anna membership t oncall logs in'), ('t_ben grant logs in'),
    ('t_deputy membership t oncall'), ('t_noinherit SET ROLE t oncall logs in'), ('t_super superuser')$$, 'each with the reason');
SELECT is_empty($$
    SELECT r.rolname FROM pg_roles r
    WHERE has_function_privilege(r.oid, 'regcar.place_hold'::regproc, 'EXECUTE')
          IS DISTINCT FROM EXISTS (SELECT FROM regcar.operators o WHERE o.role = r.rolname AND o.basis <> 'SET ROLE')
    $$, 'the list has those who may place a hold, and no others');
GRANT EXECUTE ON FUNCTION regcar.lift_hold(bigint, text) TO PUBLIC;
SELECT is(count(*), 1::bigint, 'a right that everybody was given is in the list') FROM pg_temp.listed() l WHERE l = 'PUBLIC grant logs in';
REVOKE EXECUTE ON FUNCTION regcar.lift_hold(bigint, text) FROM PUBLIC;
SELECT is(pg_temp.answer('t_ben', 'SELECT count(*) > 0 FROM regcar.operators'), 'true', 'an operator reads it');
SELECT is(pg_temp.answer('t_nobody', 'SELECT count(*) FROM regcar.operators'), '42501', 'nobody else does');

-- Revoking takes all of it

SET ROLE t_ben;
CREATE TABLE bens (mark regcar.plate) PARTITION BY RANGE (mark);
SELECT regcar.guard('bens') \g /dev/null
RESET ROLE;
SELECT is(regcar.revoke_operator('t_ben'), 't_ben is no longer an operator of holds', 'revoke_operator() says what it did');
SELECT is_empty('SELECT * FROM pg_temp.listed(''{t_ben}'')', 'the list has it no more');
CREATE TEMP VIEW extra_right AS
SELECT f.object FROM function_member f
WHERE has_function_privilege('t_ben', f.oid, 'EXECUTE') AND NOT has_function_privilege('t_nobody', f.oid, 'EXECUTE')
UNION ALL
SELECT m.object FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v')
WHERE has_any_column_privilege('t_ben', c.oid, 'SELECT') AND NOT has_any_column_privilege('t_nobody', c.oid, 'SELECT');
SELECT results_eq('SELECT object::text FROM extra_right', $$VALUES ('function registration_hold()')$$, 'nothing is left that others have not, but what the owner of a guarded table needs');
SELECT is(pg_temp.as_role('t_ben', 'CREATE TABLE bens_75 PARTITION OF bens DEFAULT'), 'done', 'and so it can create a partition');
SELECT is(pg_temp.as_role('t_ben', 'SELECT regcar.place_hold(''x'')'), '42501', 'but place no hold');
SELECT is(regcar.grant_operator('t_ben'), 't_ben is an operator of holds', 'it may be given back');
SELECT is(pg_temp.as_role('t_ben', 'SELECT regcar.place_hold(''x'')'), 'done', 'and works again');
DROP TABLE bens;
SELECT regcar.revoke_operator('t_ben') \g /dev/null
SELECT is_empty('SELECT * FROM extra_right', 'without a guarded table nothing at all is left');
SELECT is(pg_temp.answer('t_monitor', 'SELECT count(*) >= 0 FROM regcar.active_holds'), 'true', 'what others were granted stays');

-- A right that was handed on, and what older versions gave
GRANT EXECUTE ON FUNCTION regcar.drain_gate(interval) TO t_ben;
GRANT EXECUTE ON FUNCTION regcar.lift_hold(bigint, text) TO t_ben WITH GRANT OPTION;
SET ROLE t_ben;
GRANT EXECUTE ON FUNCTION regcar.lift_hold(bigint, text) TO t_nobody;
RESET ROLE;
SELECT is(array_agg(l), '{t_ben grant logs in,t_nobody grant logs in}', 'whom an operator let operate is in the list') FROM pg_temp.listed('{t_ben,t_nobody}') l;
SELECT is(regcar.revoke_operator('t_ben'), 't_ben is no longer an operator of holds', 'what it handed on goes with it');
SELECT is_empty('SELECT * FROM pg_temp.listed(''{t_ben,t_nobody}'')', 'from all of them');
SELECT is_empty('SELECT * FROM extra_right', 'and so does a right that grant_operator() does not give today');

-- What is refused, and what to do instead

SELECT is((f).state || ' ' || (f).message, want, statement)
FROM (VALUES
    ('SELECT regcar.revoke_operator(NULL)', '42704 there is no role null'),
    ('SELECT regcar.revoke_operator(''t_oncal'')', '42704 there is no role ''t_oncal'''),
    ('SELECT regcar.revoke_operator(''t_nobody'')', '22023 t_nobody is not an operator'),
    ('SELECT regcar.revoke_operator(''t_monitor'')', '22023 t_monitor is not an operator'),
    ('SELECT regcar.revoke_operator(''t_anna'')', '55000 t_anna has no grant of its own to revoke'),
    ('SELECT regcar.revoke_operator(''t_super'')', '55000 t_super has no grant of its own to revoke'),
    (format('SELECT regcar.revoke_operator(%L)', quote_ident(session_user)), '55000 a role cannot revoke its own right to operate')) v (statement, want),
    LATERAL (SELECT pg_temp.failure(statement) AS f OFFSET 0) x;
SELECT is((pg_temp.failure('SELECT regcar.revoke_operator(''t_anna'')')).hint, 'SELECT * FROM regcar.operators WHERE role = ''t_anna'';', 'with a HINT that shows why');
SELECT is(pg_temp.as_role(who, 'SELECT regcar.revoke_operator(''t_anna'')'), '42501', who || ' may revoke nothing') FROM unnest('{t_anna,t_nobody}'::name[]) who;

-- Other reasons why it may still operate; ../../sql/operators.sql has the warnings
SELECT regcar.grant_operator('t_noinherit'), regcar.grant_operator('t_anna') \g /dev/null
SELECT is(regcar.revoke_operator('t_anna'), 't_anna has no grant of its own any more, but may still operate', 'a member of a group may still operate, and the answer says so');
SELECT is(array_agg(l), '{t_anna membership t oncall logs in}', 'as the list does') FROM pg_temp.listed('{t_anna}') l;
SELECT is(regcar.revoke_operator('t_noinherit'), 't_noinherit has no grant of its own any more, but may still operate', 'so may one that has to SET ROLE first');
REVOKE "t oncall" FROM t_anna;
SELECT is_empty('SELECT * FROM pg_temp.listed(''{t_anna,t_deputy}'')', 'the statement that the warning names ends it, for members of members too');
SELECT is(regcar.revoke_operator('"t oncall"'), '"t oncall" is no longer an operator of holds', 'a group is revoked');
SELECT is(array_agg(l), '{t_admin SET ROLE t_super logs in,t_super superuser}', 'and with it its members') FROM pg_temp.listed() l;

SELECT * FROM finish();
ROLLBACK;
