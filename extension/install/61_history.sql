-- The account of what was done, each event chained to the one before it.

CREATE TABLE history (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq    bigint UNIQUE,
    at     timestamptz NOT NULL,
    event  text NOT NULL,
    hold   bigint,
    actor  name NOT NULL,
    detail jsonb NOT NULL,
    digest bytea,
    CONSTRAINT history_chained_whole CHECK (num_nulls(seq, digest) IN (0, 2))
);
COMMENT ON TABLE history IS 'what was done with holds, exemptions and the queue, in order of commit; rows are only added, verify_history() checks them';
COMMENT ON COLUMN history.seq IS 'place in the chain, from 1 without gaps; given at COMMIT';
COMMENT ON COLUMN history.at IS 'by the clock, when it was done';
COMMENT ON COLUMN history.event IS 'placed, lifted, exempted, revoked, released, failed, retried, discarded';
COMMENT ON COLUMN history.hold IS 'number of the hold; NULL for a batch of several';
COMMENT ON COLUMN history.actor IS 'role that logged in (session_user)';
COMMENT ON COLUMN history.detail IS 'the row of the hold or exemption as it then was, times in UTC; of queued rows their ids, a SHA-256 over what was submitted, and outcomes';
COMMENT ON COLUMN history.digest IS 'SHA-256 over the digest before it and this event';
SELECT pg_catalog.pg_extension_config_dump('history', '');
SELECT pg_catalog.pg_extension_config_dump('history_id_seq', '');

CREATE FUNCTION event_digest(
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

CREATE FUNCTION history_tail(OUT seq bigint, OUT digest bytea)
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_history_tail';
REVOKE ALL ON FUNCTION history_tail() FROM PUBLIC;
COMMENT ON FUNCTION history_tail() IS
    'the last event of the chain, whatever snapshot the transaction has; nobody else may add one until it ends. NULL, NULL before the first';

-- At COMMIT, so that a transaction which stays open keeps no other from placing
-- a hold meanwhile.  A restored event has its place already.
CREATE FUNCTION chain_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tail record := regcar.history_tail();
    place bigint := coalesce(tail.seq, 0) + 1;
BEGIN
    UPDATE regcar.history h
    SET seq = place,
        digest = regcar.event_digest(tail.digest, place, h.id, h.at, h.event, h.hold, h.actor, h.detail)
    WHERE h.id = NEW.id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION chain_event() FROM PUBLIC;
COMMENT ON FUNCTION chain_event() IS 'trigger of regcar.history: gives an event its place in the chain';
CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON history DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.digest IS NULL) EXECUTE FUNCTION chain_event();
ALTER TABLE history ENABLE ALWAYS TRIGGER chain_event;
COMMENT ON TRIGGER chain_event ON history IS 'gives an event its place in the chain at COMMIT';

CREATE FUNCTION record_event(event text, hold bigint, detail jsonb, at timestamptz DEFAULT clock_timestamp()) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO regcar.history (at, event, hold, actor, detail)
    VALUES (at, event, hold, session_user, detail)
$$;
REVOKE ALL ON FUNCTION record_event(text, bigint, jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_event(text, bigint, jsonb, timestamptz) IS 'add an event to the history';

-- A row as an event keeps it, whatever the session's time zone.  By way of json: to_jsonb() reads the names of the
-- columns once more when it has let go of the row type, which every change of a hold invalidates in all sessions.
CREATE FUNCTION event_detail(state anyelement) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$ SELECT to_json(state)::jsonb $$;
REVOKE ALL ON FUNCTION event_detail(anyelement) FROM PUBLIC;
COMMENT ON FUNCTION event_detail(anyelement) IS 'a row of hold or exemption as JSON, times in UTC';

CREATE FUNCTION is_replicated() RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_is_replicated';
REVOKE ALL ON FUNCTION is_replicated() FROM PUBLIC;
COMMENT ON FUNCTION is_replicated() IS 'is this a worker of logical replication?';

-- Holds and exemptions that another server placed are this one's history too.
CREATE FUNCTION record_replicated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF regcar.is_replicated() THEN
        PERFORM regcar.record_event(
            CASE TG_TABLE_NAME
                WHEN 'hold' THEN CASE WHEN to_json(NEW) ->> 'lifted_at' IS NULL THEN 'placed' ELSE 'lifted' END
                ELSE CASE WHEN to_json(NEW) ->> 'revoked_at' IS NULL THEN 'exempted' ELSE 'revoked' END
            END, NEW.hold, regcar.event_detail(NEW));
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION record_replicated() FROM PUBLIC;
COMMENT ON FUNCTION record_replicated() IS
    'trigger of regcar.hold and regcar.exemption: records what logical replication brings';
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON hold
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON exemption
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
ALTER TABLE hold ENABLE REPLICA TRIGGER record_replicated;
ALTER TABLE exemption ENABLE REPLICA TRIGGER record_replicated;
COMMENT ON TRIGGER record_replicated ON hold IS 'records what logical replication brings';
COMMENT ON TRIGGER record_replicated ON exemption IS 'records what logical replication brings';
