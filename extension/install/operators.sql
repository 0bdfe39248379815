-- Who may do what: an operator may do everything with holds; anybody may use marks and ask hold_for().

CREATE OR REPLACE FUNCTION grant_operator(role regrole) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.require_writable('granting a right');
    IF role IS NULL THEN
        RAISE EXCEPTION 'role must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.grant_operator(''role'');';
    END IF;
    EXECUTE format('GRANT EXECUTE ON FUNCTION regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, integer),'
                   ' regcar.write_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, integer), regcar.warn_of_hold(bigint, jsonb, regcar.hold_action),'
                   ' regcar.preview_hold(jsonb, regclass, interval, interval),'
                   ' regcar.drain(interval, boolean), regcar.end_of_prepared(text), regcar.await_replicas(interval), regcar.lift_hold(bigint, text), regcar.lift_all(text),'
                   ' regcar.revoke_approvals(bigint, text), regcar.approve_unguard(regclass), regcar.approvers(), regcar.approvals_given(),'
                   ' regcar.exempt(bigint, jsonb, text, timestamptz, integer, text), regcar.share_of(text), regcar.revoke_exemption(bigint, text),'
                   ' regcar.queue_length(bigint), regcar.release_batch(bigint, bigint, bigint, integer),'
                   ' regcar.retry(bigint), regcar.discard(bigint, text), regcar.reassign_queued(text, regrole, text), regcar.verify_history(), regcar.incident_account(text),'
                   ' regcar.incident_report(bigint), regcar.incident_of(bigint), regcar.incident_registrations(regcar.incident_span),'
                   ' regcar.xid_age_at(timestamptz), regcar.incident_page(regcar.incident_span, jsonb),'
                   ' regcar.guard(regclass, name, jsonb, boolean, name), regcar.guard_truncate(regclass), regcar.unguard(regclass),'
                   ' regcar.waive_guard(regclass, text), regcar.require_guard(regclass), regcar.drop_waivers(regclass), regcar.require_reason(text, text, text), regcar.check_size(text, text), regcar.is_blank(text),'
                   ' regcar.check_guard_target(regclass), regcar.check_partitions_unguarded(regclass),'
                   ' regcar.mark_column(regclass, name), regcar.check_guard_keys(regclass, jsonb), regcar.check_ticket_column(regclass, name, name),'
                   ' regcar.require_writable(text), regcar.status_rows(name), regcar.registration_hold(), regcar.trigger_arguments(bytea), regcar.holds_on_nodes(), regcar.nodes(),'
                   ' regcar.answer_time(timestamptz), regcar.node_states(timestamptz), regcar.give_number(text), regcar.take_number(text, timestamptz), regcar.use_number(text, bigint), regcar.ask_nodes(text[], integer[], text[], timestamptz, text), regcar.call_nodes(text, timestamptz), regcar.report_queues(bigint),'
                   ' regcar.standing_holds(), regcar.compare_holds(jsonb), regcar.undrained_holds(), regcar.primary_since(), regcar.hold_rows(bigint[], bigint[]), regcar.skip_numbers(bigint, bigint),'
                   ' regcar.adopt_holds(jsonb), regcar.drain_node(interval), regcar.spread_holds(jsonb, timestamptz, boolean),'
                   ' regcar.hand_holds(jsonb, jsonb, timestamptz), regcar.drain_nodes(jsonb, timestamptz) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval, integer) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown_on_nodes(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval, integer),'
                   ' regcar.lift_hold_on_nodes(bigint, text), regcar.exempt_on_nodes(bigint, jsonb, text, timestamptz, integer, text),'
                   ' regcar.revoke_exemption_on_nodes(bigint, text, interval), regcar.sync_nodes(interval),'
                   ' regcar.release_on_nodes(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.release(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT SELECT ON regcar.active_holds, regcar.hold_history, regcar.active_exemptions, regcar.pending_approvals, regcar.hold_report, regcar.guards,'
                   ' regcar.refusals, regcar.refusal_counts, regcar.exemption_report,'
                   ' regcar.queue_entry, regcar.history, regcar.operators, regcar.status TO %s', role);
    RETURN format('%s is an operator of holds', role);
