-- Whom the holds refused.

-- Marks and addresses are left out, because they are personal data; the view has them.
CREATE OR REPLACE FUNCTION incident_refused(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH role AS (
        SELECT c.role, sum(c.refused) AS refused, min(c.first_at) AS first_at, max(c.last_at) AS last_at,
               row_number() OVER (ORDER BY sum(c.refused) DESC, c.role) AS place
        FROM regcar_state.refusal_count c JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY c.role
    ), kept AS (
        SELECT r.role, r.application, r.keys, count(*) AS refused, min(r.at) AS first_at, max(r.at) AS last_at,
               row_number() OVER (ORDER BY count(*) DESC, r.role, r.application, r.keys) AS place
        FROM regcar_state.refusal r JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY r.role, r.application, r.keys
    )
    SELECT coalesce(regcar.html_table('Refused statements of each login', '{Role,#Refused,First,Last}', (
               SELECT array_agg(ARRAY[regcar.html_typed(r.role), regcar.html_number(r.refused), regcar.html_time(r.first_at),
                                      regcar.html_time(r.last_at)] ORDER BY r.place)
               FROM role r WHERE r.place <= 20),
               (SELECT regcar.html_more(count(*), 20, 'SELECT * FROM regcar.refusal_counts') FROM role)), '')
        || coalesce(regcar.html_table('To call back', '{For,Role,Application,#Refused,First,Last}', (
               SELECT array_agg(ARRAY[CASE k.keys WHEN '{}' THEN 'no key of a scope' ELSE regcar.incident_scope(k.keys) END,
                                      regcar.html_typed(k.role), regcar.html_typed(k.application), regcar.html_number(k.refused),
                                      regcar.html_time(k.first_at), regcar.html_time(k.last_at)] ORDER BY k.place)
               FROM kept k WHERE k.place <= 50),
               (SELECT regcar.html_more(count(*), 50, 'SELECT * FROM regcar.refusals') FROM kept)), '')
$$;
REVOKE ALL ON FUNCTION incident_refused(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_refused(incident_span) IS
    'which logins the holds refused, how often, first and last; and the same by the keys of the scopes, of the refusals that are kept one by one';
