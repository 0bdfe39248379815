-- Registrations that were set aside.

CREATE TYPE queue_state AS ENUM ('waiting', 'released', 'failed', 'discarded');
COMMENT ON TYPE queue_state IS
    'waiting (to be released), released (it is in its table), failed (it was tried; see its outcome), discarded (by an operator)';

-- The C code writes this table by column number (enqueue.c): columns may be added
-- at the end alone.
CREATE TABLE queue_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold         bigint NOT NULL,
    target       table_ref NOT NULL,
    row_data     jsonb NOT NULL,
    submitted_by role_ref NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitter    text NOT NULL,
    login        text NOT NULL,
    application  text NOT NULL,
    address      inet,
    search_path  text NOT NULL,
    state        queue_state NOT NULL,
    outcome      text,
    settled_by   name,
    settled_at   timestamptz,
    target_name  text NOT NULL,
    unnamed      text[]
);
-- one index alone, in the order of release: each costs every registration that is set aside
CREATE INDEX queue_entry_waiting ON queue_entry (id) WHERE state = 'waiting';
COMMENT ON TABLE queue_entry IS 'registrations that a hold of action queue set aside; rows are never deleted';
COMMENT ON COLUMN queue_entry.id IS 'number, in order of arrival';
COMMENT ON COLUMN queue_entry.hold IS 'hold that set it aside';
COMMENT ON COLUMN queue_entry.target IS 'table that it is for';
COMMENT ON COLUMN queue_entry.target_name IS 'what that table was called';
COMMENT ON COLUMN queue_entry.unnamed IS 'columns that the submitter had no right to name: they get their defaults again';
COMMENT ON COLUMN queue_entry.row_data IS 'the row by column name, each value as text';
COMMENT ON COLUMN queue_entry.submitted_by IS 'role that inserted, and whose rights it is released with';
COMMENT ON COLUMN queue_entry.submitter IS 'what that role was called';
COMMENT ON COLUMN queue_entry.login IS 'role that had logged in (session_user)';
COMMENT ON COLUMN queue_entry.search_path IS 'of the session that inserted; triggers of the table may look names up';
COMMENT ON COLUMN queue_entry.outcome IS 'why it failed, is kept waiting, or was discarded';
COMMENT ON COLUMN queue_entry.settled_by IS 'role that logged in (session_user) and released, tried or discarded it';
SELECT pg_catalog.pg_extension_config_dump('queue_entry', '');
SELECT pg_catalog.pg_extension_config_dump('queue_entry_id_seq', '');

CREATE VIEW queue WITH (security_barrier) AS
SELECT id, hold, target::regclass, row_data, submitted_by::regrole, submitted_at, state, outcome
FROM queue_entry
WHERE (SELECT has_table_privilege('regcar.queue_entry', 'SELECT')) OR pg_has_role(submitted_by::regrole, 'USAGE')
ORDER BY id;
COMMENT ON VIEW queue IS 'registrations that were set aside: to an operator all, to others those that they submitted themselves';
GRANT SELECT ON queue TO PUBLIC;

CREATE VIEW queue_summary WITH (security_barrier) AS
SELECT hold, target,
       count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'released') AS released,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'discarded') AS discarded,
       min(submitted_at) FILTER (WHERE state = 'waiting') AS oldest_waiting
FROM queue
GROUP BY hold, target
ORDER BY hold, target;
COMMENT ON VIEW queue_summary IS 'how many registrations of the queue are in which state, by hold and table';
GRANT SELECT ON queue_summary TO PUBLIC;

-- What is known of an entry when it is submitted, and never changes afterwards.
-- Times in UTC, so that the time zone of a session changes nothing.
CREATE FUNCTION entry_digest(entry queue_entry) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
        (entry).id, (entry).hold, (entry).target_name, (entry).row_data, (entry).unnamed,
        (entry).submitter, (entry).login, (entry).application, (entry).address, (entry).search_path,
        pg_catalog.timezone('UTC', (entry).submitted_at))::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION entry_digest(queue_entry) FROM PUBLIC;
COMMENT ON FUNCTION entry_digest(queue_entry) IS 'SHA-256 over what was submitted with a queue entry';

-- Queue entries as an event keeps them.
CREATE FUNCTION entries_detail(ids bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'ids', jsonb_agg(q.id ORDER BY q.id),
        'sha256', encode(sha256(string_agg(regcar.entry_digest(q), '' ORDER BY q.id)), 'hex'),
        'outcomes', coalesce(jsonb_object_agg(q.id, q.outcome) FILTER (WHERE q.outcome IS NOT NULL), '{}'))
    FROM regcar.queue_entry q WHERE q.id = ANY (ids)
$$;
REVOKE ALL ON FUNCTION entries_detail(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION entries_detail(bigint[]) IS
    'ids of queue entries, a SHA-256 over their digests in order of id, and the outcome of each that has one';

CREATE FUNCTION record_entries(event text, hold bigint, ids bigint[], at timestamptz) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.record_event(event, hold, regcar.entries_detail(ids), at);
    PERFORM pg_notify('regcar', format('{"event":"%s","hold":%s}', event, hold));
END
$$;
REVOKE ALL ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) IS
    'add what became of queue entries of a hold at a time to the history, and NOTIFY';

-- Few rows of a table that may be large, by its key whatever the statistics say.
CREATE FUNCTION settle(ids bigint[], states text[], outcomes text[]) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    at timestamptz := clock_timestamp();
    e record;
BEGIN
    FOR e IN
        WITH settled AS (
            UPDATE regcar.queue_entry q
            SET state = u.state::regcar.queue_state, outcome = u.outcome,
                settled_by = CASE WHEN u.state <> 'waiting' THEN session_user END,
                settled_at = CASE WHEN u.state <> 'waiting' THEN at END
            FROM unnest(ids, states, outcomes) AS u (id, state, outcome)
            WHERE q.id = u.id AND (q.state::text, q.outcome) IS DISTINCT FROM (u.state, u.outcome)
            RETURNING q.id, q.hold, q.state)
        SELECT s.state::text AS event, s.hold, array_agg(s.id) AS ids
        FROM settled s WHERE s.state <> 'waiting'
        GROUP BY s.state, s.hold ORDER BY s.state, s.hold
    LOOP
        PERFORM regcar.record_entries(e.event, e.hold, e.ids, at);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION settle(bigint[], text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION settle(bigint[], text[], text[]) IS 'write down what became of queue entries: state and outcome of each';
