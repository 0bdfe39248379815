-- What the view status says of those whom the holds in force stopped.

CREATE OR REPLACE FUNCTION status_of_refusals(
    OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT 'notice', 'refusals', format(CASE WHEN c.observed THEN '%s would have been refused' ELSE '%s refused' END, sum(c.refused)), min(c.first_at),
           format('by holds in force%s, to logins: %s; the last at %s', CASE WHEN c.observed THEN ' that observe' END,
                  count(DISTINCT c.role), max(c.last_at)::timestamptz(0)),
           'SELECT * FROM regcar.refusals;'
    FROM (SELECT n.*, h.action::text = 'observe' AS observed
          FROM regcar_state.refusal_count n JOIN regcar_state.hold h USING (hold) WHERE regcar.stands(h.lifted_at, h.expires_at)) c
    GROUP BY c.observed ORDER BY c.observed;
END
$$;
REVOKE ALL ON FUNCTION status_of_refusals() FROM PUBLIC;
COMMENT ON FUNCTION status_of_refusals() IS 'rows of the view status: how many statements the holds in force refused, and would have refused if they did not only observe';
