-- Putting tables under the rules.

CREATE OR REPLACE FUNCTION guard_truncate(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER "~registration_hold_truncate" BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "~registration_hold_truncate"', target);
END
$$;
REVOKE ALL ON FUNCTION guard_truncate(regclass) FROM PUBLIC;
COMMENT ON FUNCTION guard_truncate(regclass) IS 'attaches the TRUNCATE trigger of a guard to one table or partition';

-- Checks of the arguments of guard().
CREATE OR REPLACE FUNCTION check_guard_target(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c pg_class := (SELECT r FROM pg_class r WHERE r.oid = target);
BEGIN
    IF c.oid IS NULL THEN
        RAISE EXCEPTION 'there is no table %', coalesce(target::text, 'null')
            USING ERRCODE = 'undefined_table', HINT = 'SELECT * FROM regcar.guards;';
    ELSIF c.relkind NOT IN ('r', 'p') THEN
        RAISE EXCEPTION '"%" is not a table', target
            USING ERRCODE = 'wrong_object_type',
                  HINT = 'Guard the table where its rows are stored.';
    ELSIF c.oid < 16384 OR c.relnamespace IN ('regcar'::regnamespace, 'regcar_state'::regnamespace) THEN
        RAISE EXCEPTION 'permission denied: "%" is a system table', target
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Guard the tables that hold registrations.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_guard_target(regclass) FROM PUBLIC;
COMMENT ON FUNCTION check_guard_target(regclass) IS
    'can the table be guarded? 42P01 if there is no such table, 42809 if it is not a table, 42501 for a table of the system or of the extension';

CREATE OR REPLACE FUNCTION check_partitions_unguarded(target regclass) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part regclass;
BEGIN
    SELECT t.tgrelid::regclass INTO part
    FROM pg_trigger t JOIN pg_partition_tree(target) p ON p.relid = t.tgrelid
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc
    LIMIT 1;
    IF part IS NOT NULL THEN
        RAISE EXCEPTION 'partition "%" has a guard of its own', part
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('As its owner: SELECT regcar.unguard(%L); then guard the whole table.', part);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_partitions_unguarded(regclass) FROM PUBLIC;
COMMENT ON FUNCTION check_partitions_unguarded(regclass) IS '55000 if a partition of a table has a guard of its own';

CREATE OR REPLACE FUNCTION mark_column(target regclass, plate_column name) RETURNS name
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns name[];
BEGIN
    IF plate_column IS NULL THEN
        SELECT array_agg(p.plate_column ORDER BY p.plate_column) INTO columns
        FROM regcar.plate_columns p WHERE p.target = mark_column.target;
        IF cardinality(columns) IS DISTINCT FROM 1 THEN
            RAISE EXCEPTION '"%" has % columns of type plate', target, coalesce(cardinality(columns), 0)
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('They are: %s.', coalesce(array_to_string(columns, ', '), 'none')),
                      HINT = format('Name the column of the mark: SELECT regcar.guard(%L, ''column'');', target);
        END IF;
        RETURN columns[1];
    ELSIF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                      WHERE a.attrelid = target AND a.attname = mark_column.plate_column
                        AND a.attnum > 0 AND NOT a.attisdropped
                        AND (t.typcategory = 'S'
                             OR EXISTS (SELECT FROM regcar.plate_columns p
                                        WHERE p.target = mark_column.target AND p.plate_column = a.attname)))
    THEN
        RAISE EXCEPTION '"%" has no column "%" of type plate or text', target, plate_column
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name the column that holds the mark.';
    END IF;
    RETURN plate_column;
END
$$;
REVOKE ALL ON FUNCTION mark_column(regclass, name) FROM PUBLIC;
COMMENT ON FUNCTION mark_column(regclass, name) IS
    'the column of the mark: the one that is named, or if none is, the only one of type plate; 22023 if there is no such column';

CREATE OR REPLACE FUNCTION check_guard_keys(target regclass, keys jsonb) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
BEGIN
    IF keys IS NULL OR jsonb_typeof(keys) <> 'object'
       OR EXISTS (SELECT FROM jsonb_each(keys) k
                  WHERE jsonb_typeof(k.value) <> 'string' OR k.key ~ '=' OR octet_length(k.key) NOT BETWEEN 1 AND 63)
    THEN
        RAISE EXCEPTION 'keys must be a JSON object of scope keys and column names'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example {"make": "manufacturer"}; a key has 1 to 63 bytes and no equals sign.';
    ELSIF keys ?| '{series,format,region}'::text[] THEN
        RAISE EXCEPTION 'the keys series, format and region cannot be columns'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'They are computed from the mark.',
                  HINT = 'Give the column another key.';
    END IF;
    SELECT string_agg(format('"%s"', k.value), ', ' ORDER BY k.value COLLATE "C") INTO missing
    FROM jsonb_each_text(keys) k
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = target AND a.attname = k.value
                        AND a.attnum > 0 AND NOT a.attisdropped);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '"%" has no column %', target, missing
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'keys maps a scope key to a column of the table.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_guard_keys(regclass, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION check_guard_keys(regclass, jsonb) IS
    '22023 unless keys is a JSON object that maps scope keys to columns of the table';

