-- What the view status says of the queue.

-- A million may wait, and the first ten thousand are enough to decide.
CREATE OR REPLACE FUNCTION status_of_queue(
    OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH waiting AS (
        SELECT q.hold, q.submitted_at FROM regcar_state.queue_entry q WHERE q.state = 'waiting' ORDER BY q.id LIMIT 10000),
    held AS (
        SELECT w.hold, count(*) AS number, min(w.submitted_at) AS since,
               EXISTS (SELECT FROM regcar_state.hold h
                       WHERE h.hold = w.hold AND regcar.stands(h.lifted_at, h.expires_at)) AS stands
        FROM waiting w GROUP BY w.hold)
    SELECT CASE WHEN h.stands THEN 'notice' ELSE 'warning' END, 'queue', 'waiting', min(h.since),
           format(CASE WHEN (SELECT sum(a.number) FROM held a) < 10000 THEN '%s' ELSE '%s of the first 10000' END, sum(h.number))
           || CASE WHEN h.stands THEN ' set aside by a hold that stands' ELSE ' set aside by a hold that has ended' END,
           CASE WHEN h.stands THEN 'SELECT * FROM regcar.queue_summary;' ELSE 'CALL regcar.release();' END
    FROM held h GROUP BY h.stands
    UNION ALL
    SELECT 'warning', 'queue', 'failed', min(f.settled_at), format(CASE WHEN count(*) < 10000 THEN '%s' ELSE '%s or more' END || ' could not be released', count(*)),
           'SELECT id, outcome FROM regcar.queue WHERE state = ''failed'';'
    FROM (SELECT q.settled_at FROM regcar_state.queue_entry q WHERE q.state = 'failed' ORDER BY q.id LIMIT 10000) f HAVING count(*) > 0;
END
$$;
REVOKE ALL ON FUNCTION status_of_queue() FROM PUBLIC;
COMMENT ON FUNCTION status_of_queue() IS 'rows of the view status: registrations that wait, and those that failed';
