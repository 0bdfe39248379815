-- Keys of scopes that a guarded table has no column for.
CREATE OR REPLACE FUNCTION key_columns(key text, OUT target regclass, OUT column_name name) RETURNS SETOF record
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp ROWS 5
AS $$
    SELECT t.tgrelid, a.attname
    FROM pg_trigger t
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT substr(a, length(key) + 2)
                         FROM unnest((regcar.trigger_arguments(t.tgargs))[2:]) a
                         WHERE a LIKE '%=%' AND split_part(a, '=', 1) = key LIMIT 1), key) AS column_name) c
    LEFT JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attname = c.column_name
                            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0
      AND key NOT IN ('series', 'format', 'region')
      -- these are computed unless the guard maps them
      AND (key NOT IN ('tag', 'role') OR c.column_name <> key)
$$;
REVOKE ALL ON FUNCTION key_columns(text) FROM PUBLIC;
COMMENT ON FUNCTION key_columns(text) IS
    'for a key of a scope, its column in each guarded table; NULL if the table has none, or if it is a generated column, because that is computed after the triggers. There the key matches every hold';

CREATE OR REPLACE FUNCTION unread_values(target regclass, column_name name, scope jsonb, key text) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100 AS 'MODULE_PATHNAME', 'regcar_unread_values';
REVOKE ALL ON FUNCTION unread_values(regclass, name, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION unread_values(regclass, name, jsonb, text) IS
    'values under a key of a scope that the type of a column cannot read, or cannot compare as the scope asks; read as the owner of the table';

CREATE OR REPLACE FUNCTION bounds_cross(target regclass, column_name name, scope jsonb, key text) RETURNS boolean
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100 AS 'MODULE_PATHNAME', 'regcar_bounds_cross';
REVOKE ALL ON FUNCTION bounds_cross(regclass, name, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION bounds_cross(regclass, name, jsonb, text) IS
    'does a key of a scope have two bounds with nothing between them, by the type of a column, or as the mark has it where the column is NULL?';

-- A value that is another one tomorrow would be read by each session for itself, whenever it first needs it.
CREATE OR REPLACE FUNCTION check_scope_lasts(scope jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    bad record;
BEGIN
    SELECT k.key, v.value #>> '{}' AS value INTO bad
    FROM jsonb_each(scope) k
    CROSS JOIN LATERAL regcar.key_columns(k.key) c
    JOIN pg_attribute a ON a.attrelid = c.target AND a.attname = c.column_name
    JOIN pg_type t ON t.oid = a.atttypid AND t.typcategory = 'D'
    CROSS JOIN LATERAL jsonb_path_query(k.value, 'strict $.** ? (@.type() == "string")') v (value)
    WHERE v.value #>> '{}' ~* '\m(now|today|tomorrow|yesterday)\M' ORDER BY 1, 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the value "%" of "%" depends on when it is read', bad.value, bad.key
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Each session reads it for itself, whenever it needs it.',
                  HINT = format('Write the day itself, such as %s. Nothing was placed.', regcar.uk_today());
    END IF;
    SELECT k.key INTO bad
    FROM jsonb_each(scope) k LEFT JOIN LATERAL regcar.key_columns(k.key) c ON true
    WHERE jsonb_typeof(k.value) = 'object' AND (k.key = 'series' OR c.column_name IS NOT NULL)
      AND regcar.bounds_cross(c.target, c.column_name, scope, k.key) ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is nothing between the bounds of "%"', bad.key
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('They are: %s.', scope ->> bad.key),
                  HINT = 'Exchange them if that was meant. Nothing was placed.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_scope_lasts(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION check_scope_lasts(jsonb) IS
    '22023 for a scope with a day or time such as today, which means another one later, and for bounds with nothing between them';

-- Seconds count here, and the planner's guess of how many keys and values there are would have it compile the query.
CREATE OR REPLACE FUNCTION check_scope_values(scope jsonb, consequence text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    unread record;
    unknown text;
BEGIN
    IF scope = '{}' THEN
        RETURN;
    END IF;
    SELECT r.name #>> '{}' INTO unknown FROM jsonb_path_query(scope, '$.tag[*]') r (name)
    WHERE r.name #>> '{}' !~ '^[A-Z]{1,3}$' AND NOT EXISTS (SELECT FROM regcar.key_columns('tag')) ORDER BY 1 LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'there is no tag "%"', unknown
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'The key "tag" is the tag of the mark: one to three capital letters.',
                  HINT = 'SELECT tag FROM regcar.memory_tags; lists those of current marks.';
    END IF;
    SELECT r.name #>> '{}' INTO unknown FROM jsonb_path_query(scope, '$.role[*]') r (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = r.name #>> '{}')
      AND NOT EXISTS (SELECT FROM regcar.key_columns('role')) ORDER BY 1 LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'there is no role "%"', unknown
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'The key "role" is the role that is logged in.',
                  HINT = 'In psql, \du lists the roles.';
    END IF;
    FOR unread IN
        WITH c AS (SELECT k.key, c.* FROM jsonb_object_keys(scope) k (key), regcar.key_columns(k.key) c WHERE c.column_name IS NOT NULL)
        SELECT c.key, v.value, count(*) = (SELECT count(*) FROM c a WHERE a.key = c.key) AS everywhere,
               string_agg(format('%s.%I (%s)', c.target, c.column_name,
                                 (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                                  WHERE a.attrelid = c.target AND a.attname = c.column_name)), ', ' ORDER BY c.target::text) AS columns
        FROM c, unnest(regcar.unread_values(c.target, c.column_name, scope, c.key)) v (value)
        GROUP BY c.key, v.value ORDER BY 3 DESC, 1, 2
    LOOP
        IF unread.everywhere THEN
            RAISE EXCEPTION 'no guarded table can read the value "%" of "%"', unread.value, unread.key
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('It is compared with: %s.', unread.columns),
                      HINT = 'Write the value as the type of that column has it. Nothing was placed.';
        END IF;
        RAISE WARNING 'the value "%" of "%" cannot be read by: %', unread.value, unread.key, unread.columns
            USING DETAIL = consequence;
    END LOOP;
    PERFORM regcar.check_scope_lasts(scope);
END
$$;
REVOKE ALL ON FUNCTION check_scope_values(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION check_scope_values(jsonb, text) IS
    '22023 for a value of a scope that no guarded table which has the key can read, and for a role that is not there; a WARNING for one that only some can read, with what follows from it';

CREATE OR REPLACE FUNCTION warn_of_missing_keys(scope jsonb, consequence text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT k.key, string_agg(t.target::text, ', ' ORDER BY t.target::text) AS targets
        FROM jsonb_object_keys(scope) AS k (key), regcar.key_columns(k.key) AS t
        WHERE t.column_name IS NULL
        GROUP BY k.key ORDER BY k.key
    LOOP
        RAISE WARNING 'no column for key "%" in: %', missing.key, missing.targets
            USING DETAIL = consequence,
                  HINT = 'If the key is misspelt, end this one and repeat the call with the right key. To map a key to a column, its owner unguards the table and guards it again: SELECT regcar.guard(table, keys => ''{"key": "column"}'');';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_missing_keys(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_missing_keys(jsonb, text) IS
    'gives a WARNING for each key of a scope for which some guarded table has no column, with the consequence';
