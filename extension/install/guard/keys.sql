-- Keys that holds ask for, against what a guarded table can answer.
CREATE OR REPLACE FUNCTION tables_without_key(key text) RETURNS SETOF regclass
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.tgrelid::regclass
    FROM pg_trigger t
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT substr(a, length(key) + 2)
                         FROM unnest((regcar.trigger_arguments(t.tgargs))[2:]) a
                         WHERE a LIKE '%=%' AND split_part(a, '=', 1) = key LIMIT 1), key) AS column_name) c
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0
      AND key NOT IN ('series', 'format', 'region', 'tag')
      AND NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = t.tgrelid AND a.attname = c.column_name
                        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
$$;
REVOKE ALL ON FUNCTION tables_without_key(text) FROM PUBLIC;
COMMENT ON FUNCTION tables_without_key(text) IS
    'guarded tables that have no column for a scope''s key, or a generated one, which is computed after the triggers: there it matches every hold';

CREATE OR REPLACE FUNCTION warn_of_missing_keys(scope jsonb, consequence text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT k.key, string_agg(t.target::text, ', ' ORDER BY t.target::text) AS targets
        FROM jsonb_object_keys(scope) AS k (key), regcar.tables_without_key(k.key) AS t (target)
        GROUP BY k.key ORDER BY k.key
    LOOP
        RAISE WARNING 'no column for key "%" in: %', missing.key, missing.targets
            USING DETAIL = consequence,
                  HINT = 'If the key is misspelt, end this and say it again. To map a key to a column, unguard the table and guard it again: SELECT regcar.guard(table, keys => ''{"key": "column"}'');';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_missing_keys(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_missing_keys(jsonb, text) IS
    'a WARNING for each key of a scope that some guarded table has no column for, with what follows from it';
