-- The report of an incident: one page, for those who decide and those who audit.
-- It loads nothing and runs nothing; whatever somebody typed is escaped.

CREATE FUNCTION incident_style() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'
:root { --paper: #fff; --ink: #1b1f24; --soft: #57606b; --line: #d4d9df; --wash: #f3f5f7;
  --before: #77838f; --during: #b3261e; --after: #2c6e49; --queue: #9a6200; --band: .07; color-scheme: light; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e7eaee; --soft: #9ba6b2; --line: #363d46;
  --wash: #1d2127; --before: #8b97a4; --during: #ff8a7a; --after: #74c493; --queue: #f0b64c; --band: .13; color-scheme: dark; } }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 58rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; line-height: 1.25; }
p, ul { max-width: 44rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
.kicker { max-width: none; margin: 0 0 .75rem; color: var(--soft); }
.plate { display: inline-block; padding: 0 .4em; border-radius: .2em; background: #f7d117; color: #111; letter-spacing: .03em; }
.lead { font-size: 1.2rem; line-height: 1.5; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 1.25rem 1.5rem; margin: 2rem 0; }
.tiles div { padding-top: .4rem; border-top: 2px solid var(--line); }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; }
.todo { padding: .9rem 1.25rem; border-left: .3rem solid var(--during); background: var(--wash); }
.todo ul { margin: .25rem 0 0; padding-left: 1.2rem; }
figure { margin: 1.25rem 0 2rem; }
figcaption { max-width: 44rem; margin-bottom: .75rem; font-size: .9rem; }
.note, .key { color: var(--soft); font-size: .9rem; }
.key { margin-right: .75rem; white-space: nowrap; }
.key svg { display: inline-block; width: .75rem; vertical-align: -.05rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--soft); text-anchor: middle; }
svg .mark { font-weight: 600; fill: var(--ink); } .mark.left, .counts text { text-anchor: end; } .mark.right { text-anchor: start; }
.axis line { stroke: var(--soft); } .counts line { stroke: var(--line); }
.before { fill: var(--before); } .during { fill: var(--during); } .after { fill: var(--after); } .queue { fill: var(--queue); }
.fed { fill: url(#fed); stroke: var(--queue); stroke-width: .75; } .patterns { position: absolute; width: 0; height: 0; } #fed path { stroke: var(--queue); stroke-width: 1.5; }
.band { fill: var(--during); opacity: var(--band); } .edge { stroke: var(--ink); stroke-dasharray: 4 3; }
.depth { fill: var(--queue); fill-opacity: .2; stroke: var(--queue); stroke-width: 1.5; }
.change { stroke: var(--soft); stroke-dasharray: 1 3; }
.bar { display: inline-block; width: 6rem; height: .7rem; margin-right: .4rem; } .bar rect { fill: var(--queue); }
.wide { overflow-x: auto; margin: 1rem 0 2rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
caption { padding-bottom: .4rem; text-align: left; font-weight: 600; }
th, td { padding: .4rem 1rem .4rem 0; max-width: 20rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: inherit; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); vertical-align: bottom; border-color: var(--soft); }
.n { text-align: right; }
td.n, time { white-space: nowrap; }
tfoot td, .zone { color: var(--soft); }
@media (max-width: 36rem) { body { padding-top: 1.5rem; } h1 { font-size: 1.6rem; } .lead { font-size: 1.1rem; }
  svg text { font-size: 22px; } svg .stage { font-size: 18px; } table { font-size: .85rem; } th, td { padding-right: .75rem; }
  time { white-space: normal; } .bar { width: 3rem; } }
@media print { @page { margin: 15mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
  body { padding: 0; max-width: none; font-size: 10pt; } .tiles { grid-template-columns: repeat(7, auto); gap: .75rem; }
  h2 { margin-top: 2rem; } h2, caption, thead { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  figure, tr, .tiles, .todo { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8.5pt; } time { white-space: normal; } .bar { width: 4rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
'
$$;
REVOKE ALL ON FUNCTION incident_style() FROM PUBLIC;
COMMENT ON FUNCTION incident_style() IS 'how the page of an incident looks: on a screen, light and dark, narrow, and in print';

CREATE FUNCTION incident_summary(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    q record;
    reason text := (SELECT h.reason FROM regcar.hold h WHERE h.hold = i.holds[1]);
    stand bigint[] := ARRAY(SELECT r.hold FROM unnest(i.holds, i.ended) r (hold, ended_at) WHERE r.ended_at IS NULL);
    unguarded bigint := (SELECT count(*) FROM regcar.guards g WHERE g.status <> 'ok');
    duration text := regcar.html_duration(least(i.ended_at, i.as_of) - i.began_at);
    lead text;
    todo text;
BEGIN
    SELECT count(*) AS queued,
           count(*) FILTER (WHERE e.state = 'released') AS released,
           count(*) FILTER (WHERE e.state = 'failed') AS failed,
           count(*) FILTER (WHERE e.state = 'discarded') AS discarded,
           count(*) FILTER (WHERE e.state = 'waiting') AS waiting,
           max(coalesce(e.settled_at, i.as_of) - e.submitted_at) AS longest_wait,
           count(*) FILTER (WHERE e.state = 'released')
           / greatest(1, extract(epoch FROM max(e.settled_at) FILTER (WHERE e.state = 'released')
                                          - min(e.settled_at) FILTER (WHERE e.state = 'released')) / 3600) AS releases_per_hour
    INTO q FROM regcar.queue_entry e JOIN unnest(i.holds) u (hold) USING (hold);

    lead := CASE WHEN i.began_at IS NULL THEN 'Nothing was held: no hold of this incident came into force.'
                 WHEN i.began_at > i.as_of THEN format('Registrations will be held from %s.', regcar.html_time(i.began_at, false))
                 WHEN i.ended_at IS NULL THEN format('Registrations have been held for %s, since %s.', duration, regcar.html_time(i.began_at, false))
                 ELSE format('Registrations were held for %s, from %s to %s.', duration, regcar.html_time(i.began_at, false), regcar.html_time(i.ended_at, false)) END
            || CASE WHEN q.queued = 0 THEN ' None was queued.'
                    ELSE format(' %s queued: %s', regcar.html_number(q.queued) || CASE q.queued WHEN 1 THEN ' was' ELSE ' were' END,
                                (SELECT string_agg(regcar.html_number(n) || ' ' || what, ', ' ORDER BY o)
                                 FROM (VALUES (1, q.released, 'by now registered'), (2, q.failed, 'failed'),
                                              (3, q.discarded, 'given up'), (4, q.waiting, 'waiting still')) v (o, n, what) WHERE n > 0)) || '.' END;

    SELECT string_agg('<li>' || item || '</li>', E'\n') INTO todo
    FROM (VALUES
        (CASE cardinality(stand) WHEN 0 THEN NULL WHEN 1 THEN format('Not ended: hold %1$s. <code>SELECT regcar.lift_hold(%1$s, ''why'')</code>', stand[1])
              ELSE format('Not ended: %s holds. <code>SELECT * FROM regcar.active_holds</code>', regcar.html_number(cardinality(stand))) END),
        (CASE WHEN q.waiting > 0 THEN format('Waiting: %s. <code>CALL regcar.release()</code>', regcar.html_number(q.waiting)) END),
        (CASE WHEN q.failed > 0 THEN format('Failed: %s. <code>SELECT regcar.retry(id)</code> or <code>regcar.discard(id, ''why'')</code>', regcar.html_number(q.failed)) END),
        (CASE WHEN unguarded > 0 THEN format('Tables without a sound guard: %s. <code>SELECT * FROM regcar.guards</code>', regcar.html_number(unguarded)) END)
    ) v (item) WHERE item IS NOT NULL;

    RETURN '<header>'
        || format('<p class="kicker">Report of an incident, as of %s. Times are in the zone %s.</p>',
                  regcar.html_time(i.as_of, false), regcar.html_text(current_setting('TimeZone'), 100))
        || format(E'<h1><span class="plate">%s</span> %s</h1>\n',
                  coalesce(regcar.html_typed(i.reference, 100), 'Hold ' || i.holds[1]), regcar.html_typed(reason, 200))
        || format(E'<p class="lead">%s</p>\n', lead)
        || '<dl class="tiles">'
        || (SELECT string_agg(format('<div><dt>%s</dt><dd>%s</dd></div>', what, coalesce(value, '&#8211;')), '' ORDER BY o)
            FROM (VALUES
                (1, CASE WHEN i.ended_at IS NULL THEN 'Held so far' ELSE 'Held for' END, CASE WHEN i.began_at <= i.as_of THEN duration END),
                (2, 'Queued', regcar.html_number(q.queued)),
                (3, 'Released', regcar.html_number(q.released)),
                (4, 'Failed', regcar.html_number(q.failed)),
                (5, 'Waiting', regcar.html_number(q.waiting)),
                (6, 'Longest wait', regcar.html_duration(q.longest_wait)),
                (7, 'Releases an hour', CASE WHEN q.released > 0 THEN regcar.html_number(round(q.releases_per_hour, 1)) END)) v (o, what, value))
        || E'</dl>\n'
        || coalesce('<section class="todo" aria-label="Still to do"><strong>Still to do</strong><ul>' || todo || E'</ul></section>\n', '')
        || E'</header>\n';
END
$$;
REVOKE ALL ON FUNCTION incident_summary(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_summary(incident_span) IS 'what happened in a sentence, the figures, and what is still to do';

CREATE FUNCTION incident_band(i incident_span, since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((
        SELECT format('<rect class="band" x="%s" y="28" width="%s" height="172"/>', x1, x2 - x1)
               || format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x1)
               || CASE WHEN i.ended_at IS NULL THEN '' ELSE format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x2) END
        FROM (SELECT regcar.svg_x(i.began_at, since, until), regcar.svg_x(coalesce(i.ended_at, until), since, until)) x (x1, x2)
        WHERE i.began_at < until), '')
$$;
REVOKE ALL ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) IS 'in a chart: from when to when something was held';

-- Beside the edges of the band, on the side where there is room.
CREATE FUNCTION incident_band_names(i incident_span) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(CASE WHEN v.x < v.turn THEN format('<text class="mark right" x="%s" y="22">%s</text>', v.x + 5, v.name)
                                    ELSE format('<text class="mark left" x="%s" y="22">%s</text>', v.x - 5, v.name) END, '' ORDER BY v.x), '')
    FROM (VALUES (regcar.svg_x(i.began_at, i.since, i.until), 200, 'held', i.began_at),
                 (regcar.svg_x(i.ended_at, i.since, i.until), 600, 'open', i.ended_at)) v (x, turn, name, at)
    WHERE v.at < i.until
$$;
REVOKE ALL ON FUNCTION incident_band_names(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_band_names(incident_span) IS 'in a chart of an incident: what its dashed lines mean';

CREATE FUNCTION incident_hours(
    i incident_span, id text, title text, caption text, description text, at timestamptz[], class text[], n numeric[]) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hours numeric := extract(epoch FROM i.step) / 3600;
    rates numeric[] := ARRAY(SELECT v / hours FROM unnest(n) WITH ORDINALITY u (v, o) ORDER BY o);
    ceiling numeric := regcar.svg_ceiling(coalesce((SELECT max(v.total) FROM (SELECT sum(u.rate) FROM unnest(at, rates) u (at, rate) GROUP BY u.at) v (total)), 0));
BEGIN
    RETURN regcar.svg_figure(id, title,
        caption || CASE WHEN hours > 1 THEN format(' Each column is the average over %s.', regcar.html_duration(i.step)) ELSE '' END,
        description,
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, i.since, i.until) || regcar.incident_band_names(i)
        || regcar.svg_bars(at, class, rates, i.step, i.since, i.until, ceiling) || regcar.svg_time_axis(i.since, i.until));
END
$$;
REVOKE ALL ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) FROM PUBLIC;
COMMENT ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) IS
    'a chart of something by the hour, from a day before to a day after';

CREATE FUNCTION incident_traffic(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bars record;
    phases text[];
BEGIN
    WITH fed AS (
        SELECT coalesce(pg_partition_root(f.target), f.target)::regclass::text AS target, f.at, f.phase, sum(f.n) AS n
        FROM (SELECT q.target::regclass AS target, date_bin(i.step, q.settled_at, i.since) AS at,
                     CASE WHEN q.settled_at < i.began_at THEN 'before' WHEN (q.settled_at < i.ended_at) IS NOT FALSE THEN 'during' ELSE 'after' END AS phase,
                     count(*) AS n
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.state = 'released' GROUP BY 1, 2, 3) f
        GROUP BY 1, 2, 3
    ), counted AS (
        SELECT c.phase, c.at, sum(c.registrations) AS n, coalesce(sum(least(f.n, c.registrations)) FILTER (WHERE f.n > 0), 0) AS fed
        FROM jsonb_to_recordset(registrations) c (target text, phase text, at timestamptz, registrations numeric)
        LEFT JOIN fed f USING (target, at, phase) WHERE c.registrations IS NOT NULL GROUP BY c.phase, c.at
    ), bar AS (
        SELECT c.at, v.class, v.n, array_position('{before,during,after}', c.phase) * 2 + v.o AS place
        FROM counted c, LATERAL (VALUES (0, c.phase, c.n - c.fed), (1, 'fed', c.fed)) v (o, class, n) WHERE v.n > 0
    ), phase AS (
        SELECT v.*, (SELECT coalesce(sum(c.n), 0) FROM counted c WHERE c.phase = v.key) AS n,
               (SELECT coalesce(sum(c.fed), 0) FROM counted c WHERE c.phase = v.key) AS fed
        FROM (VALUES (1, 'before', 'Before', least(i.began_at, i.until) - i.since),
                     (2, 'during', 'While held', least(i.ended_at, i.until) - i.began_at),
                     (3, 'after', 'After', i.until - i.ended_at)) v (o, key, name, lasted)
        WHERE v.lasted >= '0'
    )
    SELECT coalesce(array_agg(b.at ORDER BY b.at, b.place), '{}') AS at, coalesce(array_agg(b.class ORDER BY b.at, b.place), '{}') AS class,
           coalesce(array_agg(b.n ORDER BY b.at, b.place), '{}') AS n,
           (SELECT array_agg(ARRAY[p.name, regcar.html_duration(p.lasted), regcar.html_number(p.n), regcar.html_number(p.fed),
                                   CASE WHEN p.lasted >= '1 min' THEN regcar.html_number(round(p.n * 3600 / extract(epoch FROM p.lasted), 1)) END] ORDER BY p.o)
            FROM phase p) AS phases
    INTO bars FROM bar b;
    RETURN regcar.incident_hours(i, 'traffic', 'Registrations an hour',
               'Committed in guarded tables, whatever the scope of the holds. '
               || regcar.svg_key('before', 'before') || regcar.svg_key('during', 'while anything was held') || regcar.svg_key('after', 'after')
               || regcar.svg_key('fed', 'fed back from the queue'),
               (SELECT string_agg(format('%s: %s in %s.', bars.phases[g][1], bars.phases[g][3], bars.phases[g][2]), ' ' ORDER BY g) FROM generate_subscripts(bars.phases, 1) g),
               bars.at, bars.class, bars.n)
        || regcar.html_table('Registrations before, while held and after', '{When,Lasted,#Registrations,#From the queue,#An hour}', bars.phases)
        || coalesce((SELECT '<p class="note">Not counted: ' || string_agg(regcar.html_typed(p.problem, 200), '; ') FILTER (WHERE p.n <= 5)
                            || CASE WHEN count(*) > 5 THEN format('; and %s more', count(*) - 5) ELSE '' END || E'.</p>\n'
                     FROM (SELECT c.problem, row_number() OVER (ORDER BY c.problem) AS n
                           FROM jsonb_to_recordset(registrations) c (problem text) WHERE c.problem IS NOT NULL) p), '');
END
$$;
REVOKE ALL ON FUNCTION incident_traffic(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_traffic(incident_span, jsonb) IS 'registrations an hour before, while anything was held, and after';

CREATE FUNCTION incident_queue_traffic(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<p class="note">How many registrations were made is not known: <code>track_commit_timestamp</code> is off on this server. '
           'Instead, what went into the queue and what came out of it.</p>\n'
           || string_agg(regcar.incident_hours(i, v.class, v.title, v.caption, v.caption, b.at, array_fill(v.class, ARRAY[cardinality(b.at)]), b.n), '' ORDER BY v.o)
    FROM (VALUES (1, 'queue', 'Queued an hour', 'Registrations that were set aside.'),
                 (2, 'fed', 'Released an hour', 'Registrations that were fed back from the queue.')) v (o, class, title, caption)
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(c.at ORDER BY c.at), '{}') AS at, coalesce(array_agg(c.n ORDER BY c.at), '{}') AS n
        FROM (SELECT date_bin(i.step, CASE v.o WHEN 1 THEN q.submitted_at ELSE q.settled_at END, i.since) AS at, count(*)::numeric AS n
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE (v.o = 1 OR q.state = 'released') GROUP BY 1) c) b
$$;
REVOKE ALL ON FUNCTION incident_queue_traffic(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_queue_traffic(incident_span) IS 'what was queued and released an hour: all that is known where commits carry no time';

-- The chart and the table of an incident's stages, which it numbers.
CREATE FUNCTION incident_restart(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    since timestamptz := coalesce(i.began_at, i.since);
    until timestamptz;
    d record;
    ceiling numeric;
    stages record;
    x numeric;
    numbered_x numeric := 0;
    marks text := '';
BEGIN
    SELECT array_agg(s.at ORDER BY s.n) AS at, array_agg(ARRAY[
               s.n::text, s.change || CASE WHEN s.further > 0 THEN format(' and %s further changes', regcar.html_number(s.further)) ELSE '' END,
               regcar.html_time(s.at),
               format('<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="%s" width="%s" height="10"/></svg> %s',
                      100 - s.share, s.share, regcar.html_number(s.released)),
               regcar.html_number(s.queued), regcar.html_number(s.failed), regcar.html_number(s.waiting), regcar.html_duration(s.lasted)] ORDER BY s.n) AS lines
    INTO stages
    FROM (SELECT s.*, row_number() OVER (ORDER BY s.at) AS n, coalesce(lead(s.at) OVER (ORDER BY s.at), i.as_of) - s.at AS lasted,
                 round(100.0 * s.released / greatest(max(s.released) OVER (), 1), 1) AS share
          FROM regcar.incident_stages(i, 20) s) s;

    SELECT CASE WHEN bool_or(q.state = 'waiting') THEN i.as_of ELSE max(q.settled_at) END INTO until
    FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);
    IF until IS NULL THEN
        RETURN E'<p>Nothing was queued.</p>\n'
               || coalesce(regcar.html_table('Stages', '{#No.,What changed,At}', stages.lines[:][1:3]), '');
    END IF;
    until := greatest(until, since + interval '10 s');

    -- in 320 strips, each two units wide: the most, and what is left to the next
    WITH change AS (
        SELECT q.submitted_at AS at, 1 AS n FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        UNION ALL
        SELECT q.settled_at, -1 FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.settled_at IS NOT NULL
    ), depth AS (
        SELECT c.at, c.n AS change, sum(c.n) OVER (ORDER BY c.at, c.n DESC ROWS UNBOUNDED PRECEDING) AS n FROM change c
    ), strip AS (
        SELECT width_bucket(date_part('epoch', x.at), date_part('epoch', since), date_part('epoch', until), 320) AS n,
               max(x.n) AS most, sum(x.change) AS change, max(ARRAY[x.n, -date_part('epoch', x.at)]) AS peak
        FROM depth x GROUP BY 1
    )
    SELECT array_agg(ARRAY[s.n, s.most, s.remaining] ORDER BY s.n) AS strips, max(s.most) AS most, to_timestamp(-(max(s.peak))[2]) AS peak_at,
           (array_agg(s.remaining ORDER BY s.n DESC))[1] AS last
    INTO d FROM (SELECT t.n, t.most, t.peak, sum(t.change) OVER (ORDER BY t.n) AS remaining FROM strip t) s;
    ceiling := regcar.svg_ceiling(d.most);
    FOR n IN 1 .. cardinality(stages.at)
    LOOP
        x := regcar.svg_x(stages.at[n], since, until);
        marks := marks || format('<line class="change" x1="%1$s" y1="28" x2="%1$s" y2="200"/>', x);
        IF x - numbered_x >= 22 AND stages.at[n] <= until THEN
            marks := marks || format('<text class="mark stage" x="%s" y="22">%s</text>', x, n);
            numbered_x := x;
        END IF;
    END LOOP;

    RETURN regcar.svg_figure('depth', 'Registrations waiting in the queue',
               format('At most %s, on %s; %s at the end. The numbers are those of the stages below.', regcar.html_number(d.most),
                      regcar.html_time(d.peak_at, false), regcar.html_number(d.last)),
               format('From none to %s, then down to %s.', regcar.html_number(d.most), regcar.html_number(d.last)),
               regcar.svg_count_axis(ceiling) || regcar.incident_band(i, since, until)
               || (SELECT '<path class="depth" d="M72 200' || string_agg(format('H%sV%sV%s', 70 + 2 * least(greatest(d.strips[g][1], 1), 321), regcar.svg_y(d.strips[g][2], ceiling),
                                                                                regcar.svg_y(d.strips[g][3], ceiling)), '' ORDER BY g) || 'H712V200"/>'
                   FROM generate_subscripts(d.strips, 1) g)
               || marks
               || regcar.svg_time_axis(since, until))
        || regcar.html_table('Releases by stage', '{#No.,What changed,At,#Released,#Queued,#Failed,#Waiting at the end,#Lasted}', stages.lines);
END
$$;
REVOKE ALL ON FUNCTION incident_restart(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_restart(incident_span) IS 'how many registrations waited over time, and what was released in which stage, with a bar for each';

CREATE FUNCTION incident_decisions(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(regcar.html_table('Holds', '{#Hold,What,Scope,Why,Placed by,Began,Ended}',
        (SELECT array_agg(ARRAY[h.hold::text, h.action::text, regcar.incident_scope(h.scope), regcar.html_typed(h.reason, 300), regcar.html_typed(h.placed_by),
                                CASE WHEN r.began_at <= i.as_of THEN regcar.html_time(r.began_at)
                                     WHEN r.ended_at IS NULL THEN 'starts ' || regcar.html_time(h.starts_at) ELSE 'never' END,
                                CASE WHEN r.ended_at IS NULL THEN 'stands' ELSE regcar.html_time(r.ended_at) END
                                || CASE WHEN r.ended_at = h.lifted_at THEN format(' by %s: %s', regcar.html_typed(h.lifted_by), regcar.html_typed(h.lift_reason, 300))
                                        WHEN r.ended_at IS NOT NULL THEN ', expired'
                                        WHEN h.expires_at IS NOT NULL THEN ', expires ' || regcar.html_time(h.expires_at) ELSE '' END] ORDER BY h.hold)
         FROM unnest(i.holds[:50], i.began[:50], i.ended[:50]) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)),
        CASE WHEN cardinality(i.holds) > 50 THEN format('%s more: <code>SELECT * FROM regcar.hold_report</code>', regcar.html_number(cardinality(i.holds) - 50)) END), '')
        || coalesce(regcar.html_table('Exemptions', '{#No.,#From hold,For,Why,Granted by,Granted,Ended}',
        (SELECT array_agg(ARRAY[e.exemption::text, e.hold::text, regcar.incident_scope(e.scope), regcar.html_typed(e.reason, 300), regcar.html_typed(e.granted_by),
                                regcar.html_time(e.granted_at),
                                CASE WHEN e.revoked_at <= e.expires_at OR e.revoked_at IS NOT NULL AND e.expires_at IS NULL
                                     THEN format('%s by %s: %s', regcar.html_time(e.revoked_at), regcar.html_typed(e.revoked_by), regcar.html_typed(e.revoke_reason, 300))
                                     WHEN e.expires_at <= i.as_of THEN regcar.html_time(e.expires_at) || ', expired'
                                     WHEN e.expires_at IS NOT NULL THEN 'expires ' || regcar.html_time(e.expires_at)
                                     ELSE 'with the hold' END] ORDER BY e.exemption)
         FROM (SELECT * FROM regcar.exemption x JOIN unnest(i.holds) u (hold) USING (hold) ORDER BY x.exemption LIMIT 50) e),
        (SELECT format('%s more: <code>SELECT * FROM regcar.history WHERE event = ''exempted''</code>', regcar.html_number(count(*) - 50))
         FROM regcar.exemption x JOIN unnest(i.holds) u (hold) USING (hold) HAVING count(*) > 50)), '')
$$;
REVOKE ALL ON FUNCTION incident_decisions(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_decisions(incident_span) IS 'the holds of an incident and the exemptions from them';

CREATE FUNCTION incident_tables(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH guarded AS (
        SELECT coalesce(pg_partition_root(g.target), g.target)::regclass::text AS target, string_agg(DISTINCT g.status, ', ') AS status
        FROM regcar.guards g JOIN pg_class c ON c.oid = g.target WHERE c.relnamespace <> 'regcar'::regnamespace GROUP BY 1
    ), queued AS (
        SELECT q.target::regclass::text AS target, count(*) AS queued, count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed, count(*) FILTER (WHERE q.state = 'discarded') AS discarded,
               count(*) FILTER (WHERE q.state = 'waiting') AS waiting, max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY 1
    ), counted AS (
        SELECT c.target, sum(c.registrations) FILTER (WHERE c.phase = 'before') AS before,
               sum(c.registrations) FILTER (WHERE c.phase = 'during') AS during, sum(c.registrations) FILTER (WHERE c.phase = 'after') AS after
        FROM jsonb_to_recordset(registrations) c (target text, phase text, registrations numeric)
        WHERE c.registrations IS NOT NULL GROUP BY c.target
    ), line AS (
        SELECT row_number() OVER (ORDER BY coalesce(q.queued, 0) DESC, target) AS n, target, g.status,
               q.queued, q.released, q.failed, q.discarded, q.waiting, q.longest_wait, c.before, c.during, c.after
        FROM guarded g FULL JOIN queued q USING (target) FULL JOIN counted c USING (target)
    )
    SELECT coalesce(regcar.html_table('Registrations and queue of each table', '{Table,Guard today,#Before,#While held,#After,#Queued,#Released,#Failed,#Given up,#Waiting,Longest wait}',
        (SELECT array_agg(ARRAY[regcar.html_typed(l.target), coalesce(l.status, 'none'),
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.before, 0)) END,
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.during, 0)) END,
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.after, 0)) END,
                                regcar.html_number(coalesce(l.queued, 0)), regcar.html_number(coalesce(l.released, 0)), regcar.html_number(coalesce(l.failed, 0)),
                                regcar.html_number(coalesce(l.discarded, 0)), regcar.html_number(coalesce(l.waiting, 0)),
                                regcar.html_duration(l.longest_wait)] ORDER BY l.n) FROM line l WHERE l.n <= 50),
        (SELECT format('%s more: <code>SELECT * FROM regcar.queue_summary</code>', regcar.html_number(count(*) - 50)) FROM line HAVING count(*) > 50)), '')
$$;
REVOKE ALL ON FUNCTION incident_tables(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_tables(incident_span, jsonb) IS 'the figures of each guarded table, and of each that something was queued for';

CREATE FUNCTION incident_submitters(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT q.submitter, q.application, count(*) AS queued, count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed, count(*) FILTER (WHERE q.state = 'waiting') AS waiting,
               max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait,
               row_number() OVER (ORDER BY count(*) DESC, q.submitter, q.application) AS n
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY q.submitter, q.application
    )
    SELECT coalesce(regcar.html_table('Whose registrations were queued', '{Role,Application,#Queued,#Released,#Failed,#Waiting,Longest wait}',
        (SELECT array_agg(ARRAY[regcar.html_typed(l.submitter), regcar.html_typed(l.application), regcar.html_number(l.queued), regcar.html_number(l.released),
                                regcar.html_number(l.failed), regcar.html_number(l.waiting), regcar.html_duration(l.longest_wait)] ORDER BY l.n)
         FROM line l WHERE l.n <= 20),
        (SELECT format('%s more, with %s registrations', regcar.html_number(count(*)), regcar.html_number(sum(l.queued)))
         FROM line l WHERE l.n > 20 HAVING count(*) > 0)), '')
$$;
REVOKE ALL ON FUNCTION incident_submitters(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_submitters(incident_span) IS 'which role and application the queued registrations came from, most first';

-- What a row says of a keeper is nobody's business here: its id leads there.
CREATE FUNCTION incident_unsettled(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT q.state, q.target::regclass AS target, q.outcome, count(*) AS n, array_agg(q.id ORDER BY q.id) AS ids, max(q.settled_at) AS last,
               row_number() OVER (ORDER BY q.state, count(*) DESC, q.target::regclass, q.outcome) AS place
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.state <> 'released' GROUP BY 1, 2, 3
    )
    SELECT coalesce(regcar.html_table('Not registered', '{State,Table,Why,#Registrations,Queue ids,Last}',
        (SELECT array_agg(ARRAY[CASE l.state WHEN 'discarded' THEN 'given up' ELSE l.state::text END, regcar.html_typed(l.target::text),
                                coalesce(regcar.html_typed(l.outcome, 300), 'not tried yet'), regcar.html_number(l.n),
                                array_to_string(l.ids[:8], ', ') || CASE WHEN l.n > 8 THEN format(' and %s more', regcar.html_number(l.n - 8)) ELSE '' END,
                                regcar.html_time(l.last)] ORDER BY l.place)
         FROM line l WHERE l.place <= 30),
        (SELECT format('%s more, with %s registrations: <code>SELECT * FROM regcar.queue WHERE state &lt;&gt; ''released''</code>', regcar.html_number(count(*)), regcar.html_number(sum(l.n)))
         FROM line l WHERE l.place > 30 HAVING count(*) > 0)), '')
$$;
REVOKE ALL ON FUNCTION incident_unsettled(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_unsettled(incident_span) IS 'queued registrations that wait, failed or were given up, by what was said of them';

-- What was done with the queue between two decisions is one line for each who did it.
CREATE FUNCTION incident_log(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH done (at, until, event, hold, actor, what, seq) AS (
        SELECT h.at, NULL::timestamptz, h.event, h.hold, regcar.html_typed(h.actor),
               CASE h.event
                   WHEN 'placed' THEN format('%s, %s: %s', h.detail ->> 'action', regcar.incident_scope(h.detail -> 'scope'), regcar.html_typed(h.detail ->> 'reason', 300))
                   WHEN 'lifted' THEN regcar.html_typed(h.detail ->> 'lift_reason', 300)
                   WHEN 'exempted' THEN format('exemption %s, %s: %s', h.detail ->> 'exemption', regcar.incident_scope(h.detail -> 'scope'), regcar.html_typed(h.detail ->> 'reason', 300))
                   WHEN 'revoked' THEN format('exemption %s: %s', h.detail ->> 'exemption', regcar.html_typed(h.detail ->> 'revoke_reason', 300))
               END, h.seq::text
        FROM regcar.history h JOIN unnest(i.holds) u (hold) USING (hold) WHERE NOT h.detail ? 'ids'
        UNION ALL
        SELECT min(w.at), max(w.at), w.event, w.hold, regcar.html_typed(w.actor),
               format(CASE WHEN sum(jsonb_array_length(w.detail -> 'ids')) = 1 THEN '1 registration' WHEN count(*) = 1 THEN '%1$s registrations'
                           ELSE '%1$s registrations in %2$s batches' END,
                      regcar.html_number(sum(jsonb_array_length(w.detail -> 'ids'))), regcar.html_number(count(*)))
               || coalesce(': ' || regcar.html_typed(w.outcome, 300), ''),
               min(w.seq) || CASE WHEN count(*) > 1 THEN '&#8211;' || max(w.seq) ELSE '' END
        FROM (SELECT h.*, count(*) FILTER (WHERE NOT h.detail ? 'ids') OVER (ORDER BY h.at, h.id) AS decisions,
                     CASE h.event WHEN 'discarded' THEN (SELECT q.outcome FROM regcar.queue_entry q WHERE q.id = (h.detail -> 'ids' ->> 0)::bigint) END AS outcome
              FROM regcar.history h JOIN unnest(i.holds) u (hold) USING (hold)) w
        WHERE w.detail ? 'ids' GROUP BY w.decisions, w.event, w.hold, w.actor, w.outcome
        UNION ALL
        SELECT r.ended_at, NULL, 'expired', r.hold, 'the clock', '', ''
        FROM unnest(i.holds, i.ended) r (hold, ended_at) JOIN regcar.hold h USING (hold) WHERE r.ended_at IS DISTINCT FROM h.lifted_at
        UNION ALL
        SELECT e.expires_at, NULL, 'expired', e.hold, 'the clock', format('exemption %s', e.exemption), ''
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold) WHERE e.expires_at <= i.as_of AND (e.revoked_at > e.expires_at) IS NOT FALSE
    ), numbered AS (
        SELECT d.*, row_number() OVER (ORDER BY d.at, d.seq) AS n, count(*) OVER () AS lines FROM done d
    )
    SELECT coalesce(regcar.html_table('What was done, from the history', '{When,What,#Hold,Who,Particulars,#Place in history}',
        (SELECT array_agg(CASE WHEN d.n = 101 AND d.lines > 200
                               THEN ARRAY['&#8230;', format('%s lines are left out here', regcar.html_number(d.lines - 199)), '', '', '<code>SELECT * FROM regcar.history</code>', '']
                               ELSE ARRAY[regcar.html_time(d.at) || CASE WHEN d.until > d.at + interval '1 s' THEN ' to ' || regcar.html_time(d.until) ELSE '' END,
                                          d.event, d.hold::text, d.actor, d.what, d.seq] END ORDER BY d.n)
         FROM numbered d WHERE d.n <= 101 OR d.n > d.lines - 99)), '')
$$;
REVOKE ALL ON FUNCTION incident_log(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_log(incident_span) IS
    'from the history: who placed, exempted, revoked, lifted, released, retried and discarded, when and why; the first hundred and the last';

CREATE FUNCTION incident_sources(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last record;
    history record;
    seal text;
BEGIN
    SELECT h.seq, encode(h.digest, 'hex') AS digest INTO last FROM regcar.history h WHERE h.seq IS NOT NULL ORDER BY h.seq DESC LIMIT 1;
    seal := format('The last of the %s events in the history has the digest <code>%s</code>.', regcar.html_number(coalesce(last.seq, 0)), coalesce(last.digest, 'none'));
    -- it looks at every registration that was ever queued
    IF (SELECT count(*) <= 50000 FROM (SELECT FROM regcar.queue_entry LIMIT 50001) q) THEN
        SELECT v.* INTO history FROM regcar.verify_history() v;
        seal := CASE WHEN history.problem IS NULL THEN seal || ' Each event fits the one before it, the holds and the queue.'
                     ELSE format('<strong>The history does not fit together</strong>, first at place %s: %s. ',
                                 coalesce(history.first_misfit::text, 'unknown'), regcar.html_typed(history.problem)) || seal END;
    ELSE
        seal := seal || ' Whether all of it fits was not looked at, for the queue is long: <code>SELECT * FROM regcar.verify_history()</code>';
    END IF;
    RETURN format(E'<ul>\n<li>Made %s by %s in database %s, with regcar %s on PostgreSQL %s.</li>\n', regcar.html_time(i.as_of), regcar.html_typed(session_user),
                  regcar.html_typed(current_database()), (SELECT regcar.html_text(x.extversion) FROM pg_extension x WHERE x.extname = 'regcar'),
                  regcar.html_text(current_setting('server_version')))
        || CASE WHEN registrations IS NULL THEN ''
                ELSE E'<li>A registration counts when its row was last written: one that was updated since counts at the update, one that was deleted does not count, '
                     'nor does one from before <code>track_commit_timestamp</code> was on. Tables are read with the rights of the role that asks.</li>\n' END
        || E'<li>Refused registrations leave no trace in the database; the server''s log has them under SQLSTATE <code>RH001</code>.</li>\n'
        || format(E'<li>%s</li>\n</ul>\n', seal);
END
$$;
REVOKE ALL ON FUNCTION incident_sources(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_sources(incident_span, jsonb) IS 'when and by whom the report was made, how its figures came about, and whether the history fits';

CREATE FUNCTION incident_page(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
           -- should ever something slip through that is no text, no browser runs or loads it
           '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>'
           '\n<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<meta name="generator" content="regcar"/>\n'
           || format(E'<title>%s: report</title>\n<style>%s</style>\n</head>\n<body>\n',
                     coalesce('Incident ' || regcar.html_text(i.reference, 100), 'Hold ' || i.holds[1]), regcar.incident_style())
           || regcar.incident_summary(i)
           || E'<svg class="patterns" aria-hidden="true"><pattern id="fed" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 4L4 0"/></pattern></svg>\n<main>\n'
           || (SELECT string_agg(format(E'<section>\n<h2>%s</h2>\n%s</section>\n', s.title, s.body), '' ORDER BY s.n)
               FROM (VALUES (1, 'Registrations', CASE WHEN registrations IS NULL THEN regcar.incident_queue_traffic(i) ELSE regcar.incident_traffic(i, registrations) END),
                            (2, 'Queue and restart', regcar.incident_restart(i)),
                            (3, 'Queued registrations', regcar.incident_unsettled(i) || regcar.incident_submitters(i)),
                            (4, 'Holds and exemptions', regcar.incident_decisions(i)),
                            (5, 'Table by table', regcar.incident_tables(i, registrations)),
                            (6, 'Who did what', regcar.incident_log(i)),
                            (7, 'About this report', regcar.incident_sources(i, registrations))) s (n, title, body) WHERE s.body <> '')
           || E'</main>\n</body>\n</html>'
$$;
REVOKE ALL ON FUNCTION incident_page(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_page(incident_span, jsonb) IS 'the page of incident_report(), of registrations that were counted for it';

-- Compiling its many small queries would take longer than they do.
CREATE FUNCTION incident_report(hold bigint) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET jit = off COST 100000
AS $$
DECLARE
    i regcar.incident_span := regcar.incident_of(hold);
    registrations jsonb;
BEGIN
    IF pg_client_encoding() <> 'UTF8' THEN
        RAISE WARNING 'the page says that it is in UTF-8, and client_encoding is %', pg_client_encoding()
            USING HINT = 'SET client_encoding = ''UTF8'';';
    END IF;
    -- the one part that is done with the caller's rights
    IF current_setting('track_commit_timestamp') = 'on' THEN
        SELECT coalesce(jsonb_agg(r), '[]') INTO registrations
        FROM (SELECT c.target, c.phase, c.at, sum(c.registrations) AS registrations, c.problem
              FROM regcar.incident_registrations(i) c GROUP BY c.target, c.phase, c.at, c.problem) r;
    END IF;
    RETURN regcar.incident_page(i, registrations);
END
$$;
REVOKE ALL ON FUNCTION incident_report(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_report(bigint) IS
    'a page of HTML about the incident of a hold, for a file: what happened, figures and charts, who did what. Guarded tables are counted with the caller''s rights, for half a second at most. 22023 if there is no such hold';
