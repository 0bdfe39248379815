-- The figures of the queue, from one look at it.

CREATE OR REPLACE FUNCTION incident_queue(i incident_span) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH counted AS (
        SELECT q.target::regclass AS target, q.target_name, q.submitter, q.application, grouping(q.submitter) = 0 AS by_submitter,
               count(*) AS queued,
               count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed,
               count(*) FILTER (WHERE q.state = 'discarded') AS discarded,
               count(*) FILTER (WHERE q.state = 'waiting') AS waiting,
               extract(epoch FROM max(coalesce(q.settled_at, i.as_of) - q.submitted_at)) AS longest_wait,
               min(q.settled_at) FILTER (WHERE q.state = 'released') AS first_released,
               max(q.settled_at) FILTER (WHERE q.state = 'released') AS last_released
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        GROUP BY GROUPING SETS ((q.target::regclass, q.target_name), (q.submitter, q.application))
    ), submitter AS (
        SELECT c.submitter, c.application, c.queued, c.released, c.failed, c.waiting, c.longest_wait,
               row_number() OVER (ORDER BY c.queued DESC, c.submitter, c.application) AS place, count(*) OVER () AS lines
        FROM counted c WHERE c.by_submitter
    )
    SELECT jsonb_build_object(
               'tables', (SELECT coalesce(jsonb_agg(c), '[]') FROM (
                              SELECT target::oid, target_name, queued, released, failed, discarded, waiting, longest_wait,
                                     first_released, last_released
                              FROM counted WHERE NOT by_submitter) c),
               'submitters', (SELECT coalesce(jsonb_agg(s ORDER BY s.place), '[]') FROM submitter s WHERE s.place <= 20))
$$;
REVOKE ALL ON FUNCTION incident_queue(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_queue(incident_span) IS
    'what was queued in an incident and what became of it: for each table, and for the twenty roles and applications that most came from';

CREATE OR REPLACE FUNCTION incident_queue_tables(queue jsonb) RETURNS TABLE (
    target oid, target_name text, queued bigint, released bigint, failed bigint, discarded bigint, waiting bigint,
    longest_wait numeric, first_released timestamptz, last_released timestamptz)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.* FROM jsonb_to_recordset(queue -> 'tables') t (
        target oid, target_name text, queued bigint, released bigint, failed bigint, discarded bigint, waiting bigint,
        longest_wait numeric, first_released timestamptz, last_released timestamptz)
$$;
REVOKE ALL ON FUNCTION incident_queue_tables(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_queue_tables(jsonb) IS 'the figures of incident_queue() for each table, as rows';
