-- What the report of an incident counts.

CREATE TYPE incident_span AS (
    holds     bigint[],
    began     timestamptz[],
    ended     timestamptz[],
    reference text,
    began_at  timestamptz,
    ended_at  timestamptz,
    as_of     timestamptz,
    since     timestamptz,
    until     timestamptz,
    step      interval
);
COMMENT ON TYPE incident_span IS
    'the holds of an incident, when each began and ended (NULL if it never did, or not yet), its reference; when the first began and the last ended; the moment of the report; what its charts show, from a day before to a day after, in steps of an hour or more';

CREATE FUNCTION incident_of(hold bigint) RETURNS incident_span
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    i regcar.incident_span;
    placed_at timestamptz;
    settled_at timestamptz;
BEGIN
    SELECT h.incident INTO i.reference FROM regcar.hold h WHERE h.hold = incident_of.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(incident_of.hold::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    i.as_of := clock_timestamp();
    -- one that was lifted before it started never began
    SELECT array_agg(h.hold ORDER BY h.hold), array_agg(h.began_at ORDER BY h.hold), array_agg(h.ended_at ORDER BY h.hold),
           min(h.placed_at), min(h.began_at),
           CASE WHEN bool_and(h.ended_at IS NOT NULL) AND min(h.began_at) IS NOT NULL THEN max(h.ended_at) END
    INTO i.holds, i.began, i.ended, placed_at, i.began_at, i.ended_at
    FROM (SELECT t.hold, t.placed_at, e.ended_at,
                 CASE WHEN isfinite(b.began_at) AND (b.began_at <= e.ended_at) IS NOT FALSE THEN b.began_at END AS began_at
          FROM regcar.hold t
          CROSS JOIN LATERAL (VALUES (greatest(t.placed_at, t.starts_at))) b (began_at)
          CROSS JOIN LATERAL (SELECT max(v.at) FROM (VALUES (least(t.lifted_at, t.expires_at))) v (at)
                              WHERE v.at <= i.as_of) e (ended_at)
          WHERE t.hold = incident_of.hold OR t.incident = i.reference) h;
    SELECT max(q.settled_at) INTO settled_at FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);

    i.until := least(i.as_of, coalesce(greatest(i.ended_at, settled_at), i.as_of) + interval '1 day');
    i.since := least(i.began_at, placed_at, i.until) - interval '1 day';
    -- 200 steps at most, on whole hours or days of the clock on the wall
    SELECT min(s) INTO i.step FROM unnest('{1 h,2 h,3 h,6 h,12 h,1 d,2 d,7 d,28 d,364 d}'::interval[]) s
    WHERE extract(epoch FROM i.until - i.since) <= 200 * extract(epoch FROM s);
    i.since := date_bin(i.step, i.since, date_trunc('day', i.since));
    RETURN i;
