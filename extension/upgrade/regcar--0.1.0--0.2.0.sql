\echo Use "ALTER EXTENSION regcar UPDATE TO '0.2.0'" to load this file. \quit

CREATE FUNCTION complete_operator_families() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 AND NOT EXISTS (
        SELECT FROM pg_amproc p JOIN pg_opfamily f ON f.oid = p.amprocfamily
        WHERE f.opfnamespace = 'regcar'::regnamespace AND f.opfname = 'plate_gist_ops' AND p.amprocnum = 12)
    THEN
        ALTER OPERATOR FAMILY regcar.plate_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY regcar.plate_series_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY regcar.plate_ops USING btree ADD
            FUNCTION 6 (regcar.plate, regcar.plate) btint8skipsupport(internal);
        ALTER OPERATOR FAMILY regcar.plate_series_ops USING btree ADD
            FUNCTION 6 (regcar.plate_series, regcar.plate_series) btint2skipsupport(internal);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION complete_operator_families() FROM PUBLIC;
COMMENT ON FUNCTION complete_operator_families() IS
    'after pg_upgrade to PostgreSQL 18 or later, as superuser: adds what a fresh installation there has, for WITHOUT OVERLAPS and skip scans. Again it does nothing';
SELECT complete_operator_families();

CREATE OR REPLACE FUNCTION event_detail(state anyelement) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$ SELECT to_json(state)::jsonb $$;

CREATE OR REPLACE FUNCTION record_replicated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF regcar.is_replicated() THEN
        PERFORM regcar.record_event(
            CASE TG_TABLE_NAME
                WHEN 'hold' THEN CASE WHEN to_json(NEW) ->> 'lifted_at' IS NULL THEN 'placed' ELSE 'lifted' END
                ELSE CASE WHEN to_json(NEW) ->> 'revoked_at' IS NULL THEN 'exempted' ELSE 'revoked' END
            END, NEW.hold, regcar.event_detail(NEW));
    END IF;
    RETURN NULL;
END
$$;

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

CREATE OR REPLACE FUNCTION lift_hold(hold bigint, reason text) RETURNS text
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

CREATE OR REPLACE FUNCTION lift_all(reason text) RETURNS text
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

CREATE OR REPLACE FUNCTION exempt(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL) RETURNS bigint
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

CREATE OR REPLACE FUNCTION revoke_exemption(exemption bigint, reason text) RETURNS text
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

