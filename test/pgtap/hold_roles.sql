-- Who may call and read which object of the extension, each of them; and of the queue, which rows.
BEGIN;
SET LOCAL client_min_messages = error;

CREATE ROLE t_owner;        -- of the table of registrations, and no operator
CREATE ROLE t_operator;
CREATE ROLE t_dealer;       -- registers
CREATE ROLE t_reporter;     -- reads the table of registrations
CREATE ROLE t_other;        -- another dealer
CREATE ROLE t_chain;        -- a group of dealers
CREATE ROLE t_branch IN ROLE t_chain;
CREATE ROLE t_outsider NOINHERIT IN ROLE t_chain;
GRANT CREATE ON SCHEMA public TO t_owner;

SET ROLE t_owner;
CREATE TABLE reg (mark regcar.plate, make text, note text);
GRANT SELECT, INSERT, UPDATE, DELETE ON reg TO t_dealer, t_other, t_chain;
GRANT SELECT ON reg TO t_reporter;
RESET ROLE;
SELECT regcar.grant_operator('t_operator'), regcar.guard('reg') \g /dev/null

SELECT no_plan();

-- Every member of the extension that can be granted, what each role may do with it, and what it should be able to

CREATE TEMP TABLE allowed (name text, roles text, privileges text);
INSERT INTO allowed VALUES
    -- with the caller's rights alone, and saying no more than an error would
    ('hold_for(regclass,jsonb)', 'all', 'EXECUTE'),
    ('queue', 'all', 'SELECT'),
    ('queue_summary', 'all', 'SELECT'),
    -- an operator's
    ('place_hold(text,jsonb,hold_action,text,timestamp with time zone,timestamp with time zone)', 'operator', 'EXECUTE'),
    ('lockdown(text,jsonb,hold_action,text,timestamp with time zone,timestamp with time zone,interval)', 'operator', 'EXECUTE'),
    ('drain(interval)', 'operator', 'EXECUTE'),
    ('lift_hold(bigint,text)', 'operator', 'EXECUTE'),
    ('lift_all(text)', 'operator', 'EXECUTE'),
    ('exempt(bigint,jsonb,text,timestamp with time zone)', 'operator', 'EXECUTE'),
    ('revoke_exemption(bigint,text)', 'operator', 'EXECUTE'),
    ('release(bigint,bigint,integer,interval)', 'operator', 'EXECUTE'),
    ('release_batch(bigint,bigint,bigint,integer)', 'operator', 'EXECUTE'),
    ('queue_length(bigint)', 'operator', 'EXECUTE'),
    ('retry(bigint)', 'operator', 'EXECUTE'),
    ('discard(bigint,text)', 'operator', 'EXECUTE'),
    ('verify_history()', 'operator', 'EXECUTE'),
    ('incident_account(text)', 'operator', 'EXECUTE'),
    ('incident_report(bigint)', 'operator', 'EXECUTE'),
    ('incident_of(bigint)', 'operator', 'EXECUTE'),
    ('incident_page(incident_span,jsonb)', 'operator', 'EXECUTE'),
    ('incident_registrations(incident_span)', 'operator', 'EXECUTE'),
    ('xid_age_at(timestamp with time zone)', 'operator', 'EXECUTE'),
    ('guard(regclass,name,jsonb,boolean)', 'operator', 'EXECUTE'),
    ('guard_truncate(regclass)', 'operator', 'EXECUTE'),
    ('unguard(regclass)', 'operator', 'EXECUTE'),
    ('check_guard_target(regclass)', 'operator', 'EXECUTE'),
    ('check_partitions_unguarded(regclass)', 'operator', 'EXECUTE'),
    ('mark_column(regclass,name)', 'operator', 'EXECUTE'),
    ('check_guard_keys(regclass,jsonb)', 'operator', 'EXECUTE'),
    ('registration_hold()', 'operator', 'EXECUTE'),
    ('trigger_arguments(bytea)', 'operator', 'EXECUTE'),
    -- and on other nodes
    ('lockdown_on_nodes(text,jsonb,hold_action,text,timestamp with time zone,timestamp with time zone,interval)', 'operator', 'EXECUTE'),
    ('lift_hold_on_nodes(bigint,text)', 'operator', 'EXECUTE'),
    ('exempt_on_nodes(bigint,jsonb,text,timestamp with time zone)', 'operator', 'EXECUTE'),
    ('revoke_exemption_on_nodes(bigint,text,interval)', 'operator', 'EXECUTE'),
    ('release_on_nodes(bigint,bigint,integer,interval)', 'operator', 'EXECUTE'),
    ('sync_nodes(interval)', 'operator', 'EXECUTE'),
    ('holds_on_nodes()', 'operator', 'EXECUTE'),
    ('nodes()', 'operator', 'EXECUTE'),
    ('node_states()', 'operator', 'EXECUTE'),
    ('ask_nodes(text[],integer[],text[])', 'operator', 'EXECUTE'),
    ('call_nodes(text)', 'operator', 'EXECUTE'),
    ('standing_holds()', 'operator', 'EXECUTE'),
    ('hold_rows(bigint[],bigint[])', 'operator', 'EXECUTE'),
    ('skip_numbers(bigint,bigint)', 'operator', 'EXECUTE'),
    ('adopt_holds(jsonb)', 'operator', 'EXECUTE'),
    ('drain_node(interval)', 'operator', 'EXECUTE'),
    ('spread_holds(jsonb,interval,boolean)', 'operator', 'EXECUTE'),
    ('hand_holds(jsonb,jsonb)', 'operator', 'EXECUTE'),
    ('drain_nodes(jsonb,interval)', 'operator', 'EXECUTE'),
    ('active_holds', 'operator', 'SELECT'),
    ('active_exemptions', 'operator', 'SELECT'),
    ('hold_history', 'operator', 'SELECT'),
    ('hold_report', 'operator', 'SELECT'),
    ('guards', 'operator', 'SELECT'),
    ('queue_entry', 'operator', 'SELECT'),
    ('history', 'operator', 'SELECT'),
    -- marks, series and reports: everybody's, and nothing of a hold in them
    ('plate_columns', 'all', 'SELECT'),
    ('series', 'all', 'SELECT'),
    ('plate_formats', 'all', 'SELECT'),
    ('memory_tags', 'all', 'SELECT'),
    ('report_column(regclass)', 'all', 'EXECUTE'),
    ('registrations_by_series(regclass)', 'all', 'EXECUTE'),
    ('registrations_by_region(regclass,plate_series)', 'all', 'EXECUTE'),
    ('uk_today()', 'all', 'EXECUTE');

