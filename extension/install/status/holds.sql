-- What the view status says of holds: whether the register is held, and by what; what is not drained.

CREATE OR REPLACE FUNCTION status_text(long text, incident text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT string_agg(CASE WHEN length(s.line) > 100 THEN left(s.line, 97) || '...' ELSE s.line END, ' ')
      FROM (SELECT regexp_replace(t, '\s+', ' ', 'g') AS line FROM unnest(ARRAY[long, '(' || incident || ')']) t WHERE t IS NOT NULL) s $$;
REVOKE ALL ON FUNCTION status_text(text, text) FROM PUBLIC;
COMMENT ON FUNCTION status_text(text, text) IS 'a reason, or a scope, on one line with the incident, cut where it is long';

CREATE OR REPLACE FUNCTION status_of_holds(
    OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    stopping_actions regcar.hold_action[] := ARRAY(SELECT a FROM unnest(enum_range(NULL::regcar.hold_action)) a WHERE a::text <> 'observe');
BEGIN
    RETURN QUERY
    -- without the texts, which are read for the few that are shown
    WITH standing AS MATERIALIZED (
        SELECT h.hold, h.action, greatest(h.placed_at, h.starts_at) AS since, h.starts_at > clock_timestamp() AS starts_later,
               -- comparing ten thousand JSON values costs more than all the rest
               pg_column_size(h.scope) < 12 AND h.scope = '{}' AS is_everything
        FROM regcar_state.hold h
        WHERE regcar.stands(h.lifted_at, h.expires_at)),
    tally AS MATERIALIZED (
        SELECT count(*) FILTER (WHERE s.starts_later IS NOT TRUE) AS in_force, count(*) FILTER (WHERE s.starts_later) AS later FROM standing s),
    stopping AS MATERIALIZED (
        SELECT s.* FROM standing s WHERE s.starts_later IS NOT TRUE AND s.action = ANY (stopping_actions) ORDER BY s.is_everything DESC, s.since, s.hold LIMIT 1),
    ended AS MATERIALIZED (
        SELECT h.hold, h.lifted_by, h.lift_reason, least(h.lifted_at, h.expires_at) AS at,
               h.lifted_at IS NULL OR h.expires_at < h.lifted_at AS has_expired
        FROM regcar_state.hold h WHERE least(h.lifted_at, h.expires_at) <= clock_timestamp()
        ORDER BY 4 DESC LIMIT 1)
    SELECT 'summary', 'register', CASE WHEN s.is_everything THEN 'held' ELSE 'held in part' END, s.since,
           format('%s by %s: %s%s', h.action, h.placed_by, regcar.status_text(h.reason, h.incident),
                  (SELECT format('; holds in force: %s', t.in_force) FROM tally t WHERE t.in_force > 1)),
           'SELECT * FROM regcar.active_holds;'
    FROM stopping s JOIN regcar_state.hold h USING (hold)
    UNION ALL
    SELECT 'summary', 'register', 'open', e.at,
           CASE WHEN e.hold IS NULL AND EXISTS (SELECT FROM standing) THEN 'holds that stand only observe, or are to start'
                WHEN e.hold IS NULL THEN 'there has been no hold'
                WHEN e.has_expired THEN format('hold %s expired', e.hold)
                ELSE format('hold %s was lifted by %s: %s', e.hold, e.lifted_by, regcar.status_text(e.lift_reason)) END,
           'SELECT * FROM regcar.hold_history;'
    FROM (VALUES (1)) one LEFT JOIN ended e ON true WHERE NOT EXISTS (SELECT FROM stopping)
    UNION ALL
    (SELECT 'notice', format('hold %s', h.hold), h.action::text, s.since,
            format('%s by %s: %s%s%s', CASE WHEN s.is_everything THEN 'everything' ELSE regcar.status_text(h.scope::text) END,
                   h.placed_by, regcar.status_text(h.reason, h.incident), '; until ' || h.expires_at::timestamptz(0),
                   (SELECT format('; exemptions: %s', count(*)) FROM regcar_state.exemption e
                    WHERE e.hold = h.hold AND regcar.stands(e.revoked_at, e.expires_at)
                    HAVING count(*) > 0)),
            format('SELECT regcar.lift_hold(%s, ''why'');', h.hold)
     FROM (SELECT f.* FROM standing f WHERE f.starts_later IS NOT TRUE ORDER BY f.is_everything DESC, f.action DESC, f.since, f.hold LIMIT 5) s
     JOIN regcar_state.hold h USING (hold) ORDER BY s.is_everything DESC, s.action DESC, s.since, s.hold)
    UNION ALL
    SELECT 'notice', 'holds', format('%s more', t.in_force - 5), NULL, 'of those in force, five are shown', 'SELECT * FROM regcar.active_holds;'
    FROM tally t WHERE t.in_force > 5
    UNION ALL
    (SELECT 'notice', format('hold %s', h.hold), 'to start', s.since,
            format('%s by %s: %s', h.action, h.placed_by, regcar.status_text(h.reason, h.incident)),
            'SELECT * FROM regcar.drain();  -- when it has started'
     FROM (SELECT f.* FROM standing f WHERE f.starts_later AND (SELECT t.later FROM tally t) > 0 ORDER BY f.since, f.hold LIMIT 5) s
     JOIN regcar_state.hold h USING (hold) ORDER BY s.since, s.hold);
END
$$;
REVOKE ALL ON FUNCTION status_of_holds() FROM PUBLIC;
COMMENT ON FUNCTION status_of_holds() IS 'rows of the view status: the summary, and the holds that stand';

CREATE OR REPLACE FUNCTION status_of_drains(
    reader name, OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    undrained record;
BEGIN
    -- in order of since
    WITH u AS MATERIALIZED (SELECT d.* FROM regcar.undrained_holds() d)
    SELECT (SELECT count(*) FROM u) AS number, (SELECT u.since FROM u LIMIT 1) AS since,
           (SELECT string_agg(CASE WHEN f.exemption IS NULL THEN format('hold %s has begun', f.hold)
                                   ELSE format('exemption %s has ended', f.exemption) END, ', ') FROM (SELECT u.* FROM u LIMIT 3) f) AS what
    INTO undrained;
    IF undrained.number = 0 THEN
        RETURN;
    END IF;
    level := 'alarm';
    topic := 'drain';
    state := 'not drained';
    since := undrained.since;
    detail := format('%s%s, and no drain since then left nobody: what was inside COMMIT, or is prepared, may still register',
                     undrained.what, CASE WHEN undrained.number > 3 THEN format(' and %s more', undrained.number - 3) END);
    to_do := 'SELECT * FROM regcar.drain();';
    RETURN NEXT;
    RETURN QUERY
    SELECT 'alarm', 'prepared transaction', 'may still register', g.xact_start, format('%s of %s', quote_literal(g.gid), g.usename),
       CASE WHEN g.usename = reader OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = reader) THEN ''
            ELSE format('-- as %I or a superuser: ', g.usename) END || regcar.end_of_prepared(g.gid)
    FROM regcar.gate_sessions(ARRAY(SELECT l.virtualtransaction FROM pg_locks l
                                WHERE l.pid IS NULL AND l.locktype = 'relation' AND l.relation = 1)) g
    WHERE g.pid IS NULL ORDER BY g.xact_start LIMIT 5;
END
$$;
REVOKE ALL ON FUNCTION status_of_drains(name) FROM PUBLIC;
COMMENT ON FUNCTION status_of_drains(name) IS 'rows of the view status: holds that have begun and were not drained, and prepared transactions that may be past them';
