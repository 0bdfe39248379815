-- Does the history fit together, and does the state fit the history?

CREATE OR REPLACE FUNCTION verify_chain(OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    e record;
BEGIN
    FOR e IN
        SELECT h.*, lag(h.digest) OVER chain AS previous, row_number() OVER chain AS place
        FROM regcar_state.history h WHERE h.seq IS NOT NULL WINDOW chain AS (ORDER BY h.seq) ORDER BY h.seq
    LOOP
        IF e.seq <> e.place THEN
            first_misfit := e.place;
            problem := 'the event at this place is missing';
            RETURN;
        ELSIF e.late OR e.digest IS DISTINCT FROM regcar.event_digest(e.previous, e.seq, e.id, e.at, e.event, e.hold, e.actor, e.detail) THEN
            first_misfit := e.seq;
            problem := 'its digest does not match its content and the event before it';
            RETURN;
        ELSIF e.event <> ALL ('{placed,lifted,exempted,revoked,released,failed,retried,discarded,reassigned,approved,relaxed,guarded,unguarded,weakened,attached,detached,rewritten,dropped,waived,required}') THEN
            first_misfit := e.seq;
            problem := 'its event is of an unknown kind';
            RETURN;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM regcar_state.history h WHERE h.seq IS NULL AND h.late IS NOT TRUE) THEN
        problem := 'an event has no place in the chain: the trigger chain_event of regcar_state.history was off';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION verify_chain() FROM PUBLIC;
COMMENT ON FUNCTION verify_chain() IS
    'the first event that does not fit the one before it, and what is wrong with it; NULL if all fit';