SET search_path = regcar;    -- so that names come without the schema
CREATE TEMP TABLE member AS
SELECT coalesce(p.oid::regprocedure::text, c.oid::regclass::text) AS name, d.classid, d.objid, c.relkind,
       -- what is immutable tells nothing of the database; what is behind a type, or for the planner, is everybody's
       CASE WHEN p.prosecdef THEN NULL WHEN p.provolatile = 'i' THEN 'immutable'
            WHEN 'internal'::regtype = ANY (p.proargtypes::oid[]) OR EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput)) THEN 'internal' END AS kind
FROM pg_depend d
LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'regcar')
  AND (p.oid IS NOT NULL OR c.relkind NOT IN ('i', 'c'))
UNION ALL       -- the sequence of an identity column is no member, but its table's
SELECT c.oid::regclass::text, 'pg_class'::regclass, c.oid, c.relkind, NULL
FROM pg_class c WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind = 'S'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE (d.classid, d.objid, d.deptype) = ('pg_class'::regclass, c.oid, 'e'));
RESET search_path;

CREATE TEMP VIEW matrix AS
SELECT m.name, r.role, has.privileges
FROM member m
CROSS JOIN unnest('{operator,dealer,reporter,owner}'::text[]) AS r (role)
CROSS JOIN LATERAL (
    SELECT string_agg(w.privilege, ',' ORDER BY w.privilege) AS privileges
    FROM unnest(CASE WHEN m.classid = 'pg_proc'::regclass THEN '{EXECUTE}'::text[]
                     WHEN m.relkind = 'S' THEN '{SELECT,UPDATE,USAGE}'::text[]
                     ELSE '{DELETE,INSERT,REFERENCES,SELECT,TRIGGER,TRUNCATE,UPDATE}'::text[] END) AS w (privilege)
    WHERE CASE WHEN m.classid = 'pg_proc'::regclass THEN has_function_privilege('t_' || r.role, m.objid, w.privilege)
               WHEN m.relkind = 'S' THEN has_sequence_privilege('t_' || r.role, m.objid, w.privilege)
               WHEN w.privilege IN ('INSERT', 'REFERENCES', 'SELECT', 'UPDATE')
                   THEN has_any_column_privilege('t_' || r.role, m.objid, w.privilege)
               ELSE has_table_privilege('t_' || r.role, m.objid, w.privilege) END) AS has
