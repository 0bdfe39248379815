-- What an operator calls.  Each says what it did; none is for PUBLIC.

CREATE FUNCTION require_reason(reason text, act text, hint text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION '% needs a reason', act
            USING ERRCODE = 'invalid_parameter_value', HINT = require_reason.hint;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION require_reason(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION require_reason(text, text, text) IS
    '22023 where the reason for an act is NULL or nothing but space';

CREATE FUNCTION unlifted_hold(number bigint) RETURNS hold
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar.hold;
BEGIN
    SELECT t.* INTO h FROM regcar.hold t WHERE t.hold = number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(number::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.active_holds;';
    ELSIF h.lifted_at IS NOT NULL THEN
        RAISE EXCEPTION 'hold % is lifted already', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s lifted it at %s: %s', h.lifted_by, h.lifted_at, h.lift_reason),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    END IF;
    RETURN h;
END
$$;
REVOKE ALL ON FUNCTION unlifted_hold(bigint) FROM PUBLIC;
COMMENT ON FUNCTION unlifted_hold(bigint) IS
    'the hold of a number; 22023 if there is none, 55000 if it was lifted already';

CREATE FUNCTION warn_of_missing_keys(scope jsonb, consequence text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT k.key, string_agg(t.target::text, ', ' ORDER BY t.target::text) AS targets
        FROM jsonb_object_keys(scope) AS k (key), regcar.tables_without_key(k.key) AS t (target)
        GROUP BY k.key ORDER BY k.key
    LOOP
        RAISE WARNING 'no column for key "%" in: %', missing.key, missing.targets
            USING DETAIL = consequence,
                  HINT = 'If the key is misspelt, end this and say it again. To map a key to a column, unguard the table and guard it again: SELECT regcar.guard(table, keys => ''{"key": "column"}'');';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_missing_keys(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_missing_keys(jsonb, text) IS
    'a WARNING for each key of a scope that some guarded table has no column for, with what follows from it';

CREATE FUNCTION place_hold(
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

CREATE FUNCTION drain_gate(wait interval) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_drain_gate';
REVOKE ALL ON FUNCTION drain_gate(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_gate(interval) IS
    'wait for the transactions that are inside COMMIT with a registration; virtual ids of those left';

CREATE FUNCTION drain(
    wait interval DEFAULT '10 s', OUT pid integer, OUT gid text, OUT usename name,
    OUT application_name text, OUT xact_start timestamptz)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    COST 1000 ROWS 1
AS $$
DECLARE
    remaining text[];
BEGIN
    IF wait IS NULL THEN
        RAISE EXCEPTION 'wait must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to wait for 10 seconds.';
    END IF;
    remaining := regcar.drain_gate(wait);
    IF remaining = '{}' THEN
        RETURN;
    END IF;
    -- a prepared transaction has no session; its lock on its own id leads to its name
    RETURN QUERY
    SELECT l.pid, p.gid, coalesce(p.owner, a.usename), a.application_name,
           coalesce(p.prepared, a.xact_start)
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN (pg_locks x JOIN pg_prepared_xacts p ON p.transaction = x.transactionid)
        ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
        AND x.virtualtransaction = l.virtualtransaction
    WHERE l.locktype = 'relation' AND l.relation = 'regcar.commit_gate'::regclass
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.virtualtransaction = ANY (remaining);
END
$$;
REVOKE ALL ON FUNCTION drain(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain(interval) IS
    'after a hold was committed: wait for the transactions that were already committing a registration; those still left, prepared ones (gid) at once';

CREATE PROCEDURE lockdown(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown';
REVOKE ALL ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) IS
    'place a hold, commit it, drain, and say who could not be drained; when it returns naming nobody, nothing that it covers commits any more';

CREATE FUNCTION lift_hold(hold bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
    h regcar.hold;
BEGIN
    PERFORM regcar.require_reason(lift_hold.reason, 'lifting a hold', 'SELECT regcar.lift_hold(number, ''why'');');
    UPDATE regcar.hold t
    SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_hold.reason
    WHERE t.hold = lift_hold.hold AND t.lifted_at IS NULL
    RETURNING t.* INTO h;
    IF NOT FOUND THEN
        PERFORM regcar.unlifted_hold(lift_hold.hold);
        RAISE EXCEPTION 'hold % came in just now', lift_hold.hold
            USING ERRCODE = 'serialization_failure', HINT = 'Say it again.';
    END IF;
    PERFORM regcar.record_event('lifted', h.hold, regcar.event_detail(h));
    RETURN format('hold %s is lifted; it stood for %s', h.hold,
                  (SELECT r.duration FROM regcar.hold_report r WHERE r.hold = h.hold));
END
$$;
REVOKE ALL ON FUNCTION lift_hold(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION lift_hold(bigint, text) IS
    'end a hold when the transaction commits; 55000 if it was lifted already, 22023 if there is none of that number';

CREATE FUNCTION lift_all(reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holds regcar.hold[];
BEGIN
    PERFORM regcar.require_reason(lift_all.reason, 'lifting a hold', 'SELECT regcar.lift_all(''why'');');
    -- one statement, so that a hold which somebody else lifts meanwhile is passed over
    WITH lifted AS (
        UPDATE regcar.hold t
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
COMMENT ON FUNCTION lift_all(text) IS 'end every hold that stands, those too that are still to start';

-- Who goes through although a hold stands.

CREATE FUNCTION exempt(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar.hold;
    granted regcar.exemption;
BEGIN
    PERFORM regcar.require_reason(exempt.reason, 'an exemption', 'SELECT regcar.exempt(hold, scope, ''why'');');
    IF exempt.scope IS NULL THEN
        RAISE EXCEPTION 'an exemption needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'As in {"dealer": "Okafor & Sons"}.';
    ELSIF exempt.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the exemption would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s.', exempt.expires_at);
    END IF;
    PERFORM regcar.check_scope(exempt.scope);
    h := regcar.unlifted_hold(exempt.hold);
    IF h.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'hold % has expired', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It expired at %s.', h.expires_at),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    END IF;
    INSERT INTO regcar.exemption (hold, scope, reason, granted_by, granted_at, expires_at)
    VALUES (exempt.hold, exempt.scope, exempt.reason, session_user, clock_timestamp(), exempt.expires_at)
    RETURNING exemption.* INTO granted;
    PERFORM regcar.record_event('exempted', granted.hold, regcar.event_detail(granted));
    PERFORM regcar.warn_of_missing_keys(exempt.scope, format('Exemption %s lets nothing through there.', granted.exemption));
    RETURN granted.exemption;
END
$$;
REVOKE ALL ON FUNCTION exempt(bigint, jsonb, text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION exempt(bigint, jsonb, text, timestamptz) IS
    'let rows of a scope through although a hold stands, when the transaction commits; number of the exemption. 22023 for no reason, no scope or no such hold, 55000 if it is lifted or has expired; warns which guarded tables have no column for a key';

CREATE FUNCTION revoke_exemption(exemption bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e regcar.exemption;
BEGIN
    PERFORM regcar.require_reason(revoke_exemption.reason, 'revoking an exemption', 'SELECT regcar.revoke_exemption(number, ''why'');');
    UPDATE regcar.exemption t
    SET revoked_by = session_user, revoked_at = clock_timestamp(), revoke_reason = revoke_exemption.reason
    WHERE t.exemption = revoke_exemption.exemption AND t.revoked_at IS NULL
    RETURNING t.* INTO e;
    IF FOUND THEN
        PERFORM regcar.record_event('revoked', e.hold, regcar.event_detail(e));
        RETURN format('exemption %s from hold %s is revoked; drain() after COMMIT', e.exemption, e.hold);
    END IF;
    SELECT t.* INTO e FROM regcar.exemption t WHERE t.exemption = revoke_exemption.exemption;
    IF FOUND THEN
        RAISE EXCEPTION 'exemption % is revoked already', e.exemption
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s revoked it at %s: %s', e.revoked_by, e.revoked_at, e.revoke_reason);
    END IF;
    RAISE EXCEPTION 'there is no exemption %', coalesce(revoke_exemption.exemption::text, 'null')
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'SELECT * FROM regcar.active_exemptions;';
END
$$;
REVOKE ALL ON FUNCTION revoke_exemption(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION revoke_exemption(bigint, text) IS
    'end an exemption when the transaction commits; afterwards drain(), as for a hold. 55000 if it was revoked already, 22023 if there is none of that number';
