-- The trigger of guarded tables.

CREATE OR REPLACE FUNCTION registration_hold() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_registration_hold';
REVOKE ALL ON FUNCTION registration_hold() FROM PUBLIC;
COMMENT ON FUNCTION registration_hold() IS
    'the trigger that guard() attaches: RH001 if a hold stops the row. Its arguments: the column of the mark, then key=column for scope keys, =column for the column of tickets, and replicated';

-- In pg_trigger.tgargs each argument of a trigger ends with a zero byte.
CREATE OR REPLACE FUNCTION trigger_arguments(bytea) RETURNS text[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(convert_from(decode(m[1], 'hex'), getdatabaseencoding()) ORDER BY n)
    FROM regexp_matches(encode($1, 'hex'), '((?:(?!00)..)*)00', 'g') WITH ORDINALITY r(m, n)
$$;
REVOKE ALL ON FUNCTION trigger_arguments(bytea) FROM PUBLIC;
COMMENT ON FUNCTION trigger_arguments(bytea) IS 'pg_trigger.tgargs as an array';
