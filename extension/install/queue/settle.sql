-- What becomes of queued registrations.

-- These are few rows of a table that may be large: by its key, whatever the statistics say.
CREATE OR REPLACE FUNCTION settle(ids bigint[], states text[], outcomes text[]) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    at timestamptz := clock_timestamp();
    e record;
BEGIN
    FOR e IN
        WITH settled AS (
            UPDATE regcar_state.queue_entry q
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
COMMENT ON FUNCTION settle(bigint[], text[], text[]) IS 'records what became of queue entries: the state and outcome of each';

CREATE OR REPLACE FUNCTION retry(queue_id bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    now_state regcar.queue_state;
BEGIN
    PERFORM regcar.require_writable('retrying a registration');
    UPDATE regcar_state.queue_entry q
    SET state = 'waiting', outcome = NULL, settled_by = NULL, settled_at = NULL
    WHERE q.id = queue_id AND q.state = 'failed'
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('retried', of_hold, ARRAY[queue_id], clock_timestamp());
        RETURN format('queue entry %s waits again; CALL regcar.release()', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar_state.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % did not fail', queue_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its state is %s.', now_state);
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;
REVOKE ALL ON FUNCTION retry(bigint) FROM PUBLIC;
COMMENT ON FUNCTION retry(bigint) IS
    'makes a queued registration that failed wait for the next release; 55000 if it did not fail, 22023 if there is no such entry';

CREATE OR REPLACE FUNCTION withdraw_row(queue_id bigint) RETURNS jsonb
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'regcar_withdraw_row';
REVOKE ALL ON FUNCTION withdraw_row(bigint) FROM PUBLIC;
COMMENT ON FUNCTION withdraw_row(bigint) IS
    'deletes the row that waits with this ticket, as its submitter, and gives what it was; NULL if there is none. 42501 if a superuser submitted it and the caller is not one';

CREATE OR REPLACE FUNCTION discard(queue_id bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    at timestamptz := clock_timestamp();
    now_state regcar.queue_state;
    kept jsonb;
BEGIN
    PERFORM regcar.require_reason(discard.reason, 'discarding a registration', 'SELECT regcar.discard(id, ''why'');');
    PERFORM FROM regcar_state.queue_entry q
    WHERE q.id = queue_id AND q.state IN ('waiting', 'failed') AND q.in_place FOR UPDATE;
    IF FOUND THEN
        kept := regcar.withdraw_row(queue_id);
    END IF;
    UPDATE regcar_state.queue_entry q
    SET state = 'discarded', outcome = discard.reason, settled_by = session_user, settled_at = at, withdrawn = kept
    WHERE q.id = queue_id AND q.state IN ('waiting', 'failed')
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('discarded', of_hold, ARRAY[queue_id], at);
        RETURN format('queue entry %s is discarded; its row stays in regcar.queue', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar_state.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % is already %', queue_id, now_state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;
REVOKE ALL ON FUNCTION discard(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION discard(bigint, text) IS
    'gives up a queued registration that waits or failed, for a reason; a row that waits in its table is deleted there, as its submitter. 55000 if it was released or discarded, or if a trigger keeps the row; 42501 if a superuser submitted the row and the caller is not one; 22023 if there is no such entry';
