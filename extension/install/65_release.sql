-- Feeding queued registrations back, and what to do with those that failed.

CREATE FUNCTION queue_length(hold bigint, OUT waiting bigint, OUT first bigint, OUT last bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF hold IS NOT NULL AND NOT EXISTS (SELECT FROM regcar.hold h WHERE h.hold = queue_length.hold)
       AND NOT EXISTS (SELECT FROM regcar.queue_entry q WHERE q.hold = queue_length.hold) THEN
        RAISE EXCEPTION 'there is no hold %', hold
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.queue_summary;';
    END IF;
    SELECT count(*), min(q.id), max(q.id) INTO waiting, first, last
    FROM regcar.queue_entry q
    WHERE q.state = 'waiting' AND (queue_length.hold IS NULL OR q.hold = queue_length.hold);
END
$$;
REVOKE ALL ON FUNCTION queue_length(bigint) FROM PUBLIC;
COMMENT ON FUNCTION queue_length(bigint) IS
    'how many registrations of a hold, or of all, wait, and the first and last of their ids; 22023 if there is no such hold';

CREATE FUNCTION release_batch(
    hold bigint, after bigint, until bigint, max_rows integer,
    OUT taken integer, OUT released integer, OUT failed integer, OUT last bigint)
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'regcar_release_batch';
REVOKE ALL ON FUNCTION release_batch(bigint, bigint, bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION release_batch(bigint, bigint, bigint, integer) IS
    'one batch of release(): the next entries behind one id and up to another, each inserted as its submitter, in this transaction';

CREATE PROCEDURE release(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release';
REVOKE ALL ON PROCEDURE release(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release(bigint, bigint, integer, interval) IS
    'insert what the queue of a hold, or of all, has, in order of arrival, a transaction for each batch, with a pause between two. Rows that a hold still covers, or whose submitter may not insert them, stay. A batch that a new hold or another transaction keeps from COMMIT is done again. 25001 inside a transaction block';

CREATE FUNCTION retry(queue_id bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    now_state regcar.queue_state;
BEGIN
    UPDATE regcar.queue_entry q
    SET state = 'waiting', outcome = NULL, settled_by = NULL, settled_at = NULL
    WHERE q.id = queue_id AND q.state = 'failed'
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('retried', of_hold, ARRAY[queue_id], clock_timestamp());
        RETURN format('queue entry %s waits again; CALL regcar.release()', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar.queue_entry q WHERE q.id = queue_id;
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
    'let a queued registration that failed wait for the next release; 55000 if it did not fail, 22023 if there is none of that id';

CREATE FUNCTION discard(queue_id bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    at timestamptz := clock_timestamp();
    now_state regcar.queue_state;
BEGIN
    PERFORM regcar.require_reason(discard.reason, 'discarding a registration', 'SELECT regcar.discard(id, ''why'');');
    UPDATE regcar.queue_entry q
    SET state = 'discarded', outcome = discard.reason, settled_by = session_user, settled_at = at
    WHERE q.id = queue_id AND q.state IN ('waiting', 'failed')
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('discarded', of_hold, ARRAY[queue_id], at);
        RETURN format('queue entry %s is discarded; its row stays in regcar.queue', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % is % already', queue_id, now_state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;
REVOKE ALL ON FUNCTION discard(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION discard(bigint, text) IS
    'give up a queued registration that waits or failed, with the reason; 55000 if it is released or discarded, 22023 if there is none of that id';
