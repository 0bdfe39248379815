-- What a hold does, and what it covers.

CREATE TYPE hold_action AS ENUM ('observe', 'pend', 'queue', 'reject', 'freeze');
COMMENT ON TYPE hold_action IS
    'what a hold does: observe stops nobody, and notes whom reject would have stopped; pend lets an insert in, to wait in its table, and otherwise does as reject, as it does everywhere on a table whose guard has no ticket column; queue sets an insert aside and otherwise does as reject; reject refuses a registration, which is an insert or an update that changes the mark or a scope key; freeze refuses insert, update, delete and truncate. If several holds cover a row, the strongest decides';

CREATE OR REPLACE FUNCTION check_scope(scope jsonb) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_check_scope';
REVOKE ALL ON FUNCTION check_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION check_scope(jsonb) IS
    '22023 unless this is a scope: an object without nulls, nested values or empty lists, whose series, formats and regions exist. The error names the key';