CREATE OR REPLACE FUNCTION check_ticket_column(target regclass, plate_column name, ticket name) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c pg_attribute := (SELECT a FROM pg_attribute a
                       WHERE a.attrelid = target AND a.attname = ticket AND a.attnum > 0 AND NOT a.attisdropped);
    problem text;
BEGIN
    SELECT CASE
        WHEN c.attname IS NULL THEN 'There is no such column.'
        WHEN ticket = plate_column THEN 'It is the column of the mark.'
        WHEN c.atttypid <> 'bigint'::regtype THEN format('Its type is %s.', format_type(c.atttypid, c.atttypmod))
        WHEN c.attnotnull THEN 'It is NOT NULL, and a final registration has no ticket.'
        WHEN c.attgenerated <> '' THEN 'It is generated.'
        WHEN c.attidentity <> '' THEN 'It is an identity column.'
        WHEN c.atthasdef THEN 'It has a default, so that every row would bring a ticket.'
        -- a column of a partition key, or of an expression in one, depends on its table
        WHEN EXISTS (SELECT FROM pg_partition_tree(target) t
                     JOIN pg_attribute a ON a.attrelid = t.relid AND a.attname = ticket
                     JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.relid AND d.objsubid = a.attnum
                                     AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.relid AND d.refobjsubid = 0)
            THEN 'The table is partitioned by it.'
    END INTO problem;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'column "%" of "%" cannot have tickets', ticket, target
            USING ERRCODE = 'invalid_parameter_value', DETAIL = problem,
                  HINT = format('The table''s owner makes one, and rewrites nothing: ALTER TABLE %s ADD ticket bigint;', target);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION check_ticket_column(regclass, name, name) FROM PUBLIC;
COMMENT ON FUNCTION check_ticket_column(regclass, name, name) IS
    '22023 unless the column can have the tickets of rows that wait in their table: bigint, NULL allowed, neither generated nor with a default, not the mark, and no part of the partition key';

CREATE OR REPLACE FUNCTION guard(
    target regclass, plate_column name DEFAULT NULL, keys jsonb DEFAULT '{}',
    replicated boolean DEFAULT false, ticket name DEFAULT NULL)
    RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    has_row boolean;
    has_truncate boolean;
    arguments text[];
