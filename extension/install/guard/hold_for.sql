-- Asking before a registration is tried.

CREATE OR REPLACE FUNCTION hold_for(
    target regclass, row_data jsonb, OUT hold bigint, OUT action hold_action,
    OUT reason text, OUT incident text, OUT since timestamptz, OUT expires_at timestamptz)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 1
    AS 'MODULE_PATHNAME', 'regcar_hold_for';
COMMENT ON FUNCTION hold_for(regclass, jsonb) IS
    'the holds that would stop this row if it were registered now, the one that decides first; none if it would be accepted. If a hold has expires_at, ask again then. A key that the row leaves out matches every hold. 42P01 for a table that is gone, 22023 if the row is not a JSON object';
