-- What the view status says of this server, of the one that it obeys, and of those that have its holds.

CREATE OR REPLACE FUNCTION status_of_servers(
    target pg_lsn, OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    here record := regcar.primary_since();
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN QUERY VALUES ('notice', 'server', 'standby', NULL::timestamptz,
            'it has the holds of its primary as far as they have arrived', 'SELECT * FROM pg_stat_wal_receiver;');
        RETURN;
    END IF;
    IF here.timeline > 1 THEN
        RETURN QUERY VALUES ('warning', 'server', 'promoted or restored', here.since,
            coalesce(format('newest hold: %s, placed at %s', here.newest_hold, here.placed_at::timestamptz(0)), 'it has no hold'),
            'SELECT * FROM regcar.primary_since();');
    END IF;
    IF EXISTS (SELECT FROM pg_subscription_rel r WHERE r.srrelid = 'regcar_state.hold'::regclass) THEN
        RETURN QUERY
        SELECT 'alarm', 'headquarters', CASE WHEN s.subenabled THEN 'not connected' ELSE 'subscription disabled' END, NULL::timestamptz,
               format('subscription %I: holds that headquarters places do not arrive', s.subname),
               CASE WHEN s.subenabled THEN 'SELECT * FROM pg_stat_subscription;' ELSE format('-- as its owner: ALTER SUBSCRIPTION %I ENABLE;', s.subname) END
        FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid
        WHERE r.srrelid = 'regcar_state.hold'::regclass
          AND NOT EXISTS (SELECT FROM pg_stat_subscription a WHERE a.subid = s.oid AND a.relid IS NULL AND a.pid IS NOT NULL);
    END IF;
    -- most servers have none: no need to plan the long query
    IF current_setting('synchronous_standby_names') = '' AND NOT EXISTS (SELECT FROM pg_stat_get_wal_senders())
        AND NOT EXISTS (SELECT FROM pg_get_replication_slots()) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT CASE WHEN EXISTS (SELECT FROM regcar_state.hold h WHERE regcar.stands(h.lifted_at, h.expires_at))
                THEN 'alarm' ELSE 'warning' END, p.kind, p.problem, NULL::timestamptz, p.name, 'SELECT * FROM regcar.await_replicas();'
    FROM regcar.replica_problems(target) p LIMIT 10;
END
$$;
REVOKE ALL ON FUNCTION status_of_servers(pg_lsn) FROM PUBLIC;
COMMENT ON FUNCTION status_of_servers(pg_lsn) IS
    'rows of the view status: a standby, or since when a promoted server has been a primary; a region that is cut off from headquarters; replicas that lack WAL up to a place';
