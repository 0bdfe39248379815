-- The page about an incident: what it says, that it is well formed, that nothing typed is markup, who gets it.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;
SET timezone = 'Europe/London';

SELECT no_plan();

-- A page as XML, where the server has libxml: then xpath() tells what a browser would see.
SELECT EXISTS (SELECT FROM pg_config WHERE name = 'CONFIGURE' AND setting ~ 'with-libxml') AS libxml \gset
CREATE FUNCTION found(page text, path text) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(x::text) FROM unnest(xpath(path, page::xml, ARRAY[ARRAY['h', 'http://www.w3.org/1999/xhtml']])) x
$$;
CREATE FUNCTION well_formed(page text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_config WHERE name = 'CONFIGURE' AND setting ~ 'with-libxml') THEN
        -- tags that open and close in number, and nothing but the escapes that were meant
        RETURN NEXT ok((SELECT count(*) FILTER (WHERE t ~ '^<[a-z]' AND t !~ '/>$') = count(*) FILTER (WHERE t ~ '^</')
                        FROM regexp_matches(page, '<[^>]*>', 'g') m (parts), LATERAL (SELECT m.parts[1]) x (t))
                       AND page !~ '&(?!#[0-9]+;|amp;|lt;|gt;|quot;)', what || ': tags pair');
        RETURN;
    END IF;
    RETURN NEXT ok(xml_is_well_formed_document(page), what || ': well formed');
    RETURN NEXT is(found(page, '//h:script|//h:link|//h:img|//h:iframe|//h:object|//h:a|//@href|//@src|//@style|//@*[starts-with(name(), "on")]'), NULL,
                   what || ': runs nothing, loads nothing, leads nowhere');
    RETURN NEXT is(found(page, '/h:html/@lang'), '{en-GB}', what || ': says its language');
    RETURN NEXT is(cardinality(found(page, '//h:h1')), 1, what || ': one heading above all');
    RETURN NEXT is(found(page, '//h:table[not(h:caption) or not(h:thead/h:tr/h:th[@scope="col"]) or h:tbody/h:tr[not(h:th[@scope="row"])]]'), NULL,
                   what || ': each table has a caption, and heads of columns and rows');
    RETURN NEXT is(found(page, '//h:table/h:tbody/h:tr[count(h:th|h:td) != count(../../h:thead/h:tr/h:th)]'), NULL, what || ': each row has a cell for each column');
    RETURN NEXT is(found(page, '//h:table/h:tbody/h:tr[not(normalize-space(h:th))]'), NULL, what || ': no row without a head');
    RETURN NEXT is(found(page, '//h:svg[not(@aria-hidden) and not(@role="img" and h:title and string-length(h:desc) > 10)]'), NULL,
                   what || ': each chart has a title and a description');
    RETURN NEXT is((SELECT array_agg(id) FROM (SELECT unnest(found(page, '//@id')) GROUP BY 1 HAVING count(*) > 1) twice (id)), NULL, what || ': no id twice');
    RETURN NEXT is(found(page, '//@*[contains(., "NaN") or contains(., "Infinity") or starts-with(., "-")]'), NULL, what || ': no drawing outside its plot');
