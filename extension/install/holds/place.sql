-- Placing a hold.

CREATE OR REPLACE FUNCTION place_hold(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed regcar.hold;
    guards bigint;
    unsound text;
BEGIN
    PERFORM regcar.require_reason(reason, 'a hold', 'It is shown to everybody whom the hold stops.');
    IF scope IS NULL THEN
        RAISE EXCEPTION 'a hold needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = '''{}'' covers everything; leave it out for that.';
    ELSIF action IS NULL THEN
        RAISE EXCEPTION 'a hold needs an action'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'queue, reject or freeze; leave it out for reject.';
    ELSIF starts_at = 'infinity' THEN
        RAISE EXCEPTION 'the hold would never start'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave starts_at out to start at once.';
    ELSIF expires_at <= clock_timestamp() OR expires_at <= starts_at THEN
        RAISE EXCEPTION 'the hold would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s, starts_at is %s.', expires_at,
                                  coalesce(starts_at::text, 'now'));
    END IF;

    PERFORM regcar.check_scope(scope);

    -- without its trigger no session would hear of the hold
    IF EXISTS (SELECT FROM pg_trigger t
               WHERE t.tgfoid = 'regcar.hold_changed'::regproc AND t.tgenabled IN ('D', 'R')) THEN
        RAISE EXCEPTION 'the triggers of regcar.hold are disabled'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Nothing was placed: no session would have noticed.',
                  HINT = 'ALTER TABLE regcar.hold ENABLE ALWAYS TRIGGER hold_changed_row, ENABLE ALWAYS TRIGGER hold_changed_truncate;';
    END IF;

    INSERT INTO regcar.hold (action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at)
    VALUES (action, scope, reason, incident, session_user, clock_timestamp(), starts_at, expires_at)
    RETURNING hold.* INTO placed;
    PERFORM regcar.record_event('placed', placed.hold, regcar.event_detail(placed));

    -- seconds count here, so not the view guards, which looks at more
    SELECT count(*) FILTER (WHERE t.tgfoid = 'regcar.registration_hold'::regproc),
           string_agg(DISTINCT t.tgrelid::regclass::text, ', ') FILTER (WHERE t.tgenabled <> 'A')
    INTO guards, unsound
    FROM pg_trigger t
    WHERE t.tgfoid IN ('regcar.registration_hold'::regproc, 'regcar.hold_changed'::regproc);
    IF guards = 0 THEN
        RAISE WARNING 'hold % stops nothing: no table is guarded', placed.hold
            USING HINT = 'SELECT regcar.guard(''table'');';
    END IF;
    IF unsound IS NOT NULL THEN
        RAISE WARNING 'triggers that are not ENABLE ALWAYS may let rows through: %', unsound
            USING HINT = 'SELECT * FROM regcar.guards;';
    END IF;
    PERFORM regcar.warn_of_missing_keys(scope, format('Hold %s stops every registration there that its other keys match.', placed.hold));
    RETURN placed.hold;
END
$$;
REVOKE ALL ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz) IS
    'place a hold, binding when the transaction commits; its number. Afterwards drain(). 22023 for a missing reason or what is no scope; warns which guarded tables have no column for a key';
