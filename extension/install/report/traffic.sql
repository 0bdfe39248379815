-- Charts of registrations over time.

CREATE OR REPLACE FUNCTION incident_band(i incident_span, since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(
               format('<rect class="band" x="%s" y="28" width="%s" height="172"/>', x.x1, x.x2 - x.x1)
               || format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x.x1)
               || CASE WHEN upper_inf(r) THEN ''
                       ELSE format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x.x2) END, '' ORDER BY r), '')
    FROM unnest(regcar.incident_held(i)) r
    CROSS JOIN LATERAL (VALUES (regcar.svg_x(lower(r), since, until), regcar.svg_x(coalesce(upper(r), until), since, until))) x (x1, x2)
    WHERE lower(r) < until
$$;
REVOKE ALL ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) IS
    'in a chart: the times during which something was held';

-- Names beside the first and the last edge of the bands, on the side where there is room,
-- and outside if there is room on both; as one where two would overlap.
CREATE OR REPLACE FUNCTION incident_band_names(i incident_span) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    WITH edge AS (
        SELECT regcar.svg_x(i.began_at, i.since, i.until) AS began, regcar.svg_x(i.ended_at, i.since, i.until) AS ended
    ), name (x, is_right, name, at) AS (
        SELECT e.began, e.began < 140, 'held', i.began_at FROM edge e
        WHERE (e.ended >= 640 AND e.ended - e.began < 70 AND i.ended_at < i.until) IS NOT TRUE
        UNION ALL
        SELECT e.ended, e.ended < 640, CASE WHEN e.ended >= 640 AND e.ended - e.began < 70 THEN 'held, open' ELSE 'open' END, i.ended_at FROM edge e
    )
    SELECT coalesce(string_agg(
               CASE WHEN n.is_right THEN format('<text class="mark right" x="%s" y="22">%s</text>', n.x + 5, n.name)
                    ELSE format('<text class="mark left" x="%s" y="22">%s</text>', n.x - 5, n.name) END, '' ORDER BY n.x), '')
    FROM name n WHERE n.at < i.until
$$;
REVOKE ALL ON FUNCTION incident_band_names(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_band_names(incident_span) IS 'in a chart of an incident: what its dashed lines mean';

CREATE OR REPLACE FUNCTION incident_hours(
    i incident_span, id text, title text, caption text, description text,
    at timestamptz[], class text[], n numeric[]) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hours numeric := greatest(extract(epoch FROM i.step) / 3600, 1);
    rates numeric[] := ARRAY(SELECT v / hours FROM unnest(n) WITH ORDINALITY u (v, o) ORDER BY o);
    highest numeric := (SELECT max(v.total)
                        FROM (SELECT sum(u.rate) FROM unnest(at, rates) u (at, rate) GROUP BY u.at) v (total));
    ceiling numeric := regcar.svg_ceiling(coalesce(highest, 0));
BEGIN
    IF hours > 1 THEN
        caption := caption || format(' Each column is the average over %s.', regexp_replace(regcar.html_duration(i.step), '&#160;0&#160;(min|h)$', ''));
    ELSIF i.step < '1 h' THEN
        -- a rate an hour from a few seconds would be an invention
        title := format('%s in each %s', title, regexp_replace(regcar.html_duration(i.step), '&#160;min&#160;0&#160;s$', '&#160;min'));
    END IF;
    IF i.step >= '1 h' THEN
        title := title || ' an hour';
    END IF;
    RETURN regcar.svg_figure(id, title, caption, description,
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, i.since, i.until) || regcar.incident_band_names(i)
        || regcar.svg_bars(at, class, rates, i.step, i.since, i.until, ceiling) || regcar.svg_time_axis(i.since, i.until));
END
$$;
REVOKE ALL ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) FROM PUBLIC;
COMMENT ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) IS
    'a chart of counts an hour, or in each step that is shorter, from before the incident to after it';

