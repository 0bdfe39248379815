-- What the functions of an operator ask first.

CREATE OR REPLACE FUNCTION require_reason(reason text, act text, hint text) RETURNS void
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

CREATE OR REPLACE FUNCTION unlifted_hold(number bigint) RETURNS regcar_state.hold
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar_state.hold;
BEGIN
    SELECT t.* INTO h FROM regcar_state.hold t WHERE t.hold = number;
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
