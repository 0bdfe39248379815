-- The chart of the queue, and its release by stages.

-- Stages are numbered in the chart as they are in incident_restart().
CREATE OR REPLACE FUNCTION incident_depth(i incident_span, stages timestamptz[], until timestamptz) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    since timestamptz := coalesce(i.began_at, i.since);
    d record;
    ceiling numeric;
    outline text;
    marks text := '';
    x numeric;
    numbered_x numeric := 0;
    -- once, and not for each of a million rows
    low float8 := date_part('epoch', since);
    high float8;
BEGIN
    until := greatest(until, since + interval '10 s');
    high := date_part('epoch', until);
    -- In 320 strips, each two units wide: the most in each, and what is left at its end. A million
    -- moments need no sorting, but for those bins, sixteen a strip, in which the most may have waited.
    WITH bin AS (
        SELECT c.n, sum(c.came) AS came, sum(c.went) AS went
        FROM (SELECT width_bucket(date_part('epoch', q.submitted_at), low, high, 5120) AS n,
                     count(*) AS came, 0 AS went
              FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY 1
              UNION ALL
              SELECT width_bucket(date_part('epoch', q.settled_at), low, high, 5120), 0, count(*)
              FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.settled_at IS NOT NULL GROUP BY 1) c
        GROUP BY c.n
    ), depth AS (
        SELECT b.n, b.came, sum(b.came - b.went) OVER (ORDER BY b.n) - b.came + b.went AS before,
               sum(b.came - b.went) OVER (ORDER BY b.n) AS remaining
        FROM bin b
    ), likely AS (
        SELECT x.n, x.before FROM depth x WHERE x.before + x.came >= (SELECT max(greatest(y.before, y.remaining)) FROM depth y)
    ), around AS MATERIALIZED (
        -- an edge may be rounded, so a bin more on either side
        SELECT CASE WHEN min(l.n) > 1 THEN since + (min(l.n) - 2) * (until - since) / 5120 ELSE '-infinity' END AS first,
               CASE WHEN max(l.n) <= 5120 THEN since + (max(l.n) + 1) * (until - since) / 5120 ELSE 'infinity' END AS last
        FROM likely l
    ), change AS (
        SELECT l.n AS bin, l.before, q.submitted_at AS at, 1 AS n
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        JOIN likely l ON l.n = width_bucket(date_part('epoch', q.submitted_at), low, high, 5120)
        WHERE q.submitted_at BETWEEN (SELECT first FROM around) AND (SELECT last FROM around)
        UNION ALL
        SELECT l.n, l.before, q.settled_at, -1
        FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        JOIN likely l ON l.n = width_bucket(date_part('epoch', q.settled_at), low, high, 5120)
        WHERE q.settled_at BETWEEN (SELECT first FROM around) AND (SELECT last FROM around)
    ), peak AS (
        SELECT c.bin, max(c.depth) AS most, max(ARRAY[c.depth, -date_part('epoch', c.at)]) AS peak
        FROM (SELECT x.bin, x.at, x.before + sum(x.n) OVER (PARTITION BY x.bin ORDER BY x.at, x.n DESC ROWS UNBOUNDED PRECEDING) AS depth
              FROM change x) c
        GROUP BY c.bin
    ), strip AS (
        SELECT CASE WHEN x.n > 5120 THEN 321 ELSE (x.n + 15) / 16 END AS n,
               max(coalesce(p.most, greatest(x.before, x.remaining))) AS most,
               (array_agg(x.remaining ORDER BY x.n DESC))[1] AS remaining, max(p.peak) AS peak
        FROM depth x LEFT JOIN peak p ON p.bin = x.n GROUP BY 1
    )
    SELECT array_agg(ARRAY[s.n, s.most, s.remaining] ORDER BY s.n) AS strips, max(s.most) AS most,
           to_timestamp(-(max(s.peak))[2]) AS peak_at, (array_agg(s.remaining ORDER BY s.n DESC))[1] AS last
    INTO d
    FROM strip s;

    ceiling := regcar.svg_ceiling(d.most);
    SELECT string_agg(format('H%sV%sV%s', 70 + 2 * least(greatest(d.strips[g][1], 1), 321),
                             regcar.svg_y(d.strips[g][2], ceiling), regcar.svg_y(d.strips[g][3], ceiling)), '' ORDER BY g)
    INTO outline FROM generate_subscripts(d.strips, 1) g;
    FOR n IN 1 .. coalesce(cardinality(stages), 0)
    LOOP
        x := regcar.svg_x(stages[n], since, until);
        marks := marks || format('<line class="change" x1="%1$s" y1="28" x2="%1$s" y2="200"/>', x);
        IF x - numbered_x >= 22 AND stages[n] <= until THEN
            marks := marks || format('<text class="mark stage" x="%s" y="22">%s</text>', x, n);
            numbered_x := x;
        END IF;
    END LOOP;

    RETURN regcar.svg_figure('depth', 'Registrations waiting in the queue',
        format('At most %s, on %s; %s at the end. The numbers are those of the stages below.', regcar.html_number(d.most),
               regcar.html_time(d.peak_at, false), regcar.html_number(d.last)),
        format('From none to %s, then down to %s.', regcar.html_number(d.most), regcar.html_number(d.last)),
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, since, until)
        || format('<path class="depth" d="M72 200%sH712V200"/>', outline) || marks || regcar.svg_time_axis(since, until));
END
$$;
REVOKE ALL ON FUNCTION incident_depth(incident_span, timestamptz[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION incident_depth(incident_span, timestamptz[], timestamptz) IS
    'a chart of how many registrations waited, up to some moment, with the start of each stage';

CREATE OR REPLACE FUNCTION incident_restart(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stages record;
    until timestamptz;
BEGIN
    SELECT array_agg(s.at ORDER BY s.n) AS at,
           array_agg(ARRAY[
               s.n::text,
               s.change || CASE WHEN s.further > 0 THEN format(' and %s further changes', regcar.html_number(s.further)) ELSE '' END,
               regcar.html_time(s.at),
               format('<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                      '<rect x="%s" width="%s" height="10"/></svg> %s', 100 - s.share, s.share, regcar.html_number(s.released)),
               regcar.html_number(s.queued), regcar.html_number(s.failed), regcar.html_number(s.waiting),
               regcar.html_duration(s.lasted)] ORDER BY s.n) AS lines
    INTO stages
    FROM (SELECT t.*, row_number() OVER (ORDER BY t.at) AS n,
                 coalesce(lead(t.at) OVER (ORDER BY t.at), i.as_of) - t.at AS lasted,
                 round(100.0 * t.released / greatest(max(t.released) OVER (), 1), 1) AS share
          FROM regcar.incident_stages(i, 20) t) s;
    SELECT CASE WHEN bool_or(q.state = 'waiting') THEN i.as_of ELSE max(q.settled_at) END
    INTO until
    FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);
    IF until IS NULL THEN
        RETURN E'<p>Nothing was queued.</p>\n'
            || coalesce(regcar.html_table('Stages', '{#No.,What changed,At}', stages.lines[:][1:3]), '');
    END IF;
    RETURN regcar.incident_depth(i, stages.at, until)
        || coalesce(regcar.html_table('Releases by stage',
                                      '{#No.,What changed,At,#Released,#Queued,#Failed,#Waiting at the end,#Lasted}', stages.lines), '');
END
$$;
REVOKE ALL ON FUNCTION incident_restart(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_restart(incident_span) IS
    'how many registrations waited over time, and what was released in which stage, with a bar for each';
