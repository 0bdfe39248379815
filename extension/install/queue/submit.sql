-- Registering a row that may have to wait, and knowing which.

CREATE OR REPLACE FUNCTION submit(
    target regclass, OUT state text, OUT queue_id bigint, INOUT row_data jsonb)
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_submit';
COMMENT ON FUNCTION submit(regclass, jsonb) IS
    'inserts a row with the rights of the caller. state is registered, with row_data as the table has it, as far as the caller may read it; or queued, with row_data as the queue has it, and its queue_id. RH001 if a hold refuses the row; 22023 if row_data is not a JSON object, and for a column that the table lacks or generates; 55000 if a trigger discards the row; 25006 on a standby and in a read-only transaction';
