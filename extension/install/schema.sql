-- A schema of this name that somebody else made beforehand would be theirs to
-- change; the extension's rules are not.
DO $$
DECLARE
    owner name := (SELECT r.rolname
                   FROM pg_catalog.pg_namespace n
                   JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
                   WHERE n.nspname OPERATOR(pg_catalog.=) 'regcar'
                   AND NOT r.rolsuper);
BEGIN
    IF owner IS NOT NULL THEN
        RAISE EXCEPTION 'schema "regcar" belongs to "%"', owner
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Its owner is no superuser and could replace the rules.',
                  HINT = 'ALTER SCHEMA regcar OWNER TO a superuser, or drop it.';
    END IF;
END
$$;

GRANT USAGE ON SCHEMA regcar TO PUBLIC;
COMMENT ON SCHEMA regcar IS
    'United Kingdom vehicle registration: marks, series and holds';
