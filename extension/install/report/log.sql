-- Who did what.

-- Work on the queue between two decisions is one line for each person.
CREATE OR REPLACE FUNCTION incident_log(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH event AS (
        SELECT h.*, h.detail ? 'ids' AS is_work,
               count(*) FILTER (WHERE NOT h.detail ? 'ids') OVER (ORDER BY h.at, h.id) AS decisions,
               CASE h.event WHEN 'discarded' THEN h.detail -> 'outcomes' ->> (h.detail -> 'ids' ->> 0) END AS outcome
        FROM regcar_state.history h JOIN unnest(i.holds) u (hold) USING (hold)
    ), decision AS (
        SELECT e.at, NULL::timestamptz AS until, e.event, e.hold, regcar.html_typed(e.actor) AS who,
               CASE e.event
                   WHEN 'placed' THEN format('%s, %s: ', e.detail ->> 'action', regcar.incident_scope(e.detail -> 'scope'))
                   WHEN 'exempted' THEN format('exemption %s, %s: ', e.detail ->> 'exemption',
                                               regcar.incident_exempted(e.detail -> 'scope', (e.detail ->> 'share')::integer, e.detail ->> 'share_by'))
                   WHEN 'revoked' THEN format('exemption %s: ', e.detail ->> 'exemption')
                   ELSE '' END
               || regcar.html_typed(e.detail ->> CASE e.event WHEN 'lifted' THEN 'lift_reason'
                                                              WHEN 'revoked' THEN 'revoke_reason' ELSE 'reason' END, 300) AS what,
               e.seq::text AS place
        FROM event e WHERE NOT e.is_work
    ), work AS (
        SELECT min(e.at) AS at, max(e.at) AS until, e.event, e.hold, regcar.html_typed(e.actor) AS who,
               regcar.html_number(v.n) || CASE v.n WHEN 1 THEN ' registration' ELSE ' registrations' END
               || CASE count(*) WHEN 1 THEN '' ELSE format(' in %s batches', regcar.html_number(count(*))) END
               || coalesce(': ' || regcar.html_typed(e.outcome, 300), '') AS what,
               min(e.seq) || CASE count(*) WHEN 1 THEN '' ELSE '&#8211;' || max(e.seq) END AS place
        FROM (SELECT e.*, sum(jsonb_array_length(e.detail -> 'ids'))
                          OVER (PARTITION BY e.decisions, e.event, e.hold, e.actor, e.outcome) AS n
              FROM event e WHERE e.is_work) e, LATERAL (VALUES (e.n)) v (n)
        GROUP BY e.decisions, e.event, e.hold, e.actor, e.outcome, v.n
    ), expiry AS (
        SELECT r.ended_at AS at, NULL::timestamptz AS until, 'expired' AS event, r.hold, 'the clock' AS who, '' AS what, '' AS place
        FROM unnest(i.holds, i.ended) r (hold, ended_at) JOIN regcar_state.hold h USING (hold)
        WHERE r.ended_at IS DISTINCT FROM h.lifted_at
        UNION ALL
        SELECT e.expires_at, NULL, 'expired', e.hold, 'the clock', format('exemption %s', e.exemption), ''
        FROM regcar_state.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
        WHERE e.expires_at <= i.as_of AND (e.revoked_at > e.expires_at) IS NOT FALSE
    ), line AS (
        SELECT d.*, row_number() OVER (ORDER BY d.at, d.place) AS n, count(*) OVER () AS lines
        FROM (TABLE decision UNION ALL TABLE work UNION ALL TABLE expiry) d
    )
    SELECT coalesce(regcar.html_table('What was done, from the history', '{When,What,#Hold,Who,Particulars,#Place in history}', (
               SELECT array_agg(
                          CASE WHEN l.n = 101 AND l.lines > 200
                               THEN ARRAY['&#8230;', format('%s lines are left out here', regcar.html_number(l.lines - 199)), '', '',
                                          '<code>SELECT * FROM regcar.history</code>', '']
                               ELSE ARRAY[regcar.html_time(l.at)
                                          || CASE WHEN l.until > l.at + interval '1 s' THEN ' to ' || regcar.html_time(l.until) ELSE '' END,
                                          l.event, l.hold::text, l.who, l.what, l.place] END ORDER BY l.n)
               FROM line l WHERE l.n <= 101 OR l.n > l.lines - 99)), '')
$$;
REVOKE ALL ON FUNCTION incident_log(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_log(incident_span) IS
    'from the history: who placed, exempted, revoked, lifted, released, retried and discarded, when and why. The first hundred lines and the last';