CREATE OR REPLACE FUNCTION verify_holds(OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
    SELECT l.seq, CASE WHEN l.kind IS NULL THEN format('no event records %s %s', s.kind, s.id)
                       WHEN s.id IS NULL THEN format('%s %s is gone', l.kind, l.id)
                       ELSE format('%s %s is not as this event left it', s.kind, s.id) END
    INTO first_misfit, problem
    FROM (SELECT 'hold' AS kind, t.hold::text AS id, regcar.event_detail(t) AS detail FROM regcar_state.hold t
          UNION ALL
          SELECT 'exemption', t.exemption::text, regcar.event_detail(t) FROM regcar_state.exemption t) s
    FULL JOIN (SELECT DISTINCT ON (x.kind, x.id) x.*
               FROM (SELECT CASE WHEN h.event IN ('placed', 'lifted', 'relaxed') THEN 'hold' ELSE 'exemption' END AS kind,
                            CASE WHEN h.event IN ('placed', 'lifted', 'relaxed') THEN h.hold::text
                                 ELSE h.detail ->> 'exemption' END AS id, h.seq, h.id AS event, h.detail
                     FROM regcar_state.history h WHERE h.event IN ('placed', 'lifted', 'relaxed', 'exempted', 'revoked')) x
               -- those that are late have no place yet, and will come last
               ORDER BY x.kind, x.id, x.seq DESC NULLS FIRST, x.event DESC) l
        ON (l.kind, l.id) = (s.kind, s.id)
    -- a column that an update added was not there yet, and is null
    WHERE l.detail IS DISTINCT FROM s.detail - ARRAY(SELECT c.key FROM jsonb_each(s.detail) c WHERE c.value = 'null' AND NOT l.detail ? c.key)
    ORDER BY l.seq, s.kind DESC, length(s.id), s.id LIMIT 1;
END
$$;
REVOKE ALL ON FUNCTION verify_holds() FROM PUBLIC;
COMMENT ON FUNCTION verify_holds() IS
    'the first hold or exemption that is not as the last event about it left it; NULL if there is none';

CREATE OR REPLACE FUNCTION verify_queue(OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
    SELECT h.seq, 'a queued registration that this event names is not as it was submitted'
    INTO first_misfit, problem
    FROM regcar_state.history h
    WHERE h.event IN ('released', 'failed', 'retried', 'discarded', 'reassigned')
      AND h.detail - '{outcomes,withdrawn,from,to,reason}'::text[] IS DISTINCT FROM
          regcar.entries_detail(ARRAY(SELECT i::bigint FROM jsonb_path_query(h.detail, '$.ids[*] ? (@ >= 1 && @ <= 9223372036854775807)') i)) - '{outcomes,withdrawn}'::text[]
    ORDER BY h.seq LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT l.seq, CASE WHEN q.state::text <> coalesce(l.state, 'waiting') THEN format('queue entry %s is %s', q.id, q.state)
                       ELSE format('queue entry %s is not as this event left it', q.id) END
    INTO first_misfit, problem
    FROM regcar_state.queue_entry q
    LEFT JOIN (SELECT DISTINCT ON (i.id) i.id::bigint AS id, h.seq, h.actor, h.at, h.detail #>> ARRAY['outcomes', i.id] AS outcome,
                      h.detail #>> ARRAY['withdrawn', i.id] AS withdrawn,
                      CASE h.event WHEN 'retried' THEN 'waiting' ELSE h.event END AS state
               FROM regcar_state.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id)
               WHERE h.event IN ('released', 'failed', 'retried', 'discarded')
               ORDER BY i.id, h.seq DESC NULLS FIRST, h.id DESC) l ON l.id = q.id
    -- release() notes why an entry goes on waiting, and that is not an event
    WHERE encode(regcar.row_digest('[]', q.withdrawn, '[]'), 'hex') IS DISTINCT FROM l.withdrawn
       OR CASE WHEN coalesce(l.state, 'waiting') = 'waiting'
               THEN (q.state, q.settled_by, q.settled_at) IS DISTINCT FROM ('waiting', NULL, NULL)
               ELSE (q.state::text, q.settled_by, q.settled_at, q.outcome) IS DISTINCT FROM (l.state, l.actor, l.at, l.outcome) END
    ORDER BY l.seq, q.id LIMIT 1;
END
$$;
REVOKE ALL ON FUNCTION verify_queue() FROM PUBLIC;
COMMENT ON FUNCTION verify_queue() IS
    'the first queued registration that is not as it was submitted, or as the last event about it left it; NULL if there is none';

CREATE OR REPLACE FUNCTION verify_history(OUT events bigint, OUT head text, OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    here record;
BEGIN
    -- events of this transaction take their places now rather than at COMMIT
    IF EXISTS (SELECT FROM regcar_state.history h WHERE h.seq IS NULL) THEN
        SET CONSTRAINTS regcar_state.chain_event IMMEDIATE;
    END IF;
    PERFORM regcar.chain_late_events();

    SELECT count(*), encode((array_agg(h.digest ORDER BY h.seq DESC))[1], 'hex') INTO events, head
    FROM regcar_state.history h WHERE h.seq IS NOT NULL;

    SELECT v.* INTO first_misfit, problem FROM regcar.verify_chain() v;
    IF problem IS NULL THEN
        SELECT v.* INTO first_misfit, problem FROM regcar.verify_holds() v;
    END IF;
    IF problem IS NULL THEN
        SELECT v.* INTO first_misfit, problem FROM regcar.verify_queue() v;
    END IF;

    here := regcar.primary_since();
    IF here.timeline > 1 THEN
        RAISE NOTICE 'this server has been a primary since %; its newest hold is %', coalesce(here.since::text, 'a time that is not known'),
            coalesce(format('%s, placed at %s', here.newest_hold, here.placed_at), 'none')
            USING DETAIL = 'What was done on the server before it and had not arrived here is not in this history.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION verify_history() FROM PUBLIC;
COMMENT ON FUNCTION verify_history() IS
    'how many events there are, the digest of the last (keep it elsewhere, because nothing else shows that somebody cut off the end), and the place and problem of the first event that does not fit; NULL if all fit';
