-- Each role may do what its row says, and nothing else: with every object of the extension (lib/rights.sql), by every way
-- around the functions, and with each row of the queue. An object that has no row fails.
BEGIN;
SET LOCAL client_min_messages = error;
\ir ../lib/as_role.sql
SET LOCAL search_path = regcar, public;
\ir ../lib/members.sql
\ir ../lib/rights.sql
SET LOCAL search_path = public;

CREATE ROLE t_owner;        -- of the table of registrations, and no operator
CREATE ROLE t_operator;
CREATE ROLE t_dealer;       -- registers, and reads
CREATE ROLE t_writer;       -- may only insert
CREATE ROLE t_reporter;     -- reads the table of registrations
CREATE ROLE t_other;        -- another dealer
CREATE ROLE t_chain;        -- a group of dealers
CREATE ROLE t_branch IN ROLE t_chain;
CREATE ROLE t_outsider NOINHERIT IN ROLE t_chain;
GRANT CREATE ON SCHEMA public TO t_owner, t_operator, t_dealer;

SET ROLE t_owner;
CREATE TABLE reg (mark regcar.plate, make text, note text);
GRANT SELECT, INSERT, UPDATE, DELETE ON reg TO t_dealer, t_other, t_chain;
GRANT SELECT ON reg TO t_reporter;
GRANT INSERT ON reg TO t_writer;
RESET ROLE;
CREATE TABLE free (mark regcar.plate);

SELECT no_plan();
SELECT is(regcar.grant_operator('t_operator'), 't_operator is an operator of holds', 'grant_operator says what it did');
SELECT regcar.guard('reg') \g /dev/null

-- Objects. Each that can be granted, whatever its class, and how its privileges are called

CREATE TEMP TABLE object AS
SELECT f.oid AS objid, 'function' AS kind, f.proname AS name, f.oid::regprocedure::text AS described, f.proacl AS acl, f.proowner AS owner,
       f.oid IN (SELECT oid FROM support_function) AS support
FROM function_member f
UNION ALL       -- the sequence of an identity column is no member, but its table's
SELECT c.oid, 'relation', CASE WHEN c.relnamespace = 'regcar'::regnamespace THEN c.relname::text ELSE format('%s.%s', c.relnamespace::regnamespace, c.relname) END, c.oid::regclass::text, c.relacl, c.relowner, false FROM pg_class c
WHERE c.relkind NOT IN ('i', 'c', 't')
  AND (c.oid IN (SELECT objid FROM member WHERE classid = 'pg_class'::regclass)
       OR EXISTS (SELECT FROM pg_depend d JOIN member m ON (m.classid, m.objid) = (d.refclassid, d.refobjid)
                  WHERE (d.classid, d.objid, d.refclassid, d.deptype) = ('pg_class'::regclass, c.oid, 'pg_class'::regclass, 'i')))
UNION ALL
SELECT t.oid, 'type', t.typname, t.oid::regtype::text, t.typacl, t.typowner, false FROM pg_type t WHERE t.oid IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)
UNION ALL
SELECT n.oid, 'schema', n.nspname, n.nspname, n.nspacl, n.nspowner, false FROM pg_namespace n
WHERE n.nspname = 'regcar' OR n.oid IN (SELECT objid FROM member WHERE classid = 'pg_namespace'::regclass);

SELECT cmp_ok((SELECT count(*) FROM object WHERE kind = k), '>=', n::bigint, format('every %s is found', k)) FROM (VALUES ('function', 200), ('relation', 18), ('type', 10), ('schema', 1)) v (k, n);
SELECT is_empty($$
    SELECT DISTINCT classid::regclass FROM member
    WHERE classid::regclass::text NOT IN ('pg_proc', 'pg_class', 'pg_type', 'pg_namespace', 'pg_cast', 'pg_operator', 'pg_opclass', 'pg_opfamily', 'pg_event_trigger')
    $$, 'the extension has no other kind of object that could be granted');
SELECT is_empty('SELECT kind, described FROM object o WHERE NOT support AND NOT EXISTS (SELECT FROM object_right r WHERE (r.kind, r.name) = (o.kind, o.name))',
                'every object has a row that says who may use it');