END
$$;
-- The cells of a row of a table, as text.
CREATE FUNCTION row_of(page text, caption text, head text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(translate((xpath('string(.)', c))[1]::text, U&'\00A0', ' '), '|')
    FROM unnest(xpath(format('//h:table[h:caption = %L]/h:tbody/h:tr[h:th = %L]/*', caption, head), page::xml, ARRAY[ARRAY['h', 'http://www.w3.org/1999/xhtml']])) c
$$;

-- Pieces

SELECT is(html_text(typed), shown, 'text: ' || what)
FROM (VALUES
    ('<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;', 'an element'),
    ('" onload="x" ''', '&quot; onload=&quot;x&quot; &#39;', 'quotes'),
    ('&lt; &amp; & &#60;', '&amp;lt; &amp;amp; &amp; &amp;#60;', 'ampersands, once'),
    (']]> <!-- --> <?x?>', ']]&gt; &lt;!-- --&gt; &lt;?x?&gt;', 'what XML knows'),
    (E'a\u202Eb\u2066c\uFEFFd\uFFFFe', 'a[U+202E]b[U+2066]c[U+FEFF]d[U+FFFF]e', 'characters that turn text around, or are none'),
    (E'\u001B[31m\u0001\u007F\u0085', '[U+001B][31m[U+0001][U+007F][U+0085]', 'control characters'),
    (E'line\nfeed\ttab', E'line\nfeed\ttab', 'white space stays'),
    (E'\u05D0\u200F \U0001F697\u200D\U0001F525 \u00FC', E'\u05D0\u200F \U0001F697\u200D\U0001F525 \u00FC', 'letters and signs of any language stay'),
    ('', '', 'empty')) v (typed, shown, what);
SELECT is(html_text(repeat('x', 1003)), repeat('x', 1000) || '&#8230; [3 characters more]', 'text: cut where it is longer');
SELECT is(html_text('<<<', 2), '&lt;&lt;&#8230; [1 characters more]', 'text: never cut inside an escape');
SELECT is(html_typed('<b>'), '<bdi>&lt;b&gt;</bdi>', 'typed text has a direction of its own');
SELECT is(html_number(n), shown, 'number ' || shown)
FROM (VALUES (0, '0'), (1234567, '1,234,567'), (1.54, '1.5'), (123.4, '123'), (0.04, '0.0'), (-5, '-5')) v (n, shown);
SELECT is(replace(html_duration(d), '&#160;', ' '), shown, 'duration ' || shown)
FROM (VALUES (interval '0.9 s', '0 s'), ('59 s', '59 s'), ('61 s', '1 min 1 s'), ('2 h 59 min 59 s', '2 h 59 min'), ('3 d 4 h 5 min', '3 d 4 h'),
             ('1 mon', '30 d 0 h'), ('-61 s', '&#8722;1 min 1 s')) v (d, shown);
SELECT is(html_time('2025-10-26 00:30Z'), '<time datetime="2025-10-26T01:30:00+01:00">26&#160;Oct&#160;2025, 01:30:00&#160;<span class="zone">BST</span></time>', 'a time with its zone');
SELECT is(html_time('2025-10-26 01:30Z', false), '<time datetime="2025-10-26T01:30:00+00:00">26&#160;Oct&#160;2025, 01:30&#160;<span class="zone">GMT</span></time>', 'the same hour again, an hour later');
SELECT is(html_time('infinity'), 'never', 'a time that never comes');
SET timezone = '<a&b>-3';
SELECT is(html_time('2025-09-01 08:12Z'), '<time datetime="2025-09-01T11:12:00+03:00">1&#160;Sep&#160;2025, 11:12:00&#160;<span class="zone">A&amp;B</span></time>', 'a zone with a hostile name');
SET timezone = 'Europe/London';
SELECT is(incident_scope(scope), shown, 'scope ' || scope::text)
FROM (VALUES ('{}'::jsonb, 'everything'),
             ('{"make": "A&B"}', '<bdi>make</bdi>: <bdi>A&amp;B</bdi>'),
             ('{"registered": {">=": "2025-08-31"}}', '<bdi>registered</bdi> &#8805; <bdi>2025-08-31</bdi>'),
             ('{"n": {"<": "<b>", ">": ""}, "m": {"<=": 7, ">=": -1}}', '<bdi>m</bdi> &#8805; <bdi>-1</bdi> and &#8804; <bdi>7</bdi>; <bdi>n</bdi> &gt; &#8220;&#8221; and &lt; <bdi>&lt;b&gt;</bdi>'),
             ('{"n": {"<b>": "x"}, "m": {}, "o": [], "p": ["", null]}', '<bdi>m</bdi>; <bdi>n</bdi> &lt;b&gt; <bdi>x</bdi>; <bdi>o</bdi>: none; <bdi>p</bdi>: &#8220;&#8221;, no value'),
             ('{"<i>": ["x", "y"], "series": "75"}', '<bdi>&lt;i&gt;</bdi>: <bdi>x</bdi>, <bdi>y</bdi>; <bdi>series</bdi>: <bdi>75</bdi>')) v (scope, shown);
SELECT is(incident_exempted('{}', 20, '<d>') || '; ' || incident_exempted('{"d": "x"}', NULL, NULL), 'everything, 20 per cent by <bdi>&lt;d&gt;</bdi>; <bdi>d</bdi>: <bdi>x</bdi>', 'what an exemption is for, with its share');
SELECT ok(incident_scope(jsonb_build_object('d', (SELECT jsonb_agg(n) FROM generate_series(1, 10000) n))) LIKE '% and 9988 more', 'a long list is cut');
SELECT ok(length(incident_scope((SELECT jsonb_object_agg('k' || n, n) FROM generate_series(1, 10000) n))) < 1000, 'so are many keys');
SELECT is_empty($$ SELECT n FROM generate_series(0, 3000) n WHERE svg_ceiling(n) < n OR svg_ceiling(n) > greatest(2 * n, 4) $$, 'a scale reaches its largest count, and not far beyond');
SELECT is_empty($$
    SELECT v FROM unnest('{1 s,1 min,1 h,25 h,8 d,40 d,400 d,40 years}'::interval[]) v,
                  LATERAL (SELECT count(*) AS n FROM regexp_matches(svg_time_axis('2025-10-25', '2025-10-25'::timestamptz + v), '<text', 'g')) t WHERE n NOT BETWEEN 1 AND 16
    $$, 'an axis has some times and not too many, whatever its length');
SELECT is((SELECT string_agg(m[2] || coalesce(m[1], ''), ',') FROM regexp_matches(svg_time_axis('2025-09-01 08:00', '2025-09-01 08:02'), '<text( class="end")? x="([0-9.]+)"[^>]*>\d\d:', 'g') m),
          '72.0,232.0,392.0,552.0,712.0 class="end"', 'a time at the very end of an axis is before its mark, not beyond the drawing');
SELECT is(incident_band_names(ROW('{1}', ARRAY[b], ARRAY[e], NULL, b, e, u, s, u, '1 s')::incident_span), named, 'names of the edges: ' || what)
FROM (SELECT '2025-09-01 08:00'::timestamptz AS s, '2025-09-01 09:00'::timestamptz AS u) d,
     LATERAL (VALUES (s + interval '20 min', s + interval '40 min', '<text class="mark left" x="280.3" y="22">held</text><text class="mark right" x="503.7" y="22">open</text>', 'outside'),
                     (s + interval '2 min', s + interval '40 min', '<text class="mark right" x="98.3" y="22">held</text><text class="mark right" x="503.7" y="22">open</text>', 'inside, where there is no room'),
                     (s + interval '50 min', s + interval '57 min', '<text class="mark left" x="600.3" y="22">held</text><text class="mark left" x="675.0" y="22">open</text>', 'both on the left'),
                     (s + interval '56 min', s + interval '57 min', '<text class="mark left" x="675.0" y="22">held, open</text>', 'as one'),
                     (s + interval '56 min', NULL, '<text class="mark left" x="664.3" y="22">held</text>', 'not open yet')) v (b, e, named, what);

-- No such hold; nothing there at all

SELECT throws_ok('SELECT incident_report(1)', '22023', 'there is no hold 1', 'no hold of that number');
SELECT throws_ok('SELECT incident_report(NULL)', '22023', 'there is no hold null', 'no number');
SELECT place_hold('nothing is guarded') AS bare \gset
SELECT incident_report(:bare) AS page \gset
SELECT well_formed(:'page', 'an empty register');
SELECT ok(:'page' ~ 'Registrations have been held for \d+&#160;[^,]+, since ' AND :'page' ~ 'None was queued\.', 'an empty register: the page says so');
SELECT lift_hold(:bare, 'over') \g /dev/null
SELECT well_formed(incident_report(:bare), 'an empty register, opened');

-- A whole incident, all of it typed by somebody who means no good

CREATE ROLE "<b>""dealer"" & Söhne";
CREATE ROLE "oncall's";
GRANT "oncall's", "<b>""dealer"" & Söhne" TO CURRENT_USER;
SELECT grant_operator('"oncall''s"') \g /dev/null
CREATE TABLE "<img src=x onerror=alert(1)>" (mark plate PRIMARY KEY, make text, CHECK (make <> 'never'));
CREATE TABLE parts (mark plate PRIMARY KEY, make text) PARTITION BY HASH (mark);
CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
GRANT INSERT ON "<img src=x onerror=alert(1)>", parts TO PUBLIC;
SELECT guard('"<img src=x onerror=alert(1)>"'), guard('parts') \g /dev/null
INSERT INTO parts SELECT plates('[AB75 AAA,AB75 AAZ]');
SELECT E'<script>alert("reason")</script> \' & \u202Egnp.exe \u001B[31m \u05E9\u05DC\u05D5\u05DD\u200F \U0001F697 ]]> ' || repeat('longword', 20) AS evil \gset
SELECT place_hold(:'evil', action => 'queue', incident => 'INC <1> "&"') AS held \gset
SET application_name = '</td><script src=//evil.example></script>';
SET SESSION AUTHORIZATION "<b>""dealer"" & Söhne";
INSERT INTO public."<img src=x onerror=alert(1)>" SELECT m, CASE n WHEN 2 THEN 'never' ELSE '<Jaguar>' END FROM regcar.plates('[AC75 AAA,AC75 AAG]') WITH ORDINALITY p (m, n);
INSERT INTO public.parts VALUES ('AB75 ABA', 'Ford'), ('AB75 ABB', 'Ford');
SET SESSION AUTHORIZATION "oncall's";
SELECT regcar.exempt(:held, '{"make": "<Ford>", "\"dealer\"": ["a&b", "</bdi>"]}', '--> ' || :'evil') \g /dev/null
SELECT regcar.exempt(:held, '{"make": "Ford"}', 'for an hour', clock_timestamp() + interval '1 hour') \g /dev/null
SELECT regcar.revoke_exemption(1, 'revoked: ' || :'evil') \g /dev/null
SELECT regcar.incident_report(:held) AS page \gset
RESET SESSION AUTHORIZATION;
SELECT well_formed(:'page', 'hostile text, while it stands');
SELECT ok(:'page' ~ 'may not read public\.&quot;&lt;img' OR current_setting('track_commit_timestamp') <> 'on', 'what the caller may not read is not counted, and said');
SELECT ok(:'page' LIKE '%<dt>Waiting</dt><dd>9</dd>%', 'while it stands: nine wait');

SET SESSION AUTHORIZATION "oncall's";
SELECT regcar.lift_hold(:held, 'lifted: ' || :'evil') \g /dev/null
RESET SESSION AUTHORIZATION;
CALL release(max_rows => 3, batch => 2);
CALL release();
SELECT retry(id) FROM queue WHERE state = 'failed' \g /dev/null
CALL release();
SELECT ok(incident_report(:held) ~ 'Each event fits the one before it', 'the history is vouched for');
UPDATE queue_entry SET outcome = outcome || ' ' || :'evil' WHERE state = 'failed';
-- a wait that does not depend on how fast the test runs
UPDATE queue_entry SET submitted_at = settled_at - interval '2 h 10 min' WHERE hold = :held;
SELECT incident_report(:held) AS page \gset
SELECT well_formed(:'page', 'hostile text, afterwards');
\if :libxml
SELECT ok((found(:'page', 'string(//h:h1)'))[1]
          LIKE '%INC &lt;1&gt; "&amp;" &lt;script&gt;alert("reason")&lt;/script&gt; '' &amp; [U+202E]gnp.exe [U+001B][31m%longword%', 'what was typed is there as text');
SELECT is((SELECT array_agg(DISTINCT x) FROM unnest(found(:'page', '//h:table[h:caption = "What was done, from the history"]/h:tbody/h:tr/h:td[1]/text()')) x),
          '{exempted,failed,lifted,placed,released,retried,revoked}', 'the account has each kind of event');
SELECT is(row_of(:'page', 'Whose registrations were queued', '<b>"dealer" & Söhne'),
          '&lt;b&gt;"dealer" &amp; Söhne|&lt;/td&gt;&lt;script src=//evil.example&gt;&lt;/script&gt;|9|8|1|0|2 h 10 min', 'role and application, with their figures');
SELECT is(row_of(:'page', 'Registrations and queue of each table', 'public.parts'), 'public.parts|ok|' || CASE current_setting('track_commit_timestamp') WHEN 'on' THEN '24|0|0|2' ELSE '?|?|?|?' END || '|2|2|0|0|0|2 h 10 min',
          'a partitioned table as one');
SELECT ok(row_of(:'page', 'Registrations before, while held and after', 'After') ~ '^After\|[^|]+\|8\|8\|', 'the registrations after it: eight, all from the queue')
WHERE current_setting('track_commit_timestamp') = 'on';
\endif
SELECT ok(:'page' ~ '&quot;&lt;img src=x onerror=alert\(1\)&gt;&quot;</bdi></td><td>breaks a rule of the table\. <bdi>23514: new row for relation .*\(\.\.\.\)' AND :'page' !~ 'AC75 AAB', 'why one failed, without what its row had');
SELECT is((SELECT array_agg(x[1]) FROM regexp_matches(:'page', '<dt>(?:Queued|Released|Failed|Waiting)</dt><dd>(\d+)', 'g') x), '{9,8,1,0}', 'the tiles: queued, released, failed, waiting');
SELECT results_eq(format('SELECT queued, released, failed, waiting FROM hold_report WHERE hold = %s', :held), 'VALUES (9::bigint, 8::bigint, 1::bigint, 0::bigint)', 'as hold_report has them');
SELECT ok(:'page' LIKE '%<code>' || (SELECT head FROM verify_history()) || '</code>%', 'with its head');

-- What the page says of moments agrees with hold_report, and of registrations with the tables

SELECT results_eq('SELECT u.hold, u.began, u.ended FROM incident_of(' || :held || ') i, unnest(i.holds, i.began, i.ended) u (hold, began, ended)',
                  $$SELECT hold, began_at, ended_at FROM hold_report WHERE incident = 'INC <1> "&"'$$, 'began and ended as in hold_report');
SELECT is((SELECT sum(registrations) FROM incident_registrations(incident_of(:held)) WHERE target = 'parts'::regclass), 26::numeric, 'every row of a table that commits were recorded for is counted')
WHERE current_setting('track_commit_timestamp') = 'on';
SELECT cmp_ok(xid_age_at(now() - interval '1 day'), '>=', (SELECT max(age(xmin)) FROM part), 'xids of a day back are not younger than those of these rows');
SELECT cmp_ok(xid_age_at(now() + interval '1 day'), '<=', 16, 'of tomorrow there are hardly any');
DO $$
BEGIN
    FOR n IN 1 .. 3000 LOOP
        BEGIN
            INSERT INTO parts VALUES ('AB75 AAA');
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END LOOP;
END $$;
SELECT is((SELECT sum(registrations) FROM incident_registrations(incident_of(:held)) WHERE target = 'parts'::regclass), 26::numeric, 'thousands that aborted since change nothing')
WHERE current_setting('track_commit_timestamp') = 'on';
GRANT SELECT ON part TO "oncall's";
ALTER TABLE part ENABLE ROW LEVEL SECURITY;
SET ROLE "oncall's";
SELECT is((SELECT string_agg(problem, '; ') FROM regcar.incident_registrations(regcar.incident_of(:held)) WHERE target = 'parts'::regclass),
          'public.part: query would be affected by row-level security policy for table "part"', 'no policy runs, nor hides rows without a word')
WHERE current_setting('track_commit_timestamp') = 'on';
RESET ROLE;
ALTER TABLE part DISABLE ROW LEVEL SECURITY;

-- Without commit timestamps

SELECT incident_page(incident_of(:held), NULL) AS page \gset
SELECT well_formed(:'page', 'without commit timestamps');
SELECT ok(:'page' ~ 'track_commit_timestamp</code> is off' AND :'page' ~ '<strong>Queued in each ' AND :'page' ~ '<strong>Released in each ' AND :'page' !~ '<strong>Registrations in each ',
          'without commit timestamps: says so, and shows what was queued and released');

-- Holds that never began, are still to begin, expired; exemptions that expired

SELECT place_hold('tomorrow', starts_at => clock_timestamp() + interval '1 day', incident => 'times') AS tomorrow \gset
SELECT incident_report(:tomorrow) AS page \gset
SELECT well_formed(:'page', 'still to begin');
SELECT ok(:'page' ~ 'Registrations will be held from <time', 'still to begin: says so');
SELECT lift_hold(:tomorrow, 'not needed') \g /dev/null
SELECT incident_report(:tomorrow) AS page \gset
SELECT well_formed(:'page', 'never began');
SELECT ok(:'page' ~ 'Nothing was held', 'never began: says so');
SELECT place_hold('for ever') AS never \gset
UPDATE hold SET starts_at = 'infinity' WHERE hold = :never;     -- which place_hold() refuses
SELECT well_formed(incident_report(:never), 'never begins');
SELECT lift_hold(:never, 'over') \g /dev/null
SELECT place_hold('for a moment', expires_at => clock_timestamp() + interval '1 day', incident => 'times') AS moment \gset
SELECT exempt(:moment, '{"make": "Ford"}', 'for less', clock_timestamp() + interval '1 day') \g /dev/null
UPDATE exemption SET expires_at = clock_timestamp() WHERE hold = :moment;
UPDATE hold SET expires_at = clock_timestamp() WHERE hold = :moment;
SELECT incident_report(:moment) AS page \gset
SELECT well_formed(:'page', 'expired');
SELECT ok(:'page' ~ '<td>expired</td><td class="n">\d+</td><td>the clock</td><td>exemption \d+</td>', 'expired: in the account, by the clock');
SELECT ok(:'page' ~ '<td>never</td><td><time.{1,200} by <bdi>\w+</bdi>: <bdi>not needed', 'the other hold of the incident is there, and never began');

-- What was queued for a partition, and for a table that is gone

CREATE ROLE partial;
CREATE TABLE whole (mark plate) PARTITION BY HASH (mark);
CREATE TABLE half PARTITION OF whole FOR VALUES WITH (MODULUS 1, REMAINDER 0);
GRANT INSERT ON half TO partial;
CREATE TABLE gone (mark plate);
SELECT guard('whole'), guard('gone') \g /dev/null
SELECT place_hold('tables', action => 'queue') AS tables \gset
SET ROLE partial;
INSERT INTO public.half VALUES ('AB75 ACA');
RESET ROLE;
INSERT INTO gone VALUES ('AB75 ACA');
ALTER TABLE gone RENAME TO renamed;
INSERT INTO renamed VALUES ('AB75 ACB');
SELECT incident_report(:tables) AS renamed \gset
DROP TABLE renamed;
SELECT discard(id, 'its <table> is gone') FROM queue_entry WHERE hold = :tables AND target_name = 'public.gone' \g /dev/null
-- of those that wait, for the next ten minutes
UPDATE queue_entry SET submitted_at = coalesce(settled_at, clock_timestamp()) - interval '2 d 3 h' WHERE hold = :tables;
SELECT is((SELECT target::regclass FROM queue_entry WHERE hold = :tables ORDER BY id LIMIT 1), 'half'::regclass, 'who may only insert into a partition has it queued for that');
SELECT incident_report(:tables) AS page \gset
SELECT well_formed(:'page', 'tables that are gone');
\if :libxml
SELECT is(regexp_replace(row_of(:'page', 'Registrations and queue of each table', 'public.whole'), '.*(?=(\|[^|]*){6}$)', ''), '|1|0|0|0|1|2 d 3 h', 'what was queued for a partition is counted for its table');
SELECT is(split_part(row_of(:'renamed', 'Registrations and queue of each table', 'public.renamed'), '|', 7), '2', 'a table that was renamed is one');
SELECT is(regexp_replace(row_of(:'page', 'Registrations and queue of each table', name), '^[^|]*\|([^|]*)\|.*(?=(\|[^|]*){6}$)', '\1'), figures, 'a table that is gone is named as it was: ' || name)
FROM (VALUES ('public.gone', 'none|1|0|0|1|0|2 d 3 h'), ('public.renamed', 'none|1|0|0|0|1|2 d 3 h')) v (name, figures);
\endif
SELECT ok(:'page' ~ '<td>discarded</td>.{1,200}1 registration: <bdi>its &lt;table&gt; is gone</bdi>', 'why it was given up is in the account');
SELECT lift_hold(:tables, 'over') \g /dev/null

-- Two holds with an hour in between, in which all was open; refusals; an axis that fits

CREATE TABLE gap (mark plate, dealer text);
SELECT guard('gap') \g /dev/null
SELECT place_hold('first', '{"dealer": {">=": ""}}', incident => 'gap') AS first \gset
DO $$ BEGIN FOR n IN 1 .. 3 LOOP BEGIN INSERT INTO gap VALUES ('AB75 CDE', '<Okafor>'); EXCEPTION WHEN SQLSTATE 'RH001' THEN NULL; END; END LOOP; END $$;
SELECT lift_hold(:first, 'clean?') \g /dev/null
INSERT INTO gap VALUES ('AB75 CDE', 'x'), ('AB75 CDF', 'x');
SELECT place_hold('second', '{"dealer": {">=": ""}}', incident => 'gap') AS second \gset
DO $$ BEGIN INSERT INTO gap VALUES ('AB75 CDG', 'Price'); EXCEPTION WHEN SQLSTATE 'RH001' THEN NULL; END $$;
SELECT lift_hold(:second, 'clean') \g /dev/null
UPDATE hold SET placed_at = c.at - interval '1 h', lifted_at = c.at - interval '10 s'
FROM (SELECT pg_xact_commit_timestamp(min(xmin::text)::xid) FROM gap) c (at) WHERE hold = :first AND current_setting('track_commit_timestamp') = 'on';
UPDATE hold SET placed_at = c.at + interval '1 us', lifted_at = c.at + interval '100 us'
FROM (SELECT pg_xact_commit_timestamp(min(xmin::text)::xid) FROM gap) c (at) WHERE hold = :second AND current_setting('track_commit_timestamp') = 'on';
SELECT incident_report(:first) AS page \gset
SELECT well_formed(:'page', 'two holds');
SELECT results_eq(format($$SELECT r.phase, sum(r.registrations) FROM incident_registrations(incident_of(%s)) r WHERE r.target = 'gap'::regclass GROUP BY 1$$, :first), $$VALUES ('between', 2::numeric)$$, 'what was registered between two holds leaked through none')
WHERE current_setting('track_commit_timestamp') = 'on';
SELECT ok(replace(:'page', '&#160;', ' ') ~ 'Registrations were held for 59 min 50 s, from .*That is without the 10 s when they were open in between\.' AND :'page' ~ '4 statements were refused\.', 'nor was that time held')
WHERE current_setting('track_commit_timestamp') = 'on';
\if :libxml
SELECT is(array_length(found(:'page', '//h:svg[h:title/@id = "traffic-title"]/*[local-name() = "rect" and @class = "band"]'), 1), 2, 'a band for each') WHERE current_setting('track_commit_timestamp') = 'on';
SELECT ok(row_of(:'page', 'Refused statements of each login', session_user) LIKE session_user || '|4|%', 'how often each login was refused');
SELECT ok(row_of(:'page', 'To call back', 'dealer: <Okafor>') LIKE 'dealer: &lt;Okafor&gt;|' || session_user || '|%|3|%' OR row_of(:'page', 'To call back', 'dealer: <Okafor>') LIKE 'dealer: <Okafor>|%', 'whom to call back, by the key of the scope');
\endif
SELECT ok(:'page' LIKE '%<dt>Refused</dt><dd>4</dd>%', 'a tile has them all');
SELECT ok(:'page' !~ 'AB75 CDG', 'no mark is in it');
SELECT is((SELECT array_agg(DISTINCT incident_plain_words(outcome)) FROM unnest('{23505: x,XX000: x,no}'::text[]) outcome), '{already registered,NULL}', 'plain words, where there are any');
SELECT place_hold('rehearsal', action => 'observe') AS rehearsal \gset
INSERT INTO gap VALUES ('AB75 CDH', 'x');
SELECT lift_hold(:rehearsal, 'over') \g /dev/null
SELECT ok(incident_report(:rehearsal) ~ 'Nothing was held.*In a rehearsal, 1 would have been refused\.', 'a rehearsal held nothing, and says whom it would have stopped');
SELECT place_hold('as long as', incident => 'length') AS length \gset
SELECT lift_hold(:length, 'over') \g /dev/null
CREATE FUNCTION as_long_as(took interval) RETURNS incident_span LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hold SET placed_at = now() - interval '40 d' - took, lifted_at = now() - interval '40 d' WHERE incident = 'length';
    RETURN incident_of((SELECT h.hold FROM hold h WHERE h.incident = 'length'));
END $$;
SELECT is(format('%s, %s', i.step, 20 * floor(5 * extract(epoch FROM i.ended_at - i.began_at) / extract(epoch FROM i.until - i.since))), said, 'the chart of an incident of ' || took)
FROM (VALUES (interval '40 s', '00:00:01, 20'), ('4 h', '00:05:00, 20'), ('9 d', '02:00:00, 80')) v (took, said), as_long_as(took) i;

-- Whom it met, by the keys of the scopes: what was queued, what waited in its table, and what became of it

CREATE TABLE met (mark plate PRIMARY KEY, trader text, buyer text);
CREATE TABLE met_in_place (mark plate PRIMARY KEY, trader text, buyer text, ticket bigint);
SELECT guard('met', keys => '{"dealer": "trader"}'), guard('met_in_place', keys => '{"dealer": "trader"}', ticket => 'ticket') \g /dev/null
SELECT place_hold('from A to M', '{"dealer": {">=": "A", "<": "N"}}', 'queue', 'met') AS met, place_hold('from N on', '{"dealer": {">=": "N"}}', 'pend', 'met') \gset
INSERT INTO met VALUES ('AB75 CEA', 'A<dams', 'Mrs Quayle'), ('AB75 CEB', 'Adams', 'Mrs Quayle'), ('AB75 CEC', 'Adams', 'Mrs Quayle'), ('AB75 CED', 'Adams', 'Mrs Quayle'), ('AB75 CEB', 'Baker', 'Mrs Quayle');
INSERT INTO met_in_place VALUES ('AB75 CEA', 'North', 'Mrs Quayle'), ('AB75 CEB', 'North', 'Mrs Quayle');
INSERT INTO met_in_place VALUES ('AB75 CED', 'Park', 'Mrs Quayle'), ('AB75 CED', 'North', 'Mrs Quayle') ON CONFLICT DO NOTHING;
SELECT set_eq('SELECT keys FROM queue_entry WHERE in_place', $$VALUES ('{"dealer": "North"}'::jsonb), ('{"dealer": "Park"}')$$, 'of a row that waits in its table the keys are kept, and nothing else');
SELECT incident_report(:met) AS page \gset
SELECT discard(id, 'by telephone') FROM queue_entry WHERE hold = :met AND row_data ->> 'mark' = 'AB75 CED' \g /dev/null
SELECT discard(id, 'by telephone') FROM queue_entry WHERE keys = '{"dealer": "Park"}' \g /dev/null
SELECT lift_hold(hold, 'over') FROM hold WHERE incident = 'met' \g /dev/null
CALL release();
SELECT incident_report(:met) AS later \gset
SELECT well_formed(:'later', 'whom it met');
\if :libxml
SELECT is(row_of(page, 'Whom it met, by the keys of the scopes', head), figures, 'whom it met: ' || head)
FROM (VALUES (:'page', 'dealer: Adams', 'dealer: Adams|3|0|0|0|3'), (:'page', 'dealer: North', 'dealer: North|2|0|0|0|2'), (:'later', 'dealer: Adams', 'dealer: Adams|3|2|0|1|0'),
             (:'later', 'dealer: Baker', 'dealer: Baker|1|0|1|0|0'), (:'later', 'dealer: North', 'dealer: North|2|2|0|0|0'), (:'later', 'dealer: Park', 'dealer: Park|1|0|0|1|0')) v (page, head, figures);
\endif
SELECT ok(:'later' LIKE '%<bdi>dealer</bdi>: <bdi>A&lt;dams</bdi></th><td class="n">1</td>%', 'a value is only text');
SELECT ok(:'later' !~ 'Quayle' AND :'later' !~ 'AB75 CE', 'nothing else of these rows is in it');
SELECT place_hold('very many dealers', '{"dealer": "never"}', 'queue', 'dealers') AS dealers \gset
INSERT INTO queue_entry (hold, target, target_name, row_data, submitted_by, submitted_at, submitter, login, application, search_path, state)
SELECT :dealers, 'met', 'public.met', jsonb_build_object('trader', 'd' || n % 29), 'pg_monitor', clock_timestamp(), 'x', '', 'app', '', 'waiting' FROM generate_series(1, 1000) n;
SELECT is((regexp_match(incident_report(:dealers), '<caption>Whom it met.*?<tbody>(.*?)</tbody><tfoot><tr><td colspan="6">(\d+) more'))[2], '19', 'ten values of each key, and how many more');

-- A page does not grow without bound

SELECT count(place_hold('of many', format('{"dealer": "d%s"}', n)::jsonb, 'queue', 'many')) FROM generate_series(1, 120) n \g /dev/null
SELECT max(hold) AS last FROM hold \gset
SELECT count(exempt(:last, format('{"dealer": "x%s"}', n)::jsonb, repeat('why ', 100))) FROM generate_series(1, 150) n \g /dev/null
INSERT INTO queue_entry (hold, target, target_name, row_data, submitted_by, submitted_at, submitter, login, application, search_path, state, outcome, settled_by, settled_at)
SELECT :last - n % 3, 'parts', 'public.parts', '{}', 'pg_monitor', clock_timestamp() - n * interval '1 s', 'role ' || n % 40, '', 'app', '', (ARRAY['waiting', 'released', 'failed', 'discarded'])[1 + n % 4]::queue_state,
       'outcome ' || n % 100, 'x', CASE WHEN n % 4 > 0 THEN clock_timestamp() - n * interval '0.5 s' END
FROM generate_series(1, 100000) n;
SELECT incident_report(:last) AS page \gset
SELECT well_formed(:'page', 'very many of everything');
SELECT ok(:'page' LIKE '%At most ' || html_number(max(depth)) || ', on %', 'the most that ever waited')
FROM (SELECT sum(n) OVER (ORDER BY at, n DESC ROWS UNBOUNDED PRECEDING) AS depth
      FROM (SELECT submitted_at AS at, 1 AS n FROM queue_entry WHERE hold > :last - 3 UNION ALL SELECT settled_at, -1 FROM queue_entry WHERE hold > :last - 3 AND settled_at IS NOT NULL) c) d;
SELECT cmp_ok(length(:'page'), '<', 300000, 'very many of everything: the page stays small');
SELECT ok(:'page' LIKE '%' || said || '%', 'very many: ' || said)
FROM (VALUES ('<td colspan="7">70 more: '), ('<td colspan="8">100 more: '), ('<td colspan="7">20 more: '), ('<td colspan="6">45 more: '), (' lines are left out here'), ('Whether all of it fits was not checked')) v (said);
\if :libxml
SELECT is(array_length(found(:'page', format('//h:table[h:caption = "%s"]/h:tbody/h:tr', caption)), 1), lines, format('%s: %s lines', caption, lines))
FROM (VALUES ('Holds', 50), ('Exemptions', 50), ('Whose registrations were queued', 20), ('Not registered', 30), ('What was done, from the history', 200)) v (caption, lines);
SELECT cmp_ok(array_length(found(:'page', '//h:table[h:caption = "Releases by stage"]/h:tbody/h:tr'), 1), '<=', 21, 'stages: some twenty');
\endif
SELECT results_eq(format('SELECT sum(queued), sum(released), sum(failed) FROM incident_stages(incident_of(%s), 20)', :last), 'VALUES (100000::numeric, 25000::numeric, 25000::numeric)', 'stages are folded, none of their figures lost');
SELECT is((SELECT waiting FROM incident_stages(incident_of(:last), 20) ORDER BY at DESC LIMIT 1), 25000::bigint, 'and what waits at the end is what waits');

-- A history that does not fit

SELECT place_hold('honest') AS honest \gset
ALTER TABLE queue_entry DISABLE TRIGGER refuse_deletion;
TRUNCATE queue_entry;
ALTER TABLE queue_entry ENABLE ALWAYS TRIGGER refuse_deletion;
UPDATE hold SET reason = 'other' WHERE hold = :honest;
SELECT ok(incident_report(:honest) ~ '<strong>The history does not fit together</strong>', 'a history that does not fit is not vouched for');

-- Who gets it

CREATE ROLE dealer;
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'regcar'::regnamespace AND p.proname ~ '^(incident|html|svg|xid)_' AND has_function_privilege('dealer', p.oid, 'EXECUTE')
    $$, 'nobody who is no operator may call any part of it');
SELECT set_eq($$
    SELECT p.proname::text FROM pg_proc p
    WHERE p.pronamespace = 'regcar'::regnamespace AND p.proname ~ '^(incident|html|svg|xid)_' AND has_function_privilege('oncall''s', p.oid, 'EXECUTE')
    $$, '{incident_account,incident_report,incident_of,incident_registrations,incident_page,xid_age_at}'::text[], 'an operator may call those that read, not those that write HTML');
SET ROLE dealer;
SELECT throws_ok('SELECT regcar.incident_report(1)', '42501', NULL, 'a dealer gets no report');
RESET ROLE;

-- Names of the caller's, wherever they come first, change nothing

CREATE SCHEMA evil;
CREATE FUNCTION evil.format(text, VARIADIC "any") RETURNS text LANGUAGE internal AS 'now';
CREATE FUNCTION evil.html_text(text, integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$ SELECT '<script>' $$;
CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '-infinity'::timestamptz $$;
CREATE TABLE evil.hold (hold bigint);
CREATE TEMP TABLE queue_entry (hold bigint);
SET search_path = evil, pg_catalog, public;
SELECT well_formed(regcar.incident_report(:honest), 'a hostile search_path');

SELECT * FROM finish();
