-- Holds that no operator ends alone.

-- Whoever may lift a hold may operate. All superusers count as one: each of them can become any other. Whom an operator made
-- one, by a right that was handed on or as a member of a role, does not count, because otherwise one operator would be as many
-- as it likes.
CREATE OR REPLACE FUNCTION approvers() RETURNS text[]
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE given AS (
        SELECT g.grantee, g.grantor
        FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) g
        WHERE p.oid = 'regcar.lift_hold(bigint, text)'::regprocedure AND g.privilege_type = 'EXECUTE' AND g.grantee <> p.proowner),
    operator AS (
        SELECT r.oid FROM pg_roles r
        WHERE NOT r.rolsuper AND EXISTS (SELECT FROM given g WHERE g.grantee = 0 OR pg_has_role(r.oid, g.grantee, 'MEMBER'))),
    appointed AS (
        SELECT g.grantee AS oid FROM given g WHERE g.grantor NOT IN (SELECT o.oid FROM operator o)
        UNION
        SELECT m.member FROM appointed a JOIN pg_auth_members m ON m.roleid = a.oid
        WHERE m.grantor NOT IN (SELECT o.oid FROM operator o))
    SELECT array_agg(a.name ORDER BY a.name = 'a superuser', a.name)
    FROM (SELECT 'a superuser' AS name
          UNION
          SELECT r.rolname::text FROM pg_roles r JOIN appointed a ON a.oid IN (r.oid, 0) WHERE r.rolcanlogin AND NOT r.rolsuper) a
$$;
REVOKE ALL ON FUNCTION approvers() FROM PUBLIC;
COMMENT ON FUNCTION approvers() IS 'who may approve: each operator who may log in and was not made one by another operator, and superusers, who count as one';

CREATE OR REPLACE FUNCTION check_approvals(approvals integer) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    who text[];
    maker name;
