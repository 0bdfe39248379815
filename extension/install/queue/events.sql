-- Queue entries in the history.

CREATE OR REPLACE FUNCTION row_digest(before jsonb, row_data jsonb, after jsonb) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'regcar_row_digest';
REVOKE ALL ON FUNCTION row_digest(jsonb, jsonb, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION row_digest(jsonb, jsonb, jsonb) IS
    'SHA-256 over the text, in UTF-8, of one JSON array: the elements of an array, an object, the elements of another array. The text may be larger than a value can be';

-- Over what is known of an entry when it is submitted, which never changes afterwards.
-- Times are in UTC, so that the time zone of a session changes nothing.
CREATE OR REPLACE FUNCTION entry_digest(entry regcar_state.queue_entry) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN (entry).in_place THEN
        pg_catalog.sha256(regcar.utf8_bytes(pg_catalog.jsonb_build_array(
            (entry).id, (entry).hold, (entry).target_name, (entry).row_data, (entry).unnamed,
            (entry).submitter, (entry).login, (entry).application, (entry).address, (entry).search_path,
            pg_catalog.timezone('UTC', (entry).submitted_at))::text || ' in place' || coalesce(' ' || (entry).keys::text, '')))
    ELSE regcar.row_digest(
        pg_catalog.jsonb_build_array((entry).id, (entry).hold, (entry).target_name)
            || CASE WHEN (entry).keys IS NULL THEN '[]' ELSE pg_catalog.jsonb_build_array((entry).keys) END,
        (entry).row_data,
        pg_catalog.jsonb_build_array((entry).unnamed, (entry).submitter, (entry).login, (entry).application,
            (entry).address, (entry).search_path, pg_catalog.timezone('UTC', (entry).submitted_at)))
    END
$$;
REVOKE ALL ON FUNCTION entry_digest(regcar_state.queue_entry) FROM PUBLIC;
COMMENT ON FUNCTION entry_digest(regcar_state.queue_entry) IS 'SHA-256 over what was submitted with a queue entry';

-- Queue entries as an event keeps them.
CREATE OR REPLACE FUNCTION entries_detail(ids bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'ids', jsonb_agg(q.id ORDER BY q.id),
        'sha256', encode(sha256(string_agg(regcar.entry_digest(q), '' ORDER BY q.id)), 'hex'),
        'outcomes', coalesce(jsonb_object_agg(q.id, q.outcome) FILTER (WHERE q.outcome IS NOT NULL), '{}'))
        || CASE WHEN bool_or(q.withdrawn IS NOT NULL) THEN
               jsonb_build_object('withdrawn', jsonb_object_agg(q.id, encode(regcar.row_digest('[]', q.withdrawn, '[]'), 'hex')) FILTER (WHERE q.withdrawn IS NOT NULL))
           ELSE '{}' END
    FROM regcar_state.queue_entry q WHERE q.id = ANY (ids)
$$;
REVOKE ALL ON FUNCTION entries_detail(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION entries_detail(bigint[]) IS
    'ids of queue entries, a SHA-256 over their digests in order of id, the outcome of each that has one, and a SHA-256 over each row that discard() deleted';

CREATE OR REPLACE FUNCTION record_entries(event text, hold bigint, ids bigint[], at timestamptz) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.record_event(event, hold, regcar.entries_detail(ids), at);
    PERFORM regcar.tell_listeners(format('{"event":"%s","hold":%s}', event, hold));
END
$$;
REVOKE ALL ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) IS
    'adds to the history what became of queue entries of one hold, and sends NOTIFY';
