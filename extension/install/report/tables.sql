-- The tables of the report.  Each shows some lines and says how many it leaves out.

CREATE OR REPLACE FUNCTION incident_decisions(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH held AS (
        SELECT h.*, r.began_at, r.ended_at
        FROM unnest(i.holds[:50], i.began[:50], i.ended[:50]) r (hold, began_at, ended_at) JOIN regcar_state.hold h USING (hold)
    ), exempted AS (
        SELECT e.*, (e.revoked_at > e.expires_at) IS NOT TRUE AND e.revoked_at IS NOT NULL AS is_revoked,
               r.let_through, row_number() OVER (ORDER BY e.exemption) AS place
        FROM regcar_state.exemption e JOIN unnest(i.holds) u (hold) USING (hold) JOIN regcar.exemption_report r USING (exemption)
    )
    SELECT coalesce(regcar.html_table('Holds', '{#Hold,What,Scope,Why,Placed by,Began,Ended}', (
               SELECT array_agg(ARRAY[
                          h.hold::text, h.action::text, regcar.incident_scope(h.scope), regcar.html_typed(h.reason, 300),
                          regcar.html_typed(h.placed_by),
                          CASE WHEN h.began_at <= i.as_of THEN regcar.html_time(h.began_at)
                               WHEN h.ended_at IS NULL THEN 'starts ' || regcar.html_time(h.starts_at) ELSE 'never' END,
                          CASE WHEN h.ended_at = h.lifted_at
                               THEN format('%s by %s: %s', regcar.html_time(h.ended_at), regcar.html_typed(h.lifted_by),
                                           regcar.html_typed(h.lift_reason, 300))
                               WHEN h.ended_at IS NOT NULL THEN regcar.html_time(h.ended_at) || ', expired'
                               WHEN h.expires_at IS NOT NULL THEN 'stands, expires ' || regcar.html_time(h.expires_at)
                               ELSE 'stands' END] ORDER BY h.hold)
               FROM held h), regcar.html_more(cardinality(i.holds), 50, 'SELECT * FROM regcar.hold_report')), '')
        || coalesce(regcar.html_table('Exemptions', '{#No.,#From hold,For,#Let through,Why,Granted by,Granted,Ended}', (
               SELECT array_agg(ARRAY[
                          e.exemption::text, e.hold::text,
                          regcar.incident_exempted(e.scope, e.share, e.share_by),
                          regcar.html_number(e.let_through), regcar.html_typed(e.reason, 300), regcar.html_typed(e.granted_by), regcar.html_time(e.granted_at),
                          CASE WHEN e.is_revoked
                               THEN format('%s by %s: %s', regcar.html_time(e.revoked_at), regcar.html_typed(e.revoked_by),
                                           regcar.html_typed(e.revoke_reason, 300))
                               WHEN e.expires_at <= i.as_of THEN regcar.html_time(e.expires_at) || ', expired'
                               WHEN e.expires_at IS NOT NULL THEN 'expires ' || regcar.html_time(e.expires_at)
                               ELSE 'with the hold' END] ORDER BY e.place)
               FROM exempted e WHERE e.place <= 50),
               (SELECT regcar.html_more(count(*), 50, 'SELECT * FROM regcar.exemption_report') FROM exempted)), '')
$$;
REVOKE ALL ON FUNCTION incident_decisions(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_decisions(incident_span) IS 'the holds of an incident and the exemptions from them';

CREATE OR REPLACE FUNCTION incident_tables(registrations jsonb, queue jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH guarded AS (
        SELECT coalesce(pg_partition_root(g.target), g.target)::regclass::text AS target,
               string_agg(DISTINCT g.status, ', ') AS status
        FROM regcar.guards g JOIN pg_class c ON c.oid = g.target
        WHERE c.relnamespace <> 'regcar_state'::regnamespace GROUP BY 1
    ), queued AS (
        SELECT regcar.incident_table(t.target, t.target_name) AS target, sum(t.queued) AS queued, sum(t.released) AS released,
               sum(t.failed) AS failed, sum(t.discarded) AS discarded, sum(t.waiting) AS waiting,
               make_interval(secs => max(t.longest_wait)) AS longest_wait
        FROM regcar.incident_queue_tables(queue) t GROUP BY 1
    ), counted AS (
        SELECT c.target, sum(c.registrations) FILTER (WHERE c.phase = 'before') AS before,
               sum(c.registrations) FILTER (WHERE c.phase = 'during') AS during,
               sum(c.registrations) FILTER (WHERE c.phase = 'between') AS between_holds,
               sum(c.registrations) FILTER (WHERE c.phase = 'after') AS after
        FROM jsonb_to_recordset(registrations) c (target text, phase text, registrations numeric)
        WHERE c.registrations IS NOT NULL GROUP BY c.target
    ), line AS (
        SELECT target, g.status, q.longest_wait,
               ARRAY[c.before, c.during, c.between_holds, c.after, q.queued, q.released, q.failed, q.discarded, q.waiting] AS n,
               row_number() OVER (ORDER BY coalesce(q.queued, 0) DESC, target) AS place
        FROM guarded g FULL JOIN queued q USING (target) FULL JOIN counted c USING (target)
    )
    SELECT coalesce(regcar.html_table(
               'Registrations and queue of each table',
               '{Table,Guard today,#Before,#While held,#In between,#After,#Queued,#Released,#Failed,#Given up,#Waiting,Longest wait}', (
               SELECT array_agg(ARRAY[regcar.html_typed(l.target), coalesce(l.status, 'none')]
                                || ARRAY(SELECT CASE WHEN registrations IS NULL AND o <= 4 THEN '?'
                                                     ELSE regcar.html_number(coalesce(v, 0)) END
                                         FROM unnest(l.n) WITH ORDINALITY u (v, o) ORDER BY o)
                                || regcar.html_duration(l.longest_wait) ORDER BY l.place)
               FROM line l WHERE l.place <= 50),
               (SELECT regcar.html_more(count(*), 50, 'SELECT * FROM regcar.queue_summary') FROM line)), '')
$$;
REVOKE ALL ON FUNCTION incident_tables(jsonb, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_tables(jsonb, jsonb) IS
    'the figures of each guarded table, and of each table that something was queued for';

CREATE OR REPLACE FUNCTION incident_submitters(queue jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT s.* FROM jsonb_to_recordset(queue -> 'submitters') s (
            submitter text, application text, queued bigint, released bigint, failed bigint, waiting bigint,
            longest_wait numeric, place bigint, lines bigint)
    )
    SELECT coalesce(regcar.html_table('Whose registrations were queued',
                                      '{Role,Application,#Queued,#Released,#Failed,#Waiting,Longest wait}', (
               SELECT array_agg(ARRAY[
                          regcar.html_typed(l.submitter), regcar.html_typed(l.application), regcar.html_number(l.queued),
                          regcar.html_number(l.released), regcar.html_number(l.failed), regcar.html_number(l.waiting),
                          regcar.html_duration(make_interval(secs => l.longest_wait))] ORDER BY l.place)
               FROM line l),
               (SELECT regcar.html_more(max(l.lines), 20, 'SELECT submitter, count(*) FROM regcar.queue_entry GROUP BY submitter')
                FROM line l)), '')
$$;
REVOKE ALL ON FUNCTION incident_submitters(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_submitters(jsonb) IS
    'which role and application the queued registrations came from, most first';

CREATE OR REPLACE FUNCTION incident_plain_words(outcome text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- https://www.postgresql.org/docs/current/errcodes-appendix.html; the first that fits
    SELECT v.words
    FROM (VALUES (1, '23505: %', 'already registered'), (2, '23P01: %', 'overlaps with another'), (3, '23514: %', 'breaks a rule of the table'),
                 (4, '23503: %', 'refers to something that is not there'), (5, '23502: %', 'a value is missing'),
                 (6, '42501: %', 'its submitter may not insert it any more'), (7, '42P01: %', 'its table is gone'),
                 (8, '42703: %', 'a column is gone'), (9, '42704: %', 'something that it needs is gone'),
                 (10, 'RH001: %', 'another hold covers it'), (11, '22___: %', 'a value does not fit its column'),
                 (12, '23___: %', 'breaks a constraint'), (13, '40___: %', 'met another transaction'),
                 (14, '53___: %', 'the server had no room'), (15, '54___: %', 'too large'), (16, '57___: %', 'cancelled'),
                 (17, '55P03: %', 'its table was locked'), (18, 'P0___: %', 'a trigger refused it')) v (o, pattern, words)
    WHERE outcome LIKE v.pattern ORDER BY v.o LIMIT 1
$$;
REVOKE ALL ON FUNCTION incident_plain_words(text) FROM PUBLIC;
COMMENT ON FUNCTION incident_plain_words(text) IS 'what an outcome that begins with a SQLSTATE means, for people who know none; NULL for others';

-- Personal data of a queued row does not belong in the report; its id leads to it.  The
-- DETAIL of a violated constraint has values in parentheses, in every language.
CREATE OR REPLACE FUNCTION incident_unsettled(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT e.state, e.target, e.target_name, e.outcome, count(*) AS n,
               array_agg(e.id ORDER BY e.id) AS ids, max(e.settled_at) AS last,
               row_number() OVER (ORDER BY e.state, count(*) DESC, e.target_name, e.outcome, min(e.id)) AS place
        FROM (SELECT q.id, q.state, q.target::regclass AS target, q.target_name, q.settled_at,
                     CASE WHEN q.outcome LIKE '23___: %' THEN regexp_replace(q.outcome, '\(.*\)', '(...)')
                          ELSE left(q.outcome, 2000) END AS outcome
              FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
              WHERE q.state <> 'released') e
        GROUP BY e.state, e.target, e.target_name, e.outcome
    )
    SELECT coalesce(regcar.html_table('Not registered', '{State,Table,Why,#Registrations,Queue ids,Last}', (
               SELECT array_agg(ARRAY[
                          CASE l.state WHEN 'discarded' THEN 'given up' ELSE l.state::text END,
                          regcar.html_typed(regcar.incident_table(l.target, l.target_name)),
                          coalesce(regcar.incident_plain_words(l.outcome) || '. ', '')
                          || coalesce(regcar.html_typed(l.outcome, 300), 'not tried yet'),
                          regcar.html_number(l.n),
                          array_to_string(l.ids[:8], ', ')
                          || CASE WHEN l.n > 8 THEN format(' and %s more', regcar.html_number(l.n - 8)) ELSE '' END,
                          regcar.html_time(l.last)] ORDER BY l.place)
               FROM line l WHERE l.place <= 30),
               (SELECT regcar.html_more(count(*), 30, 'SELECT * FROM regcar.queue WHERE state <> ''released''') FROM line)), '')
$$;
REVOKE ALL ON FUNCTION incident_unsettled(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_unsettled(incident_span) IS
    'queued registrations that wait, failed or were given up, by their outcome';