CREATE OR REPLACE FUNCTION incident_traffic(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    held CONSTANT tstzmultirange := regcar.incident_held(i);
    held_for CONSTANT interval := (SELECT sum(least(upper(r), i.until) - lower(r)) FROM unnest(held) r WHERE lower(r) < i.until);
    open_for CONSTANT interval := least(i.ended_at, i.until) - i.began_at - held_for;
    bars record;
    seen text;
    problems text;
BEGIN
    WITH released AS (
        SELECT q.target::regclass AS target, q.target_name, date_bin(i.step, q.settled_at, i.since) AS at,
               CASE WHEN q.settled_at < i.began_at THEN 'before' WHEN q.settled_at <@ held THEN 'during'
                    WHEN q.settled_at < i.ended_at THEN 'between' ELSE 'after' END AS phase,
               count(*) AS n
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        WHERE q.state = 'released' GROUP BY 1, 2, 3, 4
    ), fed AS (
        SELECT regcar.incident_table(r.target, r.target_name) AS target, r.at, r.phase, sum(r.n) AS n
        FROM released r GROUP BY 1, 2, 3
    ), counted AS (
        SELECT c.phase, c.at, sum(c.registrations) AS n,
               coalesce(sum(least(f.n, c.registrations)) FILTER (WHERE f.n > 0), 0) AS fed
        FROM jsonb_to_recordset(registrations) c (target text, phase text, at timestamptz, registrations numeric)
        LEFT JOIN fed f USING (target, at, phase)
        WHERE c.registrations IS NOT NULL GROUP BY c.phase, c.at
    ), bar AS (
        SELECT c.at, v.class, v.n, array_position('{before,during,between,after}', c.phase) * 2 + v.o AS place
        FROM counted c, LATERAL (VALUES (0, c.phase, c.n - c.fed), (1, 'fed', c.fed)) v (o, class, n) WHERE v.n > 0
    ), phase AS (
        SELECT v.o, v.name, v.lasted, coalesce(sum(c.n), 0) AS n, coalesce(sum(c.fed), 0) AS fed
        FROM (VALUES (1, 'before', 'Before', least(i.began_at, i.until) - i.since),
                     (2, 'during', 'While held', held_for),
                     (3, 'between', 'Open in between', nullif(open_for, '0')),
                     (4, 'after', 'After', i.until - i.ended_at)) v (o, key, name, lasted)
        LEFT JOIN counted c ON c.phase = v.key
        WHERE v.lasted >= '0' GROUP BY v.o, v.name, v.lasted
    )
    SELECT coalesce(array_agg(b.at ORDER BY b.at, b.place), '{}') AS at,
           coalesce(array_agg(b.class ORDER BY b.at, b.place), '{}') AS class,
           coalesce(array_agg(b.n ORDER BY b.at, b.place), '{}') AS n,
           (SELECT array_agg(ARRAY[p.name, regcar.html_duration(p.lasted), regcar.html_number(p.n), regcar.html_number(p.fed),
                                   -- a rate an hour from a few seconds would be an invention
                                   CASE WHEN p.lasted >= '1 min'
                                        THEN regcar.html_number(round(p.n * 3600 / extract(epoch FROM p.lasted), 1)) END] ORDER BY p.o)
            FROM phase p) AS phases
    INTO bars FROM bar b;
    SELECT string_agg(format('%s: %s in %s.', bars.phases[g][1], bars.phases[g][3], bars.phases[g][2]), ' ' ORDER BY g)
    INTO seen FROM generate_subscripts(bars.phases, 1) g;
    SELECT string_agg(regcar.html_typed(p.problem, 200), '; ') FILTER (WHERE p.n <= 5)
           || CASE WHEN count(*) > 5 THEN format('; and %s more', count(*) - 5) ELSE '' END
    INTO problems
    FROM (SELECT c.problem, row_number() OVER (ORDER BY c.problem) AS n
          FROM jsonb_to_recordset(registrations) c (problem text) WHERE c.problem IS NOT NULL) p;

    RETURN regcar.incident_hours(i, 'traffic', 'Registrations',
               'Committed in guarded tables, whatever the scope of the holds. '
               || regcar.svg_key('before', 'before') || regcar.svg_key('during', 'while anything was held')
               || CASE WHEN open_for > '0' THEN regcar.svg_key('between', 'open in between') ELSE '' END
               || regcar.svg_key('after', 'after') || regcar.svg_key('fed', 'fed back from the queue'),
               seen, bars.at, bars.class, bars.n)
        || regcar.html_table('Registrations before, while held and after',
                             '{When,Lasted,#Registrations,#From the queue,#An hour}', bars.phases)
        || coalesce('<p class="note">Not counted: ' || problems || E'.</p>\n', '');
END
$$;
REVOKE ALL ON FUNCTION incident_traffic(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_traffic(incident_span, jsonb) IS
    'registrations before, while anything was held, in between, and after';

CREATE OR REPLACE FUNCTION incident_queue_traffic(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<p class="note">How many registrations were made is not known: <code>track_commit_timestamp</code> is off on '
           'this server. Instead, what went into the queue and what came out of it.</p>\n'
           || string_agg(regcar.incident_hours(i, v.class, v.title, v.caption, v.caption,
                                               b.at, array_fill(v.class, ARRAY[cardinality(b.at)]), b.n), '' ORDER BY v.o)
    FROM (VALUES (1, 'queue', 'Queued', 'Registrations that were set aside.'),
                 (2, 'fed', 'Released', 'Registrations that were fed back from the queue.')) v (o, class, title, caption)
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(c.at ORDER BY c.at), '{}') AS at, coalesce(array_agg(c.n ORDER BY c.at), '{}') AS n
        FROM (SELECT date_bin(i.step, CASE v.o WHEN 1 THEN q.submitted_at ELSE q.settled_at END, i.since) AS at,
                     count(*)::numeric AS n
              FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
              WHERE v.o = 1 OR q.state = 'released' GROUP BY 1) c) b
$$;
REVOKE ALL ON FUNCTION incident_queue_traffic(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_queue_traffic(incident_span) IS
    'what was queued and released, which is all that is known if commits have no time';
