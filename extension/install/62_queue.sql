-- Registrations that were set aside.

CREATE TYPE queue_state AS ENUM ('waiting', 'released', 'failed', 'discarded');
COMMENT ON TYPE queue_state IS
    'waiting (to be released), released (it is in its table), failed (it was tried; see its outcome), discarded (by an operator)';

-- The C code writes this table by column number (queue.c): columns may be added
-- at the end alone.
CREATE TABLE queue_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold         bigint NOT NULL,
    target       regclass NOT NULL,
    row_data     jsonb NOT NULL,
    submitted_by regrole NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitter    text NOT NULL,
    login        text NOT NULL,
    application  text NOT NULL,
    address      inet,
    search_path  text NOT NULL,
    state        queue_state NOT NULL,
    outcome      text,
    settled_by   name,
    settled_at   timestamptz
);
-- few indexes: each costs every registration that is set aside
CREATE INDEX queue_entry_waiting ON queue_entry (hold, id) WHERE state = 'waiting';
COMMENT ON TABLE queue_entry IS 'registrations that a hold of action queue set aside; rows are never deleted';
COMMENT ON COLUMN queue_entry.id IS 'number, in order of arrival';
COMMENT ON COLUMN queue_entry.hold IS 'hold that set it aside';
COMMENT ON COLUMN queue_entry.target IS 'table that it is for';
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
SELECT id, hold, target, row_data, submitted_by, submitted_at, state, outcome
FROM queue_entry
WHERE (SELECT has_table_privilege('regcar.queue_entry', 'SELECT')) OR pg_has_role(submitted_by, 'USAGE')
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

-- What settled some entries, as an event keeps it: their ids, and a digest of
-- what was submitted, which never changes afterwards.
CREATE FUNCTION entries_detail(ids bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
    SELECT jsonb_build_object(
        'ids', to_jsonb(array_agg(q.id ORDER BY q.id)),
        'sha256', encode(sha256(convert_to(string_agg(
            jsonb_build_array(q.id, q.hold, q.row_data, q.submitter, q.login, q.submitted_at)::text, '' ORDER BY q.id), 'UTF8')), 'hex'))
    FROM regcar.queue_entry q WHERE q.id = ANY (ids)
$$;
REVOKE ALL ON FUNCTION entries_detail(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION entries_detail(bigint[]) IS 'ids of queue entries, and a SHA-256 over what was submitted with them';

CREATE FUNCTION record_entries(event text, ids bigint[]) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
BEGIN
    FOR of_hold IN SELECT DISTINCT q.hold FROM regcar.queue_entry q WHERE q.id = ANY (ids) ORDER BY 1
    LOOP
        PERFORM regcar.record_event(event, of_hold, regcar.entries_detail(
            ARRAY(SELECT q.id FROM regcar.queue_entry q WHERE q.id = ANY (ids) AND q.hold = of_hold)));
        PERFORM pg_notify('regcar', format('{"event":"%s","hold":%s}', event, of_hold));
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION record_entries(text, bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION record_entries(text, bigint[]) IS 'add what became of queue entries to the history, an event for each hold, and NOTIFY';

CREATE FUNCTION settle(ids bigint[], states text[], outcomes text[]) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    settled_state text;
BEGIN
    UPDATE regcar.queue_entry q
    SET state = u.state::regcar.queue_state, outcome = u.outcome,
        settled_by = CASE WHEN u.state <> 'waiting' THEN session_user END,
        settled_at = CASE WHEN u.state <> 'waiting' THEN clock_timestamp() END
    FROM unnest(ids, states, outcomes) AS u (id, state, outcome)
    WHERE q.id = u.id AND (q.state::text, q.outcome) IS DISTINCT FROM (u.state, u.outcome);
    FOREACH settled_state IN ARRAY '{released,failed}'::text[]
    LOOP
        PERFORM regcar.record_entries(settled_state, array_agg(u.id))
        FROM unnest(ids, states) AS u (id, state) WHERE u.state = settled_state
        HAVING count(*) > 0;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION settle(bigint[], text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION settle(bigint[], text[], text[]) IS 'write down what became of queue entries: state and outcome of each';
