-- The place of an event in the chain.

CREATE OR REPLACE FUNCTION event_digest(
    previous bytea, seq bigint, id bigint, at timestamptz, event text, hold bigint, actor name, detail jsonb)
    RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(coalesce(previous, '') ||
                  convert_to(jsonb_build_array(seq, id, CASE WHEN isfinite(at) THEN to_jsonb(trunc(extract(epoch FROM at) * 1000000)) ELSE to_jsonb(at) END,
                                               event, hold, actor, detail)::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) IS
    'SHA-256 over the digest of the event before and the JSON array of this one''s place, number, microseconds since 1970, event, hold, actor and detail';

CREATE OR REPLACE FUNCTION history_tail(OUT seq bigint, OUT digest bytea)
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_history_tail';
REVOKE ALL ON FUNCTION history_tail() FROM PUBLIC;
COMMENT ON FUNCTION history_tail() IS
    'the last event of the chain, whatever snapshot the transaction has; nobody else may add one until it ends. NULL, NULL before the first';

-- At COMMIT, so that a transaction which stays open keeps no other from placing
-- a hold meanwhile.  A restored event has its place already.
CREATE OR REPLACE FUNCTION chain_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tail record := regcar.history_tail();
    place bigint := coalesce(tail.seq, 0) + 1;
BEGIN
    UPDATE regcar_state.history h
    SET seq = place,
        digest = regcar.event_digest(tail.digest, place, h.id, h.at, h.event, h.hold, h.actor, h.detail)
    WHERE h.id = NEW.id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION chain_event() FROM PUBLIC;
COMMENT ON FUNCTION chain_event() IS 'trigger of regcar_state.history: gives an event its place in the chain';
CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON regcar_state.history DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.digest IS NULL) EXECUTE FUNCTION chain_event();
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event;
COMMENT ON TRIGGER chain_event ON regcar_state.history IS 'gives an event its place in the chain at COMMIT';
