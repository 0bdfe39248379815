-- Does the history fit together, and does the state fit the history?

CREATE FUNCTION verify_history(OUT events bigint, OUT head text, OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    e record;
BEGIN
    SELECT count(*), encode((array_agg(h.digest ORDER BY h.seq DESC))[1], 'hex') INTO events, head
    FROM regcar.history h WHERE h.seq IS NOT NULL;

    -- each event on the one before it
    FOR e IN
        SELECT h.*, lag(h.digest) OVER chain AS previous, row_number() OVER chain AS place
        FROM regcar.history h WHERE h.seq IS NOT NULL WINDOW chain AS (ORDER BY h.seq) ORDER BY h.seq
    LOOP
        IF e.seq <> e.place THEN
            first_misfit := e.place;
            problem := 'the event of this place is missing';
            RETURN;
        ELSIF e.digest <> regcar.event_digest(e.previous, e.seq, e.at, e.event, e.hold, e.actor, e.detail) THEN
            first_misfit := e.seq;
            problem := 'its digest is not that of its content and of the event before it';
            RETURN;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM regcar.history h WHERE h.seq IS NULL) THEN
        problem := 'an event has no place in the chain: the trigger chain_event of regcar.history was off';
        RETURN;
    END IF;

    -- holds and exemptions as the last event about each left them
    SELECT l.seq, CASE WHEN l.seq IS NULL THEN format('no event tells of %s %s', s.kind, s.id)
                       WHEN s.id IS NULL THEN format('%s %s is gone', l.kind, l.id)
                       ELSE format('%s %s is not as this event left it', s.kind, s.id) END
    INTO first_misfit, problem
    FROM (SELECT 'hold' AS kind, t.hold AS id, regcar.event_detail(t) AS detail FROM regcar.hold t
          UNION ALL
          SELECT 'exemption', t.exemption, regcar.event_detail(t) FROM regcar.exemption t) s
    FULL JOIN (SELECT DISTINCT ON (x.kind, x.id) x.*
               FROM (SELECT CASE WHEN h.event IN ('placed', 'lifted') THEN 'hold' ELSE 'exemption' END AS kind,
                            CASE WHEN h.event IN ('placed', 'lifted') THEN h.hold
                                 ELSE (h.detail ->> 'exemption')::bigint END AS id, h.seq, h.detail
                     FROM regcar.history h WHERE h.event IN ('placed', 'lifted', 'exempted', 'revoked')) x
               ORDER BY x.kind, x.id, x.seq DESC) l
        ON (l.kind, l.id) = (s.kind, s.id)
    WHERE l.detail IS DISTINCT FROM s.detail
    ORDER BY l.seq LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;

    -- queued registrations as they were submitted, and in the state they were given
    SELECT h.seq, 'a queued registration that this event names is not as it was submitted'
    INTO first_misfit, problem
    FROM regcar.history h
    WHERE h.detail ? 'ids'
      AND h.detail <> regcar.entries_detail(ARRAY(SELECT jsonb_array_elements_text(h.detail -> 'ids')::bigint))
    ORDER BY h.seq LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT l.seq, format('queue entry %s is %s', q.id, q.state)
    INTO first_misfit, problem
    FROM regcar.queue_entry q
    LEFT JOIN (SELECT DISTINCT ON (i.id) i.id::bigint AS id, h.seq,
                      CASE h.event WHEN 'retried' THEN 'waiting' ELSE h.event END AS state
               FROM regcar.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id)
               WHERE h.detail ? 'ids' ORDER BY i.id, h.seq DESC) l ON l.id = q.id
    WHERE q.state::text <> coalesce(l.state, 'waiting')
    ORDER BY l.seq LIMIT 1;
END
$$;
REVOKE ALL ON FUNCTION verify_history() FROM PUBLIC;
COMMENT ON FUNCTION verify_history() IS
    'number of events, digest of the last (note it elsewhere: cutting off the end shows by nothing else), and the place and problem of the first event that does not fit, NULL if all do';
