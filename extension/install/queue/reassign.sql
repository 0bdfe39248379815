-- Registrations whose submitter is gone, or works under another name now.

-- Like REASSIGN OWNED, it hands over only to a role that the caller could act as: at release the row is inserted with that
-- role's rights.
CREATE OR REPLACE FUNCTION reassign_queued(submitter text, role regrole, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e record;
    handed bigint := 0;
BEGIN
    PERFORM regcar.require_reason(reassign_queued.reason, 'handing registrations over', 'SELECT regcar.reassign_queued(submitter, role, ''why'');');
    IF role IS NULL OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
        RAISE EXCEPTION 'there is no role %', coalesce(role::text, 'null')
            USING ERRCODE = 'undefined_object', HINT = 'In psql, \du lists the roles.';
    ELSIF NOT pg_has_role(session_user, role, 'MEMBER') THEN
        RAISE EXCEPTION 'permission denied to hand registrations over to "%"', role
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('"%s", who is logged in, is not a member of that role.', session_user),
                  HINT = format('Ask a superuser to make the call, or for: GRANT %s TO %I;', role, session_user);
    END IF;
    FOR e IN
        WITH handed AS (
            UPDATE regcar_state.queue_entry q
            SET submitted_by = role, outcome = CASE WHEN q.state <> 'waiting' THEN q.outcome END
            WHERE q.state IN ('waiting', 'failed') AND q.submitted_by::regrole <> role
              AND (q.submitter = reassign_queued.submitter
                   OR EXISTS (SELECT FROM pg_roles r WHERE r.oid = q.submitted_by::regrole AND r.rolname = reassign_queued.submitter))
            RETURNING q.id, q.hold)
        SELECT h.hold, array_agg(h.id) AS ids FROM handed h GROUP BY h.hold ORDER BY h.hold
    LOOP
        handed := handed + cardinality(e.ids);
        PERFORM regcar.record_event('reassigned', e.hold, regcar.entries_detail(e.ids)
            || jsonb_build_object('from', reassign_queued.submitter, 'to', role::text, 'reason', reassign_queued.reason));
        PERFORM regcar.tell_listeners(format('{"event":"reassigned","hold":%s}', e.hold));
    END LOOP;
    IF handed = 0 THEN
        RAISE EXCEPTION 'no registration of % waits or failed', coalesce(quote_literal(submitter), 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT DISTINCT submitter FROM regcar.queue_entry WHERE state IN (''waiting'', ''failed'');';
    END IF;
    RETURN handed;
END
$$;
REVOKE ALL ON FUNCTION reassign_queued(text, regrole, text) FROM PUBLIC;
COMMENT ON FUNCTION reassign_queued(text, regrole, text) IS
    'hands the registrations of a role that wait or failed, by the name that it had or has, to another role, with whose rights they are then released; how many. 42501 unless the caller''s login is a member of that role, 22023 if there are none';