WHERE m.kind IS NULL;

SELECT cmp_ok((SELECT count(*) FROM matrix), '>', 200::bigint, 'functions, procedures, tables, views and sequences are found');
SELECT is_empty($$
    SELECT m.name, m.role, m.privileges AS has, a.privileges AS should_have
    FROM matrix m LEFT JOIN allowed a ON a.name = m.name AND a.roles IN ('all', m.role)
    WHERE m.privileges IS DISTINCT FROM a.privileges ORDER BY 1, 2
    $$, 'each role may do with each of them what the list says, and nothing else');
SELECT is_empty('SELECT name FROM allowed EXCEPT SELECT name FROM matrix', 'the list names only what there is');
SELECT is_empty($$SELECT name FROM member WHERE kind = 'internal' AND NOT has_function_privilege('t_reporter', objid, 'EXECUTE')$$, 'what is behind a type is everybody''s');
SELECT is_empty($$
    SELECT m.name, x.grantee::regrole, x.is_grantable
    FROM member m
    LEFT JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
    LEFT JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, c.relacl)) x
    WHERE x.grantee NOT IN (0, 't_operator'::regrole, coalesce(p.proowner, c.relowner)) OR (x.is_grantable AND x.grantee <> coalesce(p.proowner, c.relowner))
    $$, 'nobody else was granted anything, and nobody may grant it on');
SELECT is_empty($$SELECT m.name FROM member m WHERE m.classid = 'pg_class'::regclass AND NOT has_table_privilege(current_user, m.objid, 'SELECT')$$,
                'a superuser may read all');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class c
    WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind = 'v' AND has_table_privilege('public', c.oid, 'SELECT')
      AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                  JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
                  WHERE r.ev_class = c.oid AND t.relnamespace = 'regcar'::regnamespace AND t.relkind = 'r')
      AND NOT coalesce('security_barrier=true' = ANY (c.reloptions), false)
    $$, 'a view for everybody over a table of the extension is a security barrier');
SELECT is_empty($$
    SELECT p.oid::regprocedure, p.proowner::regrole FROM pg_proc p
    WHERE p.pronamespace = 'regcar'::regnamespace AND p.prosecdef AND has_function_privilege('public', p.oid, 'EXECUTE')
    $$, 'nothing that everybody may call has more rights than the caller');

