-- Exemptions: what may be registered in spite of a hold.

CREATE OR REPLACE FUNCTION scope_covers(wider jsonb, narrower jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT NOT EXISTS (
        SELECT FROM jsonb_each(wider) w LEFT JOIN jsonb_each(narrower) n USING (key)
        WHERE NOT coalesce(CASE WHEN 'object' IN (jsonb_typeof(w.value), jsonb_typeof(n.value)) THEN w.value = n.value
                                ELSE ARRAY(SELECT v #>> '{}' FROM jsonb_path_query(n.value, '$[*]') v)
                                     <@ ARRAY(SELECT v #>> '{}' FROM jsonb_path_query(w.value, '$[*]') v) END
                           AND n.value IS NOT NULL, false))
$$;
REVOKE ALL ON FUNCTION scope_covers(jsonb, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION scope_covers(jsonb, jsonb) IS
    'does one scope match whatever another does, by the values as they are written?';

-- The values as they are written, but for case, blanks and zeros at the end: 7 may be 7.0.
CREATE OR REPLACE FUNCTION scopes_part_at(one jsonb, other jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT o.key
    FROM jsonb_each(one) o JOIN jsonb_each(other) t USING (key)
    WHERE 'object' NOT IN (jsonb_typeof(o.value), jsonb_typeof(t.value))
      AND NOT EXISTS (
        SELECT FROM jsonb_path_query(o.value, '$[*]') a, jsonb_path_query(t.value, '$[*]') b
        WHERE a = b OR lower(btrim(a #>> '{}')) = lower(btrim(b #>> '{}'))
           OR CASE WHEN a #>> '{}' ~ '^[-+]?[0-9]{1,30}([.][0-9]{1,30})?$' AND b #>> '{}' ~ '^[-+]?[0-9]{1,30}([.][0-9]{1,30})?$'
                   THEN (a #>> '{}')::numeric = (b #>> '{}')::numeric END)
    ORDER BY 1 LIMIT 1
$$;
REVOKE ALL ON FUNCTION scopes_part_at(jsonb, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION scopes_part_at(jsonb, jsonb) IS
    'a key for which two scopes have no value in common, so that no row matches both; NULL if there is none';

CREATE OR REPLACE FUNCTION share_of(value text) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_share_of';
REVOKE ALL ON FUNCTION share_of(text) FROM PUBLIC;
COMMENT ON FUNCTION share_of(text) IS
    'from 1 to 100: an exemption for this share or a larger one lets the value through. The same on every server, for ever';

CREATE OR REPLACE FUNCTION check_share(share integer, share_by text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
    IF share IS NULL OR share NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'a share of % per cent is not possible', coalesce(share::text, 'null')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give share a number from 1 to 100, or leave it out for all.';
    ELSIF share < 100 AND share_by IS NULL THEN
        RAISE EXCEPTION 'a share needs a key to share by'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example share => 20, share_by => ''dealer''.';
    ELSIF share_by IS NULL THEN
        RETURN;
    END IF;
    IF share_by NOT IN ('series', 'format', 'region', 'tag', 'role')
       AND (SELECT count(*) > 0 AND bool_and(c.column_name IS NULL) FROM regcar.key_columns(share_by) c) THEN
        RAISE EXCEPTION 'no guarded table has the key "%"', share_by
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'An exemption that is shared by it would let nothing through.',
                  HINT = 'SELECT target, keys FROM regcar.guards; share_by is a key as scopes have it: a column, or what a guard maps to one.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_share(integer, text) FROM PUBLIC;
COMMENT ON FUNCTION check_share(integer, text) IS
    '22023 for a share below 1 or above 100, for one without a key, and for a key that no guarded table has';

CREATE OR REPLACE FUNCTION exempt_subject(scope jsonb, share integer, share_by text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object('scope', scope) || CASE WHEN share IS NULL THEN '{}' ELSE jsonb_build_object('share', share, 'share_by', share_by) END
$$;
REVOKE ALL ON FUNCTION exempt_subject(jsonb, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION exempt_subject(jsonb, integer, text) IS 'what operators who approve an exemption have to agree on';

CREATE OR REPLACE FUNCTION exempt(
    hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL,
    share integer DEFAULT 100, share_by text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar_state.hold;
    asked record;
    parting text;
    granted regcar_state.exemption;
BEGIN
    PERFORM regcar.require_reason(exempt.reason, 'an exemption', 'SELECT regcar.exempt(hold, scope, ''why'');');
    IF exempt.scope IS NULL THEN
        RAISE EXCEPTION 'an exemption needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example {"dealer": "Okafor & Sons"}.';
    ELSIF exempt.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the exemption would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s.', exempt.expires_at),
                  HINT = 'For example expires_at => now() + interval ''4 hours''; leave it out to exempt for as long as the hold stands.';
    END IF;
    PERFORM regcar.check_share(exempt.share, exempt.share_by);
    PERFORM regcar.check_scope(exempt.scope);
    PERFORM regcar.check_scope_values(exempt.scope, 'The exemption lets nothing through there.');
    h := regcar.unlifted_hold(exempt.hold);
    IF h.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'hold % has expired', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It expired at %s.', h.expires_at),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    END IF;
    asked := regcar.approve('exempt', h.hold, regcar.exempt_subject(exempt.scope, nullif(exempt.share, 100), exempt.share_by), exempt.expires_at);
    IF asked.missing IS NOT NULL THEN
        RAISE WARNING 'nothing is exempted yet' USING DETAIL = asked.missing, HINT = 'SELECT * FROM regcar.pending_approvals;';
        RETURN NULL;
    END IF;
    INSERT INTO regcar_state.exemption (exemption, hold, scope, reason, granted_by, granted_at, expires_at, share, share_by)
    OVERRIDING SYSTEM VALUE
    VALUES (regcar.next_number('exemption'), exempt.hold, exempt.scope, exempt.reason, session_user, clock_timestamp(), asked.expires_at,
            nullif(exempt.share, 100), CASE WHEN exempt.share < 100 THEN exempt.share_by END)
    RETURNING exemption.* INTO granted;
    PERFORM regcar.record_event('exempted', granted.hold, regcar.event_detail(granted));
    PERFORM regcar.warn_of_missing_keys(exempt.scope || CASE WHEN granted.share_by IS NULL THEN '{}' ELSE jsonb_build_object(granted.share_by, '') END, format('Exemption %s lets nothing through there.', granted.exemption));
    PERFORM regcar.warn_of_values(exempt.scope, format('If it is misspelt, SELECT regcar.revoke_exemption(%s, ''misspelt''); and repeat the call with the right value.', granted.exemption));
    parting := regcar.scopes_part_at(h.scope, exempt.scope);
    IF parting IS NOT NULL THEN
        RAISE WARNING 'exemption % lets nothing through that hold % stops', granted.exemption, h.hold
            USING DETAIL = format('Of "%s" the hold has %s, and the exemption %s.', parting, h.scope -> parting, exempt.scope -> parting),
                  HINT = format('SELECT hold, scope FROM regcar.active_holds; has the number of the other hold. SELECT regcar.revoke_exemption(%s, ''a mistake''); takes it back.', granted.exemption);
    END IF;
    IF granted.share IS NULL AND regcar.scope_covers(exempt.scope, h.scope) THEN
        RAISE WARNING 'exemption % covers all of hold %', granted.exemption, h.hold
            USING DETAIL = CASE h.action::text WHEN 'observe' THEN 'The hold notes nobody while the exemption stands.' ELSE 'The hold stops nothing while the exemption stands.' END,
                  HINT = format('SELECT regcar.revoke_exemption(%s, ''a mistake''); takes it back. SELECT regcar.lift_hold(%s, ''why''); ends a hold.', granted.exemption, h.hold);
    END IF;
    RETURN granted.exemption;
END
$$;
REVOKE ALL ON FUNCTION exempt(bigint, jsonb, text, timestamptz, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION exempt(bigint, jsonb, text, timestamptz, integer, text) IS
    'lets rows of a scope through in spite of a hold, from when the transaction commits, and gives the number of the exemption; with a share, only rows whose value of a key falls into so many of a hundred parts. 22023 if the reason is missing, the scope is not one, the share is not possible or there is no such hold, 55000 if the hold has been lifted or has expired; NULL, with a WARNING, where more operators have to approve; a WARNING names guarded tables that have no column for a key, values that nothing has, and an exemption that covers its whole hold or nothing of it';

CREATE OR REPLACE FUNCTION revoke_exemption(exemption bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e regcar_state.exemption;
BEGIN
    PERFORM regcar.require_reason(revoke_exemption.reason, 'revoking an exemption', 'SELECT regcar.revoke_exemption(number, ''why'');');
    PERFORM regcar.commit_locally();
    UPDATE regcar_state.exemption t
    SET revoked_by = session_user, revoked_at = clock_timestamp(), revoke_reason = revoke_exemption.reason
    WHERE t.exemption = revoke_exemption.exemption AND t.revoked_at IS NULL
    RETURNING t.* INTO e;
    IF FOUND THEN
        PERFORM regcar.record_event('revoked', e.hold, regcar.event_detail(e));
        RETURN format('exemption %s from hold %s is revoked; drain() after COMMIT', e.exemption, e.hold);
    END IF;
    SELECT t.* INTO e FROM regcar_state.exemption t WHERE t.exemption = revoke_exemption.exemption;
    IF FOUND THEN
        RAISE EXCEPTION 'exemption % has already been revoked', e.exemption
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s revoked it at %s: %s', e.revoked_by, e.revoked_at, e.revoke_reason),
                  HINT = 'SELECT * FROM regcar.active_exemptions;';
    END IF;
    RAISE EXCEPTION 'there is no exemption %', coalesce(revoke_exemption.exemption::text, 'null')
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'SELECT * FROM regcar.active_exemptions;';
END
$$;
REVOKE ALL ON FUNCTION revoke_exemption(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION revoke_exemption(bigint, text) IS
    'ends an exemption when the transaction commits. Call drain() afterwards, as for a hold. 55000 if it has already been revoked, 22023 if there is no such exemption';
