-- Waiting for the transactions that are already committing.

CREATE OR REPLACE FUNCTION drain_gate(wait interval) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_drain_gate';
REVOKE ALL ON FUNCTION drain_gate(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_gate(interval) IS
    'wait for the transactions that are inside COMMIT with a registration; virtual ids of those left';

CREATE OR REPLACE FUNCTION drain(
    wait interval DEFAULT '10 s', OUT pid integer, OUT gid text, OUT usename name,
    OUT application_name text, OUT xact_start timestamptz)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    COST 1000 ROWS 1
AS $$
DECLARE
    remaining text[];
BEGIN
    IF wait IS NULL THEN
        RAISE EXCEPTION 'wait must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to wait for 10 seconds.';
    END IF;
    remaining := regcar.drain_gate(wait);
    IF remaining = '{}' THEN
        RETURN;
    END IF;
    -- a prepared transaction has no session; its lock on its own id leads to its name
    RETURN QUERY
    SELECT l.pid, p.gid, coalesce(p.owner, a.usename), a.application_name,
           coalesce(p.prepared, a.xact_start)
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN (pg_locks x JOIN pg_prepared_xacts p ON p.transaction = x.transactionid)
        ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
        AND x.virtualtransaction = l.virtualtransaction
    WHERE l.locktype = 'relation' AND l.relation = 'regcar_state.commit_gate'::regclass
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.virtualtransaction = ANY (remaining);
END
$$;
REVOKE ALL ON FUNCTION drain(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain(interval) IS
    'after a hold was committed: wait for the transactions that were already committing a registration; those still left, prepared ones (gid) at once';

CREATE OR REPLACE PROCEDURE lockdown(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown';
REVOKE ALL ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) IS
    'place a hold, commit it, drain, and say who could not be drained; when it returns naming nobody, nothing that it covers commits any more';