-- Does a statement as another role; what it gave, or the SQLSTATE.
CREATE FUNCTION as_role(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    IF statement ~ '^SELECT' THEN
        EXECUTE statement INTO answer;
    ELSE
        EXECUTE statement;
    END IF;
    RESET SESSION AUTHORIZATION;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

SELECT is(as_role('t_owner', 'SELECT regcar.guard(''reg'')'), '42501', 'the owner of a table guards it only as an operator');
SELECT is(as_role('t_operator', 'SELECT regcar.unguard(''reg'')'), '42501', 'an operator unguards only tables of its own');
SELECT is(as_role('t_dealer', 'SELECT count(*) FROM regcar.registrations_by_series(''reg'')'), '0', 'a dealer may count what it may read');
SELECT is(as_role('t_operator', 'SELECT count(*) FROM regcar.registrations_by_series(''reg'')'), '42501', 'an operator need not be able to');

-- The queue

SELECT regcar.place_hold('why', action => 'queue', incident => 'INC-9') AS hold \gset
SELECT is(as_role(who, format('INSERT INTO reg VALUES (''AB75 CDE'', %L)', who)), NULL, who || ' registers, into the queue')
FROM unnest('{t_dealer,t_other,t_branch,t_chain}'::name[]) who;
SELECT is(as_role('t_outsider', 'INSERT INTO reg VALUES (''AB75 CDE'')'), '42501', 'who may not insert gets nothing into the queue');
SELECT is(as_role('t_reporter', 'INSERT INTO reg VALUES (''AB75 CDE'')'), '42501', 'nor does who may only read');
SELECT is(as_role(who, 'SELECT string_agg(row_data ->> ''make'', '','' ORDER BY id) FROM regcar.queue'), sees, format('in the queue %s sees %s', who, coalesce(sees, 'nothing')))
FROM (VALUES ('t_dealer', 't_dealer'), ('t_other', 't_other'), ('t_branch', 't_branch,t_chain'), ('t_chain', 't_chain'), ('t_outsider', NULL),
             ('t_reporter', NULL), ('t_owner', NULL), ('t_operator', 't_dealer,t_other,t_branch,t_chain'), (session_user, 't_dealer,t_other,t_branch,t_chain')) v (who, sees);
SELECT is(as_role(who, 'SELECT sum(waiting) FROM regcar.queue_summary'), sees, format('in the summary %s counts %s', who, coalesce(sees, 'nothing')))
FROM (VALUES ('t_dealer', '1'), ('t_branch', '2'), ('t_outsider', NULL), ('t_reporter', NULL), ('t_owner', NULL), ('t_operator', '4')) v (who, sees);
SELECT is(as_role('t_dealer', statement), '42501', 'a dealer may not: ' || statement)
FROM (VALUES ('SELECT 1 FROM regcar.queue_entry'), ('SELECT 1 FROM regcar.history'), ('UPDATE regcar.queue SET state = ''discarded'''),
             ('DELETE FROM regcar.queue'), ('SELECT regcar.discard(1, ''x'')'), ('SELECT regcar.retry(1)'), ('CALL regcar.release()'),
             ('SELECT regcar.release_batch(NULL, 0, 9, 9)'), ('SELECT last_value FROM regcar.queue_entry_id_seq')) v (statement);

-- A function that tells what it sees, and is called before the view's own condition if the planner may
CREATE TABLE seen (what text);
GRANT INSERT ON seen TO PUBLIC;
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$;
CREATE FUNCTION leak_same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$;
CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = leak_same);
SELECT is(as_role('t_dealer', statement), answer, 'a dealer peeps: ' || statement)
FROM (VALUES ('SELECT count(*) FROM regcar.queue WHERE public.leak(row_data ->> ''make'')', '1'),
             ('SELECT count(*) FROM regcar.queue WHERE row_data ->> ''make'' OPERATOR(public.===) ''x''', '1'),
             ('SELECT count(*) FROM regcar.queue q WHERE 1 / (CASE WHEN row_data ->> ''make'' = ''t_other'' THEN 0 ELSE 1 END) = 1', '1'),
             ('SELECT count(*) FROM regcar.queue_summary WHERE public.leak(waiting::text)', '1'),
             ('SELECT count(*) FROM regcar.queue CROSS JOIN LATERAL (SELECT public.leak(row_data::text)) l', '1'),
             ('SELECT count(*) FROM regcar.queue WHERE (row_data ->> ''mark'')::regcar.plate OPERATOR(regcar.=) ''AB75 CDE'' AND public.leak(submitted_by::text)', '1')) v (statement, answer);
