-- Checks that several functions of an operator begin with.

CREATE OR REPLACE FUNCTION require_primary() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'this server is a standby'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Ask its primary.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION require_primary() FROM PUBLIC;
COMMENT ON FUNCTION require_primary() IS '55000 on a standby, which cannot know what its primary and other servers do';

-- No function can make its transaction write, because it has a snapshot already.
CREATE OR REPLACE FUNCTION require_writable(act text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION '% is not possible on a standby', act
            USING ERRCODE = 'read_only_sql_transaction',
                  HINT = 'Do it on its primary. What is done there arrives here.';
    ELSIF current_setting('transaction_read_only') = 'on' THEN
        RAISE EXCEPTION '% takes a transaction that may write', act
            USING ERRCODE = 'read_only_sql_transaction',
                  DETAIL = CASE current_setting('default_transaction_read_only')
                               WHEN 'on' THEN 'In this session, transactions are read-only unless they say otherwise.'
                               ELSE 'This transaction was begun as read-only.' END,
                  HINT = 'SET default_transaction_read_only = off; then repeat the call in a new transaction.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION require_writable(text) FROM PUBLIC;
COMMENT ON FUNCTION require_writable(text) IS '25006 on a standby and in a read-only transaction, with what to do instead';

CREATE OR REPLACE FUNCTION is_blank(words text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_is_blank';
REVOKE ALL ON FUNCTION is_blank(text) FROM PUBLIC;
COMMENT ON FUNCTION is_blank(text) IS
    'does a text show nothing, because it is empty or has only spaces, control characters and characters of no width?';

CREATE OR REPLACE FUNCTION require_reason(reason text, act text, hint text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- whatever takes a reason writes it down
    PERFORM regcar.require_writable(act);
    PERFORM regcar.check_size(reason);
    IF regcar.is_blank(coalesce(reason, '')) THEN
        RAISE EXCEPTION '% needs a reason', act
            USING ERRCODE = 'invalid_parameter_value', HINT = require_reason.hint;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION require_reason(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION require_reason(text, text, text) IS
    '22023 where the reason for an act is NULL, blank, or too long; 25006 where the act could not be written down';

CREATE OR REPLACE FUNCTION check_incident(incident text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- else all holds with such a reference would be one incident
    IF regcar.is_blank(incident) THEN
        RAISE EXCEPTION 'the reference of the incident is empty'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave it out if there is none.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_incident(text) FROM PUBLIC;
COMMENT ON FUNCTION check_incident(text) IS '22023 where the reference of an incident is blank';

-- Of each hold that stands every session has a copy.
CREATE OR REPLACE FUNCTION check_size(reason text, incident text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT v.what, v.size, v.most
        FROM (VALUES ('reason', octet_length(reason), 10000), ('incident', octet_length(incident), 1000)) v (what, size, most)
        WHERE v.size > v.most
    LOOP
        RAISE EXCEPTION 'the % has % bytes', r.what, r.size
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It may have %s: every session keeps a copy of the holds that stand.', r.most),
                  HINT = 'Keep the long version elsewhere, and name it here.';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION check_size(text, text) FROM PUBLIC;
COMMENT ON FUNCTION check_size(text, text) IS '22023 for a reason or incident that is too long to be in every session';

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
        RAISE EXCEPTION 'hold % has already been lifted', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s lifted it at %s: %s', h.lifted_by, h.lifted_at, h.lift_reason),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    END IF;
    RETURN h;
END
$$;
REVOKE ALL ON FUNCTION unlifted_hold(bigint) FROM PUBLIC;
COMMENT ON FUNCTION unlifted_hold(bigint) IS
    'the hold with this number; 22023 if there is none, 55000 if it has already been lifted';
