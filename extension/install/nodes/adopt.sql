-- Taking over the holds of another node.

CREATE OR REPLACE FUNCTION hold_rows(holds bigint[], exemptions bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH e AS (SELECT t.* FROM regcar_state.exemption t WHERE t.exemption = ANY (exemptions))
    SELECT jsonb_build_object(
        -- an exemption is sent with its hold, so that the other node can see that both mean the same hold
        'hold', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar_state.hold t
                 WHERE t.hold = ANY (holds) OR t.hold IN (SELECT e.hold FROM e)),
        'exemption', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar_state.exemption t
                      WHERE t.exemption IN (SELECT e.exemption FROM e)))
$$;
REVOKE ALL ON FUNCTION hold_rows(bigint[], bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION hold_rows(bigint[], bigint[]) IS 'holds and exemptions of this node by number, as they are handed to another node';

-- For holds and exemptions alike: a row that is missing here is inserted, and one that has ended there ends here.
CREATE OR REPLACE FUNCTION adopt_row(
    kind text, row_data jsonb, begins text, ends text, end_columns text[], OUT same boolean, OUT problem text)
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given jsonb;
    here jsonb;
    inserted bigint;
    number bigint := row_data ->> kind;
BEGIN
    PERFORM regcar.check_scope(row_data -> 'scope');
    PERFORM regcar.check_size(row_data ->> 'reason', row_data ->> 'incident');
    IF number > 4503599627370496 THEN
        RAISE EXCEPTION '% is too large a number of %', number, CASE kind WHEN 'hold' THEN 'a hold' ELSE 'an exemption' END
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'This server goes on counting after it, and at most 9007199254740991 is a number that JSON keeps.';
    END IF;
    EXECUTE format('SELECT regcar.event_detail(jsonb_populate_record(NULL::regcar_state.%I, $1))', kind) INTO given USING row_data;
    -- an operator who brings it is only one of those that it takes
    IF kind = 'exemption' AND given ->> end_columns[2] IS NULL
       AND NOT EXISTS (SELECT FROM regcar_state.exemption e WHERE e.exemption = number) THEN
        problem := (SELECT a.missing FROM regcar.approve('exempt', (given ->> 'hold')::bigint, regcar.exempt_subject(given -> 'scope', (given ->> 'share')::integer, given ->> 'share_by')) a);
        IF problem IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    EXECUTE format('INSERT INTO regcar_state.%1$I OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(NULL::regcar_state.%1$I, $1)).*'
                   ' ON CONFLICT (%1$I) DO NOTHING', kind) USING row_data;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    same := true;
    IF inserted = 1 THEN
        PERFORM regcar.record_event(CASE WHEN given ->> end_columns[2] IS NULL THEN begins ELSE ends END,
                                    (given ->> 'hold')::bigint, given);
        RETURN;
    END IF;
    EXECUTE format('SELECT regcar.event_detail(t) FROM regcar_state.%1$I t WHERE t.%1$I = $1 FOR UPDATE', kind) INTO here USING number;
    IF here - end_columns - 'approvals' <> given - end_columns - 'approvals' THEN
        same := false;
        problem := format('%s %s is a different one there: %s', kind, number, here ->> 'reason');
    ELSIF here -> 'approvals' <> given -> 'approvals' THEN
        problem := format('hold %s takes %s operators there', number, coalesce(here ->> 'approvals', '1'));
    ELSIF here ->> end_columns[2] IS NULL AND given ->> end_columns[2] IS NOT NULL THEN
        problem := (SELECT a.missing FROM regcar.approve('lift', number) a WHERE kind = 'hold');
        IF problem IS NULL THEN
            PERFORM regcar.copy_end(kind, given, end_columns);
            PERFORM regcar.record_event(ends, (given ->> 'hold')::bigint, given);
        END IF;
    ELSIF here ->> end_columns[2] IS NOT NULL AND given ->> end_columns[2] IS NULL THEN
        problem := format('%s %s was %s there by %s at %s: %s', kind, number, ends, here ->> end_columns[1],
                          (here ->> end_columns[2])::timestamptz, here ->> end_columns[3]);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION adopt_row(text, jsonb, text, text, text[]) FROM PUBLIC;
COMMENT ON FUNCTION adopt_row(text, jsonb, text, text, text[]) IS
    'takes over one hold or exemption and records the event; says whether this node has the same one, and what could not be taken over and why';

CREATE OR REPLACE FUNCTION adopt_holds(rows jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5 s'
AS $$
DECLARE
    same bigint[] := '{}';
    problems text[] := '{}';
    row_data jsonb;
    adopted record;
BEGIN
    PERFORM regcar.require_writable('taking over holds');
    -- it binds at once, whatever standby is missing, as where it was placed
    PERFORM regcar.commit_locally();
    -- rows say who placed a hold, so an operator may bring the acts of others only where there are nodes to bring them from
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN
        PERFORM regcar.nodes();
    END IF;
    PERFORM regcar.skip_numbers((SELECT max((h ->> 'hold')::bigint) FROM jsonb_array_elements(rows -> 'hold') h),
                                (SELECT max((e ->> 'exemption')::bigint) FROM jsonb_array_elements(rows -> 'exemption') e));
    FOR row_data IN SELECT h FROM jsonb_array_elements(rows -> 'hold') h ORDER BY (h ->> 'hold')::bigint LOOP
        adopted := regcar.adopt_row('hold', row_data, 'placed', 'lifted', '{lifted_by,lifted_at,lift_reason}');
        problems := problems || adopted.problem;
        IF adopted.same THEN
            same := same || (row_data ->> 'hold')::bigint;
        END IF;
    END LOOP;
    FOR row_data IN SELECT e FROM jsonb_array_elements(rows -> 'exemption') e ORDER BY (e ->> 'exemption')::bigint LOOP
        -- not if the hold here only has the same number
        CONTINUE WHEN (row_data ->> 'hold')::bigint <> ALL (same);
        adopted := regcar.adopt_row('exemption', row_data, 'exempted', 'revoked', '{revoked_by,revoked_at,revoke_reason}');
        problems := problems || adopted.problem;
    END LOOP;
    RETURN to_jsonb(array_remove(problems, NULL));
END
$$;
REVOKE ALL ON FUNCTION adopt_holds(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION adopt_holds(jsonb) IS
    'takes over what hold_rows() of another node gave: places, exempts, lifts and revokes whatever is not so here yet. The actor of each event is the role that brought it. Gives what could not be taken over and why, as an array of text. 22023 if a scope is not one, 0A000 without Citus';
