-- Taking over the holds of another node.

CREATE OR REPLACE FUNCTION hold_rows(holds bigint[], exemptions bigint[]) RETURNS jsonb
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

CREATE OR REPLACE FUNCTION adopt_holds(rows jsonb) RETURNS jsonb
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
