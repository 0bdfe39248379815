-- Who has a hold besides this server: standbys, and subscribers.

CREATE OR REPLACE FUNCTION sync_standby_names() RETURNS text[]
    LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_sync_standby_names';
REVOKE ALL ON FUNCTION sync_standby_names() FROM PUBLIC;
COMMENT ON FUNCTION sync_standby_names() IS 'the names in synchronous_standby_names';

-- A subscriber says what it has applied in replay_lsn at once, in flush_lsn some 200 ms later.
CREATE OR REPLACE FUNCTION replica_problems(target pg_lsn, OUT name text, OUT kind text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH publication AS (
        SELECT p.pubname FROM pg_publication_tables p WHERE p.schemaname = 'regcar_state' AND p.tablename = 'hold'),
    slot AS (
        SELECT s.slot_name, s.slot_type = 'logical' AS is_logical, s.active_pid,
               s.slot_type = 'physical' OR (s.plugin = 'pgoutput' AND s.database = current_database()
                                            AND EXISTS (SELECT FROM publication)) AS has_holds
        FROM pg_replication_slots s WHERE NOT s.temporary),
    client AS (
        SELECT r.pid, r.application_name, r.flush_lsn, r.replay_lsn, greatest(r.write_lsn, r.flush_lsn, r.replay_lsn) AS reached,
               -- pg_receivewal and pg_basebackup keep WAL, and never apply any
               r.state IN ('catchup', 'streaming') AND NOT (r.write_lsn IS NOT NULL AND r.replay_lsn IS NULL)
                   AND r.application_name NOT IN ('pg_receivewal', 'pg_basebackup') AS applies,
               substring(a.query FROM 'publication_names ''((?:[^'']|'''')*)''') AS publications
        FROM pg_stat_replication r JOIN pg_stat_activity a USING (pid)),
    replica AS (
        SELECT c.application_name AS name, 'standby' AS kind, c.flush_lsn AS has, c.reached
        FROM client c
        WHERE c.applies AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = c.pid AND s.slot_type = 'logical')
        UNION ALL
        SELECT s.slot_name, 'subscriber', c.replay_lsn, c.reached
        FROM slot s JOIN client c ON c.pid = s.active_pid
        WHERE s.is_logical AND s.has_holds
          AND (c.publications IS NULL OR EXISTS (SELECT FROM publication p WHERE strpos(c.publications, p.pubname) > 0))),
    judged AS (
        -- our own position is read after theirs, which therefore are never ahead by accident
        SELECT r.name, r.kind, CASE WHEN r.reached > pg_current_wal_insert_lsn() THEN 'ahead of this server'
                                    WHEN r.has >= target THEN NULL ELSE 'behind' END AS problem
        FROM replica r)
    SELECT j.name, j.kind, j.problem FROM judged j WHERE j.problem IS NOT NULL
    UNION ALL
    SELECT s.slot_name, 'slot', 'not connected' FROM slot s WHERE s.has_holds AND s.active_pid IS NULL
    UNION ALL
    SELECT n, 'standby', 'not connected' FROM unnest(regcar.sync_standby_names()) n
    WHERE NOT EXISTS (SELECT FROM client c WHERE lower(c.application_name) = lower(n) OR n = '*')
    ORDER BY 2, 1
$$;
REVOKE ALL ON FUNCTION replica_problems(pg_lsn) FROM PUBLIC;
COMMENT ON FUNCTION replica_problems(pg_lsn) IS
    'standbys that have not flushed, subscribers of the holds that have not applied, the WAL up to a place; slots that nobody reads and synchronous standbys that are not there';

CREATE OR REPLACE FUNCTION await_replicas(
    wait interval DEFAULT '10 s', OUT name text, OUT kind text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    COST 1000 ROWS 1
AS $$
DECLARE
    start timestamptz := clock_timestamp();
    until timestamptz;
    target pg_lsn;
    nap double precision := 0.001;
    named boolean := false;
    r record;
BEGIN
    IF wait IS NULL THEN
        RAISE EXCEPTION 'wait must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to wait for 10 seconds.';
    END IF;
    PERFORM regcar.require_primary();
    -- most servers have none: no need to plan the long query
    IF current_setting('synchronous_standby_names') = '' AND NOT EXISTS (SELECT FROM pg_stat_get_wal_senders())
        AND NOT EXISTS (SELECT FROM pg_get_replication_slots()) THEN
        RETURN;
    END IF;
    until := start + least(wait, '1 year');
    target := pg_current_wal_flush_lsn();
    LOOP
        -- what it shows of sessions it would else show to the end of the transaction
        PERFORM pg_stat_clear_snapshot();
        -- one that is ahead does not come back by itself
        EXIT WHEN clock_timestamp() >= until
            OR NOT EXISTS (SELECT FROM regcar.replica_problems(target) p WHERE p.problem <> 'ahead of this server');
        IF NOT named AND clock_timestamp() >= start + interval '1 s' THEN
            FOR r IN SELECT p.* FROM regcar.replica_problems(target) p LOOP
                RAISE NOTICE 'waiting for % "%", which is %', r.kind, r.name, r.problem;
            END LOOP;
            named := true;
        END IF;
        PERFORM pg_sleep(least(nap, extract(epoch FROM until - clock_timestamp())));
        nap := least(nap * 2, 0.05);
    END LOOP;
    PERFORM pg_stat_clear_snapshot();
    RETURN QUERY SELECT p.* FROM regcar.replica_problems(target) p;
END
$$;
REVOKE ALL ON FUNCTION await_replicas(interval) FROM PUBLIC;
COMMENT ON FUNCTION await_replicas(interval) IS
    'wait until every standby has flushed, and every subscriber of the holds has applied, all that this server has on disk; those that have not: a standby, subscriber or replication slot that is behind, not connected, or ahead of this server. 55000 on a standby';
