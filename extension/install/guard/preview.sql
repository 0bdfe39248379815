-- What a scope would cover, before it does; and warnings of values that nothing has.

CREATE OR REPLACE FUNCTION look_at_rows(
    target regclass, scope jsonb, oldest integer, wait interval, until_known boolean,
    OUT key text, OUT value text, OUT matches bigint, OUT looked_at bigint, OUT known boolean,
    OUT nearest text, OUT nearest_matches bigint, OUT note text)
    RETURNS SETOF record
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    AS 'MODULE_PATHNAME', 'regcar_look_at_rows';
REVOKE ALL ON FUNCTION look_at_rows(regclass, jsonb, integer, interval, boolean) FROM PUBLIC;
COMMENT ON FUNCTION look_at_rows(regclass, jsonb, integer, interval, boolean) IS
    'what the newest rows of a guarded table have of a scope: first all of it, then each value; as many rows as the time allows, or until each value is known, with the rights of whoever is asking';

CREATE OR REPLACE FUNCTION preview_hold(
    scope jsonb, INOUT target regclass DEFAULT NULL, newest interval DEFAULT '1 day', wait interval DEFAULT '500 ms',
    OUT key text, OUT value text, OUT matches bigint, OUT looked_at bigint,
    OUT nearest text, OUT nearest_matches bigint, OUT note text)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
    COST 10000 ROWS 10
AS $$
DECLARE
    asked_for CONSTANT regclass := target;
    guarded CONSTANT oid[] := ARRAY(
        SELECT t.tgrelid FROM pg_trigger t
        WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1
          AND CASE WHEN asked_for IS NULL THEN t.tgparentid = 0 ELSE t.tgrelid = asked_for END
        ORDER BY t.tgrelid::regclass::text);
    deadline timestamptz := clock_timestamp() + wait;
    oldest integer;
BEGIN
    IF scope IS NULL OR wait IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN scope IS NULL THEN 'scope' ELSE 'wait' END
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.preview_hold(''{"make": "Jaguar"}'');';
    END IF;
    PERFORM regcar.check_scope(scope);
    IF guarded = '{}' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = CASE WHEN asked_for IS NULL THEN 'no table is guarded' ELSE format('"%s" is not guarded', asked_for) END,
            DETAIL = 'A hold would stop nothing there.',
            HINT = 'SELECT * FROM regcar.guards; shows which tables are. A table''s owner who is an operator may guard it: SELECT regcar.guard(table);';
    END IF;
    PERFORM regcar.check_scope_values(scope, 'The hold would stop every registration there that its other keys match.');
    IF newest IS NOT NULL AND current_setting('track_commit_timestamp') = 'on' THEN
        oldest := regcar.xid_age_at(clock_timestamp() - newest);
    END IF;
    FOR n IN 1 .. cardinality(guarded) LOOP
        target := guarded[n];
        RETURN QUERY
            SELECT target, l.key, l.value, l.matches, l.looked_at, l.nearest, l.nearest_matches, l.note
            FROM regcar.look_at_rows(target, scope, oldest, (deadline - clock_timestamp()) / (cardinality(guarded) - n + 1), false) l;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION preview_hold(jsonb, regclass, interval, interval) FROM PUBLIC;
COMMENT ON FUNCTION preview_hold(jsonb, regclass, interval, interval) IS
    'what a hold of this scope would cover, of the newest rows of a guarded table or of all of them: for the scope (key is NULL) and for each value how many of the rows looked at match, and for a value that nothing has the nearest that there is. 22023 for anything but a scope, 55000 for a table that is not guarded';

-- A series may be held before its first registration.
CREATE OR REPLACE FUNCTION warn_of_values(scope jsonb, hint text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    -- of 100 ms half are for the search of the nearest values, and for a busy machine
    deadline CONSTANT timestamptz := clock_timestamp() + interval '50 ms';
    most CONSTANT integer := 5;
    guarded CONSTANT oid[] := ARRAY(
        SELECT t.tgrelid FROM pg_trigger t
        WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0 ORDER BY 1);
    seen jsonb := '[]';
    r record;
    warned integer := 0;
    is_open boolean := true;
    unread text;
BEGIN
    IF scope = '{}' OR guarded = '{}' THEN
        RETURN;
    END IF;
    FOR n IN 1 .. cardinality(guarded) LOOP
        seen := seen || (
            SELECT jsonb_agg(to_jsonb(l) || jsonb_build_object('target', guarded[n]::regclass))
            FROM regcar.look_at_rows(guarded[n], scope, NULL, (deadline - clock_timestamp()) / (cardinality(guarded) - n + 1), true) l);
        is_open := EXISTS (
            SELECT FROM jsonb_to_recordset(seen) s (key text, value text, known boolean)
            GROUP BY s.key, s.value HAVING NOT coalesce(bool_or(s.known), s.key IS NOT NULL));
        EXIT WHEN NOT is_open;
    END LOOP;

    FOR r IN
        SELECT s.key, s.value, sum(s.looked_at) AS looked_at,
               string_agg(s.target, ', ' ORDER BY s.target) FILTER (WHERE s.looked_at > 0) AS targets,
               (array_agg(format('The nearest value is "%s" (%s %s of %s).', s.nearest, s.nearest_matches,
                                 CASE s.nearest_matches WHEN 1 THEN 'row' ELSE 'rows' END, s.target)
                          ORDER BY s.nearest_matches DESC) FILTER (WHERE s.nearest IS NOT NULL))[1] AS nearest
        FROM jsonb_to_recordset(seen) s (target text, key text, value text, looked_at bigint, known boolean, nearest text, nearest_matches bigint)
        WHERE s.known IS NOT NULL
          AND CASE WHEN s.key = 'series' AND s.value !~ '^[<>]' THEN s.value::regcar.plate_series OPERATOR(regcar.<) regcar.series_on(regcar.uk_today()) ELSE true END
        GROUP BY s.key, s.value HAVING NOT bool_or(s.known) AND sum(s.looked_at) > 0
        ORDER BY 1, 2
    LOOP
        warned := warned + 1;
        CONTINUE WHEN warned > most;
        RAISE WARNING 'nothing that was looked at has the value "%" of "%"', r.value, r.key
            USING DETAIL = concat_ws(' ', format('It is in none of the newest rows of %s, of which %s were looked at, nor in statistics.', r.targets, r.looked_at), r.nearest),
                  HINT = warn_of_values.hint;
    END LOOP;
    IF warned > most THEN
        RAISE WARNING 'values of the scope that nothing looked at has: % more', warned - most
            USING HINT = 'SELECT * FROM regcar.preview_hold(scope) WHERE matches = 0; lists them.';
    END IF;

    SELECT string_agg(format('%s: %s.', s.target, s.note), ' ' ORDER BY s.target) INTO unread
    FROM jsonb_to_recordset(seen) s (target text, key text, note text) WHERE s.key IS NULL AND s.note LIKE 'not looked at%';
    IF is_open AND warned = 0 AND unread IS NOT NULL THEN
        RAISE NOTICE 'whether anything has the values of the scope is not known'
            USING DETAIL = unread, HINT = 'SELECT * FROM regcar.preview_hold(scope); looks again.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION warn_of_values(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_values(jsonb, text) IS
    'gives a WARNING for each value of a scope that nothing has in the guarded tables, with the nearest that there is, in a tenth of a second altogether';
