-- Adding events.

CREATE OR REPLACE FUNCTION record_event(event text, hold bigint, detail jsonb, at timestamptz DEFAULT clock_timestamp()) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO regcar_state.history (at, event, hold, actor, detail)
    VALUES (at, event, hold, session_user, detail)
$$;
REVOKE ALL ON FUNCTION record_event(text, bigint, jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_event(text, bigint, jsonb, timestamptz) IS 'adds an event to the history';

-- A row as an event keeps it, whatever the session's time zone.  It goes through json because to_jsonb() reads the names
-- of the columns once more after it has released the row type, and every change of a hold invalidates that in all sessions.
CREATE OR REPLACE FUNCTION event_detail(state anyelement) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$ SELECT to_json(state)::jsonb $$;
REVOKE ALL ON FUNCTION event_detail(anyelement) FROM PUBLIC;
COMMENT ON FUNCTION event_detail(anyelement) IS 'a hold or an exemption as JSON, with times in UTC';

CREATE OR REPLACE FUNCTION is_replicated() RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_is_replicated';
REVOKE ALL ON FUNCTION is_replicated() FROM PUBLIC;
COMMENT ON FUNCTION is_replicated() IS 'does a replicator write just now: a worker of logical replication, or a session with a replication origin?';

-- Holds and exemptions that another server placed belong to this one's history too.
CREATE OR REPLACE FUNCTION record_replicated() RETURNS trigger
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
    'trigger of regcar_state.hold and regcar_state.exemption: records what logical replication brings';
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON regcar_state.hold
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON regcar_state.exemption
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
ALTER TABLE regcar_state.hold ENABLE REPLICA TRIGGER record_replicated;
ALTER TABLE regcar_state.exemption ENABLE REPLICA TRIGGER record_replicated;
COMMENT ON TRIGGER record_replicated ON regcar_state.hold IS 'records what logical replication brings';
COMMENT ON TRIGGER record_replicated ON regcar_state.exemption IS 'records what logical replication brings';
