-- What a scope would cover, before it does; and warnings of values that nothing has.

CREATE OR REPLACE FUNCTION look_at_rows(
    target regclass, scope jsonb, oldest integer, wait interval, altogether interval, until_known boolean,
    OUT key text, OUT value text, OUT matches bigint, OUT looked_at bigint, OUT known boolean,
    OUT nearest text, OUT nearest_matches bigint, OUT note text)
    RETURNS SETOF record
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    AS 'MODULE_PATHNAME', 'regcar_look_at_rows';
REVOKE ALL ON FUNCTION look_at_rows(regclass, jsonb, integer, interval, interval, boolean) FROM PUBLIC;
COMMENT ON FUNCTION look_at_rows(regclass, jsonb, integer, interval, interval, boolean) IS
    'what the newest rows of a guarded table have of a scope: first all of it, then each value; as many rows as the first time allows, or until each value is known, and the nearest values until the second is up, with the rights of whoever is asking';

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
    time_left interval;
    oldest integer;
BEGIN
    IF scope IS NULL OR wait IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN scope IS NULL THEN 'scope' ELSE 'wait' END
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.preview_hold(''{"make": "Jaguar"}'');';
    END IF;
    IF newest < '0' THEN
        RAISE EXCEPTION 'newest must not be negative'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It is how old rows may be, such as ''7 days''; NULL is any age.';
    END IF;
    PERFORM regcar.check_scope(scope);
    IF guarded = '{}' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'object_not_in_prerequisite_state',
            MESSAGE = CASE WHEN asked_for IS NULL THEN 'no table is guarded' ELSE format('"%s" is not guarded', asked_for) END,
            DETAIL = 'A hold would stop nothing there.',
            HINT = 'SELECT * FROM regcar.guards; shows which tables are. A table''s owner who is an operator may guard it: SELECT regcar.guard(table);';
    END IF;
    PERFORM regcar.check_scope_values(scope, 'The hold would cover every registration there that its other keys match.');
    IF newest IS NOT NULL AND current_setting('track_commit_timestamp') = 'on' THEN
        oldest := regcar.xid_age_at(clock_timestamp() - least(newest, '1000 years'));
    END IF;
    FOR n IN 1 .. cardinality(guarded) LOOP
        target := guarded[n];
        time_left := greatest(deadline - clock_timestamp(), '0') / (cardinality(guarded) - n + 1);
        RETURN QUERY
            SELECT target, l.key, l.value, l.matches, l.looked_at, l.nearest, l.nearest_matches, l.note
            FROM regcar.look_at_rows(target, scope, oldest, time_left, time_left + interval '30 ms', false) l;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION preview_hold(jsonb, regclass, interval, interval) FROM PUBLIC;
COMMENT ON FUNCTION preview_hold(jsonb, regclass, interval, interval) IS
    'what a hold of this scope would cover, of the newest rows of a guarded table or of all of them: for the scope (key is NULL) and for each value how many of the rows looked at match, and for a value that nothing has the nearest that there is. 22023 for anything but a scope and for a negative age, 55000 for a table that is not guarded';

CREATE OR REPLACE FUNCTION looking_time_left(taken interval) RETURNS interval
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_looking_time_left';
REVOKE ALL ON FUNCTION looking_time_left(interval) FROM PUBLIC;
COMMENT ON FUNCTION looking_time_left(interval) IS
    'notes that the warnings of this transaction took so long to look for values, and gives what is left of 100 ms: zero when that is first used up, NULL after that';

-- A series may be held before its first registration.
CREATE OR REPLACE FUNCTION warn_of_values(scope jsonb, hint text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
    began CONSTANT timestamptz := clock_timestamp();
    time_left interval;
    -- five eighths of the time are for rows, the rest is for the nearest values
    deadline timestamptz;
    until timestamptz;
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
    time_left := regcar.looking_time_left('0');
    IF time_left IS NULL THEN
        RETURN;
    ELSIF time_left = '0' THEN
        RAISE NOTICE 'values of scopes are not looked for any more in this transaction'
            USING DETAIL = 'Its warnings have taken a tenth of a second.',
                  HINT = 'SELECT * FROM regcar.preview_hold(scope); looks for the values of one.';
        RETURN;
    END IF;
    -- on a busy machine the rest of 100 ms is soon gone
    until := began + least(time_left, interval '80 ms');
    deadline := began + (until - began) * 5 / 8;
    FOR n IN 1 .. cardinality(guarded) LOOP
        IF clock_timestamp() >= until THEN
            seen := seen || jsonb_build_object('target', guarded[n]::regclass, 'note', 'not looked at: there was no time left');
            CONTINUE;
        END IF;
        seen := seen || (
            SELECT jsonb_agg(to_jsonb(l) || jsonb_build_object('target', guarded[n]::regclass))
            FROM regcar.look_at_rows(guarded[n], scope, NULL, greatest(deadline - clock_timestamp(), '0') / (cardinality(guarded) - n + 1),
                                     (until - clock_timestamp()) / (cardinality(guarded) - n + 1), true) l);
        -- as long as no table could tell, too
        is_open := (SELECT coalesce(bool_or(NOT k.known), true)
                    FROM (SELECT coalesce(bool_or(s.known), true) AS known
                          FROM jsonb_to_recordset(seen) s (key text, value text, known boolean)
                          WHERE s.key IS NOT NULL GROUP BY s.key, s.value) k);
        EXIT WHEN NOT is_open;
    END LOOP;
    PERFORM regcar.looking_time_left(clock_timestamp() - began);
    SELECT string_agg(format('%s: %s.', s.target, s.note), ' ' ORDER BY s.target) INTO unread
    FROM jsonb_to_recordset(seen) s (target text, key text, note text) WHERE s.key IS NULL AND s.note LIKE 'not looked at%';

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
            USING DETAIL = concat_ws(' ', format('It is in none of the newest rows of %s, of which %s were looked at, nor in statistics.', r.targets, r.looked_at), r.nearest, unread),
                  HINT = warn_of_values.hint;
    END LOOP;
    IF warned > most THEN
        RAISE WARNING 'values of the scope that nothing looked at has: % more', warned - most
            USING HINT = 'SELECT * FROM regcar.preview_hold(scope) WHERE matches = 0; lists them.';
    END IF;

    IF is_open AND warned = 0 AND unread IS NOT NULL THEN
        RAISE NOTICE 'whether anything has the values of the scope is not known'
            USING DETAIL = unread, HINT = 'SELECT * FROM regcar.preview_hold(scope); looks again.';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION warn_of_values(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_values(jsonb, text) IS
    'gives a WARNING for each value of a scope that nothing has in the guarded tables, with the nearest that there is, in a tenth of a second altogether';
