-- What the view status says of those whom the holds in force stopped.

CREATE OR REPLACE FUNCTION status_of_refusals(
    OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT 'notice', 'refusals', format('%s refused', sum(c.refused)), min(c.first_at),
           format('by holds in force, to logins: %s; the last at %s', count(DISTINCT c.role), max(c.last_at)::timestamptz(0)),
           'SELECT * FROM regcar.refusals;'
    FROM regcar_state.refusal_count c JOIN regcar_state.hold h USING (hold)
    WHERE h.lifted_at IS NULL AND (h.expires_at IS NULL OR h.expires_at > clock_timestamp())
    HAVING count(*) > 0;
END
$$;
REVOKE ALL ON FUNCTION status_of_refusals() FROM PUBLIC;
COMMENT ON FUNCTION status_of_refusals() IS 'a row of the view status: how many statements the holds in force refused';
