-- Which changes of holds nobody has drained after.

CREATE TABLE regcar_state.drained (
    kind   text NOT NULL,
    number bigint NOT NULL,
    at     timestamptz NOT NULL,
    CONSTRAINT drained_kind CHECK (kind IN ('hold', 'exemption'))
);
COMMENT ON TABLE regcar_state.drained IS
    'the holds after whose beginning, and the exemptions after whose end, a drain() found nobody left who might not know; rows are only added';
COMMENT ON COLUMN regcar_state.drained.kind IS 'hold (it began) or exemption (it ended)';
COMMENT ON COLUMN regcar_state.drained.number IS 'number of the hold or exemption';
COMMENT ON COLUMN regcar_state.drained.at IS 'when the drain began';
CREATE INDEX drained_number ON regcar_state.drained (number, kind);
SELECT pg_catalog.pg_extension_config_dump('regcar_state.drained', '');

CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.drained
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
ALTER TABLE regcar_state.drained ENABLE ALWAYS TRIGGER refuse_deletion;
COMMENT ON TRIGGER refuse_deletion ON regcar_state.drained IS 'refuses DELETE and TRUNCATE';

-- No view: lockdown calls it, and whoever may name a relation may keep it locked.
CREATE OR REPLACE FUNCTION undrained_holds(OUT hold bigint, OUT since timestamptz, OUT exemption bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH standing AS (
        SELECT h.hold, greatest(h.placed_at, h.starts_at) AS since
        FROM regcar_state.hold h
        WHERE regcar.stands(h.lifted_at, h.expires_at)
          AND (h.starts_at IS NULL OR h.starts_at <= clock_timestamp())
          -- whatever commits may commit
          AND h.action::text <> 'observe')
    SELECT s.hold, s.since, NULL::bigint
    FROM standing s
    WHERE NOT EXISTS (SELECT FROM regcar_state.drained d WHERE d.number = s.hold AND d.kind = 'hold')
    UNION ALL
    SELECT s.hold, least(e.revoked_at, e.expires_at), e.exemption
    FROM standing s JOIN regcar_state.exemption e ON e.hold = s.hold
    WHERE (e.revoked_at IS NOT NULL OR e.expires_at <= clock_timestamp())
      AND NOT EXISTS (SELECT FROM regcar_state.drained d WHERE d.number = e.exemption AND d.kind = 'exemption')
    ORDER BY 2, 1, 3
$$;
REVOKE ALL ON FUNCTION undrained_holds() FROM PUBLIC;
COMMENT ON FUNCTION undrained_holds() IS
    'holds that have begun, or lost an exemption, after which no drain() left nobody, and since when: what was inside COMMIT at that moment, or is prepared, may still register';

CREATE OR REPLACE FUNCTION commit_locally() RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_commit_locally';
REVOKE ALL ON FUNCTION commit_locally() FROM PUBLIC;
COMMENT ON FUNCTION commit_locally() IS
    'the statement that calls this waits for no standby when it commits; nothing inside a transaction block';

CREATE OR REPLACE FUNCTION note_drained(holds bigint[], exemptions bigint[], began_at timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('transaction_read_only') = 'on' OR holds = '{}' AND exemptions = '{}' THEN
        RETURN;
    END IF;
    -- whoever drains must hear at once
    PERFORM regcar.commit_locally();
    INSERT INTO regcar_state.drained (kind, number, at)
    SELECT 'hold', unnest(holds), began_at
    UNION ALL
    SELECT 'exemption', unnest(exemptions), began_at;
END
$$;
REVOKE ALL ON FUNCTION note_drained(bigint[], bigint[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION note_drained(bigint[], bigint[], timestamptz) IS
    'note that a drain, which left nobody, began after these holds did and these exemptions ended; nothing where the transaction may not write';