BEGIN
    PERFORM regcar.require_writable('guarding a table');
    PERFORM regcar.check_guard_target(target);
    SELECT coalesce(bool_or(t.tgtype & 1 = 1), false), coalesce(bool_or(t.tgtype & 1 = 0), false)
    INTO has_row, has_truncate
    FROM pg_trigger t
    WHERE t.tgrelid = target AND t.tgfoid = 'regcar.registration_hold'::regproc;
    IF has_row AND has_truncate THEN
        RAISE EXCEPTION '"%" is already guarded', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its status is: %s.', (SELECT g.status FROM regcar.guards g
                                                         WHERE g.target = guard.target)),
                  HINT = format('As its owner: SELECT regcar.unguard(%L); first, to change its settings.', target);
    ELSIF has_row THEN
        -- a partition that was added later has its parent's row trigger
        PERFORM regcar.guard_truncate(target);
        RETURN format('%s is guarded against TRUNCATE too', target);
    END IF;
    PERFORM regcar.check_partitions_unguarded(target);
    plate_column := regcar.mark_column(target, plate_column);
    PERFORM regcar.check_guard_keys(target, keys);
    PERFORM regcar.drop_waivers(target);
    PERFORM regcar.check_ticket_column(target, plate_column, ticket) WHERE ticket IS NOT NULL;

    arguments := plate_column::text
                 || ARRAY(SELECT k.key || '=' || k.value FROM jsonb_each_text(keys) k)
                 || ('=' || ticket) || CASE WHEN replicated THEN ARRAY['replicated'] END;
    EXECUTE format(
        'CREATE TRIGGER "~registration_hold" BEFORE INSERT OR UPDATE OR DELETE ON %s '
        'FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold(%s)',
        target, (SELECT string_agg(quote_literal(a), ', ' ORDER BY n)
                 FROM unnest(arguments) WITH ORDINALITY u(a, n)));
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "~registration_hold"', target);
    PERFORM regcar.guard_truncate(target) WHERE NOT has_truncate;
    -- TRUNCATE of a partition does not fire its parent's trigger
    PERFORM regcar.guard_truncate(p.relid)
    FROM pg_partition_tree(target) p JOIN pg_class r ON r.oid = p.relid
    WHERE p.relid <> target AND r.relkind IN ('r', 'p');
    IF ticket IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = target AND a.attname = ticket
        WHERE i.indrelid = target AND i.indkey[0] = a.attnum AND i.indisvalid) THEN
        RAISE WARNING 'no index of "%" begins with "%"', target, ticket
            USING DETAIL = 'Each batch of a release would read the whole table.',
                  HINT = format('CREATE INDEX CONCURRENTLY ON %s (%I) WHERE %2$I IS NOT NULL; is empty on an ordinary day.', target, ticket);
    END IF;
    RETURN format('%s is guarded: mark in column %I', target, plate_column) || coalesce(', tickets in column ' || quote_ident(ticket), '');
END
$$;
REVOKE ALL ON FUNCTION guard(regclass, name, jsonb, boolean, name) FROM PUBLIC;
COMMENT ON FUNCTION guard(regclass, name, jsonb, boolean, name) IS
    'guards a table and its partitions; for the table''s owner. The arguments: the column of the mark (NULL for the only column of type plate), scope keys that are columns of another name, whether rows that replication brings are held too, and the column for the tickets of rows that wait in the table';

CREATE OR REPLACE FUNCTION unguard(target regclass) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    missing text;
BEGIN
    PERFORM regcar.require_writable('unguarding a table');
    IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target
                   AND t.tgfoid = 'regcar.registration_hold'::regproc) THEN
        RAISE EXCEPTION '"%" is not guarded', coalesce(target::text, 'null')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT * FROM regcar.guards;';
    ELSIF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target AND t.tgparentid <> 0
                  AND t.tgfoid = 'regcar.registration_hold'::regproc) THEN
        RAISE EXCEPTION '"%" is guarded as a partition', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('As its owner: SELECT regcar.unguard(%L);', pg_partition_root(target));
    END IF;
    -- before anything is done that an operator alone may not
    missing := regcar.approve_unguard(target);
    IF missing IS NOT NULL THEN
        RETURN missing;
    END IF;
    FOR found IN
        SELECT g.tgrelid::regclass AS rel, g.tgname
        FROM pg_trigger g
        WHERE g.tgfoid = 'regcar.registration_hold'::regproc AND g.tgparentid = 0
          AND (g.tgrelid = target OR g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(target) p))
        -- the row trigger first: without it, what else is dropped weakens nothing
        ORDER BY g.tgtype & 1 DESC, g.tgrelid
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.rel);
    END LOOP;
    RETURN format('%s is no longer guarded', target);
END
$$;
REVOKE ALL ON FUNCTION unguard(regclass) FROM PUBLIC;
COMMENT ON FUNCTION unguard(regclass) IS
    'ends the guard of a table and its partitions; for the table''s owner. Says who else has to approve, while a hold stands that no operator ends alone. 55000 if it is not guarded';
