-- Waiting for the transactions that are already committing.

CREATE OR REPLACE FUNCTION drain_gate(wait interval) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_drain_gate';
REVOKE ALL ON FUNCTION drain_gate(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_gate(interval) IS
    'waits for the transactions that are inside COMMIT with a registration, and gives the virtual ids of those that are left';

CREATE OR REPLACE FUNCTION await_transactions(transactions text[], wait interval) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_await_transactions';
REVOKE ALL ON FUNCTION await_transactions(text[], interval) FROM PUBLIC;
COMMENT ON FUNCTION await_transactions(text[], interval) IS
    'wait for virtual transactions of sessions; those left';

CREATE OR REPLACE FUNCTION await_announcements(wait interval) RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_await_announcements';
REVOKE ALL ON FUNCTION await_announcements(interval) FROM PUBLIC;
COMMENT ON FUNCTION await_announcements(interval) IS
    'waits until every session was told of every change of holds that others can see, and says whether that is so; false also for changes of this transaction, which nobody can see';

CREATE OR REPLACE FUNCTION gate_sessions(
    transactions text[], OUT pid integer, OUT gid text, OUT usename name,
    OUT application_name text, OUT xact_start timestamptz, OUT virtual text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- a prepared transaction has no session; its lock on its own id leads to its gid
    SELECT l.pid, p.gid, coalesce(p.owner, a.usename), a.application_name,
           coalesce(p.prepared, a.xact_start), l.virtualtransaction
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN (pg_locks x JOIN pg_prepared_xacts p ON p.transaction = x.transactionid)
        ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
        AND x.virtualtransaction = l.virtualtransaction
    -- the gate's lock is on the number 1, which no relation has
    WHERE l.locktype = 'relation' AND l.relation = 1
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode = 'RowShareLock' AND l.granted
      AND l.virtualtransaction = ANY (transactions)
$$;
REVOKE ALL ON FUNCTION gate_sessions(text[]) FROM PUBLIC;
COMMENT ON FUNCTION gate_sessions(text[]) IS
    'who the virtual transactions are that are past the gate: sessions, and prepared transactions (gid)';

CREATE OR REPLACE FUNCTION end_of_prepared(gid text) RETURNS text
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_end_of_prepared';
REVOKE ALL ON FUNCTION end_of_prepared(text) FROM PUBLIC;
COMMENT ON FUNCTION end_of_prepared(text) IS
    'the statement that ends a prepared transaction, on one line: whoever prepared it chose its name';

CREATE OR REPLACE FUNCTION drain(
    wait interval DEFAULT '10 s', terminate boolean DEFAULT false, OUT pid integer, OUT gid text, OUT usename name,
    OUT application_name text, OUT xact_start timestamptz)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    COST 1000 ROWS 1
AS $$
DECLARE
    began_at timestamptz := clock_timestamp();
    holds bigint[];
    exemptions bigint[];
    told boolean;
    remaining text[];
    ended text[] := '{}';
    s record;
BEGIN
    IF wait IS NULL OR terminate IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN wait IS NULL THEN 'wait' ELSE 'terminate' END
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to wait for 10 seconds and end nothing.';
    END IF;
    PERFORM regcar.require_primary();
    SELECT coalesce(array_agg(u.hold) FILTER (WHERE u.exemption IS NULL), '{}'),
           coalesce(array_agg(u.exemption) FILTER (WHERE u.exemption IS NOT NULL), '{}')
    INTO holds, exemptions FROM regcar.undrained_holds() u;
    told := regcar.await_announcements(wait);
    remaining := regcar.drain_gate(wait);
    IF terminate THEN
        FOR s IN SELECT g.* FROM regcar.gate_sessions(remaining) g WHERE g.pid IS NOT NULL LOOP
            -- as the owner of the extension, because an operator may not end sessions of others
            PERFORM pg_terminate_backend(s.pid);
            RAISE NOTICE 'session % of % is told to end', s.pid, s.usename;
            RAISE LOG '% had session % of % ended, which was committing a registration', session_user, s.pid, s.usename;
            ended := ended || s.virtual;
        END LOOP;
        remaining := ARRAY(SELECT unnest(remaining) EXCEPT SELECT unnest(ended))
                     || regcar.await_transactions(ended, '5 s');
    END IF;
    IF told AND remaining = '{}' THEN
        PERFORM regcar.note_drained(holds, exemptions, began_at);
    END IF;
    PERFORM regcar.chain_late_events();
    RETURN QUERY SELECT g.pid, g.gid, g.usename, g.application_name, g.xact_start
                 FROM regcar.gate_sessions(remaining) g;
END
$$;
REVOKE ALL ON FUNCTION drain(interval, boolean) FROM PUBLIC;
COMMENT ON FUNCTION drain(interval, boolean) IS
    'after a hold was committed: wait for the transactions that were already committing a registration, and end the sessions of those still left, if asked to; those then left, prepared ones (gid) at once. 55000 on a standby';

CREATE OR REPLACE PROCEDURE lockdown(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s', approvals integer DEFAULT 1)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown';
REVOKE ALL ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval, integer) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval, integer) IS
    'places a hold, commits it, drains, and names the transactions that it could not wait for. If it names none, nothing that the hold covers commits any more';
