-- The state has a schema of its own, in which nobody has USAGE: no role can name a
-- table of it, and no tool that walks a search_path finds one.
DO $$
DECLARE
    owner name := (SELECT n.nspowner::pg_catalog.regrole
                   FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'regcar_state');
BEGIN
    IF owner IS NOT NULL THEN
        RAISE EXCEPTION 'schema "regcar_state" already exists'
            USING ERRCODE = 'duplicate_schema',
                  DETAIL = pg_catalog.format('It belongs to %s. The extension keeps its state in a schema that it has made itself.', owner),
                  HINT = 'Drop or rename it.';
    END IF;
END
$$;

CREATE SCHEMA regcar_state;
COMMENT ON SCHEMA regcar_state IS
    'the state of the extension regcar: holds, exemptions, queue, history. The functions and views to use are in schema regcar';