END
$$;
REVOKE ALL ON FUNCTION incident_of(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_of(bigint) IS
    'the incident of a hold: that hold, and all of the same incident if it names one; 22023 if there is none of that number';

-- The time of a commit is looked up in a file, its xid is next to free.  The order
-- of xids is not quite that of commits, hence only a floor.
CREATE FUNCTION xid_age_at(moment timestamptz) RETURNS integer
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    upcoming CONSTANT bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    bottom CONSTANT bigint := greatest(2, upcoming - 2000000000);
    newer bigint := upcoming;
    older bigint;
    stride bigint := 1;
    probe bigint;
    committed_at timestamptz;
BEGIN
    -- down by longer and longer strides to a commit that is older, then between by halves
    WHILE older IS NULL OR newer - older > 1 LOOP
        probe := coalesce((newer + older) / 2, upcoming - stride);
        IF probe <= bottom THEN
            RETURN upcoming - bottom;
        END IF;
        stride := stride * 2;
        -- what aborted has no time; where many did in a row, rather too old than too new
        committed_at := NULL;
        SELECT c.at INTO committed_at
        FROM (SELECT pg_xact_commit_timestamp((x % 4294967296)::text::xid) AS at
              FROM generate_series(probe, least(probe + 1000, upcoming - 1)) x WHERE x % 4294967296 > 2) c
        WHERE c.at IS NOT NULL LIMIT 1;
        IF committed_at < moment THEN older := probe; ELSE newer := probe; END IF;
    END LOOP;
    RETURN upcoming - older;
END
$$;
REVOKE ALL ON FUNCTION xid_age_at(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION xid_age_at(timestamptz) IS 'how many transaction ids were given out since about then; rather too many than too few';

-- A policy would hide rows, and its function, the table owner's, would run with the
-- rights of an operator who did not ask for that table: where one applies is an
-- error, which is told.  Nothing is known of how xmin is distributed; hashing is
-- right however it is.
CREATE FUNCTION incident_registrations(
    i incident_span, OUT target regclass, OUT phase text, OUT at timestamptz, OUT registrations bigint, OUT problem text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET row_security = off
    SET lock_timeout = '500ms' SET enable_sort = off
AS $$
DECLARE
    budget CONSTANT interval := '500 ms';
    chunk CONSTANT bigint := 1024;
    deadline timestamptz := clock_timestamp() + budget;
    oldest integer;
    t record;
    first_page bigint;
    end_page bigint;
BEGIN
    IF current_setting('track_commit_timestamp') <> 'on' THEN
        RETURN;
    END IF;
    -- a transaction that took longer than a day to commit is left out
    oldest := regcar.xid_age_at(i.since - interval '1 day');
    -- the small ones first: they are done whatever the largest takes
    FOR t IN
        SELECT g.oid::regclass AS leaf, coalesce(pg_partition_root(g.oid), g.oid)::regclass AS root,
               pg_relation_size(g.oid) / current_setting('block_size')::bigint AS pages
        FROM (SELECT DISTINCT r.tgrelid AS oid FROM pg_trigger r JOIN pg_class c ON c.oid = r.tgrelid
              WHERE r.tgfoid = 'regcar.registration_hold'::regproc AND r.tgtype & 1 = 1 AND c.relkind = 'r') g
        ORDER BY pages, g.oid
    LOOP
        target := t.root;
        end_page := t.pages;
        IF NOT has_table_privilege(t.leaf, 'SELECT') THEN
            problem := format('%s may not read %s', current_user, t.leaf);
            RETURN NEXT;
            CONTINUE;
        END IF;
        BEGIN
            -- new rows are near the end, as a rule
            WHILE end_page > 0 AND clock_timestamp() < deadline LOOP
                first_page := greatest(0, end_page - chunk);
                RETURN QUERY EXECUTE format(
                    'SELECT $1, p.phase, date_bin($2, p.at, $3), count(*), NULL::text'
                    ' FROM (SELECT c.at, CASE WHEN c.at < $4 THEN ''before'' WHEN c.at < $5 THEN ''during'' ELSE ''after'' END AS phase'
                    '       FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM ONLY %s'
                    '             WHERE ctid >= $7 AND ctid < $8 AND age(xmin) <= $9 OFFSET 0) c'
                    '       WHERE c.at >= $3 AND c.at < $6) p GROUP BY 2, 3', t.leaf)
                USING t.root, i.step, i.since, coalesce(i.began_at, 'infinity'), coalesce(i.ended_at, 'infinity'), i.until,
                      format('(%s,0)', first_page)::tid, format('(%s,0)', end_page)::tid, oldest;
                end_page := first_page;
            END LOOP;
            IF end_page > 0 THEN
                problem := format('only the last %s of %s pages of %s were read', t.pages - end_page, t.pages, t.leaf);
                RETURN NEXT;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            problem := format('%s: %s', t.leaf, SQLERRM);
            RETURN NEXT;
        END;
        problem := NULL;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION incident_registrations(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_registrations(incident_span) IS
    'registrations in guarded tables by the moment of their commit, in steps, with the caller''s rights; and what could not be counted. Reads the tables from their ends for half a second at most. No row where track_commit_timestamp is off';

-- The whole table of a partition; what it was called, where it is gone.
CREATE FUNCTION incident_table(target regclass, target_name text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text
                     FROM pg_class c WHERE c.oid = target), target_name)
$$;
REVOKE ALL ON FUNCTION incident_table(regclass, text) FROM PUBLIC;
COMMENT ON FUNCTION incident_table(regclass, text) IS
    'the name of a queued registration''s table for reading, that of the whole table for a partition';

CREATE FUNCTION incident_scope(scope jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format('%s: %s', regcar.html_typed(k.key, 100), v.alternatives), '; ' ORDER BY k.n) FILTER (WHERE k.n <= 12)
                    || coalesce(' and ' || nullif(greatest(max(k.n) - 12, 0), 0) || ' more', ''), 'everything')
    FROM jsonb_each(scope) WITH ORDINALITY k (key, value, n)
    CROSS JOIN LATERAL (
        SELECT string_agg(regcar.html_typed(a.value, 100), ', ' ORDER BY a.n) FILTER (WHERE a.n <= 12)
               || coalesce(' and ' || nullif(greatest(max(a.n) - 12, 0), 0) || ' more', '') AS alternatives
        FROM jsonb_array_elements_text(CASE jsonb_typeof(k.value) WHEN 'array' THEN k.value ELSE jsonb_build_array(k.value) END)
             WITH ORDINALITY a (value, n)) v
$$;
REVOKE ALL ON FUNCTION incident_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_scope(jsonb) IS 'a scope for reading';

-- Between two changes of what is held lies a stage.  Changes of one kind within
-- a minute make one, and the least eventful go with the one before them.
CREATE FUNCTION incident_stages(
    i incident_span, longest integer, OUT at timestamptz, OUT change text, OUT further bigint,
    OUT queued bigint, OUT released bigint, OUT failed bigint, OUT waiting bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH change (at, kind, n, hold, scope) AS (
        SELECT k.at, k.kind, h.hold, h.hold, h.scope
        FROM unnest(i.holds, i.began, i.ended) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)
        CROSS JOIN LATERAL (VALUES (r.began_at, 1), (r.ended_at, 2)) k (at, kind)
        UNION ALL
        SELECT k.at, k.kind, e.exemption, e.hold, e.scope
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
        CROSS JOIN LATERAL (VALUES (e.granted_at, 3), (least(e.revoked_at, e.expires_at), 4)) k (at, kind)
    ), joined AS (
        SELECT c.*, count(*) FILTER (WHERE c.is_new) OVER (ORDER BY c.at, c.kind, c.n) AS stage
        FROM (SELECT c.*, c.at > lag(c.at) OVER same + interval '1 min' OR c.kind IS DISTINCT FROM lag(c.kind) OVER same AS is_new
              FROM change c WHERE c.at <= i.as_of WINDOW same AS (ORDER BY c.at, c.kind, c.n)) c
    ), stage AS (
        SELECT j.stage, min(j.at) AS at,
               CASE WHEN count(*) = 1
                    THEN format((ARRAY['Hold %1$s begins: ', 'Hold %1$s ends: ', 'Exemption %1$s from hold %2$s: ',
                                       'Exemption %1$s ends: '])[min(j.kind)], min(j.n), min(j.hold))
                         || regcar.incident_scope(min(j.scope::text)::jsonb)
                    ELSE format((ARRAY['%s holds begin', '%s holds end', '%s exemptions', '%s exemptions end'])[min(j.kind)],
                                regcar.html_number(count(*))) END AS change
        FROM joined j GROUP BY j.stage
    ), bound AS (
        SELECT array_agg(s.at ORDER BY s.stage) AS at FROM stage s
    ), counted AS (
        SELECT s.stage, coalesce(a.queued, 0) AS queued, coalesce(b.released, 0) AS released,
               coalesce(b.failed, 0) AS failed, coalesce(b.discarded, 0) AS discarded
        FROM stage s
        LEFT JOIN (SELECT greatest(1, width_bucket(q.submitted_at, bound.at)) AS stage, count(*) AS queued
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound GROUP BY 1) a USING (stage)
        LEFT JOIN (SELECT greatest(1, width_bucket(q.settled_at, bound.at)) AS stage,
                          count(*) FILTER (WHERE q.state = 'released') AS released,
                          count(*) FILTER (WHERE q.state = 'failed') AS failed,
                          count(*) FILTER (WHERE q.state = 'discarded') AS discarded
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound
                   WHERE q.settled_at IS NOT NULL GROUP BY 1) b USING (stage)
    ), folded AS (
        SELECT k.*, count(*) FILTER (WHERE k.rank <= longest OR k.stage = 1) OVER (ORDER BY k.stage) AS fold
        FROM (SELECT s.at, s.change, c.*, row_number() OVER (ORDER BY c.queued + c.released + c.failed DESC, s.stage) AS rank
              FROM stage s JOIN counted c USING (stage)) k
    )
    SELECT min(f.at), (array_agg(f.change ORDER BY f.stage))[1], count(*) - 1,
           sum(f.queued)::bigint, sum(f.released)::bigint, sum(f.failed)::bigint,
           (sum(sum(f.queued - f.released - f.failed - f.discarded)) OVER (ORDER BY f.fold))::bigint
    FROM folded f GROUP BY f.fold ORDER BY f.fold
$$;
REVOKE ALL ON FUNCTION incident_stages(incident_span, integer) FROM PUBLIC;
COMMENT ON FUNCTION incident_stages(incident_span, integer) IS
    'what was queued and released between two changes of holds and exemptions, and how many waited at the end of it';
