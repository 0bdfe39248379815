-- The incident that a report is about.

CREATE TYPE incident_span AS (
    holds     bigint[],
    began     timestamptz[],
    ended     timestamptz[],
    reference text,
    began_at  timestamptz,
    ended_at  timestamptz,
    as_of     timestamptz,
    since     timestamptz,
    until     timestamptz,
    step      interval
);
COMMENT ON TYPE incident_span IS
    'the holds of an incident, when each began and ended (NULL if it never did, or not yet), its reference; when the first began and the last ended; the moment of the report; what its charts show, from before to after by as long as it took, a day at most, in steps';

CREATE OR REPLACE FUNCTION incident_of(hold bigint) RETURNS incident_span
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    i regcar.incident_span;
    placed_at timestamptz;
    settled_at timestamptz;
    margin interval;
BEGIN
    SELECT h.incident INTO i.reference FROM regcar_state.hold h WHERE h.hold = incident_of.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(incident_of.hold::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    i.as_of := clock_timestamp();
    -- a hold that was lifted before it started never began, and a rehearsal holds nothing
    SELECT array_agg(h.hold ORDER BY h.hold), array_agg(h.began_at ORDER BY h.hold), array_agg(h.ended_at ORDER BY h.hold),
           min(h.placed_at), min(h.began_at),
           CASE WHEN bool_and(h.ended_at IS NOT NULL) AND min(h.began_at) IS NOT NULL THEN max(h.ended_at) END
    INTO i.holds, i.began, i.ended, placed_at, i.began_at, i.ended_at
    FROM (SELECT t.hold, t.placed_at, e.ended_at,
                 CASE WHEN t.action::text <> 'observe' AND isfinite(b.began_at) AND (b.began_at <= e.ended_at) IS NOT FALSE THEN b.began_at END AS began_at
          FROM regcar_state.hold t
          CROSS JOIN LATERAL (VALUES (greatest(t.placed_at, t.starts_at))) b (began_at)
          CROSS JOIN LATERAL (SELECT max(v.at) FROM (VALUES (least(t.lifted_at, t.expires_at))) v (at)
                              WHERE v.at <= i.as_of) e (ended_at)
          WHERE t.hold = incident_of.hold OR t.incident = i.reference) h;
    SELECT max(q.settled_at) INTO settled_at FROM regcar_state.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);

    i.until := least(i.as_of, coalesce(greatest(i.ended_at, settled_at), i.as_of));
    i.since := least(coalesce(i.began_at, placed_at), i.until);
    -- so much of what was before and after that the incident is neither lost in it nor alone
    margin := least(greatest(i.until - i.since, interval '1 min'), interval '1 day');
    i.until := least(i.as_of, i.until + margin);
    i.since := i.since - margin;
    -- 200 steps at most, on whole units of wall-clock time
    SELECT min(s) INTO i.step
    FROM unnest('{1 s,2 s,5 s,10 s,15 s,30 s,1 min,2 min,5 min,10 min,15 min,30 min,1 h,2 h,3 h,6 h,12 h,1 d,2 d,7 d,28 d,364 d}'::interval[]) s
    WHERE extract(epoch FROM i.until - i.since) <= 200 * extract(epoch FROM s);
    i.since := date_bin(i.step, i.since, date_trunc('day', i.since));
    RETURN i;
END
$$;
REVOKE ALL ON FUNCTION incident_of(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_of(bigint) IS
    'the incident of a hold: that hold, and if it names an incident all other holds of it; 22023 if there is no such hold';

CREATE OR REPLACE FUNCTION incident_held(i incident_span) RETURNS tstzmultirange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(range_agg(tstzrange(r.began_at, r.ended_at)), '{}')
    FROM unnest(i.began, i.ended) r (began_at, ended_at) WHERE r.began_at IS NOT NULL
$$;
REVOKE ALL ON FUNCTION incident_held(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_held(incident_span) IS
    'when something was held in an incident; between these times everything was open';