CREATE OR REPLACE FUNCTION discard(queue_id bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    at timestamptz := clock_timestamp();
    now_state regcar.queue_state;
BEGIN
    PERFORM regcar.require_reason(discard.reason, 'discarding a registration', 'SELECT regcar.discard(id, ''why'');');
    UPDATE regcar.queue_entry q
    SET state = 'discarded', outcome = discard.reason, settled_by = session_user, settled_at = at
    WHERE q.id = queue_id AND q.state IN ('waiting', 'failed')
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('discarded', of_hold, ARRAY[queue_id], at);
        RETURN format('queue entry %s is discarded; its row stays in regcar.queue', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % is % already', queue_id, now_state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;

CREATE OR REPLACE FUNCTION verify_history(OUT events bigint, OUT head text, OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    e record;
BEGIN
    -- those of this transaction take their places now rather than at COMMIT
    IF EXISTS (SELECT FROM regcar.history h WHERE h.seq IS NULL) THEN
        SET CONSTRAINTS regcar.chain_event IMMEDIATE;
    END IF;

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
        ELSIF e.digest IS DISTINCT FROM regcar.event_digest(e.previous, e.seq, e.id, e.at, e.event, e.hold, e.actor, e.detail) THEN
            first_misfit := e.seq;
            problem := 'its digest is not that of its content and of the event before it';
            RETURN;
        ELSIF e.event <> ALL ('{placed,lifted,exempted,revoked,released,failed,retried,discarded}') THEN
            first_misfit := e.seq;
            problem := 'there is no such event';
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
    FROM (SELECT 'hold' AS kind, t.hold::text AS id, regcar.event_detail(t) AS detail FROM regcar.hold t
          UNION ALL
          SELECT 'exemption', t.exemption::text, regcar.event_detail(t) FROM regcar.exemption t) s
    FULL JOIN (SELECT DISTINCT ON (x.kind, x.id) x.*
               FROM (SELECT CASE WHEN h.event IN ('placed', 'lifted') THEN 'hold' ELSE 'exemption' END AS kind,
                            CASE WHEN h.event IN ('placed', 'lifted') THEN h.hold::text
                                 ELSE h.detail ->> 'exemption' END AS id, h.seq, h.detail
                     FROM regcar.history h WHERE h.event IN ('placed', 'lifted', 'exempted', 'revoked')) x
               ORDER BY x.kind, x.id, x.seq DESC) l
        ON (l.kind, l.id) = (s.kind, s.id)
    -- a column that came with an update was not there yet, and is null
    WHERE l.detail IS DISTINCT FROM s.detail - ARRAY(SELECT c.key FROM jsonb_each(s.detail) c WHERE c.value = 'null' AND NOT l.detail ? c.key)
    ORDER BY l.seq, s.kind DESC, length(s.id), s.id LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;

    -- queued registrations as they were submitted, and as the last event about each left them
    SELECT h.seq, 'a queued registration that this event names is not as it was submitted'
    INTO first_misfit, problem
    FROM regcar.history h
    WHERE h.event IN ('released', 'failed', 'retried', 'discarded')
      AND h.detail - 'outcomes' IS DISTINCT FROM
          regcar.entries_detail(ARRAY(SELECT i::bigint FROM jsonb_path_query(h.detail, '$.ids[*] ? (@ >= 1 && @ <= 9223372036854775807)') i)) - 'outcomes'
    ORDER BY h.seq LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT l.seq, CASE WHEN q.state::text <> coalesce(l.state, 'waiting') THEN format('queue entry %s is %s', q.id, q.state)
                       ELSE format('queue entry %s is not as this event left it', q.id) END
    INTO first_misfit, problem
    FROM regcar.queue_entry q
    LEFT JOIN (SELECT DISTINCT ON (i.id) i.id::bigint AS id, h.seq, h.actor, h.at, h.detail #>> ARRAY['outcomes', i.id] AS outcome,
                      CASE h.event WHEN 'retried' THEN 'waiting' ELSE h.event END AS state
               FROM regcar.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id)
               WHERE h.event IN ('released', 'failed', 'retried', 'discarded')
               ORDER BY i.id, h.seq DESC) l ON l.id = q.id
    -- release() says of one that goes on waiting why, and that is no event
    WHERE CASE WHEN coalesce(l.state, 'waiting') = 'waiting'
               THEN (q.state, q.settled_by, q.settled_at) IS DISTINCT FROM ('waiting', NULL, NULL)
               ELSE (q.state::text, q.settled_by, q.settled_at, q.outcome) IS DISTINCT FROM (l.state, l.actor, l.at, l.outcome) END
    ORDER BY l.seq, q.id LIMIT 1;
END
$$;

CREATE FUNCTION standing_holds() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH e AS (
        SELECT t.exemption, t.hold, encode(sha256(convert_to(regcar.event_detail(t)::text, 'UTF8')), 'hex') AS digest
        FROM regcar.active_exemptions a JOIN regcar.exemption t USING (exemption))
    SELECT jsonb_build_object(
        'hold', (SELECT coalesce(jsonb_object_agg(t.hold, encode(sha256(convert_to(regcar.event_detail(t)::text, 'UTF8')), 'hex')), '{}')
                 FROM regcar.active_holds a JOIN regcar.hold t USING (hold)),
        'exemption', (SELECT coalesce(jsonb_object_agg(e.exemption, e.digest), '{}') FROM e),
        'exempt', (SELECT coalesce(jsonb_object_agg(o.hold, o.digests), '{}')
                   FROM (SELECT e.hold, jsonb_agg(e.digest ORDER BY e.exemption) AS digests FROM e GROUP BY e.hold) o),
        'last_hold', (SELECT last_value - (NOT is_called)::integer FROM regcar.hold_hold_seq),
        'last_exemption', (SELECT last_value - (NOT is_called)::integer FROM regcar.exemption_exemption_seq))
$$;
REVOKE ALL ON FUNCTION standing_holds() FROM PUBLIC;
COMMENT ON FUNCTION standing_holds() IS
    'what nodes compare: a SHA-256 over each hold and exemption that stands on this one, by number, those of the exemptions also by hold, and the last number of each kind';

CREATE FUNCTION hold_rows(holds bigint[], exemptions bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH e AS (SELECT t.* FROM regcar.exemption t WHERE t.exemption = ANY (exemptions))
    SELECT jsonb_build_object(
        -- an exemption goes with its hold, by which the other node knows that it means the same one
        'hold', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar.hold t
                 WHERE t.hold = ANY (holds) OR t.hold IN (SELECT e.hold FROM e)),
        'exemption', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar.exemption t
                      WHERE t.exemption IN (SELECT e.exemption FROM e)))
$$;
REVOKE ALL ON FUNCTION hold_rows(bigint[], bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION hold_rows(bigint[], bigint[]) IS 'holds and exemptions of this node by number, as one hands them to another node';

CREATE FUNCTION skip_numbers(hold bigint, exemption bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- a JSON number that every reader keeps exactly; the sequence never ends by this
    SELECT setval('regcar.hold_hold_seq', hold) FROM regcar.hold_hold_seq
    WHERE hold >= last_value + is_called::integer AND hold < 9007199254740992;
    SELECT setval('regcar.exemption_exemption_seq', exemption) FROM regcar.exemption_exemption_seq
    WHERE exemption >= last_value + is_called::integer AND exemption < 9007199254740992;
$$;
REVOKE ALL ON FUNCTION skip_numbers(bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION skip_numbers(bigint, bigint) IS
    'let this node go on counting behind numbers that another node has given to a hold and an exemption';

CREATE FUNCTION adopt_holds(rows jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5 s'
AS $$
DECLARE
    ends text[] := '{lifted_by,lifted_at,lift_reason,revoked_by,revoked_at,revoke_reason}';
    same bigint[] := '{}';
    problems text[] := '{}';
    new_hold regcar.hold;
    hold regcar.hold;
    new_exemption regcar.exemption;
    exemption regcar.exemption;
BEGIN
    -- rows say who placed a hold: an operator brings what others did only where there are nodes to bring it from
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN
        PERFORM regcar.nodes();
    END IF;
    PERFORM regcar.skip_numbers((SELECT max((h ->> 'hold')::bigint) FROM jsonb_array_elements(rows -> 'hold') h),
                                (SELECT max((e ->> 'exemption')::bigint) FROM jsonb_array_elements(rows -> 'exemption') e));
    FOR new_hold IN
        SELECT (jsonb_populate_record(NULL::regcar.hold, h)).* FROM jsonb_array_elements(rows -> 'hold') h ORDER BY 1
    LOOP
        PERFORM regcar.check_scope(new_hold.scope);
        INSERT INTO regcar.hold OVERRIDING SYSTEM VALUE SELECT new_hold.*
        ON CONFLICT ON CONSTRAINT hold_pkey DO NOTHING;
        IF FOUND THEN
            PERFORM regcar.record_event(CASE WHEN new_hold.lifted_at IS NULL THEN 'placed' ELSE 'lifted' END,
                                        new_hold.hold, regcar.event_detail(new_hold));
        ELSE
            SELECT t.* INTO hold FROM regcar.hold t WHERE t.hold = new_hold.hold FOR UPDATE;
            IF regcar.event_detail(hold) - ends <> regcar.event_detail(new_hold) - ends THEN
                problems := problems || format('hold %s is another one there: %s', hold.hold, hold.reason);
                CONTINUE;
            ELSIF hold.lifted_at IS NULL AND new_hold.lifted_at IS NOT NULL THEN
                UPDATE regcar.hold t
                SET lifted_by = new_hold.lifted_by, lifted_at = new_hold.lifted_at, lift_reason = new_hold.lift_reason
                WHERE t.hold = new_hold.hold;
                PERFORM regcar.record_event('lifted', new_hold.hold, regcar.event_detail(new_hold));
            ELSIF hold.lifted_at IS NOT NULL AND new_hold.lifted_at IS NULL THEN
                problems := problems || format('hold %s was lifted there by %s at %s: %s',
                                               hold.hold, hold.lifted_by, hold.lifted_at, hold.lift_reason);
            END IF;
        END IF;
        same := same || new_hold.hold;
    END LOOP;
    FOR new_exemption IN
        SELECT (jsonb_populate_record(NULL::regcar.exemption, e)).* FROM jsonb_array_elements(rows -> 'exemption') e ORDER BY 1
    LOOP
        -- never from a hold that only has the same number
        CONTINUE WHEN new_exemption.hold <> ALL (same);
        PERFORM regcar.check_scope(new_exemption.scope);
        INSERT INTO regcar.exemption OVERRIDING SYSTEM VALUE SELECT new_exemption.*
        ON CONFLICT ON CONSTRAINT exemption_pkey DO NOTHING;
        IF FOUND THEN
            PERFORM regcar.record_event(CASE WHEN new_exemption.revoked_at IS NULL THEN 'exempted' ELSE 'revoked' END,
                                        new_exemption.hold, regcar.event_detail(new_exemption));
        ELSE
            SELECT t.* INTO exemption FROM regcar.exemption t WHERE t.exemption = new_exemption.exemption FOR UPDATE;
            IF regcar.event_detail(exemption) - ends <> regcar.event_detail(new_exemption) - ends THEN
                problems := problems || format('exemption %s is another one there: %s', exemption.exemption, exemption.reason);
            ELSIF exemption.revoked_at IS NULL AND new_exemption.revoked_at IS NOT NULL THEN
                UPDATE regcar.exemption t
                SET revoked_by = new_exemption.revoked_by, revoked_at = new_exemption.revoked_at,
                    revoke_reason = new_exemption.revoke_reason
                WHERE t.exemption = new_exemption.exemption;
                PERFORM regcar.record_event('revoked', new_exemption.hold, regcar.event_detail(new_exemption));
            ELSIF exemption.revoked_at IS NOT NULL AND new_exemption.revoked_at IS NULL THEN
                problems := problems || format('exemption %s was revoked there by %s at %s: %s',
                                               exemption.exemption, exemption.revoked_by, exemption.revoked_at, exemption.revoke_reason);
            END IF;
        END IF;
    END LOOP;
    -- now, where lock_timeout counts, rather than at COMMIT
    SET CONSTRAINTS regcar.chain_event IMMEDIATE;
    RETURN to_jsonb(problems);
END
$$;
REVOKE ALL ON FUNCTION adopt_holds(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION adopt_holds(jsonb) IS
    'take over what hold_rows() of another node gave: place, exempt, lift and revoke what is not so here yet, each with its event, whose actor is who brought it; what could not be taken over and why, as an array of text. 22023 for what is no scope, 0A000 without Citus';

CREATE FUNCTION drain_node(wait interval) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    until timestamptz := clock_timestamp() + least(wait, '1 year');
    remaining jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM regcar.drain(wait) d);
    -- prepared by Citus for a transaction on several nodes, which then ends by itself
    gids text[] := ARRAY(SELECT d ->> 'gid' FROM jsonb_array_elements(remaining) d WHERE d ->> 'gid' LIKE 'citus\_%');
BEGIN
    LOOP
        gids := ARRAY(SELECT p.gid FROM pg_prepared_xacts p WHERE p.gid = ANY (gids));
        EXIT WHEN gids = '{}' OR clock_timestamp() >= until;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN (SELECT coalesce(jsonb_agg(d), '[]') FROM jsonb_array_elements(remaining) d
            WHERE (d ->> 'gid' LIKE 'citus\_%') IS NOT TRUE OR d ->> 'gid' = ANY (gids));
END
$$;
REVOKE ALL ON FUNCTION drain_node(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_node(interval) IS
    'drain() of this node as one JSON array; transactions that Citus prepared are waited for too, for Citus ends them';

CREATE FUNCTION nodes(OUT node text, OUT name text, OUT port integer, OUT here boolean, OUT active boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RAISE EXCEPTION 'there are no other nodes: this database has no Citus'
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CALL regcar.lockdown(...) and the like are for one server; a publication of regcar.hold and regcar.exemption carries holds to others.';
    END IF;
    RETURN QUERY EXECUTE
        'SELECT format(''%s:%s'', n.nodename, n.nodeport), n.nodename::text, n.nodeport, n.groupid = g.groupid, n.isactive '
        'FROM pg_dist_node n CROSS JOIN pg_dist_local_group g '
        'WHERE n.noderole = ''primary'' AND n.nodecluster = current_setting(''citus.cluster_name'') '
        'UNION ALL '
        -- a coordinator that was not told its own address is no node of Citus, but has tables
        'SELECT ''this node'', NULL, NULL, true, true FROM pg_dist_local_group g '
        'WHERE NOT EXISTS (SELECT FROM pg_dist_node n WHERE n.groupid = g.groupid) '
        'ORDER BY 2, 3';
END
$$;
REVOKE ALL ON FUNCTION nodes() FROM PUBLIC;
COMMENT ON FUNCTION nodes() IS
    'primary nodes of the Citus cluster, this one among them, those too that are disabled; 0A000 without Citus';

CREATE FUNCTION ask_nodes(names text[], ports integer[], commands text[], OUT node text, OUT success boolean, OUT result text)
    RETURNS SETOF record
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    patience text := current_setting('citus.node_connection_timeout');
    ms integer := (SELECT s.setting FROM pg_settings s WHERE s.name = 'citus.node_connection_timeout');
BEGIN
    IF coalesce(cardinality(names), 0) = 0 THEN
        RETURN;
    END IF;
    -- the nodes that answer wait for those that do not
    PERFORM set_config('citus.node_connection_timeout', least(ms, 5000)::text, true);
    RETURN QUERY EXECUTE
        'SELECT format(''%s:%s'', r.node_name, r.node_port), r.success, r.result '
        'FROM master_run_on_worker($1, $2, $3, true) r' USING names, ports, commands;
    PERFORM set_config('citus.node_connection_timeout', patience, true);
END
$$;
REVOKE ALL ON FUNCTION ask_nodes(text[], integer[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION ask_nodes(text[], integer[], text[]) IS
    'run a command on each of some nodes at once, as the caller; what it gave, or why it failed. Connecting takes citus.node_connection_timeout, but at most 5 s';

CREATE FUNCTION node_states() RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    states jsonb;
BEGIN
    WITH n AS (SELECT * FROM regcar.nodes()),
    other AS (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports, array_agg('SELECT regcar.standing_holds()'::text) AS commands
              FROM n WHERE NOT n.here AND n.active)
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'node', n.node, 'name', n.name, 'port', n.port, 'here', n.here,
               'answer', CASE WHEN n.here THEN regcar.standing_holds() WHEN a.success THEN a.result::jsonb END,
               'problem', CASE WHEN NOT n.active THEN 'it is disabled in Citus'
                               WHEN NOT n.here AND a.success IS NOT TRUE THEN coalesce(a.result, 'it does not answer') END)
               ORDER BY n.name, n.port), '[]')
    INTO states
    FROM n LEFT JOIN (other CROSS JOIN LATERAL regcar.ask_nodes(other.names, other.ports, other.commands) a) ON a.node = n.node;

    -- what this node places next has a number that is free on each of them
    PERFORM regcar.skip_numbers(max((s #>> '{answer,last_hold}')::bigint), max((s #>> '{answer,last_exemption}')::bigint))
    FROM jsonb_array_elements(states) s;
    RETURN states;
END
$$;
REVOKE ALL ON FUNCTION node_states() FROM PUBLIC;
COMMENT ON FUNCTION node_states() IS
    'what standing_holds() is on each node, or the problem with it; this node then counts on behind all of them. 0A000 without Citus';

CREATE FUNCTION spread_holds(states jsonb, wait interval, drains boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    start timestamptz := clock_timestamp();
    own jsonb := regcar.standing_holds();
    names text[];
    ports integer[];
    commands text[];
    named integer := 0;
    r record;
BEGIN
    -- what does not stand there as it stands here, and what has ended here alone
    SELECT array_agg(s ->> 'name'), array_agg((s ->> 'port')::integer),
           array_agg(format('SELECT regcar.adopt_holds(%L)', regcar.hold_rows(
               ARRAY(SELECT coalesce(o.key, t.key)::bigint
                     FROM jsonb_each(own -> 'hold') o FULL JOIN jsonb_each(s #> '{answer,hold}') t USING (key)
                     WHERE o.value IS DISTINCT FROM t.value),
               ARRAY(SELECT coalesce(o.key, t.key)::bigint
                     FROM jsonb_each(own -> 'exemption') o FULL JOIN jsonb_each(s #> '{answer,exemption}') t USING (key)
                     WHERE o.value IS DISTINCT FROM t.value))))
    INTO names, ports, commands
    FROM jsonb_array_elements(states) s WHERE s ->> 'problem' IS NULL AND NOT (s ->> 'here')::boolean;

    FOR r IN
        SELECT s ->> 'node' AS node, s ->> 'problem' AS problem
        FROM jsonb_array_elements(states) s WHERE s ->> 'problem' IS NOT NULL
        UNION ALL
        SELECT a.node, CASE WHEN a.success THEN p.problem ELSE coalesce(a.result, 'it does not answer') END
        FROM regcar.ask_nodes(names, ports, commands) a
        LEFT JOIN LATERAL jsonb_array_elements_text(CASE WHEN a.success THEN a.result::jsonb ELSE '[]' END) p (problem) ON true
    LOOP
        CONTINUE WHEN r.problem IS NULL;
        named := named + 1;
        RAISE WARNING 'node % does not have all holds and exemptions of this one', r.node
            USING DETAIL = r.problem,
                  HINT = 'CALL regcar.sync_nodes(); brings it up to date once that is put right; SELECT * FROM regcar.holds_on_nodes(); shows what stands where.';
    END LOOP;

    IF drains THEN
        -- a node with a problem may hold all the same but for that
        SELECT array_agg(format('SELECT regcar.drain_node(%L)', wait)) INTO commands FROM unnest(names);
        FOR r IN
            SELECT d.node, d.success, d.result, e.value AS entry
            FROM (SELECT s ->> 'node' AS node, true AS success, regcar.drain_node(wait)::text AS result
                  FROM jsonb_array_elements(states) s WHERE (s ->> 'here')::boolean
                  UNION ALL
                  SELECT a.node, a.success, a.result FROM regcar.ask_nodes(names, ports, commands) a) d
            LEFT JOIN LATERAL jsonb_array_elements(CASE WHEN d.success THEN d.result::jsonb ELSE '[]' END) e ON true
            WHERE NOT d.success OR e.value IS NOT NULL
        LOOP
            named := named + 1;
            IF NOT r.success THEN
                RAISE WARNING 'node % was not drained', r.node
                    USING DETAIL = coalesce(r.result, 'It does not answer.'), HINT = 'CALL regcar.sync_nodes(); drains again.';
            ELSIF r.entry ->> 'gid' IS NOT NULL THEN
                RAISE WARNING 'on node % prepared transaction "%" of % may still register', r.node, r.entry ->> 'gid', r.entry ->> 'usename'
                    USING HINT = format('There: ROLLBACK PREPARED %L; to drop what it registered.', r.entry ->> 'gid');
            ELSE
                RAISE WARNING 'on node % session % of % is still committing a registration', r.node, r.entry ->> 'pid', r.entry ->> 'usename'
                    USING HINT = 'CALL regcar.sync_nodes(); waits for it again.';
            END IF;
        END LOOP;
    END IF;

    RAISE NOTICE '%', CASE
        WHEN named > 0 THEN format('all nodes have the holds of this one (%s standing) but for what is named above',
                                   (SELECT count(*) FROM jsonb_object_keys(own -> 'hold')))
        WHEN drains THEN format('%s nodes have the holds of this one (%s standing): nothing that they cover commits any more (%s ms)',
                                jsonb_array_length(states), (SELECT count(*) FROM jsonb_object_keys(own -> 'hold')),
                                round(extract(epoch FROM clock_timestamp() - start) * 1000))
        ELSE format('%s nodes have the holds of this one (%s standing)',
                    jsonb_array_length(states), (SELECT count(*) FROM jsonb_object_keys(own -> 'hold'))) END;
END
$$;
REVOKE ALL ON FUNCTION spread_holds(jsonb, interval, boolean) FROM PUBLIC;
COMMENT ON FUNCTION spread_holds(jsonb, interval, boolean) IS
    'after node_states(): hand what stands here, and what has ended, to the nodes that have it otherwise, all of which commit it; then drain all of them. A WARNING for each node that does not obey and each transaction that is left';

CREATE FUNCTION call_nodes(command text) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        WITH n AS (SELECT * FROM regcar.nodes())
        SELECT n.node, 'it is disabled in Citus' AS problem FROM n WHERE NOT n.active
        UNION ALL
        SELECT a.node, coalesce(a.result, 'it does not answer')
        FROM (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports, array_agg(command) AS commands
              FROM n WHERE NOT n.here AND n.active) o
        CROSS JOIN LATERAL regcar.ask_nodes(o.names, o.ports, o.commands) a WHERE a.success IS NOT TRUE
    LOOP
        RAISE WARNING 'node % did not: %', r.node, command USING DETAIL = r.problem;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION call_nodes(text) FROM PUBLIC;
COMMENT ON FUNCTION call_nodes(text) IS 'run a command on every other node; a WARNING for each that could not, disabled ones too';

CREATE FUNCTION holds_on_nodes(OUT node text, OUT hold bigint, OUT status text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS MATERIALIZED (SELECT regcar.standing_holds() AS state),
    n AS MATERIALIZED (SELECT s FROM jsonb_array_elements(regcar.node_states()) s)
    SELECT s ->> 'node', h.hold, coalesce(s ->> 'problem', h.status, 'no hold stands')
    FROM n CROSS JOIN own
    LEFT JOIN LATERAL (
        SELECT key::bigint AS hold,
               CASE WHEN o.value IS NULL AND EXISTS (SELECT FROM regcar.hold_history p WHERE p.hold = key::bigint) THEN 'stands there still'
                    WHEN o.value IS NULL THEN 'stands there alone'
                    WHEN t.value IS NULL THEN 'does not stand there'
                    WHEN t.value <> o.value THEN 'another hold has this number there'
                    WHEN s #> ARRAY['answer', 'exempt', key] IS DISTINCT FROM state #> ARRAY['exempt', key] THEN 'stands, with other exemptions'
                    ELSE 'stands' END AS status
        FROM jsonb_each(state -> 'hold') o FULL JOIN jsonb_each(s #> '{answer,hold}') t USING (key)
        WHERE s ->> 'problem' IS NULL) h ON true
    ORDER BY s ->> 'name', (s ->> 'port')::integer, h.hold
$$;
REVOKE ALL ON FUNCTION holds_on_nodes() FROM PUBLIC;
COMMENT ON FUNCTION holds_on_nodes() IS
    'each node with each hold that stands here or there: stands, or in what it differs from this node; a node that does not answer with the reason. 0A000 without Citus';

CREATE PROCEDURE lockdown_on_nodes(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown_on_nodes';
REVOKE ALL ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) IS
    'lockdown() of a Citus cluster: place a hold here and on every node, each of which commits it, then drain all of them. A WARNING names each node that does not obey and each transaction that is left; 0A000 without Citus, 25001 inside a transaction block';

CREATE PROCEDURE lift_hold_on_nodes(hold bigint, reason text)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lift_hold_on_nodes';
REVOKE ALL ON PROCEDURE lift_hold_on_nodes(bigint, text) FROM PUBLIC;
COMMENT ON PROCEDURE lift_hold_on_nodes(bigint, text) IS
    'lift_hold() here and on every node; a node that does not answer goes on holding, and is named. Errors as lift_hold() and lockdown_on_nodes()';

CREATE PROCEDURE exempt_on_nodes(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_exempt_on_nodes';
REVOKE ALL ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz) FROM PUBLIC;
COMMENT ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz) IS
    'exempt() here and on every node. Errors as exempt() and lockdown_on_nodes()';

CREATE PROCEDURE revoke_exemption_on_nodes(exemption bigint, reason text, wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_revoke_exemption_on_nodes';
REVOKE ALL ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) FROM PUBLIC;
COMMENT ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) IS
    'revoke_exemption() here and on every node, then drain all of them. Errors as revoke_exemption() and lockdown_on_nodes()';

CREATE PROCEDURE sync_nodes(wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_sync_nodes';
REVOKE ALL ON PROCEDURE sync_nodes(interval) FROM PUBLIC;
COMMENT ON PROCEDURE sync_nodes(interval) IS
    'give every node the holds and exemptions that stand here and it lacks, end there what has ended here, and drain all: for a node that was away, or is new. Doing it again changes nothing. Errors as lockdown_on_nodes()';

CREATE PROCEDURE release_on_nodes(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release_on_nodes';
REVOKE ALL ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) IS
    'release() here and then on all other nodes at once, each its own queue and up to max_rows of it. Errors as release() and lockdown_on_nodes(); a WARNING names each node that could not';
COMMENT ON FUNCTION hold_for(regclass, jsonb) IS
    'holds that would stop this row as a registration just now, the one that decides first; no row: it would be accepted. What the row leaves out matches every hold. 42P01 for a table that is gone, 22023 for what is no JSON object';

CREATE FUNCTION html_more(lines bigint, shown integer, instead text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s more: <code>%s</code>', regcar.html_number(lines - shown), regcar.html_text(instead))
    WHERE lines > shown
$$;
REVOKE ALL ON FUNCTION html_more(bigint, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION html_more(bigint, integer, text) IS
    'the note below a table that does not show all its lines: how many more there are, and which statement has them; NULL if it does';

CREATE OR REPLACE FUNCTION incident_of(hold bigint) RETURNS incident_span
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    i regcar.incident_span;
    placed_at timestamptz;
    settled_at timestamptz;
BEGIN
    SELECT h.incident INTO i.reference FROM regcar.hold h WHERE h.hold = incident_of.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(incident_of.hold::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    i.as_of := clock_timestamp();
    -- one that was lifted before it started never began
    SELECT array_agg(h.hold ORDER BY h.hold), array_agg(h.began_at ORDER BY h.hold), array_agg(h.ended_at ORDER BY h.hold),
           min(h.placed_at), min(h.began_at),
           CASE WHEN bool_and(h.ended_at IS NOT NULL) AND min(h.began_at) IS NOT NULL THEN max(h.ended_at) END
    INTO i.holds, i.began, i.ended, placed_at, i.began_at, i.ended_at
    FROM (SELECT t.hold, t.placed_at, e.ended_at,
                 CASE WHEN isfinite(b.began_at) AND (b.began_at <= e.ended_at) IS NOT FALSE THEN b.began_at END AS began_at
          FROM regcar.hold t
          CROSS JOIN LATERAL (VALUES (greatest(t.placed_at, t.starts_at))) b (began_at)
          CROSS JOIN LATERAL (SELECT max(v.at) FROM (VALUES (least(t.lifted_at, t.expires_at))) v (at)
                              WHERE v.at <= i.as_of) e (ended_at)
          WHERE t.hold = incident_of.hold OR t.incident = i.reference) h;
    SELECT max(q.settled_at) INTO settled_at FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);

    i.until := least(i.as_of, coalesce(greatest(i.ended_at, settled_at), i.as_of) + interval '1 day');
    i.since := least(i.began_at, placed_at, i.until) - interval '1 day';
    -- 200 steps at most, on whole hours or days of the clock on the wall
    SELECT min(s) INTO i.step FROM unnest('{1 h,2 h,3 h,6 h,12 h,1 d,2 d,7 d,28 d,364 d}'::interval[]) s
    WHERE extract(epoch FROM i.until - i.since) <= 200 * extract(epoch FROM s);
    i.since := date_bin(i.step, i.since, date_trunc('day', i.since));
    RETURN i;
END
$$;
COMMENT ON FUNCTION incident_of(bigint) IS
    'the incident of a hold: that hold, and all of the same incident if it names one; 22023 if there is none of that number';

CREATE OR REPLACE FUNCTION xid_age_at(moment timestamptz) RETURNS integer
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    upcoming CONSTANT bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    bottom CONSTANT bigint := greatest(2, upcoming - 2000000000);
    newer bigint := upcoming;
    older bigint;
    stride bigint := 1;
    probe bigint;
    committed_at timestamptz;
BEGIN
    -- down by longer and longer strides to a commit that is older, then between by halves
    WHILE older IS NULL OR newer - older > 1 LOOP
        probe := coalesce((newer + older) / 2, upcoming - stride);
        IF probe <= bottom THEN
            RETURN upcoming - bottom;
        END IF;
        stride := stride * 2;
        -- what aborted has no time; where many did in a row, rather too old than too new
        committed_at := NULL;
        SELECT c.at INTO committed_at
        FROM (SELECT pg_xact_commit_timestamp((x % 4294967296)::text::xid) AS at
              FROM generate_series(probe, least(probe + 1000, upcoming - 1)) x WHERE x % 4294967296 > 2) c
        WHERE c.at IS NOT NULL LIMIT 1;
        IF committed_at < moment THEN older := probe; ELSE newer := probe; END IF;
    END LOOP;
    RETURN upcoming - older;
END
$$;
COMMENT ON FUNCTION xid_age_at(timestamptz) IS 'how many transaction ids were given out since about then; rather too many than too few';

CREATE OR REPLACE FUNCTION incident_registrations(
    i incident_span, OUT target regclass, OUT phase text, OUT at timestamptz, OUT registrations bigint, OUT problem text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET row_security = off
    SET lock_timeout = '500ms' SET enable_sort = off
AS $$
DECLARE
    budget CONSTANT interval := '500 ms';
    chunk CONSTANT bigint := 1024;
    deadline timestamptz := clock_timestamp() + budget;
    oldest integer;
    t record;
    first_page bigint;
    end_page bigint;
BEGIN
    IF current_setting('track_commit_timestamp') <> 'on' THEN
        RETURN;
    END IF;
    -- a transaction that took longer than a day to commit is left out
    oldest := regcar.xid_age_at(i.since - interval '1 day');
    -- the small ones first: they are done whatever the largest takes
    FOR t IN
        SELECT g.oid::regclass AS leaf, coalesce(pg_partition_root(g.oid), g.oid)::regclass AS root,
               pg_relation_size(g.oid) / current_setting('block_size')::bigint AS pages
        FROM (SELECT DISTINCT r.tgrelid AS oid FROM pg_trigger r JOIN pg_class c ON c.oid = r.tgrelid
              WHERE r.tgfoid = 'regcar.registration_hold'::regproc AND r.tgtype & 1 = 1 AND c.relkind = 'r') g
        ORDER BY pages, g.oid
    LOOP
        target := t.root;
        end_page := t.pages;
        IF NOT has_table_privilege(t.leaf, 'SELECT') THEN
            problem := format('%s may not read %s', current_user, t.leaf);
            RETURN NEXT;
            CONTINUE;
        END IF;
        BEGIN
            -- new rows are near the end, as a rule
            WHILE end_page > 0 AND clock_timestamp() < deadline LOOP
                first_page := greatest(0, end_page - chunk);
                RETURN QUERY EXECUTE format(
                    'SELECT $1, p.phase, date_bin($2, p.at, $3), count(*), NULL::text'
                    ' FROM (SELECT c.at, CASE WHEN c.at < $4 THEN ''before'' WHEN c.at < $5 THEN ''during'' ELSE ''after'' END AS phase'
                    '       FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM ONLY %s'
                    '             WHERE ctid >= $7 AND ctid < $8 AND age(xmin) <= $9 OFFSET 0) c'
                    '       WHERE c.at >= $3 AND c.at < $6) p GROUP BY 2, 3', t.leaf)
                USING t.root, i.step, i.since, coalesce(i.began_at, 'infinity'), coalesce(i.ended_at, 'infinity'), i.until,
                      format('(%s,0)', first_page)::tid, format('(%s,0)', end_page)::tid, oldest;
                end_page := first_page;
            END LOOP;
            IF end_page > 0 THEN
                problem := format('only the last %s of %s pages of %s were read', t.pages - end_page, t.pages, t.leaf);
                RETURN NEXT;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            problem := format('%s: %s', t.leaf, SQLERRM);
            RETURN NEXT;
        END;
        problem := NULL;
    END LOOP;
END
$$;

CREATE FUNCTION incident_table(target regclass, target_name text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text
                     FROM pg_class c WHERE c.oid = target), target_name)
$$;
REVOKE ALL ON FUNCTION incident_table(regclass, text) FROM PUBLIC;
COMMENT ON FUNCTION incident_table(regclass, text) IS
    'the name of a queued registration''s table for reading, that of the whole table for a partition';

CREATE OR REPLACE FUNCTION incident_stages(
    i incident_span, longest integer, OUT at timestamptz, OUT change text, OUT further bigint,
    OUT queued bigint, OUT released bigint, OUT failed bigint, OUT waiting bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH change (at, kind, n, hold, scope) AS (
        SELECT k.at, k.kind, h.hold, h.hold, h.scope
        FROM unnest(i.holds, i.began, i.ended) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)
        CROSS JOIN LATERAL (VALUES (r.began_at, 1), (r.ended_at, 2)) k (at, kind)
        UNION ALL
        SELECT k.at, k.kind, e.exemption, e.hold, e.scope
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
        CROSS JOIN LATERAL (VALUES (e.granted_at, 3), (least(e.revoked_at, e.expires_at), 4)) k (at, kind)
    ), joined AS (
        SELECT c.*, count(*) FILTER (WHERE c.is_new) OVER (ORDER BY c.at, c.kind, c.n) AS stage
        FROM (SELECT c.*, c.at > lag(c.at) OVER same + interval '1 min' OR c.kind IS DISTINCT FROM lag(c.kind) OVER same AS is_new
              FROM change c WHERE c.at <= i.as_of WINDOW same AS (ORDER BY c.at, c.kind, c.n)) c
    ), stage AS (
        SELECT j.stage, min(j.at) AS at,
               CASE WHEN count(*) = 1
                    THEN format((ARRAY['Hold %1$s begins: ', 'Hold %1$s ends: ', 'Exemption %1$s from hold %2$s: ',
                                       'Exemption %1$s ends: '])[min(j.kind)], min(j.n), min(j.hold))
                         || regcar.incident_scope(min(j.scope::text)::jsonb)
                    ELSE format((ARRAY['%s holds begin', '%s holds end', '%s exemptions', '%s exemptions end'])[min(j.kind)],
                                regcar.html_number(count(*))) END AS change
        FROM joined j GROUP BY j.stage
    ), bound AS (
        SELECT array_agg(s.at ORDER BY s.stage) AS at FROM stage s
    ), counted AS (
        SELECT s.stage, coalesce(a.queued, 0) AS queued, coalesce(b.released, 0) AS released,
               coalesce(b.failed, 0) AS failed, coalesce(b.discarded, 0) AS discarded
        FROM stage s
        LEFT JOIN (SELECT greatest(1, width_bucket(q.submitted_at, bound.at)) AS stage, count(*) AS queued
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound GROUP BY 1) a USING (stage)
        LEFT JOIN (SELECT greatest(1, width_bucket(q.settled_at, bound.at)) AS stage,
                          count(*) FILTER (WHERE q.state = 'released') AS released,
                          count(*) FILTER (WHERE q.state = 'failed') AS failed,
                          count(*) FILTER (WHERE q.state = 'discarded') AS discarded
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound
                   WHERE q.settled_at IS NOT NULL GROUP BY 1) b USING (stage)
    ), folded AS (
        SELECT k.*, count(*) FILTER (WHERE k.rank <= longest OR k.stage = 1) OVER (ORDER BY k.stage) AS fold
        FROM (SELECT s.at, s.change, c.*, row_number() OVER (ORDER BY c.queued + c.released + c.failed DESC, s.stage) AS rank
              FROM stage s JOIN counted c USING (stage)) k
    )
    SELECT min(f.at), (array_agg(f.change ORDER BY f.stage))[1], count(*) - 1,
           sum(f.queued)::bigint, sum(f.released)::bigint, sum(f.failed)::bigint,
           (sum(sum(f.queued - f.released - f.failed - f.discarded)) OVER (ORDER BY f.fold))::bigint
    FROM folded f GROUP BY f.fold ORDER BY f.fold
$$;

CREATE OR REPLACE FUNCTION incident_band(i incident_span, since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((
        SELECT format('<rect class="band" x="%s" y="28" width="%s" height="172"/>', x1, x2 - x1)
               || format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x1)
               || CASE WHEN i.ended_at IS NULL THEN ''
                       ELSE format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x2) END
        FROM (SELECT regcar.svg_x(i.began_at, since, until),
                     regcar.svg_x(coalesce(i.ended_at, until), since, until)) x (x1, x2)
        WHERE i.began_at < until), '')
$$;
COMMENT ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) IS
    'in a chart: from when to when something was held';

CREATE OR REPLACE FUNCTION incident_band_names(i incident_span) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(
               CASE WHEN v.x < v.turn THEN format('<text class="mark right" x="%s" y="22">%s</text>', v.x + 5, v.name)
                    ELSE format('<text class="mark left" x="%s" y="22">%s</text>', v.x - 5, v.name) END, '' ORDER BY v.x), '')
    FROM (VALUES (regcar.svg_x(i.began_at, i.since, i.until), 200, 'held', i.began_at),
                 (regcar.svg_x(i.ended_at, i.since, i.until), 600, 'open', i.ended_at)) v (x, turn, name, at)
    WHERE v.at < i.until
$$;

CREATE OR REPLACE FUNCTION incident_hours(
    i incident_span, id text, title text, caption text, description text,
    at timestamptz[], class text[], n numeric[]) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hours numeric := extract(epoch FROM i.step) / 3600;
    rates numeric[] := ARRAY(SELECT v / hours FROM unnest(n) WITH ORDINALITY u (v, o) ORDER BY o);
    highest numeric := (SELECT max(v.total)
                        FROM (SELECT sum(u.rate) FROM unnest(at, rates) u (at, rate) GROUP BY u.at) v (total));
    ceiling numeric := regcar.svg_ceiling(coalesce(highest, 0));
BEGIN
    IF hours > 1 THEN
        caption := caption || format(' Each column is the average over %s.', regcar.html_duration(i.step));
    END IF;
    RETURN regcar.svg_figure(id, title, caption, description,
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, i.since, i.until) || regcar.incident_band_names(i)
        || regcar.svg_bars(at, class, rates, i.step, i.since, i.until, ceiling) || regcar.svg_time_axis(i.since, i.until));
END
$$;

CREATE OR REPLACE FUNCTION incident_traffic(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bars record;
    seen text;
    problems text;
BEGIN
    WITH released AS (
        SELECT q.target::regclass AS target, q.target_name, date_bin(i.step, q.settled_at, i.since) AS at,
               CASE WHEN q.settled_at < i.began_at THEN 'before'
                    WHEN (q.settled_at < i.ended_at) IS NOT FALSE THEN 'during' ELSE 'after' END AS phase,
               count(*) AS n
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        WHERE q.state = 'released' GROUP BY 1, 2, 3, 4
    ), fed AS (
        SELECT regcar.incident_table(r.target, r.target_name) AS target, r.at, r.phase, sum(r.n) AS n
        FROM released r GROUP BY 1, 2, 3
    ), counted AS (
        SELECT c.phase, c.at, sum(c.registrations) AS n,
               coalesce(sum(least(f.n, c.registrations)) FILTER (WHERE f.n > 0), 0) AS fed
        FROM jsonb_to_recordset(registrations) c (target text, phase text, at timestamptz, registrations numeric)
        LEFT JOIN fed f USING (target, at, phase)
        WHERE c.registrations IS NOT NULL GROUP BY c.phase, c.at
    ), bar AS (
        SELECT c.at, v.class, v.n, array_position('{before,during,after}', c.phase) * 2 + v.o AS place
        FROM counted c, LATERAL (VALUES (0, c.phase, c.n - c.fed), (1, 'fed', c.fed)) v (o, class, n) WHERE v.n > 0
    ), phase AS (
        SELECT v.o, v.name, v.lasted, coalesce(sum(c.n), 0) AS n, coalesce(sum(c.fed), 0) AS fed
        FROM (VALUES (1, 'before', 'Before', least(i.began_at, i.until) - i.since),
                     (2, 'during', 'While held', least(i.ended_at, i.until) - i.began_at),
                     (3, 'after', 'After', i.until - i.ended_at)) v (o, key, name, lasted)
        LEFT JOIN counted c ON c.phase = v.key
        WHERE v.lasted >= '0' GROUP BY v.o, v.name, v.lasted
    )
    SELECT coalesce(array_agg(b.at ORDER BY b.at, b.place), '{}') AS at,
           coalesce(array_agg(b.class ORDER BY b.at, b.place), '{}') AS class,
           coalesce(array_agg(b.n ORDER BY b.at, b.place), '{}') AS n,
           (SELECT array_agg(ARRAY[p.name, regcar.html_duration(p.lasted), regcar.html_number(p.n), regcar.html_number(p.fed),
                                   -- of seconds an hour would be made up
                                   CASE WHEN p.lasted >= '1 min'
                                        THEN regcar.html_number(round(p.n * 3600 / extract(epoch FROM p.lasted), 1)) END] ORDER BY p.o)
            FROM phase p) AS phases
    INTO bars FROM bar b;
    SELECT string_agg(format('%s: %s in %s.', bars.phases[g][1], bars.phases[g][3], bars.phases[g][2]), ' ' ORDER BY g)
    INTO seen FROM generate_subscripts(bars.phases, 1) g;
    SELECT string_agg(regcar.html_typed(p.problem, 200), '; ') FILTER (WHERE p.n <= 5)
           || CASE WHEN count(*) > 5 THEN format('; and %s more', count(*) - 5) ELSE '' END
    INTO problems
    FROM (SELECT c.problem, row_number() OVER (ORDER BY c.problem) AS n
          FROM jsonb_to_recordset(registrations) c (problem text) WHERE c.problem IS NOT NULL) p;

    RETURN regcar.incident_hours(i, 'traffic', 'Registrations an hour',
               'Committed in guarded tables, whatever the scope of the holds. '
               || regcar.svg_key('before', 'before') || regcar.svg_key('during', 'while anything was held')
               || regcar.svg_key('after', 'after') || regcar.svg_key('fed', 'fed back from the queue'),
               seen, bars.at, bars.class, bars.n)
        || regcar.html_table('Registrations before, while held and after',
                             '{When,Lasted,#Registrations,#From the queue,#An hour}', bars.phases)
        || coalesce('<p class="note">Not counted: ' || problems || E'.</p>\n', '');
END
$$;
COMMENT ON FUNCTION incident_traffic(incident_span, jsonb) IS
    'registrations an hour before, while anything was held, and after';

CREATE OR REPLACE FUNCTION incident_queue_traffic(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<p class="note">How many registrations were made is not known: <code>track_commit_timestamp</code> is off on '
           'this server. Instead, what went into the queue and what came out of it.</p>\n'
           || string_agg(regcar.incident_hours(i, v.class, v.title, v.caption, v.caption,
                                               b.at, array_fill(v.class, ARRAY[cardinality(b.at)]), b.n), '' ORDER BY v.o)
    FROM (VALUES (1, 'queue', 'Queued an hour', 'Registrations that were set aside.'),
                 (2, 'fed', 'Released an hour', 'Registrations that were fed back from the queue.')) v (o, class, title, caption)
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(c.at ORDER BY c.at), '{}') AS at, coalesce(array_agg(c.n ORDER BY c.at), '{}') AS n
        FROM (SELECT date_bin(i.step, CASE v.o WHEN 1 THEN q.submitted_at ELSE q.settled_at END, i.since) AS at,
                     count(*)::numeric AS n
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
              WHERE v.o = 1 OR q.state = 'released' GROUP BY 1) c) b
$$;
COMMENT ON FUNCTION incident_queue_traffic(incident_span) IS
    'what was queued and released an hour: all that is known where commits carry no time';

CREATE FUNCTION incident_depth(i incident_span, stages timestamptz[], until timestamptz) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    since timestamptz := coalesce(i.began_at, i.since);
    d record;
    ceiling numeric;
    outline text;
    marks text := '';
    x numeric;
    numbered_x numeric := 0;
BEGIN
    until := greatest(until, since + interval '10 s');
    -- in 320 strips, each two units wide: the most, and what is left to the next
    WITH change AS (
        SELECT q.submitted_at AS at, 1 AS n
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        UNION ALL
        SELECT q.settled_at, -1
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.settled_at IS NOT NULL
    ), depth AS (
        SELECT c.at, c.n AS change, sum(c.n) OVER (ORDER BY c.at, c.n DESC ROWS UNBOUNDED PRECEDING) AS n FROM change c
    ), strip AS (
        SELECT width_bucket(date_part('epoch', x.at), date_part('epoch', since), date_part('epoch', until), 320) AS n,
               max(x.n) AS most, sum(x.change) AS change, max(ARRAY[x.n, -date_part('epoch', x.at)]) AS peak
        FROM depth x GROUP BY 1
    )
    SELECT array_agg(ARRAY[s.n, s.most, s.remaining] ORDER BY s.n) AS strips, max(s.most) AS most,
           to_timestamp(-(max(s.peak))[2]) AS peak_at, (array_agg(s.remaining ORDER BY s.n DESC))[1] AS last
    INTO d
    FROM (SELECT t.n, t.most, t.peak, sum(t.change) OVER (ORDER BY t.n) AS remaining FROM strip t) s;

    ceiling := regcar.svg_ceiling(d.most);
    SELECT string_agg(format('H%sV%sV%s', 70 + 2 * least(greatest(d.strips[g][1], 1), 321),
                             regcar.svg_y(d.strips[g][2], ceiling), regcar.svg_y(d.strips[g][3], ceiling)), '' ORDER BY g)
    INTO outline FROM generate_subscripts(d.strips, 1) g;
    FOR n IN 1 .. coalesce(cardinality(stages), 0)
    LOOP
        x := regcar.svg_x(stages[n], since, until);
        marks := marks || format('<line class="change" x1="%1$s" y1="28" x2="%1$s" y2="200"/>', x);
        IF x - numbered_x >= 22 AND stages[n] <= until THEN
            marks := marks || format('<text class="mark stage" x="%s" y="22">%s</text>', x, n);
            numbered_x := x;
        END IF;
    END LOOP;

    RETURN regcar.svg_figure('depth', 'Registrations waiting in the queue',
        format('At most %s, on %s; %s at the end. The numbers are those of the stages below.', regcar.html_number(d.most),
               regcar.html_time(d.peak_at, false), regcar.html_number(d.last)),
        format('From none to %s, then down to %s.', regcar.html_number(d.most), regcar.html_number(d.last)),
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, since, until)
        || format('<path class="depth" d="M72 200%sH712V200"/>', outline) || marks || regcar.svg_time_axis(since, until));
END
$$;
REVOKE ALL ON FUNCTION incident_depth(incident_span, timestamptz[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION incident_depth(incident_span, timestamptz[], timestamptz) IS
    'a chart of how many registrations waited, until some moment, with the beginnings of stages';

CREATE OR REPLACE FUNCTION incident_restart(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stages record;
    until timestamptz;
BEGIN
    SELECT array_agg(s.at ORDER BY s.n) AS at,
           array_agg(ARRAY[
               s.n::text,
               s.change || CASE WHEN s.further > 0 THEN format(' and %s further changes', regcar.html_number(s.further)) ELSE '' END,
               regcar.html_time(s.at),
               format('<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                      '<rect x="%s" width="%s" height="10"/></svg> %s', 100 - s.share, s.share, regcar.html_number(s.released)),
               regcar.html_number(s.queued), regcar.html_number(s.failed), regcar.html_number(s.waiting),
               regcar.html_duration(s.lasted)] ORDER BY s.n) AS lines
    INTO stages
    FROM (SELECT t.*, row_number() OVER (ORDER BY t.at) AS n,
                 coalesce(lead(t.at) OVER (ORDER BY t.at), i.as_of) - t.at AS lasted,
                 round(100.0 * t.released / greatest(max(t.released) OVER (), 1), 1) AS share
          FROM regcar.incident_stages(i, 20) t) s;
    SELECT CASE WHEN bool_or(q.state = 'waiting') THEN i.as_of ELSE max(q.settled_at) END
    INTO until
    FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);
    IF until IS NULL THEN
        RETURN E'<p>Nothing was queued.</p>\n'
            || coalesce(regcar.html_table('Stages', '{#No.,What changed,At}', stages.lines[:][1:3]), '');
    END IF;
    RETURN regcar.incident_depth(i, stages.at, until)
        || coalesce(regcar.html_table('Releases by stage',
                                      '{#No.,What changed,At,#Released,#Queued,#Failed,#Waiting at the end,#Lasted}', stages.lines), '');
END
$$;
COMMENT ON FUNCTION incident_restart(incident_span) IS
    'how many registrations waited over time, and what was released in which stage, with a bar for each';

CREATE OR REPLACE FUNCTION incident_style() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'
:root { --paper: #fff; --ink: #1b1f24; --soft: #57606b; --line: #d4d9df; --wash: #f3f5f7;
  --before: #77838f; --during: #b3261e; --after: #2c6e49; --queue: #9a6200; --band: .07; color-scheme: light; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e7eaee; --soft: #9ba6b2; --line: #363d46;
  --wash: #1d2127; --before: #8b97a4; --during: #ff8a7a; --after: #74c493; --queue: #f0b64c; --band: .13; color-scheme: dark; } }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 58rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; line-height: 1.25; }
p, ul { max-width: 44rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
.kicker { max-width: none; margin: 0 0 .75rem; color: var(--soft); }
.plate { display: inline-block; padding: 0 .4em; border-radius: .2em; background: #f7d117; color: #111; letter-spacing: .03em; }
.lead { font-size: 1.2rem; line-height: 1.5; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 1.25rem 1.5rem; margin: 2rem 0; }
.tiles div { display: flex; flex-direction: column; justify-content: space-between; padding-top: .4rem;
  border-top: 2px solid var(--line); }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; white-space: nowrap; }
.todo { padding: .9rem 1.25rem; border-left: .3rem solid var(--during); background: var(--wash); }
.todo ul { margin: .25rem 0 0; padding-left: 1.2rem; }
figure { margin: 1.25rem 0 2rem; }
figcaption { max-width: 44rem; margin-bottom: .75rem; font-size: .9rem; }
.note, .key { color: var(--soft); font-size: .9rem; }
.key { margin-right: .75rem; white-space: nowrap; }
.key svg { display: inline-block; width: .75rem; vertical-align: -.05rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--soft); text-anchor: middle; }
svg .mark { font-weight: 600; fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.mark.left, .counts text { text-anchor: end; } .mark.right { text-anchor: start; }
.axis line { stroke: var(--soft); } .counts line { stroke: var(--line); }
.before { fill: var(--before); } .during { fill: var(--during); } .after { fill: var(--after); } .queue { fill: var(--queue); }
.fed { fill: url(#fed); stroke: var(--queue); stroke-width: .75; } #fed path { stroke: var(--queue); stroke-width: 1.5; }
.patterns { position: absolute; width: 0; height: 0; }
.band { fill: var(--during); opacity: var(--band); } .edge { stroke: var(--ink); stroke-dasharray: 4 3; }
.depth { fill: var(--queue); fill-opacity: .2; stroke: var(--queue); stroke-width: 1.5; }
.change { stroke: var(--soft); stroke-dasharray: 1 3; }
.bar { display: inline-block; width: 6rem; height: .7rem; margin-right: .4rem; } .bar rect { fill: var(--queue); }
.wide { overflow-x: auto; margin: 1rem 0 2rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
caption { padding-bottom: .4rem; text-align: left; font-weight: 600; }
th, td { padding: .4rem 1rem .4rem 0; max-width: 20rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; font-weight: inherit; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); vertical-align: bottom; border-color: var(--soft); }
.n { text-align: right; }
td.n, time { white-space: nowrap; }
tfoot td, .zone { color: var(--soft); }
@media (max-width: 36rem) { body { padding-top: 1.5rem; } h1 { font-size: 1.6rem; } .lead { font-size: 1.1rem; }
  svg text { font-size: 22px; } svg .stage { font-size: 18px; } table { font-size: .85rem; } th, td { padding-right: .75rem; }
  td:not(.n) { min-width: 5.5rem; }
  time { white-space: normal; } .bar { width: 3rem; } }
@media print { @page { margin: 15mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
  body { padding: 0; max-width: none; font-size: 10pt; } .tiles { grid-template-columns: repeat(7, auto); gap: .75rem; }
  h2 { margin-top: 2rem; } h2, caption, thead { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  figure, tr, .tiles, .todo, section:first-child .wide { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8.5pt; }
  time { white-space: normal; } .bar { width: 4rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
'
$$;

CREATE OR REPLACE FUNCTION incident_summary(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    q record;
    reason text := (SELECT h.reason FROM regcar.hold h WHERE h.hold = i.holds[1]);
    stand bigint[] := ARRAY(SELECT r.hold FROM unnest(i.holds, i.ended) r (hold, ended_at) WHERE r.ended_at IS NULL);
    unsound bigint := (SELECT count(*) FROM regcar.guards g WHERE g.status <> 'ok');
    duration text := regcar.html_duration(least(i.ended_at, i.as_of) - i.began_at);
    began text := regcar.html_time(i.began_at, false);
    lead text;
    became text;
    todo text;
    tiles text;
BEGIN
    SELECT count(*) AS queued,
           count(*) FILTER (WHERE e.state = 'released') AS released,
           count(*) FILTER (WHERE e.state = 'failed') AS failed,
           count(*) FILTER (WHERE e.state = 'discarded') AS discarded,
           count(*) FILTER (WHERE e.state = 'waiting') AS waiting,
           max(coalesce(e.settled_at, i.as_of) - e.submitted_at) AS longest_wait,
           extract(epoch FROM max(e.settled_at) FILTER (WHERE e.state = 'released')
                            - min(e.settled_at) FILTER (WHERE e.state = 'released')) / 3600 AS release_hours
    INTO q FROM regcar.queue_entry e JOIN unnest(i.holds) u (hold) USING (hold);

    lead := CASE WHEN i.began_at IS NULL THEN 'Nothing was held: no hold of this incident came into force.'
                 WHEN i.began_at > i.as_of THEN format('Registrations will be held from %s.', began)
                 WHEN i.ended_at IS NULL THEN format('Registrations have been held for %s, since %s.', duration, began)
                 ELSE format('Registrations were held for %s, from %s to %s.', duration, began, regcar.html_time(i.ended_at, false)) END;
    SELECT string_agg(regcar.html_number(v.n) || v.what, ', ' ORDER BY v.o)
    INTO became
    FROM (VALUES (1, q.released, ' by now registered'), (2, q.failed, ' failed'),
                 (3, q.discarded, ' given up'), (4, q.waiting, ' waiting still')) v (o, n, what) WHERE v.n > 0;
    lead := lead || CASE q.queued WHEN 0 THEN ' None was queued.' WHEN 1 THEN format(' 1 was queued: %s.', became)
                    ELSE format(' %s were queued: %s.', regcar.html_number(q.queued), became) END;

    SELECT string_agg(format('<li>%s: %s. <code>%s</code></li>', v.what, regcar.html_number(v.n), v.statement), E'\n' ORDER BY v.o)
    INTO todo
    FROM (VALUES
        (1, 'Holds that stand', cardinality(stand),
         CASE cardinality(stand) WHEN 1 THEN format('SELECT regcar.lift_hold(%s, ''why'')', stand[1]) ELSE 'SELECT * FROM regcar.active_holds' END),
        (2, 'Waiting', q.waiting, 'CALL regcar.release()'),
        (3, 'Failed', q.failed, 'SELECT regcar.retry(id)</code> or <code>SELECT regcar.discard(id, ''why'')'),
        (4, 'Tables without a sound guard', unsound, 'SELECT * FROM regcar.guards')) v (o, what, n, statement)
    WHERE v.n > 0;

    SELECT string_agg(format('<div><dt>%s</dt><dd>%s</dd></div>', v.what, coalesce(v.value, '&#8211;')), '' ORDER BY v.o)
    INTO tiles
    FROM (VALUES
        (1, CASE WHEN i.ended_at IS NULL THEN 'Held so far' ELSE 'Held for' END, CASE WHEN i.began_at <= i.as_of THEN duration END),
        (2, 'Queued', regcar.html_number(q.queued)),
        (3, 'Released', regcar.html_number(q.released)),
        (4, 'Failed', regcar.html_number(q.failed)),
        (5, 'Waiting', regcar.html_number(q.waiting)),
        (6, 'Longest wait', regcar.html_duration(q.longest_wait)),
        -- over an hour at least, as in hold_report
        (7, 'Releases an hour', CASE WHEN q.released > 0
                                     THEN regcar.html_number(round(q.released / greatest(1, q.release_hours), 1)) END)) v (o, what, value);

    RETURN format(E'<header><p class="kicker">Report of an incident, as of %s. Times are in the zone %s.</p>\n',
                  regcar.html_time(i.as_of, false), regcar.html_text(current_setting('TimeZone'), 100))
        || format(E'<h1><span class="plate">%s</span> %s</h1>\n',
                  coalesce(regcar.html_typed(i.reference, 100), 'Hold ' || i.holds[1]), regcar.html_typed(reason, 200))
        || format(E'<p class="lead">%s</p>\n<dl class="tiles">%s</dl>\n', lead, tiles)
        || coalesce('<section class="todo" aria-label="Still to do"><strong>Still to do</strong><ul>' || todo || E'</ul></section>\n', '')
        || E'</header>\n';
END
$$;

CREATE OR REPLACE FUNCTION incident_sources(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last record;
    history record;
    seal text;
    counted text := '';
BEGIN
    SELECT h.seq, encode(h.digest, 'hex') AS digest
    INTO last FROM regcar.history h WHERE h.seq IS NOT NULL ORDER BY h.seq DESC LIMIT 1;
    seal := format('The last of the %s events in the history has the digest <code>%s</code>.',
                   regcar.html_number(coalesce(last.seq, 0)), coalesce(last.digest, 'none'));
    -- it looks at every registration that was ever queued
    IF (SELECT count(*) <= 50000 FROM (SELECT FROM regcar.queue_entry LIMIT 50001) q) THEN
        SELECT v.* INTO history FROM regcar.verify_history() v;
        IF history.problem IS NULL THEN
            seal := seal || ' Each event fits the one before it, the holds and the queue.';
        ELSE
            seal := format('<strong>The history does not fit together</strong>, first at place %s: %s. ',
                           coalesce(history.first_misfit::text, 'unknown'), regcar.html_typed(history.problem)) || seal;
        END IF;
    ELSE
        seal := seal || ' Whether all of it fits was not looked at, for the queue is long: '
                        '<code>SELECT * FROM regcar.verify_history()</code>';
    END IF;
    IF registrations IS NOT NULL THEN
        counted := E'<li>A registration counts when its row was last written: one that was updated since counts at the update, '
                   'one that was deleted does not count, nor does one from before <code>track_commit_timestamp</code> was on. '
                   'Tables are read with the rights of the role that asks.</li>\n';
    END IF;
    RETURN format(E'<ul>\n<li>Made %s by %s in database %s, with regcar %s on PostgreSQL %s.</li>\n',
                  regcar.html_time(i.as_of), regcar.html_typed(session_user), regcar.html_typed(current_database()),
                  (SELECT regcar.html_text(x.extversion) FROM pg_extension x WHERE x.extname = 'regcar'),
                  regcar.html_text(current_setting('server_version')))
        || counted
        || '<li>Refused registrations leave no trace in the database; the server''s log has them under SQLSTATE '
        || format(E'<code>RH001</code>.</li>\n<li>%s</li>\n</ul>\n', seal);
END
$$;
COMMENT ON FUNCTION incident_sources(incident_span, jsonb) IS
    'when and by whom the report was made, how its figures came about, and whether the history fits';

CREATE OR REPLACE FUNCTION incident_page(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
           -- should ever something slip through that is no text, no browser runs or loads it
           '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>\n'
           '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<meta name="generator" content="regcar"/>\n'
           || format(E'<title>%s: report</title>\n<style>%s</style>\n</head>\n<body>\n',
                     coalesce('Incident ' || regcar.html_text(i.reference, 100), 'Hold ' || i.holds[1]), regcar.incident_style())
           || regcar.incident_summary(i)
           || '<svg class="patterns" aria-hidden="true"><pattern id="fed" width="4" height="4" patternUnits="userSpaceOnUse">'
           || E'<path d="M0 4L4 0"/></pattern></svg>\n<main>\n'
           || (SELECT string_agg(format(E'<section>\n<h2>%s</h2>\n%s</section>\n', s.title, s.body), '' ORDER BY s.o)
               FROM (VALUES (1, 'Registrations', CASE WHEN registrations IS NULL THEN regcar.incident_queue_traffic(i)
                                                      ELSE regcar.incident_traffic(i, registrations) END),
                            (2, 'Queue and restart', regcar.incident_restart(i)),
                            (3, 'Queued registrations', regcar.incident_unsettled(i) || regcar.incident_submitters(i)),
                            (4, 'Holds and exemptions', regcar.incident_decisions(i)),
                            (5, 'Table by table', regcar.incident_tables(i, registrations)),
                            (6, 'Who did what', regcar.incident_log(i)),
                            (7, 'About this report', regcar.incident_sources(i, registrations))) s (o, title, body)
               WHERE s.body <> '')
           || E'</main>\n</body>\n</html>'
$$;
COMMENT ON FUNCTION incident_page(incident_span, jsonb) IS
    'the page of incident_report(), of registrations that were counted for it';

CREATE OR REPLACE FUNCTION incident_decisions(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH held AS (
        SELECT h.*, r.began_at, r.ended_at
        FROM unnest(i.holds[:50], i.began[:50], i.ended[:50]) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)
    ), exempted AS (
        SELECT e.*, (e.revoked_at > e.expires_at) IS NOT TRUE AND e.revoked_at IS NOT NULL AS is_revoked,
               row_number() OVER (ORDER BY e.exemption) AS place
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
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
        || coalesce(regcar.html_table('Exemptions', '{#No.,#From hold,For,Why,Granted by,Granted,Ended}', (
               SELECT array_agg(ARRAY[
                          e.exemption::text, e.hold::text, regcar.incident_scope(e.scope), regcar.html_typed(e.reason, 300),
                          regcar.html_typed(e.granted_by), regcar.html_time(e.granted_at),
                          CASE WHEN e.is_revoked
                               THEN format('%s by %s: %s', regcar.html_time(e.revoked_at), regcar.html_typed(e.revoked_by),
                                           regcar.html_typed(e.revoke_reason, 300))
                               WHEN e.expires_at <= i.as_of THEN regcar.html_time(e.expires_at) || ', expired'
                               WHEN e.expires_at IS NOT NULL THEN 'expires ' || regcar.html_time(e.expires_at)
                               ELSE 'with the hold' END] ORDER BY e.place)
               FROM exempted e WHERE e.place <= 50),
               (SELECT regcar.html_more(count(*), 50, 'SELECT * FROM regcar.history WHERE event = ''exempted''') FROM exempted)), '')
$$;

CREATE OR REPLACE FUNCTION incident_tables(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH guarded AS (
        SELECT coalesce(pg_partition_root(g.target), g.target)::regclass::text AS target,
               string_agg(DISTINCT g.status, ', ') AS status
        FROM regcar.guards g JOIN pg_class c ON c.oid = g.target
        WHERE c.relnamespace <> 'regcar'::regnamespace GROUP BY 1
    ), queued AS (
        SELECT regcar.incident_table(e.target, e.target_name) AS target, sum(e.n) AS queued,
               sum(e.n) FILTER (WHERE e.state = 'released') AS released,
               sum(e.n) FILTER (WHERE e.state = 'failed') AS failed,
               sum(e.n) FILTER (WHERE e.state = 'discarded') AS discarded,
               sum(e.n) FILTER (WHERE e.state = 'waiting') AS waiting,
               max(e.longest_wait) AS longest_wait
        FROM (SELECT q.target::regclass AS target, q.target_name, q.state, count(*) AS n,
                     max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY 1, 2, 3) e
        GROUP BY 1
    ), counted AS (
        SELECT c.target, sum(c.registrations) FILTER (WHERE c.phase = 'before') AS before,
               sum(c.registrations) FILTER (WHERE c.phase = 'during') AS during,
               sum(c.registrations) FILTER (WHERE c.phase = 'after') AS after
        FROM jsonb_to_recordset(registrations) c (target text, phase text, registrations numeric)
        WHERE c.registrations IS NOT NULL GROUP BY c.target
    ), line AS (
        SELECT target, g.status, q.longest_wait,
               ARRAY[c.before, c.during, c.after, q.queued, q.released, q.failed, q.discarded, q.waiting] AS n,
               row_number() OVER (ORDER BY coalesce(q.queued, 0) DESC, target) AS place
        FROM guarded g FULL JOIN queued q USING (target) FULL JOIN counted c USING (target)
    )
    SELECT coalesce(regcar.html_table(
               'Registrations and queue of each table',
               '{Table,Guard today,#Before,#While held,#After,#Queued,#Released,#Failed,#Given up,#Waiting,Longest wait}', (
               SELECT array_agg(ARRAY[regcar.html_typed(l.target), coalesce(l.status, 'none')]
                                || ARRAY(SELECT CASE WHEN registrations IS NULL AND o <= 3 THEN '?'
                                                     ELSE regcar.html_number(coalesce(v, 0)) END
                                         FROM unnest(l.n) WITH ORDINALITY u (v, o) ORDER BY o)
                                || regcar.html_duration(l.longest_wait) ORDER BY l.place)
               FROM line l WHERE l.place <= 50),
               (SELECT regcar.html_more(count(*), 50, 'SELECT * FROM regcar.queue_summary') FROM line)), '')
$$;
COMMENT ON FUNCTION incident_tables(incident_span, jsonb) IS
    'the figures of each guarded table, and of each that something was queued for';

CREATE OR REPLACE FUNCTION incident_submitters(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT q.submitter, q.application, count(*) AS queued,
               count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed,
               count(*) FILTER (WHERE q.state = 'waiting') AS waiting,
               max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait,
               row_number() OVER (ORDER BY count(*) DESC, q.submitter, q.application) AS place
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY q.submitter, q.application
    )
    SELECT coalesce(regcar.html_table('Whose registrations were queued',
                                      '{Role,Application,#Queued,#Released,#Failed,#Waiting,Longest wait}', (
               SELECT array_agg(ARRAY[
                          regcar.html_typed(l.submitter), regcar.html_typed(l.application), regcar.html_number(l.queued),
                          regcar.html_number(l.released), regcar.html_number(l.failed), regcar.html_number(l.waiting),
                          regcar.html_duration(l.longest_wait)] ORDER BY l.place)
               FROM line l WHERE l.place <= 20),
               (SELECT regcar.html_more(count(*), 20, 'SELECT submitter, count(*) FROM regcar.queue_entry GROUP BY submitter')
                FROM line)), '')
$$;
COMMENT ON FUNCTION incident_submitters(incident_span) IS
    'which role and application the queued registrations came from, most first';

CREATE OR REPLACE FUNCTION incident_unsettled(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT e.state, e.target, e.target_name, e.outcome, count(*) AS n,
               array_agg(e.id ORDER BY e.id) AS ids, max(e.settled_at) AS last,
               row_number() OVER (ORDER BY e.state, count(*) DESC, e.target_name, e.outcome, min(e.id)) AS place
        FROM (SELECT q.id, q.state, q.target::regclass AS target, q.target_name, q.settled_at,
                     CASE WHEN q.outcome LIKE '23___: %' THEN regexp_replace(q.outcome, '\(.*\)', '(...)')
                          ELSE q.outcome END AS outcome
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
              WHERE q.state <> 'released') e
        GROUP BY e.state, e.target, e.target_name, e.outcome
    )
    SELECT coalesce(regcar.html_table('Not registered', '{State,Table,Why,#Registrations,Queue ids,Last}', (
               SELECT array_agg(ARRAY[
                          CASE l.state WHEN 'discarded' THEN 'given up' ELSE l.state::text END,
                          regcar.html_typed(regcar.incident_table(l.target, l.target_name)),
                          coalesce(regcar.html_typed(l.outcome, 300), 'not tried yet'),
                          regcar.html_number(l.n),
                          array_to_string(l.ids[:8], ', ')
                          || CASE WHEN l.n > 8 THEN format(' and %s more', regcar.html_number(l.n - 8)) ELSE '' END,
                          regcar.html_time(l.last)] ORDER BY l.place)
               FROM line l WHERE l.place <= 30),
               (SELECT regcar.html_more(count(*), 30, 'SELECT * FROM regcar.queue WHERE state <> ''released''') FROM line)), '')
$$;
COMMENT ON FUNCTION incident_unsettled(incident_span) IS
    'queued registrations that wait, failed or were given up, by what was said of them';

CREATE OR REPLACE FUNCTION incident_log(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH event AS (
        SELECT h.*, h.detail ? 'ids' AS is_work,
               count(*) FILTER (WHERE NOT h.detail ? 'ids') OVER (ORDER BY h.at, h.id) AS decisions,
               CASE h.event WHEN 'discarded' THEN h.detail -> 'outcomes' ->> (h.detail -> 'ids' ->> 0) END AS outcome
        FROM regcar.history h JOIN unnest(i.holds) u (hold) USING (hold)
    ), decision AS (
        SELECT e.at, NULL::timestamptz AS until, e.event, e.hold, regcar.html_typed(e.actor) AS who,
               CASE e.event
                   WHEN 'placed' THEN format('%s, %s: ', e.detail ->> 'action', regcar.incident_scope(e.detail -> 'scope'))
                   WHEN 'exempted' THEN format('exemption %s, %s: ', e.detail ->> 'exemption', regcar.incident_scope(e.detail -> 'scope'))
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
        FROM unnest(i.holds, i.ended) r (hold, ended_at) JOIN regcar.hold h USING (hold)
        WHERE r.ended_at IS DISTINCT FROM h.lifted_at
        UNION ALL
        SELECT e.expires_at, NULL, 'expired', e.hold, 'the clock', format('exemption %s', e.exemption), ''
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
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

CREATE OR REPLACE FUNCTION grant_operator(role regrole) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION 'role must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.grant_operator(''role'');';
    END IF;
    EXECUTE format('GRANT EXECUTE ON FUNCTION regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz),'
                   ' regcar.drain(interval), regcar.lift_hold(bigint, text), regcar.lift_all(text),'
                   ' regcar.exempt(bigint, jsonb, text, timestamptz), regcar.revoke_exemption(bigint, text),'
                   ' regcar.queue_length(bigint), regcar.release_batch(bigint, bigint, bigint, integer),'
                   ' regcar.retry(bigint), regcar.discard(bigint, text), regcar.verify_history(), regcar.incident_account(text),'
                   ' regcar.incident_report(bigint), regcar.incident_of(bigint), regcar.incident_registrations(regcar.incident_span),'
                   ' regcar.xid_age_at(timestamptz), regcar.incident_page(regcar.incident_span, jsonb),'
                   ' regcar.guard(regclass, name, jsonb, boolean), regcar.guard_truncate(regclass), regcar.unguard(regclass),'
                   ' regcar.registration_hold(), regcar.trigger_arguments(bytea), regcar.holds_on_nodes(), regcar.nodes(),'
                   ' regcar.node_states(), regcar.ask_nodes(text[], integer[], text[]), regcar.call_nodes(text),'
                   ' regcar.standing_holds(), regcar.hold_rows(bigint[], bigint[]), regcar.skip_numbers(bigint, bigint),'
                   ' regcar.adopt_holds(jsonb), regcar.drain_node(interval), regcar.spread_holds(jsonb, interval, boolean) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown_on_nodes(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval),'
                   ' regcar.lift_hold_on_nodes(bigint, text), regcar.exempt_on_nodes(bigint, jsonb, text, timestamptz),'
                   ' regcar.revoke_exemption_on_nodes(bigint, text, interval), regcar.sync_nodes(interval),'
                   ' regcar.release_on_nodes(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.release(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT SELECT ON regcar.active_holds, regcar.hold_history, regcar.active_exemptions, regcar.hold_report, regcar.guards,'
                   ' regcar.queue_entry, regcar.history TO %s', role);
    RETURN format('%s is an operator of holds', role);
END
$$;

-- What GRANT says in here would be taken for part of every installation, and no dump would have it.
DO $$
DECLARE
    operator regrole;
BEGIN
    FOR operator IN
        SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.oid = 'regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz)'::regprocedure
          AND a.grantee NOT IN (0, p.proowner)
    LOOP
        RAISE NOTICE '% may do what 0.1.0 let operators do', operator
            USING HINT = format('For what is new: SELECT regcar.grant_operator(%L);', operator);
    END LOOP;
END
$$;
