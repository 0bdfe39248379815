-- What a hold does, and what it covers.

CREATE TYPE hold_action AS ENUM ('queue', 'reject', 'freeze');
COMMENT ON TYPE hold_action IS
    'what a hold does: queue (an insert is set aside, an update as reject), reject (no registration: insert, or an update that changes the mark or a scope key), freeze (no insert, update, delete or truncate); of several the strongest, freeze before reject before queue';

CREATE OR REPLACE FUNCTION check_scope(scope jsonb) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_check_scope';
REVOKE ALL ON FUNCTION check_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION check_scope(jsonb) IS
    '22023, with the key named, for what is no scope: no object, a null, a nested value, an empty list, a series, format or region that does not exist';
