-- Somebody who made a schema of this name beforehand could change what is in it, and
-- so the extension's rules.
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
                  DETAIL = 'Its owner is not a superuser and could replace the rules.',
                  HINT = 'Drop the schema, or give it to a superuser: ALTER SCHEMA regcar OWNER TO ...';
    END IF;
END
$$;

GRANT USAGE ON SCHEMA regcar TO PUBLIC;
COMMENT ON SCHEMA regcar IS
    'United Kingdom vehicle registration: marks, series and holds';