BEGIN
    IF approvals = 1 THEN
        RETURN;
    END IF;
    who := regcar.approvers();
    IF approvals IS NULL OR approvals < 1 OR approvals > cardinality(who) THEN
        RAISE EXCEPTION 'a hold cannot ask for % approvals', coalesce(approvals::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('At least 1, and at most as many as there are operators: %s.', array_to_string(who, ', ')),
                  HINT = 'Leave approvals out where one operator may end the hold. A superuser makes operators: SELECT regcar.grant_operator(''role'');';
    END IF;
    -- who may set passwords of others can approve as each of them
    FOREACH maker IN ARRAY ARRAY(SELECT r.rolname FROM pg_roles r WHERE r.rolcreaterole AND NOT r.rolsuper AND r.rolname = ANY (who)) LOOP
        RAISE WARNING 'operator % may create roles, and so may be able to approve as others', maker
            USING HINT = format('As a superuser: ALTER ROLE %I NOCREATEROLE;', maker);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION check_approvals(integer) FROM PUBLIC;
COMMENT ON FUNCTION check_approvals(integer) IS '22023 for less than one approval, and for more than there are operators, with a DETAIL that says who there is; a WARNING names operators who may create roles';

-- What was approved within the last hour, and by whom, and has not been done yet.  Approvals are events of the history, so
-- they outlive crashes and dumps; the one after which something is done is marked.
CREATE OR REPLACE FUNCTION approvals_given(
    OUT act text, OUT hold bigint, OUT subject jsonb, OUT approved_by text[], OUT asked_at timestamptz, OUT expires_at timestamptz)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH a AS (SELECT h.id, h.at, h.hold, h.detail ->> 'act' AS act, h.detail -> 'subject' AS subject, h.detail ->> 'approver' AS approver,
                      (h.detail ->> 'expires_at')::timestamptz AS expires_at, (h.detail ->> 'done')::boolean AS done
               FROM regcar_state.history h WHERE h.event = 'approved')
    SELECT a.act, a.hold, a.subject, array_agg(DISTINCT a.approver), min(a.at), min(a.expires_at)
    FROM a
    WHERE a.at > clock_timestamp() - interval '1 hour' AND a.approver = ANY (regcar.approvers())
      AND NOT EXISTS (SELECT FROM a d WHERE d.done AND (d.hold, d.act, d.subject) = (a.hold, a.act, a.subject) AND d.id >= a.id)
    GROUP BY a.act, a.hold, a.subject
$$;
REVOKE ALL ON FUNCTION approvals_given() FROM PUBLIC;
COMMENT ON FUNCTION approvals_given() IS
    'what operators have asked for within an hour that takes more of them: the act, the hold, what it is about, who approved, since when, and for an exemption the earliest end that one of them gave';

CREATE OR REPLACE FUNCTION approve(
    act text, hold bigint, subject jsonb DEFAULT '{}', INOUT expires_at timestamptz DEFAULT NULL, OUT missing text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    needed integer;
    given record;
    me text := CASE WHEN (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN 'a superuser' ELSE session_user END;
    who text[];
BEGIN
    -- two who approve at the same moment must see each other; where one is enough, nobody waits for another
    SELECT h.approvals INTO needed FROM regcar_state.hold h
    WHERE h.hold = approve.hold AND h.lifted_at IS NULL AND h.approvals IS NOT NULL FOR NO KEY UPDATE;
    IF needed IS NULL THEN
        RETURN;
    ELSIF me <> ALL (regcar.approvers()) THEN
        missing := format('%s does not count among the %s operators that hold %s takes: it may not log in, or an operator made it one; as a superuser: SELECT regcar.grant_operator(%L);',
                          me, needed, approve.hold, quote_ident(me));
        RETURN;
    END IF;
    SELECT g.approved_by, g.expires_at, g.asked_at INTO given
    FROM regcar.approvals_given() g WHERE (g.act, g.hold, g.subject) = (approve.act, approve.hold, approve.subject);
    who := ARRAY(SELECT DISTINCT u FROM unnest(given.approved_by || me) u ORDER BY 1);
    expires_at := least(approve.expires_at, given.expires_at);
    PERFORM regcar.record_event('approved', approve.hold, jsonb_strip_nulls(jsonb_build_object(
        'act', approve.act, 'subject', approve.subject, 'approver', me, 'expires_at', expires_at, 'done', nullif(cardinality(who) >= needed, false))))
    WHERE cardinality(who) >= needed OR me <> ALL (coalesce(given.approved_by, '{}'));
    IF cardinality(who) < needed THEN
        missing := format('%s takes %s operators: %s approved, and of %s %s more must make the same call before %s',
                          CASE approve.act WHEN 'lift' THEN format('lifting hold %s', approve.hold)
                                           WHEN 'exempt' THEN format('exempting from hold %s', approve.hold)
                                           WHEN 'unguard' THEN format('unguarding %s while hold %s stands', approve.subject ->> 'table', approve.hold)
                                           ELSE format('revoking the approvals of hold %s', approve.hold) END,
                          needed, array_to_string(who, ', '),
                          (SELECT string_agg(u, ', ') FROM unnest(regcar.approvers()) u WHERE u <> ALL (who)), needed - cardinality(who),
                          to_char(coalesce(given.asked_at, clock_timestamp()) + interval '1 hour', 'HH24:MI'))
                   || CASE WHEN needed > cardinality(regcar.approvers())
                           THEN '; that is more than there are, so a superuser has to make another: SELECT regcar.grant_operator(role);' ELSE '' END;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION approve(text, bigint, jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION approve(text, bigint, jsonb, timestamptz) IS
    'note that this operator approves an act; NULL if that is enough, and otherwise who is missing, which is for the operator to read. The earliest end that one of them gave to an exemption';

CREATE OR REPLACE FUNCTION approve_unguard(target regclass) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(a.missing, E'\n' ORDER BY h.hold)
    FROM regcar_state.hold h, regcar.approve('unguard', h.hold, jsonb_build_object('table', target)) a
    WHERE h.approvals IS NOT NULL AND regcar.stands(h.lifted_at, h.expires_at)
$$;
REVOKE ALL ON FUNCTION approve_unguard(regclass) FROM PUBLIC;
COMMENT ON FUNCTION approve_unguard(regclass) IS
    'note that this operator approves that a table is unguarded, for each hold that no operator ends alone; who is missing, NULL if nobody is';

CREATE OR REPLACE FUNCTION revoke_approvals(hold bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar_state.hold;
    asked record;
BEGIN
    PERFORM regcar.require_reason(revoke_approvals.reason, 'ending the need for approvals', 'SELECT regcar.revoke_approvals(hold, ''why'');');
    h := regcar.unlifted_hold(revoke_approvals.hold);
    IF h.approvals IS NULL THEN
        RAISE EXCEPTION 'hold % needs no approvals', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'SELECT regcar.lift_hold(number, ''why''); ends it.';
    END IF;
    asked := regcar.approve('revoke', h.hold);
    IF asked.missing IS NOT NULL THEN
        RETURN asked.missing;
    END IF;
    UPDATE regcar_state.hold t SET approvals = NULL WHERE t.hold = h.hold RETURNING t.* INTO h;
    PERFORM regcar.record_event('relaxed', h.hold, regcar.event_detail(h));
    RETURN format('hold %s needs no approvals any more', h.hold);
END
$$;
REVOKE ALL ON FUNCTION revoke_approvals(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION revoke_approvals(bigint, text) IS
    'lets one operator alone end a hold that was placed with approvals; it takes as many operators itself. 55000 if the hold needs none, 22023 if there is no such hold';

CREATE OR REPLACE VIEW pending_approvals AS
SELECT g.hold, g.act, g.subject, g.approved_by, h.approvals - cardinality(g.approved_by) AS missing,
       ARRAY(SELECT u FROM unnest(approvers()) u WHERE u <> ALL (g.approved_by)) AS may_approve,
       (g.asked_at + interval '1 hour')::timestamptz(0) AS expires_at
FROM approvals_given() g JOIN regcar_state.hold h USING (hold)
WHERE h.approvals IS NOT NULL AND stands(h.lifted_at, h.expires_at)
ORDER BY g.asked_at;
COMMENT ON VIEW pending_approvals IS
    'what operators have asked for that takes more of them: who approved, how many are missing, who may, and until when';
