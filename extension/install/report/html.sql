-- What the pages of the extension are made of: text in which a browser sees no
-- markup, numbers, durations, times, tables.  Each gives HTML that is also well-formed
-- XML; its own text is ASCII, whatever the encoding of the database.

CREATE OR REPLACE FUNCTION html_text(input text, longest integer DEFAULT 1000) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- control characters, which XML forbids or nobody can see, and those that reverse
    -- the text after them; encodings other than UTF8 have only the first
    hidden text := '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f'
                   || CASE getdatabaseencoding() WHEN 'UTF8'
                      THEN '\u0080-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff' ELSE '' END || ']';
    shown text := left(input, longest);
    c text;
BEGIN
    shown := replace(replace(replace(replace(replace(shown, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
    FOR c IN SELECT DISTINCT m[1] FROM regexp_matches(shown, hidden, 'g') m
    LOOP
        shown := replace(shown, c, format('[U+%s]', lpad(upper(to_hex(ascii(c))), 4, '0')));
    END LOOP;
    IF length(input) > longest THEN
        shown := format('%s&#8230; [%s characters more]', shown, length(input) - longest);
    END IF;
    RETURN shown;
END
$$;
REVOKE ALL ON FUNCTION html_text(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION html_text(text, integer) IS
    'text for an element or a quoted attribute: markup is escaped, invisible characters are named as in [U+202E], and text that is too long is cut';

CREATE OR REPLACE FUNCTION html_typed(input text, longest integer DEFAULT 1000) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT '<bdi>' || regcar.html_text(input, longest) || '</bdi>' $$;
REVOKE ALL ON FUNCTION html_typed(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION html_typed(text, integer) IS
    'text that somebody typed, for an element; its direction of writing ends with it';

CREATE OR REPLACE FUNCTION html_number(n numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_char(n, CASE WHEN n = trunc(n) OR abs(n) >= 100 THEN 'FM999,999,999,999,999,990' ELSE 'FM990.0' END)
$$;
REVOKE ALL ON FUNCTION html_number(numeric) FROM PUBLIC;
COMMENT ON FUNCTION html_number(numeric) IS 'a number for reading, 12,345 or 1.5';

CREATE OR REPLACE FUNCTION html_duration(d interval) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN s < 0 THEN '&#8722;' ELSE '' END
           || replace(CASE WHEN abs(s) < 60 THEN format('%s s', abs(s))
                           WHEN abs(s) < 3600 THEN format('%s min %s s', abs(s) / 60, abs(s) % 60)
                           WHEN abs(s) < 86400 THEN format('%s h %s min', abs(s) / 3600, abs(s) % 3600 / 60)
                           ELSE format('%s d %s h', abs(s) / 86400, abs(s) % 86400 / 3600) END, ' ', '&#160;')
    FROM (SELECT trunc(extract(epoch FROM d))::bigint) AS seconds (s)
$$;
REVOKE ALL ON FUNCTION html_duration(interval) FROM PUBLIC;
COMMENT ON FUNCTION html_duration(interval) IS 'a duration for reading, in its two largest units: 3 d 4 h';

CREATE OR REPLACE FUNCTION html_time(t timestamptz, seconds boolean DEFAULT true) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN isfinite(t)
                THEN format('<time datetime="%s">%s, %s&#160;<span class="zone">%s</span></time>',
                            to_char(t, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'), to_char(t, 'FMDD"&#160;"Mon"&#160;"YYYY'),
                            to_char(t, CASE WHEN seconds THEN 'HH24:MI:SS' ELSE 'HH24:MI' END), regcar.html_text(to_char(t, 'TZ')))
                ELSE 'never' END
$$;
REVOKE ALL ON FUNCTION html_time(timestamptz, boolean) FROM PUBLIC;
COMMENT ON FUNCTION html_time(timestamptz, boolean) IS 'a moment in the session''s time zone, with the zone''s name';

-- A head that begins with # belongs to a column of numbers.
CREATE OR REPLACE FUNCTION html_table(caption text, heads text[], cells text[], note text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '<div class="wide" role="region" tabindex="0" aria-label="' || caption || '"><table>'
           || '<caption>' || caption || '</caption>'
           || '<thead><tr>' || (SELECT string_agg(format('<th scope="col"%s>%s</th>',
                                                         CASE WHEN h LIKE '#%' THEN ' class="n"' END, ltrim(h, '#')), '' ORDER BY n)
                                FROM unnest(heads) WITH ORDINALITY u (h, n)) || E'</tr></thead>\n'
           || '<tbody>' || (SELECT string_agg(
                  (SELECT '<tr>' || string_agg(CASE WHEN c = 1 THEN format('<th scope="row"%s>%s</th>', class, cell)
                                                    ELSE format('<td%s>%s</td>', class, cell) END, '' ORDER BY c) || '</tr>'
                   FROM generate_subscripts(heads, 1) c,
                   LATERAL (SELECT coalesce(cells[r][c], '') AS cell, CASE WHEN heads[c] LIKE '#%' THEN ' class="n"' END AS class) v),
                  E'\n' ORDER BY r)
              FROM generate_subscripts(cells, 1) r) || '</tbody>'
           || coalesce('<tfoot><tr><td colspan="' || cardinality(heads) || '">' || note || '</td></tr></tfoot>', '')
           || E'</table></div>\n'
    WHERE cardinality(cells) > 0
$$;
REVOKE ALL ON FUNCTION html_table(text, text[], text[], text) FROM PUBLIC;
COMMENT ON FUNCTION html_table(text, text[], text[], text) IS
    'a table, and a note below it. The cells are HTML already; the first cell of a row is its head. NULL without rows';

CREATE OR REPLACE FUNCTION html_more(lines bigint, shown integer, instead text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s more: <code>%s</code>', regcar.html_number(lines - shown), regcar.html_text(instead))
    WHERE lines > shown
$$;
REVOKE ALL ON FUNCTION html_more(bigint, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION html_more(bigint, integer, text) IS
    'the note below a table that does not show all its lines: how many more there are, and which statement shows them. NULL if it shows all';
