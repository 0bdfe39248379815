-- A hostile search_path changes nothing of holds, the queue and its release: neither functions nor operators, tables or types
-- in front of ours.
SET client_min_messages = error;
\ir ../lib/as_role.sql
SET search_path = regcar, public;
\ir ../lib/members.sql
RESET search_path;
CREATE ROLE h_owner;        -- owns tables; an operator too
CREATE ROLE h_dealer;
GRANT CREATE ON SCHEMA public TO h_owner, h_dealer;
SELECT regcar.grant_operator('h_owner') \g /dev/null

SELECT no_plan();

-- Functions that run with their owner's rights have a search_path of their own

SELECT is_empty($$
    SELECT object, proconfig FROM function_member WHERE prosecdef AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
    $$, 'every SECURITY DEFINER function pins search_path, with no schema where others may create objects, the temporary schema last');
SELECT is_empty($$
    SELECT object, proconfig FROM function_member
    WHERE prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c') AND (prosecdef OR prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql'))
      AND NOT coalesce(proconfig::text ~ 'search_path=pg_catalog', false)
    $$, 'so does every other one in PL/pgSQL');

-- A schema in front of pg_catalog and regcar that has every function, operator, table and type which the extension's own
-- code names, each with the same name and arguments, and each of them a trap

CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil_body() RETURNS text LANGUAGE sql AS
    $$ SELECT 'BEGIN RAISE EXCEPTION USING ERRCODE = ''EV001'', MESSAGE = ''evil was called''; END' $$;
