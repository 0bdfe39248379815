-- Ending holds.

CREATE OR REPLACE FUNCTION lift_hold(hold bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
    h regcar_state.hold;
BEGIN
    PERFORM regcar.require_reason(lift_hold.reason, 'lifting a hold', 'SELECT regcar.lift_hold(number, ''why'');');
    UPDATE regcar_state.hold t
    SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_hold.reason
    WHERE t.hold = lift_hold.hold AND t.lifted_at IS NULL
    RETURNING t.* INTO h;
    IF NOT FOUND THEN
        PERFORM regcar.unlifted_hold(lift_hold.hold);
        RAISE EXCEPTION 'hold % was placed concurrently', lift_hold.hold
            USING ERRCODE = 'serialization_failure', HINT = 'Retry the call.';
    END IF;
    PERFORM regcar.record_event('lifted', h.hold, regcar.event_detail(h));
    -- as hold_report has it, but whoever may name a view may keep it locked
    RETURN format('hold %s is lifted; it stood for %s', h.hold,
                  CASE WHEN greatest(h.placed_at, h.starts_at) < least(h.lifted_at, h.expires_at)
                       THEN date_trunc('second', least(h.lifted_at, h.expires_at) - greatest(h.placed_at, h.starts_at)) ELSE '0' END);
END
$$;
REVOKE ALL ON FUNCTION lift_hold(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION lift_hold(bigint, text) IS
    'ends a hold when the transaction commits; 55000 if it has already been lifted, 22023 if there is no such hold';

CREATE OR REPLACE FUNCTION lift_all(reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holds regcar_state.hold[];
BEGIN
    PERFORM regcar.require_reason(lift_all.reason, 'lifting a hold', 'SELECT regcar.lift_all(''why'');');
    -- one statement, so that it skips a hold that somebody else lifts meanwhile
    WITH lifted AS (
        UPDATE regcar_state.hold t
        SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_all.reason
        WHERE t.lifted_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
        RETURNING t.*
    )
    SELECT array_agg(l ORDER BY l.hold) INTO holds FROM lifted l;
    PERFORM regcar.record_event('lifted', l.hold, regcar.event_detail(l)) FROM unnest(holds) l;
    RETURN coalesce((SELECT 'lifted: hold ' || string_agg(l.hold::text, ', ') FROM unnest(holds) l),
                    'no hold stands');
END
$$;
REVOKE ALL ON FUNCTION lift_all(text) FROM PUBLIC;
COMMENT ON FUNCTION lift_all(text) IS 'ends every hold that stands, including those that are still to start';