END
$$;
REVOKE ALL ON FUNCTION grant_operator(regrole) FROM PUBLIC;
COMMENT ON FUNCTION grant_operator(regrole) IS
    'lets a role place and lift holds, drain, release the queue, and guard the tables that it owns; 42704 if there is no such role';

-- Whoever may lift a hold may operate.
CREATE OR REPLACE VIEW operators AS
WITH granted AS (
    SELECT a.grantee AS oid, p.proowner AS owner
    FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a
    WHERE p.oid = 'regcar.lift_hold(bigint, text)'::regprocedure AND a.privilege_type = 'EXECUTE'
),
giver AS (
    SELECT r.oid, r.rolname, r.oid IN (SELECT g.oid FROM granted g) AS gives_by_membership
    FROM pg_roles r WHERE r.rolsuper OR r.oid IN (SELECT g.oid FROM granted g)
)
SELECT r.rolname AS role, b.basis, b.through, r.rolcanlogin AS can_login
FROM pg_roles r
CROSS JOIN LATERAL (
    SELECT 'superuser' AS basis, NULL::name AS through WHERE r.rolsuper
    UNION ALL
    SELECT 'grant', NULL FROM granted g WHERE g.oid = r.oid AND g.oid <> g.owner
    UNION ALL
    -- the power of a superuser is not inherited, and a member may not inherit at all
    SELECT CASE WHEN g.gives_by_membership AND pg_has_role(r.oid, g.oid, 'USAGE') THEN 'membership' ELSE 'SET ROLE' END, g.rolname
    FROM giver g WHERE g.oid <> r.oid AND NOT r.rolsuper AND pg_has_role(r.oid, g.oid, 'MEMBER')) b
UNION ALL
SELECT 'PUBLIC', 'grant', NULL, true FROM granted g WHERE g.oid = 0
ORDER BY 1, 2, 3;
COMMENT ON VIEW operators IS
    'who may operate, with a row for each reason why: as a superuser, by a grant of its own, as a member of a role that may, or by SET ROLE to one';

CREATE OR REPLACE FUNCTION operator_rights_of(target regrole) RETURNS text[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    -- what was granted, rather than what grant_operator() gives now: older versions gave other things
    WITH member AS (SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'regcar')
    SELECT coalesce(array_agg(DISTINCT o.name), '{}')
    FROM (SELECT 'ROUTINE ' || p.oid::regprocedure AS name, p.proacl AS acl
          FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
          -- whoever owns a guarded table needs this for partitions
          WHERE p.oid <> 'regcar.registration_hold()'::regprocedure
             OR NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgfoid = p.oid AND c.relowner = target)
          UNION ALL
          SELECT 'TABLE ' || c.oid::regclass, c.relacl
          FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid) o
    CROSS JOIN LATERAL aclexplode(o.acl) a WHERE a.grantee = target
$$;
REVOKE ALL ON FUNCTION operator_rights_of(regrole) FROM PUBLIC;
COMMENT ON FUNCTION operator_rights_of(regrole) IS
    'the functions and views of the extension on which a role was granted a right, as REVOKE names them';

