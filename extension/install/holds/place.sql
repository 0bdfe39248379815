-- Placing a hold.

CREATE OR REPLACE FUNCTION check_hold(
    reason text, scope jsonb, action hold_action, starts_at timestamptz, expires_at timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.require_reason(reason, 'a hold', 'The reason is shown to everybody whom the hold stops.');
    IF scope IS NULL THEN
        RAISE EXCEPTION 'a hold needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to cover everything.';
    ELSIF action IS NULL THEN
        RAISE EXCEPTION 'a hold needs an action'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Use observe, pend, queue, reject or freeze, or leave it out for reject.';
    ELSIF starts_at = 'infinity' THEN
        RAISE EXCEPTION 'the hold would never start'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave starts_at out to start at once.';
    ELSIF expires_at <= clock_timestamp() OR expires_at <= starts_at THEN
        RAISE EXCEPTION 'the hold would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s, starts_at is %s.', expires_at,
                                  coalesce(starts_at::text, 'now')),
                  HINT = 'For example expires_at => now() + interval ''4 hours''; leave it out to hold until the hold is lifted.';
    END IF;
    PERFORM regcar.check_scope(scope);

    -- without this trigger no session would hear of the hold
    IF EXISTS (SELECT FROM pg_trigger t
               WHERE t.tgfoid = 'regcar.hold_changed'::regproc AND t.tgenabled IN ('D', 'R')) THEN
        RAISE EXCEPTION 'the triggers of regcar_state.hold are disabled'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Nothing was placed, because no session would have noticed.',
                  HINT = 'As a superuser: ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_row, ENABLE ALWAYS TRIGGER hold_changed_truncate;';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_hold(text, jsonb, hold_action, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION check_hold(text, jsonb, hold_action, timestamptz, timestamptz) IS
    'can the hold be placed? 22023 if the reason, scope or action is missing, if the scope is not one, or if it would expire before it starts; 55000 if sessions would not hear of it';

CREATE OR REPLACE FUNCTION warn_of_guards(hold bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    guards bigint;
    unsound text;
BEGIN
    -- time matters here, so this does not read the view guards, which checks more
    SELECT count(*) FILTER (WHERE t.tgfoid = 'regcar.registration_hold'::regproc),
           string_agg(DISTINCT t.tgrelid::regclass::text, ', ') FILTER (WHERE t.tgenabled <> 'A')
    INTO guards, unsound
    FROM pg_trigger t
    WHERE t.tgfoid IN ('regcar.registration_hold'::regproc, 'regcar.hold_changed'::regproc);
    IF guards = 0 THEN
        RAISE WARNING 'hold % stops nothing: no table is guarded', hold
            USING HINT = 'As a superuser, or an operator who owns the table: SELECT regcar.guard(''table'');';
    END IF;
    IF unsound IS NOT NULL THEN
        RAISE WARNING 'triggers that are not ENABLE ALWAYS may let rows through: %', unsound
            USING HINT = 'SELECT * FROM regcar.guards;';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION warn_of_guards(bigint) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_guards(bigint) IS 'gives a WARNING if no table is guarded, and one if a trigger may let rows past a hold';

CREATE OR REPLACE FUNCTION warn_of_missing_tickets(hold bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    without text;
BEGIN
    SELECT string_agg(t.tgrelid::regclass::text, ', ' ORDER BY t.tgrelid::regclass::text) INTO without
    FROM pg_trigger t
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0
      AND NOT EXISTS (SELECT FROM unnest((regcar.trigger_arguments(t.tgargs))[2:]) a (arg)
                      JOIN pg_attribute c ON c.attrelid = t.tgrelid AND c.attname = substr(a.arg, 2)
                      WHERE a.arg LIKE '=%' AND NOT c.attisdropped AND c.atttypid = 'bigint'::regtype);
    IF without IS NOT NULL THEN
        RAISE WARNING 'hold % rejects instead of letting registrations wait in: %', hold, without
            USING DETAIL = 'The guards of these tables have no column of tickets.',
                  HINT = 'To set registrations aside there, place a hold of action queue. For the next time, the table''s owner adds a bigint column and names it: SELECT regcar.guard(table, ticket => ''column'');';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION warn_of_missing_tickets(bigint) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_missing_tickets(bigint) IS
    'gives a WARNING that names the guarded tables where a hold of action pend rejects, because they have no column of tickets';

CREATE OR REPLACE FUNCTION write_hold(
    reason text, scope jsonb, action hold_action, incident text, starts_at timestamptz, expires_at timestamptz, approvals integer)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed regcar_state.hold;
BEGIN
    PERFORM regcar.check_size(reason, incident);
    PERFORM regcar.check_incident(incident);
    PERFORM regcar.check_hold(reason, scope, action, starts_at, expires_at);
    PERFORM regcar.check_approvals(approvals);
    PERFORM regcar.check_scope_values(scope, 'The hold covers every registration there that its other keys match.');
    PERFORM regcar.commit_locally();
    INSERT INTO regcar_state.hold (hold, action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at, approvals)
    OVERRIDING SYSTEM VALUE
    VALUES (regcar.next_number('hold'), action, scope, reason, incident, session_user, clock_timestamp(), starts_at, expires_at,
            nullif(write_hold.approvals, 1))
    RETURNING hold.* INTO placed;
    PERFORM regcar.record_event('placed', placed.hold, regcar.event_detail(placed));
    RETURN placed.hold;
END
$$;
REVOKE ALL ON FUNCTION write_hold(text, jsonb, hold_action, text, timestamptz, timestamptz, integer) FROM PUBLIC;
COMMENT ON FUNCTION write_hold(text, jsonb, hold_action, text, timestamptz, timestamptz, integer) IS
    'places a hold as place_hold() does, but warns of nothing: lockdown() warns once the hold binds';

-- What it is about is given, because under SERIALIZABLE whoever reads a hold may make those fail who place others.
CREATE OR REPLACE FUNCTION warn_of_hold(hold bigint, scope jsonb, action hold_action) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.warn_of_guards(hold);
    PERFORM regcar.warn_of_missing_tickets(hold) WHERE action::text = 'pend';
    PERFORM regcar.warn_of_shards(hold, action::text = 'pend') WHERE action::text IN ('queue', 'pend');
    PERFORM regcar.warn_of_missing_keys(scope, format('Hold %s covers every registration there that its other keys match.', hold));
    PERFORM regcar.warn_of_values(scope, format('If it is misspelt, repeat the call with the right value, and then SELECT regcar.lift_hold(%s, ''misspelt'');', hold));
END
$$;
REVOKE ALL ON FUNCTION warn_of_hold(bigint, jsonb, hold_action) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_hold(bigint, jsonb, hold_action) IS
    'gives a WARNING for whatever may be wrong with a hold that was placed: tables without a guard, tickets or columns for its keys, and values that nothing has';

CREATE OR REPLACE FUNCTION place_hold(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL, approvals integer DEFAULT 1)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed CONSTANT bigint := regcar.write_hold(reason, scope, action, incident, starts_at, expires_at, approvals);
BEGIN
    PERFORM regcar.warn_of_hold(placed, scope, action);
    RETURN placed;
END
$$;
REVOKE ALL ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz, integer) FROM PUBLIC;
COMMENT ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz, integer) IS
    'place a hold, binding when the transaction commits; its number. Afterwards drain(). 22023 for a missing reason, for anything but a scope, for a value that no guarded table can read, and for more approvals than there are operators; warns which guarded tables have no column for a key, and which values nothing has';
