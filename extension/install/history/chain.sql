-- The place of an event in the chain.

-- A dealer's text is in outcomes, and a digest of it may not fail for whoever releases the queue.
CREATE OR REPLACE FUNCTION utf8_bytes(text) RETURNS bytea
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_utf8_bytes';
REVOKE ALL ON FUNCTION utf8_bytes(text) FROM PUBLIC;
COMMENT ON FUNCTION utf8_bytes(text) IS
    'a text in UTF-8, for a digest; its bytes as they are where they cannot be converted, for instance in a database in SQL_ASCII';

CREATE OR REPLACE FUNCTION event_digest(
    previous bytea, seq bigint, id bigint, at timestamptz, event text, hold bigint, actor name, detail jsonb)
    RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(coalesce(previous, '') ||
                  regcar.utf8_bytes(jsonb_build_array(seq, id, CASE WHEN isfinite(at) THEN to_jsonb(trunc(extract(epoch FROM at) * 1000000)) ELSE to_jsonb(at) END,
                                               event, hold, actor, detail)::text))
$$;
REVOKE ALL ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) IS
    'SHA-256 over the digest of the event before and a JSON array of this event''s place, number, microseconds since 1970, event, hold, actor and detail';

CREATE OR REPLACE FUNCTION chain_tail(OUT seq bigint, OUT digest bytea, OUT is_ours boolean)
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_chain_tail';
REVOKE ALL ON FUNCTION chain_tail() FROM PUBLIC;
COMMENT ON FUNCTION chain_tail() IS
    'the last event of the chain, whatever snapshot the transaction has (NULL, NULL before the first), and whether this transaction has the chain now: nobody else may add to it until it ends';

CREATE OR REPLACE FUNCTION late_events() RETURNS bigint[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_late_events';
REVOKE ALL ON FUNCTION late_events() FROM PUBLIC;
COMMENT ON FUNCTION late_events() IS
    'committed events, and this transaction''s, that found the chain taken; by id, whatever snapshot the transaction has';

-- An event of the same hold or queue entry that is older has a smaller id, because whoever changed the row
-- held it locked until COMMIT.
CREATE OR REPLACE FUNCTION chain_events(newest bigint[]) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tail record := regcar.chain_tail();
    waiting bigint[] := regcar.late_events();
    number bigint;
    e regcar_state.history;
BEGIN
    -- under REPEATABLE READ one of those before ours may be out of our reach
    IF NOT tail.is_ours OR EXISTS (SELECT FROM unnest(waiting) i WHERE NOT EXISTS (SELECT FROM regcar_state.history h WHERE h.id = i)) THEN
        RETURN false;
    END IF;
    -- one by one, because under SERIALIZABLE what we read beside them would count
    FOREACH number IN ARRAY waiting || newest LOOP
        SELECT h.* INTO e FROM regcar_state.history h WHERE h.id = number;
        CONTINUE WHEN e.seq IS NOT NULL;
        tail.seq := coalesce(tail.seq, 0) + 1;
        tail.digest := regcar.event_digest(tail.digest, tail.seq, e.id, e.at, e.event, e.hold, e.actor, e.detail);
        UPDATE regcar_state.history h SET seq = tail.seq, digest = tail.digest, late = NULL WHERE h.id = number;
    END LOOP;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION chain_events(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION chain_events(bigint[]) IS
    'give those that are late, and then events of this transaction, their places in the chain; false if another transaction has the chain';

CREATE OR REPLACE FUNCTION chain_late_events() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('transaction_read_only') = 'off' AND regcar.late_events() <> '{}' THEN
        PERFORM regcar.chain_events('{}');
    END IF;
END
$$;
REVOKE ALL ON FUNCTION chain_late_events() FROM PUBLIC;
COMMENT ON FUNCTION chain_late_events() IS
    'give the events that are late their places in the chain, if no other transaction has the chain and this one may write';

-- At COMMIT, and without waiting, so that a transaction which stays open keeps no
-- other from placing a hold meanwhile.  A restored event has its place already.
CREATE OR REPLACE FUNCTION chain_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT regcar.chain_events(ARRAY[NEW.id]) THEN
        UPDATE regcar_state.history h SET late = true WHERE h.id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION chain_event() FROM PUBLIC;
COMMENT ON FUNCTION chain_event() IS 'trigger of regcar_state.history: gives an event its place in the chain, or notes that it is late';
CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON regcar_state.history DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.digest IS NULL) EXECUTE FUNCTION chain_event();
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event;
COMMENT ON TRIGGER chain_event ON regcar_state.history IS 'gives an event its place in the chain at COMMIT';