CREATE OR REPLACE FUNCTION warn_of_operator(target regrole) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    o record;
BEGIN
    FOR o IN
        SELECT CASE v.basis WHEN 'superuser' THEN 'it is a superuser'
                            WHEN 'membership' THEN format('it is a member of %I', v.through)
                            WHEN 'SET ROLE' THEN format('it may SET ROLE %I', v.through)
                            ELSE format('%s has a grant that another role gave', v.role) END AS reason,
               CASE v.basis WHEN 'superuser' THEN format('ALTER ROLE %s NOSUPERUSER;', target)
                            WHEN 'grant' THEN 'In psql, \df+ regcar.lift_hold shows who granted it.'
                            ELSE (SELECT string_agg(DISTINCT format('REVOKE %s FROM %s;', m.roleid::regrole, target), ' ')
                                  FROM pg_auth_members m JOIN pg_roles t ON t.rolname = v.through
                                  WHERE m.member = target AND pg_has_role(m.roleid, t.oid, 'MEMBER')) END AS remedy
        FROM regcar.operators v WHERE quote_ident(v.role) = target::text OR v.role = 'PUBLIC'
    LOOP
        RAISE WARNING '% may still operate: %', target, o.reason USING HINT = o.remedy;
    END LOOP;
    RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION warn_of_operator(regrole) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_operator(regrole) IS
    'gives a WARNING for each reason why a role may operate, with the statement that ends it; false if there is none';

CREATE OR REPLACE FUNCTION warn_of_too_few_approvers() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    approvers CONSTANT text[] := regcar.approvers();
    h record;
BEGIN
    FOR h IN
        SELECT t.hold, t.approvals FROM regcar_state.hold t
        WHERE t.approvals > cardinality(approvers) AND regcar.stands(t.lifted_at, t.expires_at) ORDER BY t.hold LIMIT 5
    LOOP
        RAISE WARNING 'hold % takes % operators to end it, which is more than there are: %', h.hold, h.approvals, array_to_string(approvers, ', ')
            USING HINT = 'SELECT regcar.grant_operator(role); makes another one.';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_too_few_approvers() FROM PUBLIC;
COMMENT ON FUNCTION warn_of_too_few_approvers() IS 'gives a WARNING for holds that take more operators than there are';

CREATE OR REPLACE FUNCTION revoke_operator(role text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target regrole;
    ways text[];
    object text;
BEGIN
    PERFORM regcar.require_writable('revoking a right');
    BEGIN
        target := role::regrole;
    EXCEPTION WHEN undefined_object OR invalid_name THEN
        target := NULL;
    END;
    IF target IS NULL THEN
        RAISE EXCEPTION 'there is no role %', coalesce(quote_literal(role), 'null')
            USING ERRCODE = 'undefined_object', HINT = 'SELECT * FROM regcar.operators;';
    ELSIF target::text = quote_ident(session_user) THEN
        RAISE EXCEPTION 'a role cannot revoke its own right to operate'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('You are logged in as %s.', target),
                  HINT = 'Have another superuser call this.';
    END IF;
    ways := ARRAY(SELECT o.basis FROM regcar.operators o WHERE quote_ident(o.role) = target::text);
    IF ways = '{}' THEN
        RAISE EXCEPTION '% is not an operator', target
            USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.operators;';
    ELSIF 'grant' <> ALL (ways) THEN
        PERFORM regcar.warn_of_operator(target);
        RAISE EXCEPTION '% has no grant of its own to revoke', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'It may operate for the reasons that are named above.',
                  HINT = format('SELECT * FROM regcar.operators WHERE role = %L;', (SELECT r.rolname FROM pg_roles r WHERE r.oid = target));
    END IF;
    FOREACH object IN ARRAY regcar.operator_rights_of(target) LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', object, target);
    END LOOP;
    PERFORM regcar.warn_of_too_few_approvers();
    RETURN format(CASE WHEN regcar.warn_of_operator(target) THEN '%s has no grant of its own any more, but may still operate'
                       ELSE '%s is no longer an operator of holds' END, target);
END
$$;
REVOKE ALL ON FUNCTION revoke_operator(text) FROM PUBLIC;
COMMENT ON FUNCTION revoke_operator(text) IS
    'for superusers: takes from a role every right that it was granted on the extension. A WARNING names each other reason why it may still operate. 42704 if there is no such role, 22023 if it is not an operator, 55000 for oneself and for a role that has no grant of its own';
