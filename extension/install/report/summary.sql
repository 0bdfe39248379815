-- The head of the report, and its end.

CREATE OR REPLACE FUNCTION incident_summary(i incident_span, queue jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    q record;
    reason text := (SELECT h.reason FROM regcar_state.hold h WHERE h.hold = i.holds[1]);
    stand bigint[] := ARRAY(SELECT r.hold FROM unnest(i.holds, i.ended) r (hold, ended_at) WHERE r.ended_at IS NULL);
    unsound bigint := (SELECT count(*) FROM regcar.guards g WHERE g.status NOT IN ('ok', 'waived') AND g.status NOT LIKE 'hint:%');
    held CONSTANT tstzmultirange := regcar.incident_held(i) * tstzmultirange(tstzrange(NULL, i.as_of));
    held_for interval := (SELECT sum(upper(r) - lower(r)) FROM unnest(held) r);
    periods bigint := (SELECT count(*) FROM unnest(held) r);
    refused numeric := (SELECT sum(c.refused) FROM regcar_state.refusal_count c JOIN unnest(i.holds) u (hold) USING (hold));
    let_through numeric := (SELECT sum(r.let_through) FROM regcar.exemption_report r JOIN unnest(i.holds) u (hold) USING (hold));
    duration text := regcar.html_duration(held_for);
    -- of a short one, to the second
    precise boolean := coalesce(held_for < '1 h', false);
    began text := regcar.html_time(i.began_at, precise);
    lead text;
    became text;
    todo text;
    tiles text;
BEGIN
    SELECT coalesce(sum(t.queued), 0) AS queued, sum(t.released) AS released, sum(t.failed) AS failed, sum(t.discarded) AS discarded,
           sum(t.waiting) AS waiting, make_interval(secs => max(t.longest_wait)) AS longest_wait,
           extract(epoch FROM max(t.last_released) - min(t.first_released)) / 3600 AS release_hours
    INTO q FROM regcar.incident_queue_tables(queue) t;

    lead := CASE WHEN i.began_at IS NULL THEN 'Nothing was held: no hold of this incident came into force.'
                 WHEN i.began_at > i.as_of THEN format('Registrations will be held from %s.', began)
                 WHEN i.ended_at IS NULL THEN format('Registrations have been held for %s, since %s.', duration, began)
                 ELSE format('Registrations were held for %s, from %s to %s.', duration, began, regcar.html_time(i.ended_at, precise)) END
            || CASE WHEN periods > 1
                    THEN format(' That is without the %s when they were open in between.',
                                regcar.html_duration(upper(range_merge(held)) - lower(range_merge(held)) - held_for)) ELSE '' END
            || CASE WHEN refused > 0 AND i.began_at IS NULL
                    THEN format(' In a rehearsal, %s would have been refused.', regcar.html_number(refused))
                    WHEN refused = 1 THEN ' 1 statement was refused.'
                    WHEN refused > 1 THEN format(' %s statements were refused.', regcar.html_number(refused)) ELSE '' END;
    SELECT string_agg(regcar.html_number(v.n) || v.what, ', ' ORDER BY v.o)
    INTO became
    FROM (VALUES (1, q.released, ' by now registered'), (2, q.failed, ' failed'),
                 (3, q.discarded, ' given up'), (4, q.waiting, ' still waiting')) v (o, n, what) WHERE v.n > 0;
    lead := lead || CASE WHEN let_through = 1 THEN ' 1 registration was let through by an exemption.'
                         WHEN let_through > 1 THEN format(' %s registrations were let through by exemptions.', regcar.html_number(let_through))
                         ELSE '' END;
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
        (2, 'Refused', regcar.html_number(coalesce(refused, 0))),
        (3, 'Queued', regcar.html_number(q.queued)),
        (4, 'Released', regcar.html_number(coalesce(q.released, 0))),
        (5, 'Failed', regcar.html_number(coalesce(q.failed, 0))),
        (6, 'Waiting', regcar.html_number(coalesce(q.waiting, 0))),
        (7, 'Longest wait', regcar.html_duration(q.longest_wait)),
        -- over at least an hour, as in hold_report
        (8, 'Releases an hour', CASE WHEN q.released > 0
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
REVOKE ALL ON FUNCTION incident_summary(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_summary(incident_span, jsonb) IS 'what happened, in a sentence; the figures; and what is still to do';

CREATE OR REPLACE FUNCTION incident_sources(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last record;
    history record;
    seal text;
    counted text := '';
BEGIN
    SELECT h.seq, encode(h.digest, 'hex') AS digest
    INTO last FROM regcar_state.history h WHERE h.seq IS NOT NULL ORDER BY h.seq DESC LIMIT 1;
    seal := format('The last of the %s events in the history has the digest <code>%s</code>.',
                   regcar.html_number(coalesce(last.seq, 0)), coalesce(last.digest, 'none'));
    -- this looks at every registration that was ever queued
    IF (SELECT count(*) <= 50000 FROM (SELECT FROM regcar_state.queue_entry LIMIT 50001) q) THEN
        SELECT v.* INTO history FROM regcar.verify_history() v;
        IF history.problem IS NULL THEN
            seal := seal || ' Each event fits the one before it, the holds and the queue.';
        ELSE
            seal := format('<strong>The history does not fit together</strong>, first at place %s: %s. ',
                           coalesce(history.first_misfit::text, 'unknown'), regcar.html_typed(history.problem)) || seal;
        END IF;
    ELSE
        seal := seal || ' Whether all of it fits was not checked, because the queue is long: '
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
        || E'<li>Refused statements are all counted. One by one, the database keeps the first 10 000 of each hold and login: '
           '<code>SELECT * FROM regcar.refusals</code></li>\n'
        || format(E'<li>%s</li>\n</ul>\n', seal);
END
$$;
REVOKE ALL ON FUNCTION incident_sources(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_sources(incident_span, jsonb) IS
    'when and by whom the report was made, how its figures came about, and whether the history fits';
