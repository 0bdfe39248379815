-- Statements as another role. To be included with \ir.

-- as_role(): does a statement, and tells 'done' or the SQLSTATE.
CREATE FUNCTION pg_temp.as_role(role name, statement text, path text DEFAULT 'public') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    path_before text := pg_catalog.current_setting('search_path');
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
    EXECUTE format('SET LOCAL search_path = %s', path);
    EXECUTE statement;
    PERFORM pg_catalog.set_config('search_path', path_before, true);
    RESET SESSION AUTHORIZATION;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

-- answer(): the value that a query of one column and row gives, or the SQLSTATE.
CREATE FUNCTION pg_temp.answer(role name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
    EXECUTE query INTO answer;
    RESET SESSION AUTHORIZATION;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
