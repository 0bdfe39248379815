-- Stages: a stage lies between two changes of what is held.

-- The whole table of a partition; if the table is gone, what it was called.
CREATE OR REPLACE FUNCTION incident_table(target regclass, target_name text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text
                     FROM pg_class c WHERE c.oid = target), target_name)
$$;
REVOKE ALL ON FUNCTION incident_table(regclass, text) FROM PUBLIC;
COMMENT ON FUNCTION incident_table(regclass, text) IS
    'the name of a queued registration''s table, for reading; for a partition, that of the whole table';

CREATE OR REPLACE FUNCTION incident_value(value text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT CASE WHEN value = '' THEN '&#8220;&#8221;' ELSE coalesce(regcar.html_typed(value, 100), 'no value') END $$;
REVOKE ALL ON FUNCTION incident_value(text) FROM PUBLIC;
COMMENT ON FUNCTION incident_value(text) IS 'a value under a key of a scope, for reading';

CREATE OR REPLACE FUNCTION incident_values(alternatives jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(regcar.incident_value(a.value), ', ' ORDER BY a.n) FILTER (WHERE a.n <= 12), 'none')
           || coalesce(' and ' || nullif(greatest(max(a.n) - 12, 0), 0) || ' more', '')
    FROM jsonb_array_elements_text(CASE jsonb_typeof(alternatives) WHEN 'array' THEN alternatives ELSE jsonb_build_array(alternatives) END)
         WITH ORDINALITY a (value, n)
$$;
REVOKE ALL ON FUNCTION incident_values(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_values(jsonb) IS 'a value, or a list of alternatives, of a scope, for reading';

CREATE OR REPLACE FUNCTION incident_bounds(bounds jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- the lower one first
    SELECT coalesce(' ' || string_agg(CASE b.operator WHEN '>=' THEN '&#8805;' WHEN '<=' THEN '&#8804;' ELSE regcar.html_text(b.operator, 100) END
                                      || ' ' || regcar.incident_value(b.value), ' and ' ORDER BY b.operator COLLATE "C" DESC), '')
    FROM (SELECT * FROM jsonb_each_text(bounds) LIMIT 12) b (operator, value)
$$;
REVOKE ALL ON FUNCTION incident_bounds(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_bounds(jsonb) IS 'the bounds under a key of a scope, for reading';

CREATE OR REPLACE FUNCTION incident_scope(scope jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(regcar.html_typed(k.key, 100)
                               || CASE jsonb_typeof(k.value) WHEN 'object' THEN regcar.incident_bounds(k.value)
                                                             ELSE ': ' || regcar.incident_values(k.value) END, '; ' ORDER BY k.n) FILTER (WHERE k.n <= 12)
                    || coalesce(' and ' || nullif(greatest(max(k.n) - 12, 0), 0) || ' more', ''), 'everything')
    FROM jsonb_each(scope) WITH ORDINALITY k (key, value, n)
$$;
REVOKE ALL ON FUNCTION incident_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_scope(jsonb) IS 'a scope for reading';

CREATE OR REPLACE FUNCTION incident_exempted(scope jsonb, share integer, share_by text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regcar.incident_scope(scope) || coalesce(', ' || share || ' per cent by ' || regcar.html_typed(share_by, 100), '')
$$;
REVOKE ALL ON FUNCTION incident_exempted(jsonb, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION incident_exempted(jsonb, integer, text) IS 'what an exemption is for, for reading';

-- A stage lies between two changes of what is held.  Changes of one kind within a
-- minute count as one, and the least eventful stages join the one before them.
CREATE OR REPLACE FUNCTION incident_stages(
    i incident_span, longest integer, OUT at timestamptz, OUT change text, OUT further bigint,
    OUT queued bigint, OUT released bigint, OUT failed bigint, OUT waiting bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH change (at, kind, n, hold, scope, share, share_by) AS (
        SELECT k.at, k.kind, h.hold, h.hold, h.scope, NULL::integer, NULL
        FROM unnest(i.holds, i.began, i.ended) r (hold, began_at, ended_at) JOIN regcar_state.hold h USING (hold)
        CROSS JOIN LATERAL (VALUES (r.began_at, 1), (r.ended_at, 2)) k (at, kind)
        UNION ALL
        SELECT k.at, k.kind, e.exemption, e.hold, e.scope, e.share, e.share_by
        FROM regcar_state.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
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
                         || regcar.incident_exempted(min(j.scope::text)::jsonb, min(j.share), min(j.share_by))
                    ELSE format((ARRAY['%s holds begin', '%s holds end', '%s exemptions', '%s exemptions end'])[min(j.kind)],
                                regcar.html_number(count(*))) END AS change
        FROM joined j GROUP BY j.stage
    ), bound AS (
        SELECT array_agg(s.at ORDER BY s.stage) AS at FROM stage s
    ), work AS (
        SELECT greatest(1, width_bucket(q.submitted_at, bound.at)) AS came, greatest(1, width_bucket(q.settled_at, bound.at)) AS went,
               q.settled_at IS NOT NULL AS is_settled, q.state, count(*) AS n
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound GROUP BY 1, 2, 3, 4
    ), counted AS (
        SELECT s.stage, coalesce(sum(w.n) FILTER (WHERE w.came = s.stage), 0) AS queued,
               coalesce(sum(w.n) FILTER (WHERE w.went = s.stage AND w.is_settled AND w.state = 'released'), 0) AS released,
               coalesce(sum(w.n) FILTER (WHERE w.went = s.stage AND w.is_settled AND w.state = 'failed'), 0) AS failed,
               coalesce(sum(w.n) FILTER (WHERE w.went = s.stage AND w.is_settled AND w.state = 'discarded'), 0) AS discarded
        FROM stage s LEFT JOIN work w ON s.stage IN (w.came, w.went) GROUP BY s.stage
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
    'what was queued and released between each two changes of holds and exemptions, and how many waited at the end';