SELECT is_empty('SELECT kind, name FROM object_right EXCEPT SELECT kind, name FROM object', 'the rows name only what there is');
SELECT is_empty('SELECT kind, name FROM object_right GROUP BY 1, 2 HAVING count(*) > 1', 'and each once');

-- What each role has of each object, and what it should have
CREATE TEMP VIEW matrix AS
SELECT o.kind, o.described, r.role, has.privileges,
       CASE WHEN o.support OR w.who = 'everybody' OR r.role = ANY (string_to_array(w.who, ' and '))
            THEN CASE o.kind WHEN 'function' THEN 'EXECUTE' WHEN 'relation' THEN 'SELECT' ELSE 'USAGE' END END AS should_have
FROM object o
LEFT JOIN object_right w ON (w.kind, w.name) = (o.kind, o.name)
CROSS JOIN unnest('{operator,dealer,writer,reporter,owner,outsider}'::text[]) AS r (role)
CROSS JOIN LATERAL (
    SELECT string_agg(p.privilege, ',' ORDER BY p.privilege) AS privileges
    FROM unnest(CASE o.kind WHEN 'function' THEN '{EXECUTE}'::text[] WHEN 'type' THEN '{USAGE}' WHEN 'schema' THEN '{CREATE,USAGE}'
                ELSE CASE (SELECT relkind FROM pg_class WHERE oid = o.objid) WHEN 'S' THEN '{SELECT,UPDATE,USAGE}'::text[]
                     ELSE '{DELETE,INSERT,REFERENCES,SELECT,TRIGGER,TRUNCATE,UPDATE}' END END) AS p (privilege)
    WHERE CASE WHEN o.kind = 'function' THEN has_function_privilege('t_' || r.role, o.objid, p.privilege)
               WHEN o.kind = 'type' THEN has_type_privilege('t_' || r.role, o.objid, p.privilege)
               WHEN o.kind = 'schema' THEN has_schema_privilege('t_' || r.role, o.objid, p.privilege)
               WHEN (SELECT relkind FROM pg_class WHERE oid = o.objid) = 'S' THEN has_sequence_privilege('t_' || r.role, o.objid, p.privilege)
               WHEN p.privilege IN ('INSERT', 'REFERENCES', 'SELECT', 'UPDATE')
                   THEN has_any_column_privilege('t_' || r.role, o.objid, p.privilege)
               ELSE has_table_privilege('t_' || r.role, o.objid, p.privilege) END) AS has;
SELECT is_empty('SELECT * FROM matrix WHERE privileges IS DISTINCT FROM should_have ORDER BY 1, 2, 3', 'each role has the right of its row, and no other');
SELECT is((SELECT count(*) FROM matrix), 6 * (SELECT count(*) FROM object), 'all of them were looked at, for each role');
SELECT is_empty($$
    SELECT o.described, x.grantee::regrole, x.is_grantable
    FROM object o CROSS JOIN LATERAL aclexplode(o.acl) x
    WHERE (x.grantee NOT IN (0, 't_operator'::regrole, o.owner) AND (x.grantee, o.name) <> ('t_owner'::regrole, 'registration_hold')) OR (x.is_grantable AND x.grantee <> o.owner)
    $$, 'nobody else was granted anything, and nobody may grant it on');
SELECT is_empty($$SELECT described FROM object WHERE kind = 'relation' AND NOT has_table_privilege(current_user, objid, 'SELECT')$$, 'a superuser may read all');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class c
    WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind = 'v' AND has_table_privilege('public', c.oid, 'SELECT')
      AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                  JOIN object t ON d.refclassid = 'pg_class'::regclass AND t.objid = d.refobjid
                  WHERE r.ev_class = c.oid AND t.kind = 'relation' AND (SELECT relkind FROM pg_class WHERE oid = t.objid) = 'r')
      AND NOT coalesce('security_barrier=true' = ANY (c.reloptions), false)
    $$, 'a view for everybody over a table of the extension is a security barrier');
SELECT is_empty('SELECT object FROM function_member WHERE prosecdef AND has_function_privilege(''public'', oid, ''EXECUTE'')',
                'nothing that everybody may call has more rights than the caller');

