-- Ending holds.

CREATE OR REPLACE FUNCTION say_what_waits(holds bigint[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    waiting bigint;
BEGIN
    -- under SERIALIZABLE, whoever reads the queue may make those fail who write it
    IF current_setting('transaction_isolation') = 'serializable' THEN
        RETURN;
    END IF;
    SELECT count(*) INTO waiting
    FROM (SELECT FROM regcar_state.queue_entry q WHERE q.state = 'waiting' AND q.hold = ANY (holds) LIMIT 10000) w;
    IF waiting > 0 THEN
        RAISE NOTICE '% to be released', CASE waiting WHEN 1 THEN '1 registration waits' WHEN 10000 THEN '10000 registrations or more wait'
                                                      ELSE format('%s registrations wait', waiting) END
            USING HINT = 'CALL regcar.release(); once this is committed.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION say_what_waits(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION say_what_waits(bigint[]) IS 'gives a NOTICE of the registrations that holds have set aside and that still wait';

CREATE OR REPLACE FUNCTION lift_hold(hold bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
    h regcar_state.hold;
    takes integer;
    missing text;
BEGIN
    PERFORM regcar.require_reason(lift_hold.reason, 'lifting a hold', 'SELECT regcar.lift_hold(number, ''why'');');
    takes := (SELECT t.approvals FROM regcar_state.hold t WHERE t.hold = lift_hold.hold);
    missing := (SELECT a.missing FROM regcar.approve('lift', lift_hold.hold) a);
    IF missing IS NOT NULL THEN
        RETURN missing;
    END IF;
    UPDATE regcar_state.hold t
    SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_hold.reason
    WHERE t.hold = lift_hold.hold AND t.lifted_at IS NULL AND t.approvals IS NOT DISTINCT FROM takes
    RETURNING t.* INTO h;
    IF NOT FOUND THEN
        PERFORM regcar.unlifted_hold(lift_hold.hold);
        RAISE EXCEPTION 'hold % was placed concurrently', lift_hold.hold
            USING ERRCODE = 'serialization_failure', HINT = 'Retry the call.';
    END IF;
    PERFORM regcar.record_event('lifted', h.hold, regcar.event_detail(h));
    PERFORM regcar.say_what_waits(ARRAY[h.hold]);
    -- as hold_report has it, but whoever may name a view may keep it locked
    RETURN format('hold %s is lifted; it stood for %s', h.hold,
                  CASE WHEN greatest(h.placed_at, h.starts_at) < least(h.lifted_at, h.expires_at)
                       THEN date_trunc('second', least(h.lifted_at, h.expires_at) - greatest(h.placed_at, h.starts_at)) ELSE '0' END);
END
$$;
REVOKE ALL ON FUNCTION lift_hold(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION lift_hold(bigint, text) IS
    'ends a hold when the transaction commits, and gives a NOTICE of the registrations that it leaves waiting; or says who else has to approve; 55000 if it has already been lifted, 22023 if there is no such hold';

CREATE OR REPLACE FUNCTION lift_all(reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holds regcar_state.hold[];
    approved bigint[];
    missing text;
BEGIN
    PERFORM regcar.require_reason(lift_all.reason, 'lifting a hold', 'SELECT regcar.lift_all(''why'');');
    SELECT array_agg(t.hold) FILTER (WHERE a.missing IS NULL), string_agg(a.missing, E'\n' ORDER BY t.hold) INTO approved, missing
    FROM regcar_state.hold t, regcar.approve('lift', t.hold) a
    WHERE t.approvals IS NOT NULL AND regcar.stands(t.lifted_at, t.expires_at);
    -- one statement, so that it skips a hold that somebody else lifts meanwhile
    WITH lifted AS (
        UPDATE regcar_state.hold t
        SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_all.reason
        WHERE regcar.stands(t.lifted_at, t.expires_at)
          AND (t.approvals IS NULL OR t.hold = ANY (approved))
        RETURNING t.*
    )
    SELECT array_agg(l ORDER BY l.hold) INTO holds FROM lifted l;
    PERFORM regcar.record_event('lifted', l.hold, regcar.event_detail(l)) FROM unnest(holds) l;
    PERFORM regcar.say_what_waits(ARRAY(SELECT l.hold FROM unnest(holds) l));
    RETURN concat_ws(E'\n', coalesce((SELECT 'lifted: hold ' || string_agg(l.hold::text, ', ') FROM unnest(holds) l),
                                     CASE WHEN missing IS NULL THEN 'no hold stands' END), missing);
END
$$;
REVOKE ALL ON FUNCTION lift_all(text) FROM PUBLIC;
COMMENT ON FUNCTION lift_all(text) IS 'ends every hold that stands, including those that are still to start, and gives a NOTICE of the registrations that they leave waiting; of those that take more operators, says who has to approve';
