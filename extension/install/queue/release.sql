-- Feeding queued registrations back.

CREATE OR REPLACE FUNCTION queue_length(hold bigint, OUT waiting bigint, OUT first bigint, OUT last bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.require_writable('releasing the queue');
    IF hold IS NOT NULL AND NOT EXISTS (SELECT FROM regcar_state.hold h WHERE h.hold = queue_length.hold)
       AND NOT EXISTS (SELECT FROM regcar_state.queue_entry q WHERE q.hold = queue_length.hold) THEN
        RAISE EXCEPTION 'there is no hold %', hold
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.queue_summary;';
    END IF;
    SELECT count(*), min(q.id), max(q.id) INTO waiting, first, last
    FROM regcar_state.queue_entry q
    WHERE q.state = 'waiting' AND (queue_length.hold IS NULL OR q.hold = queue_length.hold);
END
$$;
REVOKE ALL ON FUNCTION queue_length(bigint) FROM PUBLIC;
COMMENT ON FUNCTION queue_length(bigint) IS
    'how many registrations of a hold, or of all holds, wait, and the first and last of their ids; 22023 if there is no such hold';

CREATE OR REPLACE FUNCTION release_batch(
    hold bigint, after bigint, until bigint, max_rows integer,
    OUT taken integer, OUT released integer, OUT failed integer, OUT last bigint)
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'regcar_release_batch';
REVOKE ALL ON FUNCTION release_batch(bigint, bigint, bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION release_batch(bigint, bigint, bigint, integer) IS
    'one batch of release(), in this transaction: the next entries after one id and up to another, each inserted with the rights of its submitter';

CREATE OR REPLACE PROCEDURE release(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release';
REVOKE ALL ON PROCEDURE release(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release(bigint, bigint, integer, interval) IS
    'inserts what waits in the queue of a hold, or of all holds, in order of arrival: a transaction for each batch, with a pause after each. A row stays if a hold still covers it, or if its submitter may not insert it. If a new hold or another transaction prevents a COMMIT, the batch is repeated. 25001 inside a transaction block';
