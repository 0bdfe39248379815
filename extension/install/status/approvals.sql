-- What the view status says of holds that no operator ends alone.

CREATE OR REPLACE FUNCTION status_of_approvals(
    OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'notice', format('hold %s', p.hold), p.act || ' asked for', p.expires_at - interval '1 hour',
           format('%s approved; %s more of %s must make the same call before %s', array_to_string(p.approved_by, ', '), p.missing,
                  array_to_string(p.may_approve, ', '), p.expires_at),
           'SELECT * FROM regcar.pending_approvals;'
    FROM regcar.pending_approvals p
    -- the history is not read for nothing
    WHERE EXISTS (SELECT FROM regcar_state.hold h WHERE h.approvals IS NOT NULL AND regcar.stands(h.lifted_at, h.expires_at))
    ORDER BY p.expires_at
$$;
REVOKE ALL ON FUNCTION status_of_approvals() FROM PUBLIC;
COMMENT ON FUNCTION status_of_approvals() IS 'what operators have asked for that takes more of them, and who is missing';
