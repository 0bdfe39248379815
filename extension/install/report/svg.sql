-- Charts over time for a page that has the classes of incident_style().  A
-- drawing is 720 units wide and 240 high; its plot lies between x = 72 and 712, and
-- y = 28 and 200.  Text may be twice as large on a small screen, so there is room for
-- it, and distances between lines of text are in em.

CREATE OR REPLACE FUNCTION svg_x(at timestamptz, since timestamptz, until timestamptz) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT round(72 + 640 * least(1, greatest(0, extract(epoch FROM at - since) / extract(epoch FROM until - since))), 1)
$$;
REVOKE ALL ON FUNCTION svg_x(timestamptz, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION svg_x(timestamptz, timestamptz, timestamptz) IS 'where a moment is in a plot that shows a span of time';

CREATE OR REPLACE FUNCTION svg_time_axis(since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- whole units of wall-clock time: as many as do not overlap where text is large
    WITH step (step) AS (
        SELECT min(s) FROM unnest('{1 s,5 s,15 s,30 s,1 min,5 min,15 min,30 min,1 h,2 h,3 h,6 h,12 h,1 d,2 d,7 d,14 d,28 d,91 d,364 d,3640 d}'::interval[]) s
        WHERE extract(epoch FROM until - since) <= CASE WHEN s < '1 min' THEN 5 ELSE 7 END * extract(epoch FROM s)
    ), tick AS (
        SELECT step, wall, wall::date IS DISTINCT FROM lag(wall::date) OVER (ORDER BY wall) AS new_day
        FROM step, generate_series(date_bin(step, since::timestamp, '2001-01-01'), until::timestamp, step) wall
        WHERE wall >= since::timestamp
    )
    SELECT '<g class="axis">' || coalesce(string_agg(
               format('<line x1="%1$s" y1="200" x2="%1$s" y2="205"/>', x)
               || CASE WHEN step < '1 d'
                       THEN format('<text%s x="%s" y="208" dy="1em">%s</text>', at_end, x,
                                   to_char(wall, CASE WHEN step < '1 min' THEN 'HH24:MI:SS' ELSE 'HH24:MI' END)) ELSE '' END
               || CASE WHEN step >= '1 d' OR new_day
                       THEN format('<text%s x="%s" y="208" dy="%sem">%s</text>', at_end, x, CASE WHEN step < '1 d' THEN 2.2 ELSE 1 END,
                                   to_char(wall, 'FMDD Mon')) ELSE '' END,
               '' ORDER BY wall), '')
           || '<line x1="72" y1="200" x2="712" y2="200"/></g>'
    FROM (SELECT t.*, v.x,
                 -- print cuts off what is outside the drawing
                 CASE WHEN v.x > 660 THEN ' class="end"' ELSE '' END AS at_end
          FROM tick t, LATERAL (SELECT regcar.svg_x(t.wall::timestamptz, since, until)) v (x)) t
$$;
REVOKE ALL ON FUNCTION svg_time_axis(timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION svg_time_axis(timestamptz, timestamptz) IS 'the lower edge of a plot: times in the session''s zone, dates where they change';

CREATE OR REPLACE FUNCTION svg_ceiling(largest numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT min(m * 10 ^ e * 4) FROM unnest('{1,1.5,2,2.5,3,4,5}'::numeric[]) m, generate_series(0, 15) e
    WHERE m * 10 ^ e * 4 >= largest AND m * 10 ^ e = trunc(m * 10 ^ e)
$$;
REVOKE ALL ON FUNCTION svg_ceiling(numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_ceiling(numeric) IS 'the upper end of a scale that reaches a count in four round steps';

CREATE OR REPLACE FUNCTION svg_y(n numeric, ceiling numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT round(200 - 172 * n / ceiling, 1) $$;
REVOKE ALL ON FUNCTION svg_y(numeric, numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_y(numeric, numeric) IS 'where a count is in a plot that reaches up to another';

CREATE OR REPLACE FUNCTION svg_count_axis(ceiling numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '<g class="counts">' || string_agg(
               format('<line x1="72" y1="%1$s" x2="712" y2="%1$s"/><text x="66" y="%1$s" dy=".35em">%2$s</text>', regcar.svg_y(v, ceiling),
                      CASE WHEN ceiling >= 10000 THEN regcar.html_number(v / 1000) || 'k' ELSE regcar.html_number(v) END), '' ORDER BY v) || '</g>'
    FROM (SELECT ceiling * n / 4 AS v FROM generate_series(0, 4) n) g
$$;
REVOKE ALL ON FUNCTION svg_count_axis(numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_count_axis(numeric) IS 'the left edge of a plot: counts from nothing to the end of its scale, and lines across';

CREATE OR REPLACE FUNCTION svg_bars(
    at timestamptz[], class text[], n numeric[], step interval, since timestamptz, until timestamptz, ceiling numeric) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format('<rect class="%s" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>',
                                      b.class, b.x, regcar.svg_y(b.above, ceiling),
                                      greatest(regcar.svg_x(b.at + step, since, until) - b.x - 0.8, 0.6),
                                      regcar.svg_y(b.above - b.n, ceiling) - regcar.svg_y(b.above, ceiling),
                                      to_char(b.at, 'FMDD Mon HH24:MI'), regcar.html_number(round(b.n, 1))), E'\n' ORDER BY b.at, b.above), '')
    FROM (SELECT u.at, u.class, u.n, regcar.svg_x(u.at, since, until) AS x, sum(u.n) OVER (PARTITION BY u.at ORDER BY u.i) AS above
          FROM unnest(at, class, n) WITH ORDINALITY u (at, class, n, i)) b
$$;
REVOKE ALL ON FUNCTION svg_bars(timestamptz[], text[], numeric[], interval, timestamptz, timestamptz, numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_bars(timestamptz[], text[], numeric[], interval, timestamptz, timestamptz, numeric) IS
    'columns of a plot, each one step wide; those of the same moment are stacked in the order given';

CREATE OR REPLACE FUNCTION svg_key(class text, meaning text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('<span class="key"><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="%s" width="12" height="12"/></svg>&#160;%s</span> ', class, meaning)
$$;
REVOKE ALL ON FUNCTION svg_key(text, text) FROM PUBLIC;
COMMENT ON FUNCTION svg_key(text, text) IS 'what a colour or pattern of a chart means, for its caption';

CREATE OR REPLACE FUNCTION svg_figure(id text, title text, caption text, description text, drawing text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(E'<figure><figcaption><strong>%2$s</strong> %3$s</figcaption>\n'
                  '<svg viewBox="0 0 720 240" role="img" aria-labelledby="%1$s-title %1$s-desc">'
                  '<title id="%1$s-title">%2$s</title><desc id="%1$s-desc">%4$s</desc>\n%5$s</svg></figure>\n',
                  id, title, caption, description, drawing)
$$;
REVOKE ALL ON FUNCTION svg_figure(text, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION svg_figure(text, text, text, text, text) IS
    'a figure: title and caption above, the drawing, and a description of it for people who cannot see it';