CREATE TEMP TABLE source AS
SELECT string_agg(p.prosrc, E'\n') AS text FROM pg_proc p WHERE p.pronamespace = 'regcar'::regnamespace AND p.prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
UNION ALL SELECT string_agg(pg_get_viewdef(c.oid), E'\n') FROM pg_class c WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind = 'v'
-- what the C code says by SPI
UNION ALL SELECT 'SELECT id, target::oid, row_data, submitted_by::oid FROM queue_entry WHERE state = '''' AND id > 1 AND id <= 2 AND hold = 4; jsonb_populate_record(';
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS args, p.proretset, p.prorettype::regtype AS result
        FROM pg_proc p WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'regcar'::regnamespace) AND p.prokind = 'f'
          AND EXISTS (SELECT FROM source WHERE strpos(source.text, p.proname || '(') > 0)
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS %L', f.proname, f.args, CASE WHEN f.proretset THEN 'SETOF' END, f.result, evil_body());
        EXCEPTION WHEN OTHERS THEN
            NULL;       -- internal, cstring, OUT arguments: nobody can make such a one
        END;
    END LOOP;
    FOR f IN
        SELECT o.oprname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r, format_type(o.oprresult, NULL) AS result, row_number() OVER () AS n
        FROM pg_operator o WHERE o.oprkind = 'b' AND o.oprnamespace IN ('pg_catalog'::regnamespace, 'regcar'::regnamespace)
          AND EXISTS (SELECT FROM source WHERE strpos(source.text, ' ' || o.oprname || ' ') > 0)
    LOOP
        BEGIN
            EXECUTE format('CREATE FUNCTION evil.op%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', f.n, f.l, f.r, f.result, evil_body());
            EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.op%s)', f.oprname, f.l, f.r, f.n);
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
    FOR f IN
        SELECT DISTINCT c.relname FROM pg_class c
        WHERE c.relkind IN ('r', 'v') AND (c.relnamespace = 'regcar'::regnamespace
              OR c.relnamespace = 'pg_catalog'::regnamespace AND EXISTS (SELECT FROM source WHERE strpos(source.text, c.relname) > 0))
    LOOP
        EXECUTE format('CREATE TABLE evil.%I (evil int)', f.relname);
        EXECUTE format('CREATE TEMP TABLE %I (evil int)', f.relname);   -- before pg_catalog too, unless a path says otherwise
        EXECUTE format('GRANT SELECT ON evil.%I, pg_temp.%1$I TO PUBLIC', f.relname);
    END LOOP;
    FOR f IN SELECT unnest('{text,int8,int4,jsonb,name,oid,regclass,timestamptz,hold_action,plate,interval}'::text[]) AS typname
    LOOP
        EXECUTE format('CREATE TYPE evil.%I AS ENUM ()', f.typname);
    END LOOP;
END $$;
-- casts of a user's own type, which to_json() and the like would call
CREATE TYPE public.pair AS (a int, b text);
CREATE FUNCTION public.pair_text(pair) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'EV001'; END $$;
CREATE FUNCTION public.pair_json(pair) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'EV001'; END $$;
CREATE FUNCTION public.pair_jsonb(pair) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'EV001'; END $$;
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS IMPLICIT;
CREATE CAST (pair AS json) WITH FUNCTION pair_json(pair) AS IMPLICIT;
CREATE CAST (pair AS jsonb) WITH FUNCTION pair_jsonb(pair) AS IMPLICIT;

SELECT cmp_ok((SELECT count(*) FROM pg_catalog.pg_proc WHERE pronamespace = 'evil'::regnamespace), '>', 300::bigint, 'hundreds of functions are traps');
SELECT cmp_ok((SELECT count(*) FROM pg_catalog.pg_operator WHERE oprnamespace = 'evil'::regnamespace), '>', 200::bigint, 'so are hundreds of operators');
SELECT cmp_ok((SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = 'evil'::regnamespace AND relkind = 'r'), '>', 20::bigint, 'and tables');

CREATE TABLE public.victim (mark regcar.plate PRIMARY KEY, make text, born date, p pair, n int DEFAULT 7);
ALTER TABLE public.victim OWNER TO h_owner;
GRANT ALL ON public.victim TO h_dealer;

-- Does a statement as another role with evil in front; the SQLSTATE or 'done'.
CREATE FUNCTION public.trapped(who name, statement text) RETURNS text LANGUAGE sql AS
    $$ SELECT pg_temp.as_role(who, statement, 'evil, pg_catalog, regcar, public') $$;
SELECT is(public.trapped('h_owner', statement), 'EV001', 'the trap works: ' || statement)
FROM (VALUES ('SELECT ''a''::pg_catalog.text || ''b''::pg_catalog.text'), ('SELECT clock_timestamp()'), ('SELECT 1::bigint = 1::bigint'), ('SELECT jsonb_typeof(''{}'')'),
             ('SELECT ROW(1, ''a'')::public.pair::pg_catalog.text')) v (statement);
SELECT is(public.trapped(who, statement), 'done', 'evil in front: ' || statement)
FROM (VALUES
    ('h_owner', 'SELECT regcar.guard(''public.victim'', keys => ''{"maker": "make"}'')'),
    ('h_dealer', 'INSERT INTO public.victim VALUES (''AB75 CDD'', ''free'')'),
    ('h_dealer', 'DELETE FROM public.victim')) v (who, statement);
SELECT is(public.trapped(who, statement), state, format('%s, evil in front: %s', state, statement))
FROM (VALUES
    ('h_owner', 'SELECT * FROM regcar.guards', 'done'),
    ('h_owner', 'SELECT regcar.place_hold(''evil'', ''{"maker": ["x", "y"], "born": "2025-09-01", "p": "(1,a)", "series": 75}'', ''queue'', ''INC'')', 'done'),
    ('h_owner', 'SELECT regcar.place_hold(''freeze'', ''{"maker": "z", "nowhere": 1}'', ''freeze'', ''INC'')', 'done'),
    ('h_owner', 'CALL regcar.lockdown(''evil'', ''{"maker": "never"}'', incident => ''INC'')', 'done'),
    ('h_owner', 'SELECT regcar.exempt(1, ''{"maker": "y"}'', ''evil'')', 'done'),
    ('h_owner', 'SELECT regcar.exempt(1, ''{"maker": "never"}'', ''evil'')', 'done'),
    ('h_owner', 'SELECT regcar.revoke_exemption(2, ''evil'')', 'done'),
    ('h_dealer', 'INSERT INTO public.victim VALUES (''AB75 CDE'', ''x'', ''2025-09-01'', ROW(1, ''a''))', 'done'),
    ('h_dealer', 'INSERT INTO public.victim VALUES (''AB75 CDF'', ''x'', ''2025-09-01'', ROW(1, ''a'')), (''AB75 CDE'', ''x'', ''2025-09-01'', ROW(1, ''a''))', 'done'),
    ('h_dealer', 'INSERT INTO public.victim VALUES (''AB75 CDG'', ''y'', ''2025-09-01'', ROW(1, ''a''))', 'done'),
    ('h_dealer', 'INSERT INTO public.victim VALUES (''AB75 CDH'', ''z'')', 'RH001'),
    ('h_dealer', 'UPDATE public.victim SET make = ''x'', born = ''2025-09-01'', p = ROW(1, ''a'')', 'RH001'),
    ('h_dealer', 'UPDATE public.victim SET n = 8', 'done'),
    ('h_dealer', 'SELECT * FROM regcar.hold_for(''public.victim'', ''{"make": "z", "p": {"a": 1, "b": "a"}}'')', 'done'),
    ('h_dealer', 'SELECT * FROM regcar.queue', 'done'),
    ('h_dealer', 'SELECT * FROM regcar.queue_summary', 'done'),
    ('h_owner', 'SELECT * FROM regcar.drain(''0'')', 'done'),
    ('h_owner', 'SELECT * FROM regcar.active_holds', 'done'),
    ('h_owner', 'SELECT * FROM regcar.active_exemptions', 'done'),
    ('h_owner', 'SELECT * FROM regcar.hold_history', 'done'),
    ('h_owner', 'SELECT regcar.lift_hold(1, ''evil'')', 'done')) v (who, statement, state);
SELECT results_eq('SELECT make, mark::text FROM victim', $$VALUES ('y', 'AB75 CDG')$$, 'the exempted row alone went in');

-- At the top level, for these commit
SET SESSION AUTHORIZATION h_owner;
SET search_path = evil, pg_catalog, regcar, public;
\o /dev/null
CALL regcar.release();
\set released :LAST_ERROR_SQLSTATE
CALL regcar.lockdown('evil', '{"maker": "x"}', 'reject', 'INC');
\set locked :LAST_ERROR_SQLSTATE
\o
RESET search_path;
RESET SESSION AUTHORIZATION;
SELECT is(:'released'::text, '00000', 'release() itself, evil in front');
SELECT is(:'locked'::text, '00000', 'lockdown() itself, evil in front');
SELECT results_eq('SELECT id, state::text, outcome ~ ''^23505: '' FROM regcar.queue',
                  $$VALUES (1::bigint, 'released', NULL), (2, 'released', NULL), (3, 'failed', true)$$, 'the queue was released');
SELECT is(public.trapped('h_owner', statement), 'done', 'evil in front: ' || statement)
FROM (VALUES ('SELECT regcar.retry(3)'), ('SELECT regcar.discard(3, ''evil'')'), ('SELECT * FROM regcar.hold_report'),
             ('SELECT * FROM regcar.incident_account(''INC'')'), ('SELECT * FROM regcar.verify_history()'), ('SELECT regcar.lift_all(''evil'')'),
             ('SELECT regcar.place_hold(''evil for all'')')) v (statement);
SELECT is(public.trapped('h_dealer', statement), 'RH001', 'evil in front, held: ' || statement)
FROM (VALUES ('INSERT INTO public.victim VALUES (''AB75 CDJ'')'), ('UPDATE public.victim SET mark = ''AB75 CDJ'''), ('UPDATE public.victim SET make = ''v''')) v (statement);
SELECT is((SELECT count(*) FROM regcar.active_holds WHERE reason = 'evil for all'), 1::bigint, 'a hold was placed where it belongs');
SELECT is(public.trapped('h_owner', statement), 'done', 'evil in front: ' || statement)
FROM (VALUES ('SELECT regcar.lift_hold((SELECT max(hold) FROM regcar.active_holds), ''over'')'), ('SELECT regcar.lift_all(''evil'')'),
             ('SELECT regcar.unguard(''public.victim'')')) v (statement);
SELECT results_eq('SELECT count(*), min(hold), max(hold) FROM regcar.hold_history WHERE lifted_at IS NOT NULL', 'VALUES (5::bigint, 1::bigint, 5::bigint)', 'all that was done is where it belongs');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'and the history is whole');
CREATE FUNCTION rows_in(tab regclass, OUT n bigint) LANGUAGE plpgsql AS
    $$ BEGIN EXECUTE format('SELECT count(*) FROM %s', tab) INTO n; END $$;
CREATE TEMP TABLE bad AS
SELECT c.oid::regclass AS tab, rows_in(c.oid) AS n
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'evil'
WHERE c.relnamespace IN ('evil'::regnamespace, pg_my_temp_schema()) AND c.relkind = 'r';
SELECT ok(count(*) > 40 AND sum(n) = 0, 'nothing was written into a table of evil') FROM bad;
DROP SCHEMA evil CASCADE;
SELECT format('DROP TABLE %s', tab) FROM bad WHERE tab::text ~ '^pg_temp' \gexec

SELECT * FROM finish();
DROP OWNED BY h_owner, h_dealer;
DROP ROLE h_owner, h_dealer;
