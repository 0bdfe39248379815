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
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; line-height: 1.25; }
p, ul { max-width: 44rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
.kicker { max-width: none; margin: 0 0 .75rem; color: var(--soft); }
.plate { display: inline-block; padding: 0 .4em; border-radius: .2em; background: #f7d117; color: #111; letter-spacing: .03em; }
.lead { font-size: 1.2rem; line-height: 1.5; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 1.25rem 1.5rem; margin: 2rem 0; }
.tiles div { display: flex; flex-direction: column; justify-content: space-between; padding-top: .4rem;
  border-top: 2px solid var(--line); }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; white-space: nowrap; }
.todo { padding: .9rem 1.25rem; border-left: .3rem solid var(--during); background: var(--wash); }
.todo ul { margin: .25rem 0 0; padding-left: 1.2rem; }
figure { margin: 1.25rem 0 2rem; }
figcaption { max-width: 44rem; margin-bottom: .75rem; font-size: .9rem; }
.note, .key { color: var(--soft); font-size: .9rem; }
.key { margin-right: .75rem; white-space: nowrap; }
.key svg { display: inline-block; width: .75rem; vertical-align: -.05rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--soft); text-anchor: middle; }
svg .mark { font-weight: 600; fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.mark.left, .counts text { text-anchor: end; } .mark.right { text-anchor: start; }
.axis line { stroke: var(--soft); } .counts line { stroke: var(--line); }
.before { fill: var(--before); } .during { fill: var(--during); } .after { fill: var(--after); } .queue { fill: var(--queue); }
.fed { fill: url(#fed); stroke: var(--queue); stroke-width: .75; } #fed path { stroke: var(--queue); stroke-width: 1.5; }
.patterns { position: absolute; width: 0; height: 0; }
.band { fill: var(--during); opacity: var(--band); } .edge { stroke: var(--ink); stroke-dasharray: 4 3; }
.depth { fill: var(--queue); fill-opacity: .2; stroke: var(--queue); stroke-width: 1.5; }
.change { stroke: var(--soft); stroke-dasharray: 1 3; }
.bar { display: inline-block; width: 6rem; height: .7rem; margin-right: .4rem; } .bar rect { fill: var(--queue); }
.wide { overflow-x: auto; margin: 1rem 0 2rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
caption { padding-bottom: .4rem; text-align: left; font-weight: 600; }
th, td { padding: .4rem 1rem .4rem 0; max-width: 20rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; font-weight: inherit; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); vertical-align: bottom; border-color: var(--soft); }
.n { text-align: right; }
td.n, time { white-space: nowrap; }
tfoot td, .zone { color: var(--soft); }
@media (max-width: 36rem) { body { padding-top: 1.5rem; } h1 { font-size: 1.6rem; } .lead { font-size: 1.1rem; }
  svg text { font-size: 22px; } svg .stage { font-size: 18px; } table { font-size: .85rem; } th, td { padding-right: .75rem; }
  td:not(.n) { min-width: 5.5rem; }
  time { white-space: normal; } .bar { width: 3rem; } }
@media print { @page { margin: 15mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
  body { padding: 0; max-width: none; font-size: 10pt; } .tiles { grid-template-columns: repeat(7, auto); gap: .75rem; }
  h2 { margin-top: 2rem; } h2, caption, thead { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  figure, tr, .tiles, .todo, section:first-child .wide { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8.5pt; }
  time { white-space: normal; } .bar { width: 4rem; }
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
    unsound bigint := (SELECT count(*) FROM regcar.guards g WHERE g.status <> 'ok');
    duration text := regcar.html_duration(least(i.ended_at, i.as_of) - i.began_at);
    began text := regcar.html_time(i.began_at, false);
    lead text;
    became text;
    todo text;
    tiles text;
BEGIN
    SELECT count(*) AS queued,
           count(*) FILTER (WHERE e.state = 'released') AS released,
           count(*) FILTER (WHERE e.state = 'failed') AS failed,
           count(*) FILTER (WHERE e.state = 'discarded') AS discarded,
           count(*) FILTER (WHERE e.state = 'waiting') AS waiting,
           max(coalesce(e.settled_at, i.as_of) - e.submitted_at) AS longest_wait,
           extract(epoch FROM max(e.settled_at) FILTER (WHERE e.state = 'released')
                            - min(e.settled_at) FILTER (WHERE e.state = 'released')) / 3600 AS release_hours
    INTO q FROM regcar.queue_entry e JOIN unnest(i.holds) u (hold) USING (hold);

    lead := CASE WHEN i.began_at IS NULL THEN 'Nothing was held: no hold of this incident came into force.'
                 WHEN i.began_at > i.as_of THEN format('Registrations will be held from %s.', began)
                 WHEN i.ended_at IS NULL THEN format('Registrations have been held for %s, since %s.', duration, began)
                 ELSE format('Registrations were held for %s, from %s to %s.', duration, began, regcar.html_time(i.ended_at, false)) END;
    SELECT string_agg(regcar.html_number(v.n) || v.what, ', ' ORDER BY v.o)
    INTO became
    FROM (VALUES (1, q.released, ' by now registered'), (2, q.failed, ' failed'),
                 (3, q.discarded, ' given up'), (4, q.waiting, ' waiting still')) v (o, n, what) WHERE v.n > 0;
    lead := lead || CASE q.queued WHEN 0 THEN ' None was queued.' WHEN 1 THEN format(' 1 was queued: %s.', became)
                    ELSE format(' %s were queued: %s.', regcar.html_number(q.queued), became) END;

    SELECT string_agg(format('<li>%s: %s. <code>%s</code></li>', v.what, regcar.html_number(v.n), v.statement), E'\n' ORDER BY v.o)
    INTO todo
    FROM (VALUES
        (1, 'Holds that stand', cardinality(stand),
         CASE cardinality(stand) WHEN 1 THEN format('SELECT regcar.lift_hold(%s, ''why'')', stand[1]) ELSE 'SELECT * FROM regcar.active_holds' END),
        (2, 'Waiting', q.waiting, 'CALL regcar.release()'),
        (3, 'Failed', q.failed, 'SELECT regcar.retry(id)</code> or <code>SELECT regcar.discard(id, ''why'')'),
        (4, 'Tables without a sound guard', unsound, 'SELECT * FROM regcar.guards')) v (o, what, n, statement)
    WHERE v.n > 0;

    SELECT string_agg(format('<div><dt>%s</dt><dd>%s</dd></div>', v.what, coalesce(v.value, '&#8211;')), '' ORDER BY v.o)
    INTO tiles
    FROM (VALUES
        (1, CASE WHEN i.ended_at IS NULL THEN 'Held so far' ELSE 'Held for' END, CASE WHEN i.began_at <= i.as_of THEN duration END),
        (2, 'Queued', regcar.html_number(q.queued)),
        (3, 'Released', regcar.html_number(q.released)),
        (4, 'Failed', regcar.html_number(q.failed)),
        (5, 'Waiting', regcar.html_number(q.waiting)),
        (6, 'Longest wait', regcar.html_duration(q.longest_wait)),
        -- over an hour at least, as in hold_report
        (7, 'Releases an hour', CASE WHEN q.released > 0
                                     THEN regcar.html_number(round(q.released / greatest(1, q.release_hours), 1)) END)) v (o, what, value);

    RETURN format(E'<header><p class="kicker">Report of an incident, as of %s. Times are in the zone %s.</p>\n',
                  regcar.html_time(i.as_of, false), regcar.html_text(current_setting('TimeZone'), 100))
        || format(E'<h1><span class="plate">%s</span> %s</h1>\n',
                  coalesce(regcar.html_typed(i.reference, 100), 'Hold ' || i.holds[1]), regcar.html_typed(reason, 200))
        || format(E'<p class="lead">%s</p>\n<dl class="tiles">%s</dl>\n', lead, tiles)
        || coalesce('<section class="todo" aria-label="Still to do"><strong>Still to do</strong><ul>' || todo || E'</ul></section>\n', '')
        || E'</header>\n';
END
$$;
REVOKE ALL ON FUNCTION incident_summary(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_summary(incident_span) IS 'what happened in a sentence, the figures, and what is still to do';

CREATE FUNCTION incident_sources(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last record;
    history record;
    seal text;
    counted text := '';
BEGIN
    SELECT h.seq, encode(h.digest, 'hex') AS digest
    INTO last FROM regcar.history h WHERE h.seq IS NOT NULL ORDER BY h.seq DESC LIMIT 1;
    seal := format('The last of the %s events in the history has the digest <code>%s</code>.',
                   regcar.html_number(coalesce(last.seq, 0)), coalesce(last.digest, 'none'));
    -- it looks at every registration that was ever queued
    IF (SELECT count(*) <= 50000 FROM (SELECT FROM regcar.queue_entry LIMIT 50001) q) THEN
        SELECT v.* INTO history FROM regcar.verify_history() v;
        IF history.problem IS NULL THEN
            seal := seal || ' Each event fits the one before it, the holds and the queue.';
        ELSE
            seal := format('<strong>The history does not fit together</strong>, first at place %s: %s. ',
                           coalesce(history.first_misfit::text, 'unknown'), regcar.html_typed(history.problem)) || seal;
        END IF;
    ELSE
        seal := seal || ' Whether all of it fits was not looked at, for the queue is long: '
                        '<code>SELECT * FROM regcar.verify_history()</code>';
    END IF;
    IF registrations IS NOT NULL THEN
        counted := E'<li>A registration counts when its row was last written: one that was updated since counts at the update, '
                   'one that was deleted does not count, nor does one from before <code>track_commit_timestamp</code> was on. '
                   'Tables are read with the rights of the role that asks.</li>\n';
    END IF;
    RETURN format(E'<ul>\n<li>Made %s by %s in database %s, with regcar %s on PostgreSQL %s.</li>\n',
                  regcar.html_time(i.as_of), regcar.html_typed(session_user), regcar.html_typed(current_database()),
                  (SELECT regcar.html_text(x.extversion) FROM pg_extension x WHERE x.extname = 'regcar'),
                  regcar.html_text(current_setting('server_version')))
        || counted
        || '<li>Refused registrations leave no trace in the database; the server''s log has them under SQLSTATE '
        || format(E'<code>RH001</code>.</li>\n<li>%s</li>\n</ul>\n', seal);
END
$$;
REVOKE ALL ON FUNCTION incident_sources(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_sources(incident_span, jsonb) IS
    'when and by whom the report was made, how its figures came about, and whether the history fits';

CREATE FUNCTION incident_page(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
           -- should ever something slip through that is no text, no browser runs or loads it
           '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>\n'
           '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<meta name="generator" content="regcar"/>\n'
           || format(E'<title>%s: report</title>\n<style>%s</style>\n</head>\n<body>\n',
                     coalesce('Incident ' || regcar.html_text(i.reference, 100), 'Hold ' || i.holds[1]), regcar.incident_style())
           || regcar.incident_summary(i)
           || '<svg class="patterns" aria-hidden="true"><pattern id="fed" width="4" height="4" patternUnits="userSpaceOnUse">'
           || E'<path d="M0 4L4 0"/></pattern></svg>\n<main>\n'
           || (SELECT string_agg(format(E'<section>\n<h2>%s</h2>\n%s</section>\n', s.title, s.body), '' ORDER BY s.o)
               FROM (VALUES (1, 'Registrations', CASE WHEN registrations IS NULL THEN regcar.incident_queue_traffic(i)
                                                      ELSE regcar.incident_traffic(i, registrations) END),
                            (2, 'Queue and restart', regcar.incident_restart(i)),
                            (3, 'Queued registrations', regcar.incident_unsettled(i) || regcar.incident_submitters(i)),
                            (4, 'Holds and exemptions', regcar.incident_decisions(i)),
                            (5, 'Table by table', regcar.incident_tables(i, registrations)),
                            (6, 'Who did what', regcar.incident_log(i)),
                            (7, 'About this report', regcar.incident_sources(i, registrations))) s (o, title, body)
               WHERE s.body <> '')
           || E'</main>\n</body>\n</html>'
$$;
REVOKE ALL ON FUNCTION incident_page(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_page(incident_span, jsonb) IS
    'the page of incident_report(), of registrations that were counted for it';

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
