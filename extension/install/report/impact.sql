-- Whose registrations were queued, by the keys of the scopes.

-- Of what a row has, only the columns that some scope of the incident names.  What is computed
-- from the mark or the login is no key here: other tables of the report have it.  The planner
-- knows nothing about values in JSON, and would sort all rows; hashing is right however many
-- values there are.
CREATE OR REPLACE FUNCTION incident_impact(i incident_span, queue jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_sort = off
AS $$
    WITH named (key) AS (
        SELECT jsonb_object_keys(h.scope) FROM regcar_state.hold h JOIN unnest(i.holds) u (hold) USING (hold)
        UNION ALL
        SELECT k.key FROM regcar_state.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
        CROSS JOIN LATERAL (SELECT jsonb_object_keys(e.scope) UNION ALL SELECT e.share_by WHERE e.share_by IS NOT NULL) k (key)
    ), key AS MATERIALIZED (
        SELECT n.key, row_number() OVER (ORDER BY count(*) DESC, n.key) AS place
        FROM named n
        WHERE n.key NOT IN ('series', 'format', 'region')
          AND (n.key NOT IN ('tag', 'role') OR EXISTS (SELECT FROM regcar.key_columns(n.key)))
        GROUP BY n.key
    ), key_column AS MATERIALIZED (
        -- of a table that is gone or has no guard any more, the column of that name
        SELECT k.key, k.place, t.target::regclass AS target, coalesce(c.column_name, k.key) AS column_name
        FROM key k CROSS JOIN (SELECT DISTINCT q.target FROM regcar.incident_queue_tables(queue) q) t
        LEFT JOIN LATERAL (SELECT c.column_name FROM regcar.key_columns(k.key) c
                           WHERE c.target IN (t.target, pg_partition_root(t.target)) LIMIT 1) c ON true
        WHERE k.place <= 5
    ), state AS (
        SELECT k.place, q.state, coalesce(q.row_data ->> k.column_name, q.keys ->> k.key) AS value, count(*) AS n
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) JOIN key_column k ON k.target = q.target::regclass
        GROUP BY k.place, q.state, 3
    ), counted AS (
        SELECT k.key, k.place, s.value, sum(s.n) AS queued,
               coalesce(sum(s.n) FILTER (WHERE s.state = 'released'), 0) AS released,
               coalesce(sum(s.n) FILTER (WHERE s.state = 'failed'), 0) AS failed,
               coalesce(sum(s.n) FILTER (WHERE s.state = 'discarded'), 0) AS discarded,
               coalesce(sum(s.n) FILTER (WHERE s.state = 'waiting'), 0) AS waiting
        FROM state s JOIN key k USING (place) GROUP BY k.key, k.place, s.value
    ), line AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.place ORDER BY c.queued DESC, c.value) AS n, count(*) OVER () AS lines
        FROM counted c
    )
    SELECT coalesce(regcar.html_table('Whom it met, by the keys of the scopes', '{For,#Queued,#Released,#Failed,#Given up,#Waiting}', (
               SELECT array_agg(ARRAY[regcar.html_typed(l.key, 100) || ': ' || regcar.incident_value(l.value), regcar.html_number(l.queued),
                                      regcar.html_number(l.released), regcar.html_number(l.failed), regcar.html_number(l.discarded),
                                      regcar.html_number(l.waiting)] ORDER BY l.place, l.n)
               FROM line l WHERE l.n <= 10),
               (SELECT regcar.html_more(max(l.lines), count(*)::integer, 'SELECT row_data FROM regcar.queue') FROM line l WHERE l.n <= 10)), '')
$$;
REVOKE ALL ON FUNCTION incident_impact(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_impact(incident_span, jsonb) IS
    'for each key of the scopes of an incident, the ten values that most queued registrations have, and what became of these';
