-- What the view status says of guards.

CREATE OR REPLACE FUNCTION guard_repair(target regclass, status text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN status IN ('not guarded', 'row trigger missing', 'truncate trigger missing') THEN format('SELECT regcar.guard(%L);', target)
        WHEN status IN ('disabled', 'not ENABLE ALWAYS') THEN
            (SELECT format('ALTER TABLE %s %s;', target, string_agg(format('ENABLE ALWAYS TRIGGER %I', t.tgname), ', ' ORDER BY t.tgname))
             FROM pg_trigger t WHERE t.tgrelid = target AND t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgenabled <> 'A')
        WHEN status LIKE 'own trigger %' THEN
            (SELECT format('ALTER TABLE %s ENABLE %s TRIGGER %I;', target, m[2], m[1]) FROM regexp_match(status, '^own trigger (.*) not ENABLE (.*)$') m)
        WHEN status LIKE 'own event trigger %' THEN
            (SELECT format('ALTER EVENT TRIGGER %I ENABLE ALWAYS;', m[1]) FROM regexp_match(status, '^own event trigger (.*) not ENABLE') m) END
$$;
REVOKE ALL ON FUNCTION guard_repair(regclass, text) FROM PUBLIC;
COMMENT ON FUNCTION guard_repair(regclass, text) IS
    'the statement that puts right what the view guards says of a table; NULL where that takes a decision';

CREATE OR REPLACE FUNCTION status_of_guards(
    reader name, OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH unsound AS MATERIALIZED (
        SELECT g.target, g.status FROM regcar.guards g WHERE g.status NOT IN ('ok', 'waived') AND g.status NOT LIKE 'hint:%'),
    grouped AS (
        SELECT u.status, count(*) AS number, min(u.target::oid)::regclass AS first,
               string_agg(u.target::text, ', ') FILTER (WHERE u.place <= 3) AS names
        FROM (SELECT a.*, row_number() OVER (PARTITION BY a.status ORDER BY a.target) AS place FROM unsound a) u
        GROUP BY u.status)
    SELECT CASE g.status WHEN 'not guarded' THEN 'warning' ELSE 'alarm' END, 'guard', g.status, NULL::timestamptz,
           coalesce(g.names, 'of the extension') || CASE WHEN g.number > 3 THEN format(' and %s more', g.number - 3) ELSE '' END,
           CASE WHEN g.number = 1 AND r.repair !~ '[[:cntrl:]]'
                THEN CASE WHEN (SELECT o.rolsuper OR pg_has_role(o.oid, c.relowner, 'USAGE') FROM pg_roles o, pg_class c
                                WHERE o.rolname = reader AND c.oid = coalesce(g.first, 'regcar_state.hold'::regclass))
                          THEN '' ELSE '-- as a superuser: ' END || r.repair
                ELSE format('SELECT * FROM regcar.guards WHERE status = %L;', g.status) END
    FROM grouped g CROSS JOIN LATERAL regcar.guard_repair(g.first, g.status) r (repair)
    UNION ALL
    SELECT 'alarm', 'guard', 'no table is guarded', NULL, 'a hold would stop nothing', 'SELECT * FROM regcar.guards;'
    WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = 'regcar.registration_hold'::regproc);
END
$$;
REVOKE ALL ON FUNCTION status_of_guards(name) FROM PUBLIC;
COMMENT ON FUNCTION status_of_guards(name) IS 'rows of the view status: guards that are unsound, and tables without one';