SELECT is_empty($$SELECT what FROM seen WHERE what ~ 't_other|t_branch|t_chain' OR what = '4'$$, 'and sees nothing of the others'' rows');
SELECT isnt_empty('SELECT FROM seen', 'only its own');

-- A role that may only insert learns of a hold its number, reason, incident, action and since when

CREATE ROLE t_writer;
GRANT INSERT ON reg TO t_writer;
SELECT regcar.lift_all('over'), regcar.place_hold('seen by all', '{"make": ["Secret", "Other"]}', 'reject', 'INC-10', NULL, now() + interval '1 day') AS hold \gset
SELECT regcar.exempt(:hold, '{"note": "hidden"}', 'unseen reason') \g /dev/null
CREATE FUNCTION told(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
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
SELECT is(told('t_writer', 'INSERT INTO reg VALUES (''AB75 CDE'', ''Secret'')'),
          format('RH001|registrations are held|Hold %s: seen by all (incident INC-10), since T.|Nothing was written. Ask regcar.hold_for() before the next try, or LISTEN regcar for the end of the hold.', :hold),
          'an error tells its number, reason, incident and since when, nothing of its scope or exemptions');
SELECT is(as_role('t_writer', 'SELECT array_agg(k ORDER BY k)::text FROM regcar.hold_for(''reg'', ''{"make": "Secret"}'') h, jsonb_object_keys(to_jsonb(h)) k'),
          '{action,hold,incident,reason,since}', 'so does hold_for');
SELECT is(as_role('t_writer', format('SELECT to_jsonb(h) - ''since'' FROM regcar.hold_for(''reg'', ''{"make": "Secret"}'') h')),
          format('{"hold": %s, "action": "reject", "reason": "seen by all", "incident": "INC-10"}', :hold), 'and with the same values');
SELECT is(as_role('t_writer', statement), '42501', 'it may not: ' || statement)
FROM (VALUES ('SELECT 1 FROM reg'), ('SELECT 1 FROM regcar.active_holds'), ('SELECT 1 FROM regcar.hold'), ('SELECT 1 FROM regcar.exemption'),
             ('SELECT 1 FROM regcar.active_exemptions'), ('SELECT 1 FROM regcar.hold_report'), ('SELECT 1 FROM regcar.incident_account(''INC-10'')')) v (statement);
-- What anybody sees of a sequence, by its own view
SELECT is(as_role('t_writer', 'SELECT count(*) FROM pg_sequences WHERE schemaname = ''regcar'' AND last_value IS NOT NULL'), '0', 'nor see from the sequences how many there were');

-- It needs nothing beyond the right to insert, not even the schema of the extension
REVOKE USAGE ON SCHEMA regcar FROM PUBLIC;
SELECT ok(told('t_writer', 'INSERT INTO reg VALUES (NULL, ''Secret'')') ~ '^RH001', 'a hold stops who may not use the schema of the extension');
SELECT is(told('t_writer', 'INSERT INTO reg VALUES (NULL, ''Open'')'), 'nothing', 'and lets through what it does not cover');
GRANT USAGE ON SCHEMA regcar TO PUBLIC;

-- A role that is gone
DROP OWNED BY t_other;
DROP ROLE t_other;
SELECT is(as_role('t_dealer', 'SELECT count(*) FROM regcar.queue'), '1', 'where a submitter was dropped, the others go on seeing their rows');
SELECT is(as_role('t_operator', 'SELECT count(*) FROM regcar.queue'), '4', 'and an operator all of them');

SELECT * FROM finish();
ROLLBACK;