-- Statements. Who may do each of them; nobody else: 42501, or what stands beside the name. Each is undone

CREATE FUNCTION pg_temp.who_may(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    role text;
    became text;
    may text[];
BEGIN
    FOREACH role IN ARRAY '{dealer,operator,outsider,owner,reporter,writer}'::text[] LOOP
        BEGIN
            became := pg_temp.as_role('t_' || role, statement);
            RAISE SQLSTATE 'UNDO1';
        EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
            may := may || CASE became WHEN 'done' THEN role WHEN '42501' THEN NULL ELSE role || ':' || became END;
        END;
    END LOOP;
    RETURN coalesce(nullif(array_to_string(may, ' '), ''), 'nobody');
END $$;
CREATE FUNCTION pg_temp.statement_is(statement text, may text) RETURNS text LANGUAGE sql AS
    $$ SELECT is(pg_temp.who_may(statement), may, format('%s may: %s', may, statement)) $$;

\set everybody 'dealer operator outsider owner reporter writer'
SELECT pg_temp.statement_is(statement, may) FROM (VALUES
    -- a dealer application: inserts, and asks
    ('INSERT INTO reg VALUES (''AB75 CDE'')', 'dealer owner writer'),
    ('UPDATE reg SET mark = ''AB75 CDF''', 'dealer owner'),
    ('SELECT ''AB75 CDE''::regcar.plate, regcar.plate_compact(''AB75 CDE'')', :'everybody'),
    ('SELECT * FROM regcar.hold_for(''reg'', ''{}'')', :'everybody'),
    ('LISTEN regcar', :'everybody'),
    ('SELECT * FROM regcar.registrations_by_series(''reg'')', 'dealer owner reporter'),
    ('SELECT * FROM regcar.queue', :'everybody'),
    -- an operator: all of it on tables of its own
    ('SELECT regcar.place_hold(''x'')', 'operator'),
    ('CALL regcar.lockdown(''x'')', 'operator'),
    ('SELECT regcar.lift_hold(regcar.place_hold(''x''), ''over'')', 'operator'),
    ('SELECT regcar.lift_all(''over'')', 'operator'),
    ('SELECT regcar.exempt(regcar.place_hold(''x''), ''{"make": "y"}'', ''z'')', 'operator'),
    ('SELECT * FROM regcar.drain(''0'')', 'operator'),
    ('SELECT * FROM regcar.active_holds', 'operator'),
    ('SELECT * FROM regcar.active_exemptions', 'operator'),
    ('SELECT * FROM regcar.hold_history', 'operator'),
    ('SELECT * FROM regcar.hold_report', 'operator'),
    ('SELECT * FROM regcar.guards', 'operator'),
    ('SELECT 1 FROM regcar.queue_entry', 'operator'),
    ('SELECT 1 FROM regcar.history', 'operator'),
    ('SELECT regcar.release_batch(NULL, 0, 9, 9)', 'operator'),
    ('CREATE TABLE own (mark regcar.plate); SELECT regcar.guard(''own''), regcar.unguard(''own'')', 'operator'),
    ('CREATE TABLE own (mark regcar.plate); SELECT regcar.guard_truncate(''own'')', 'operator'),
    ('CREATE TABLE own (mark regcar.plate); CREATE TRIGGER t BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold()', 'operator owner'),
    ('CREATE TABLE own (mark regcar.plate) PARTITION BY RANGE (mark); CREATE TABLE own_part PARTITION OF own DEFAULT; SELECT regcar.guard(''own'');
      CREATE TABLE later PARTITION OF own FOR VALUES FROM (''A1'') TO (''A2''); SELECT regcar.unguard(''own'')', 'operator'),
    -- may, but there is nothing of that number or name, or not in here
    ('SELECT * FROM regcar.incident_account(''INC-10'')', 'operator:22023'),
    ('SELECT regcar.discard(1, ''x'')', 'operator:22023'),
    ('SELECT regcar.retry(1)', 'operator:22023'),
    ('CALL regcar.release()', 'operator:25001'),
    ('SELECT regcar.registration_hold()', 'operator:39P01 owner:39P01'),
    ('SELECT regcar.guard(''reg'')', 'operator:55000'),
    -- who owns a table can take its guard off: view guards tells
    ('ALTER TABLE reg DISABLE TRIGGER ALL', 'owner'),
    ('DROP TRIGGER "~registration_hold" ON reg', 'owner'),
    -- and nobody the rest: a guard of a table of others, ways around the functions, more rights
    ('SELECT regcar.guard(''free'')', 'nobody'),
    ('SELECT regcar.unguard(''reg'')', 'nobody'),
    ('INSERT INTO regcar_state.hold (action, scope, reason, placed_by, placed_at) VALUES (''reject'', ''{}'', ''x'', ''x'', now())', 'nobody'),
    ('UPDATE regcar_state.hold SET lifted_by = ''x'', lifted_at = now(), lift_reason = ''x''', 'nobody'),
    ('DELETE FROM regcar_state.hold', 'nobody'),
    ('TRUNCATE regcar_state.hold', 'nobody'),
    ('LOCK TABLE regcar_state.hold IN ACCESS SHARE MODE', 'nobody'),
    ('LOCK TABLE regcar_state.hold IN ACCESS EXCLUSIVE MODE', 'nobody'),
    ('LOCK TABLE regcar_state.drained IN ROW SHARE MODE', 'nobody'),
    ('INSERT INTO regcar_state.drained DEFAULT VALUES', 'nobody'),
    ('ALTER TABLE regcar_state.hold DISABLE TRIGGER ALL', 'nobody'),
    ('DROP TABLE regcar_state.drained', 'nobody'),
    ('SELECT * FROM regcar_state.hold', 'nobody'),
    ('SELECT * FROM regcar_state.exemption', 'nobody'),
    ('SELECT nextval(''regcar_state.hold_hold_seq'')', 'nobody'),
    ('SELECT setval(''regcar_state.hold_hold_seq'', 1)', 'nobody'),
    ('SELECT last_value FROM regcar_state.queue_entry_id_seq', 'nobody'),
    ('SELECT regcar.drain_gate(''0'')', 'nobody'),
    ('SELECT regcar.chain_tail()', 'nobody'),
    ('SELECT regcar.record_event(''x'', 1, ''{}'')', 'nobody'),
    ('INSERT INTO regcar.queue_entry DEFAULT VALUES', 'nobody'),
    ('UPDATE regcar.queue SET state = ''discarded''', 'nobody'),
    ('DELETE FROM regcar.queue', 'nobody'),
    ('UPDATE regcar_state.exemption SET revoked_at = NULL', 'nobody'),
    ('DELETE FROM regcar.history', 'nobody'),
    ('SELECT regcar.hold_changed()', 'nobody'),
    ('SELECT regcar.grant_operator(current_user::regrole)', 'nobody'),
    ('SET session_replication_role = replica', 'nobody'),
    ('CREATE TABLE regcar.mine ()', 'nobody'),
    ('CREATE FUNCTION regcar.guard(text) RETURNS text LANGUAGE sql AS ''SELECT 1::text''', 'nobody'),
    ('DROP EXTENSION regcar', 'nobody')) v (statement, may);

-- The same rows of a role under a hold, placed by an operator, which stops operators too
SELECT is(pg_temp.as_role('t_operator', 'CREATE TABLE own (mark regcar.plate); SELECT regcar.guard(''own''); SELECT regcar.place_hold(''by the operator'')'), 'done', 'an operator places a hold');
SELECT is((SELECT string_agg(placed_by, ',') FROM regcar.active_holds), 't_operator', 'the hold says who placed it');
SELECT pg_temp.statement_is(statement, may) FROM (VALUES
    ('INSERT INTO reg VALUES (''AB75 CDG'')', 'dealer:RH001 owner:RH001 writer:RH001'),
    ('INSERT INTO own VALUES (''AB75 CDG'')', 'operator:RH001'),
    ('DO $d$ BEGIN IF (SELECT reason FROM regcar.hold_for(''reg'', ''{}'')) <> ''by the operator'' THEN RAISE ''other''; END IF; END $d$', :'everybody'),
    ('UPDATE regcar_state.hold SET lifted_by = ''x'', lifted_at = now(), lift_reason = ''x''', 'nobody'),
    ('DELETE FROM regcar_state.hold', 'nobody'),
    ('SELECT * FROM regcar_state.hold', 'nobody'),
    ('SELECT * FROM regcar.active_holds', 'operator'),
    ('SELECT regcar.unguard(''reg'')', 'nobody'),
    ('SELECT regcar.unguard(''own'')', 'operator:RH001'),
    ('SELECT regcar.lift_all(''let me through'')', 'operator')) v (statement, may);
SELECT regcar.lift_all('over') \g /dev/null

SELECT is(pg_temp.answer('t_dealer', 'SELECT count(*) FROM regcar.registrations_by_series(''reg'')'), '0', 'a dealer may count what it may read');

-- Rows of the queue: who sees whose

SELECT regcar.place_hold('why', action => 'queue', incident => 'INC-9') AS hold \gset
SELECT is(pg_temp.as_role(who, format('INSERT INTO reg VALUES (''AB75 CDE'', %L)', who)), 'done', who || ' registers, into the queue')
FROM unnest('{t_dealer,t_other,t_branch,t_chain}'::name[]) who;
SELECT is(pg_temp.as_role('t_outsider', 'INSERT INTO reg VALUES (''AB75 CDE'')'), '42501', 'who may not insert gets nothing into the queue');
SELECT is(pg_temp.as_role('t_reporter', 'INSERT INTO reg VALUES (''AB75 CDE'')'), '42501', 'nor does who may only read');
SELECT is(pg_temp.answer(who, 'SELECT string_agg(row_data ->> ''make'', '','' ORDER BY id) FROM regcar.queue'), sees, format('in the queue %s sees %s', who, coalesce(sees, 'nothing')))
FROM (VALUES ('t_dealer', 't_dealer'), ('t_other', 't_other'), ('t_branch', 't_branch,t_chain'), ('t_chain', 't_chain'), ('t_outsider', NULL),
             ('t_reporter', NULL), ('t_owner', NULL), ('t_operator', 't_dealer,t_other,t_branch,t_chain'), (session_user, 't_dealer,t_other,t_branch,t_chain')) v (who, sees);
SELECT is(pg_temp.answer(who, 'SELECT sum(waiting) FROM regcar.queue_summary'), sees, format('in the summary %s counts %s', who, coalesce(sees, 'nothing')))
FROM (VALUES ('t_dealer', '1'), ('t_branch', '2'), ('t_outsider', NULL), ('t_reporter', NULL), ('t_owner', NULL), ('t_operator', '4')) v (who, sees);
SELECT is(pg_temp.as_role('t_dealer', statement), '42501', 'a dealer may not: ' || statement)
FROM (VALUES ('SELECT 1 FROM regcar.queue_entry'), ('SELECT 1 FROM regcar.history'), ('UPDATE regcar.queue SET state = ''discarded'''),
             ('DELETE FROM regcar.queue'), ('SELECT regcar.discard(1, ''x'')'), ('SELECT regcar.retry(1)'), ('CALL regcar.release()'),
             ('SELECT regcar.release_batch(NULL, 0, 9, 9)'), ('SELECT last_value FROM regcar_state.queue_entry_id_seq')) v (statement);

-- A function that tells what it sees, and is called before the view's own condition if the planner may
CREATE TABLE seen (what text);
GRANT INSERT ON seen TO PUBLIC;
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$;
CREATE FUNCTION leak_same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$;
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = leak_same);
SELECT is(pg_temp.answer('t_dealer', statement), answer, 'a dealer peeps: ' || statement)
FROM (VALUES ('SELECT count(*) FROM regcar.queue WHERE public.leak(row_data ->> ''make'')', '1'),
             ('SELECT count(*) FROM regcar.queue WHERE row_data ->> ''make'' OPERATOR(public.===) ''x''', '1'),
             ('SELECT count(*) FROM regcar.queue q WHERE 1 / (CASE WHEN row_data ->> ''make'' = ''t_other'' THEN 0 ELSE 1 END) = 1', '1'),
             ('SELECT count(*) FROM regcar.queue_summary WHERE public.leak(waiting::text)', '1'),
             ('SELECT count(*) FROM regcar.queue CROSS JOIN LATERAL (SELECT public.leak(row_data::text)) l', '1'),
             ('SELECT count(*) FROM regcar.queue WHERE (row_data ->> ''mark'')::regcar.plate OPERATOR(regcar.=) ''AB75 CDE'' AND public.leak(submitted_by::text)', '1')) v (statement, answer);
SELECT is_empty($$SELECT what FROM seen WHERE what ~ 't_other|t_branch|t_chain' OR what = '4'$$, 'and sees nothing of the others'' rows');
SELECT isnt_empty('SELECT FROM seen', 'only its own');

-- A role that may only insert learns of a hold its number, reason, incident, action and since when

SELECT regcar.lift_all('over'), regcar.place_hold('seen by all', '{"make": ["Secret", "Other"]}', 'reject', 'INC-10', NULL, now() + interval '1 day') AS hold \gset
SELECT regcar.exempt(:hold, '{"note": "hidden"}', 'unseen reason') \g /dev/null
CREATE FUNCTION pg_temp.told(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text; h text; c text; m text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    EXECUTE statement;
    RESET SESSION AUTHORIZATION;
    RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT, c = CONSTRAINT_NAME;
    RETURN concat_ws('|', SQLSTATE, m, regexp_replace(d, 'since .*\.$', 'since T.'), h, nullif(c, ''));
END $$;
SELECT is(pg_temp.told('t_writer', 'INSERT INTO reg VALUES (''AB75 CDE'', ''Secret'')'),
          format('RH001|registrations are held|Hold %s: seen by all (incident INC-10), since T.|Nothing was written. Check regcar.hold_for() before retrying, or LISTEN regcar to hear when the hold ends.', :hold),
          'an error tells its number, reason, incident and since when, nothing of its scope or exemptions');
SELECT is(pg_temp.answer('t_writer', 'SELECT array_agg(k ORDER BY k)::text FROM regcar.hold_for(''reg'', ''{"make": "Secret"}'') h, jsonb_object_keys(to_jsonb(h)) k'),
          '{action,expires_at,hold,incident,reason,since}', 'so does hold_for');
SELECT is(pg_temp.answer('t_writer', format('SELECT to_jsonb(h) - ''since'' - ''expires_at'' FROM regcar.hold_for(''reg'', ''{"make": "Secret"}'') h')),
          format('{"hold": %s, "action": "reject", "reason": "seen by all", "incident": "INC-10"}', :hold), 'and with the same values');
SELECT is(pg_temp.as_role('t_writer', statement), '42501', 'it may not: ' || statement)
FROM (VALUES ('SELECT 1 FROM reg'), ('SELECT 1 FROM regcar.active_holds'), ('SELECT 1 FROM regcar_state.hold'), ('SELECT 1 FROM regcar_state.exemption'),
             ('SELECT 1 FROM regcar.active_exemptions'), ('SELECT 1 FROM regcar.hold_report'), ('SELECT 1 FROM regcar.incident_account(''INC-10'')')) v (statement);
-- What anybody sees of a sequence, by its own view
SELECT is(pg_temp.answer('t_writer', 'SELECT count(*) FROM pg_sequences WHERE schemaname = ''regcar'' AND last_value IS NOT NULL'), '0', 'nor see from the sequences how many there were');

-- It needs nothing beyond the right to insert, not even the schema of the extension
REVOKE USAGE ON SCHEMA regcar FROM PUBLIC;
SELECT ok(pg_temp.told('t_writer', 'INSERT INTO reg VALUES (NULL, ''Secret'')') ~ '^RH001', 'a hold stops who may not use the schema of the extension');
SELECT is(pg_temp.told('t_writer', 'INSERT INTO reg VALUES (NULL, ''Open'')'), 'nothing', 'and lets through what it does not cover');
GRANT USAGE ON SCHEMA regcar TO PUBLIC;

-- A role that is gone
DROP OWNED BY t_other;
DROP ROLE t_other;
SELECT is(pg_temp.answer('t_dealer', 'SELECT count(*) FROM regcar.queue'), '1', 'where a submitter was dropped, the others go on seeing their rows');
SELECT is(pg_temp.answer('t_operator', 'SELECT count(*) FROM regcar.queue'), '4', 'and an operator all of them');

SELECT * FROM finish();
ROLLBACK;
