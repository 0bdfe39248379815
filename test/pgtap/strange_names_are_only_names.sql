-- Names and texts that nobody sane gives, through all that is made with them: guards, holds, errors, the queue, its release,
-- reports, notifications.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;
SELECT no_plan();

CREATE TABLE odd (n int GENERATED ALWAYS AS IDENTITY, name text, tab text, who text, scope jsonb);
INSERT INTO odd (name) VALUES ('plain'), ('we"ird; DROP TABLE x;--'), ('quo''te " \ slash'), (E'new\nline\ttab\r'), ('%I%s%L%n%1$s %'), ('$1'), ('{"a": [1]}'), ('{a,"b",NULL}'), ('таблица 🚗'),
    (E'\x01\x7f'), (' '), ('select'), ('$$ || $x$'), ('a.b"."c'), ('"";drop schema public cascade; --'), ('-- '), ('/*'), ('a=b'), (repeat('x', 59)), ('hold'), ('queue_entry'), ('history'), ('exemption'), ('guards'),
    ('NULL'), ('null'), ('0'), ('series'), ('regclass'), ('int4');
-- From 19 on no role may have a line break in its name.
UPDATE odd SET tab = format('%I.%I', 's' || name, name), who = 'r' || CASE WHEN current_setting('server_version_num')::int < 190000 THEN name ELSE translate(name, E'\n\r', '') END, scope = jsonb_build_object('the make', name) || CASE name WHEN 'series' THEN '{}' ELSE jsonb_build_object(name, name || 'v') END;

-- A role, a schema, a table, a column and a constraint of each name

SELECT format('CREATE ROLE %I', who) FROM odd \gexec
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I; GRANT USAGE ON SCHEMA %1$I TO PUBLIC', 's' || name, who) FROM odd \gexec
SELECT format('CREATE TABLE %s (mark regcar.plate, "the make" text, %I text, CONSTRAINT %2$I CHECK (mark OPERATOR(regcar.<>) ''AB75 CDZ''))', tab, name) FROM odd \gexec
SELECT format('ALTER TABLE %s OWNER TO %I', tab, who) FROM odd \gexec
SELECT results_eq('SELECT grant_operator(quote_ident(who)::regrole) FROM odd ORDER BY n', 'SELECT format(''%I is an operator of holds'', who) FROM odd ORDER BY n', 'each role is an operator');
SELECT results_eq('SELECT guard(tab::regclass, keys => CASE WHEN name ~ ''='' THEN ''{}'' ELSE jsonb_build_object(''k'' || name, name) END) FROM odd ORDER BY n',
                  'SELECT format(''%s is guarded: mark in column mark'', tab) FROM odd ORDER BY n', 'each table is guarded');
SELECT is_empty('SELECT tab, g.* FROM odd LEFT JOIN guards g ON g.target = tab::regclass WHERE g.status IS DISTINCT FROM ''ok'' OR g.keys IS DISTINCT FROM CASE WHEN name ~ ''='' THEN ''{}'' ELSE jsonb_build_object(''k'' || name, name) END',
                'and shown as it is');
SELECT format('INSERT INTO %s VALUES (''AB75 CDE'', %L, %L)', tab, name, name || 'v') FROM odd \gexec

-- Holds and exemptions with each name in their scope, reason and incident, and what a person reads of them

CREATE FUNCTION act(who text, statement text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    EXECUTE statement;
    RESET SESSION AUTHORIZATION;
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
CREATE FUNCTION hold_of(odd) RETURNS bigint LANGUAGE sql AS $$ SELECT hold FROM hold WHERE reason = $1.name || ' r' $$;
LISTEN regcar;
\o names.tmp
SELECT act(who, format('SELECT regcar.place_hold(%L, %L, ''queue'', %L)', name || ' r', scope, name || ' i')) FROM odd;
SELECT act(who, format('SELECT regcar.exempt(%s, %L, %L)', hold_of(odd), jsonb_build_object('mark', 'AB24 ABC', name, name || 'v') - 'series', name || ' e')) FROM odd;
SELECT place_hold(repeat('long "\', 1400), '{"the make": "long"}', incident => repeat('x"', 500));
\o
SELECT is_empty($$SELECT name FROM odd WHERE NOT EXISTS (SELECT FROM active_holds h WHERE (h.reason, h.incident, h.placed_by::text, h.scope, h.exemptions) = (name || ' r', name || ' i', who, odd.scope, 1))$$,
                'each hold is as it was said, and by whom');
SELECT is_empty($$SELECT name, f.* FROM odd, act(who, format('UPDATE %s SET mark = ''AB75 CDF''', tab)) f
                  WHERE (f.state, f.message, regexp_replace(f.detail, ', since [^,]*\.$', '')) IS DISTINCT FROM ('RH001', 'registrations are held', format('Hold %s: %s r (incident %s i)', hold_of(odd), name, name))$$,
                'each error says it so');
SELECT is_empty($$SELECT name, f.* FROM odd, LATERAL (SELECT array_agg(h.reason || h.incident) AS answer FROM hold_for(tab::regclass, jsonb_build_object('mark', 'AB75 CDF', 'the make', name, name, name || 'v')) h) f
                  WHERE answer IS DISTINCT FROM ARRAY[name || ' r' || name || ' i']$$, 'so does hold_for()');
SELECT is_empty($$SELECT name FROM odd WHERE EXISTS (SELECT FROM hold_for(tab::regclass, jsonb_build_object('mark', 'AB75 CDF', 'the make', name || '!', name, name || 'v')))
                  OR EXISTS (SELECT FROM hold_for(tab::regclass, jsonb_build_object('mark', 'AB24 ABC', 'the make', name, name, name || 'v')))$$, 'no other row is covered, and the exemption is one');

-- Queued, released, failed

\o names.tmp2
SELECT act(who, format('SET LOCAL application_name = %L; INSERT INTO %s VALUES (''AB75 CDF'', %3$L, %4$L), (''AB75 CDZ'', %3$L, %4$L)', name, tab, name, name || 'v')) FROM odd;
\o
SELECT results_eq('SELECT target, submitted_by, count(*) FROM queue GROUP BY 1, 2 ORDER BY 1, 2', 'SELECT tab::regclass, quote_ident(who)::regrole, 2::bigint FROM odd ORDER BY 1, 2', 'each is queued');
SELECT is_empty($$SELECT name FROM odd WHERE NOT EXISTS (SELECT FROM queue q WHERE row_data = jsonb_build_object('mark', 'AB75 CDF', 'the make', name, name, name || 'v'))$$, 'as it is');
\o names.tmp
SELECT lift_hold(hold, reason) FROM active_holds;
CALL release();
SELECT discard(id, outcome) FROM queue WHERE state = 'failed' AND id % 4 = 0;
SELECT retry(id) FROM queue WHERE state = 'failed' AND id % 4 = 2;
CALL release();
\o
CREATE TABLE arrived (tab text, mark plate, make text, odd text);
SELECT format('INSERT INTO arrived SELECT %L, * FROM %s WHERE mark = ''AB75 CDF''', tab, tab) FROM odd \gexec
SELECT bag_eq('SELECT * FROM arrived', 'SELECT tab, ''AB75 CDF''::plate, name, name || ''v'' FROM odd', 'what was released has arrived');
SELECT is_empty($$SELECT name, q.state, q.outcome FROM odd LEFT JOIN queue q ON q.target = tab::regclass AND row_data ->> 'mark' = 'AB75 CDZ'
                  WHERE q.state NOT IN ('failed', 'discarded') OR strpos(q.outcome, format('23514: new row for relation "%s" violates check constraint "%s"', name, name)) <> 1$$, 'and what failed says why');

-- Reports

SELECT is_empty($$SELECT name, a.* FROM odd, LATERAL (SELECT array_agg(a.detail ORDER BY n) AS told FROM incident_account(name || ' i') WITH ORDINALITY a (at, event, hold, actor, detail, n)) a
                  WHERE NOT told @> ARRAY[format('queue %s: %s r', scope, name), name || ' r'] OR NOT array_to_string(told, '') ~ '23514: ' OR strpos(array_to_string(told, ''), format(' for %s: ', tab)) = 0$$, 'the account of each incident tells it');
SELECT results_eq('SELECT hold, queued, released, failed + discarded FROM hold_report WHERE queued > 0', 'SELECT hold_of(odd), 2::bigint, 1::bigint, 1::bigint FROM odd ORDER BY 1', 'each hold has its figures');
SELECT is(problem, NULL, 'the history fits') FROM verify_history();
SELECT is_empty('SELECT unguard(tab::regclass) FROM odd EXCEPT SELECT format(''%s is no longer guarded'', tab) FROM odd', 'each is unguarded again');

-- Notifications

UNLISTEN *;
\set told `cat names.tmp`
\! rm -f names.tmp names.tmp2
CREATE TABLE told AS SELECT m[1]::jsonb AS payload FROM regexp_matches(:'told', '^Asynchronous notification "regcar" with payload "(.*)" received', 'gn') m;
SELECT bag_has('SELECT DISTINCT payload ->> ''event'' FROM told', $$VALUES ('lifted'), ('released'), ('failed'), ('retried'), ('discarded')$$, 'every notification is JSON');
SELECT is_empty($$SELECT * FROM told WHERE payload - '{event,hold,exemption}'::text[] <> '{}' OR jsonb_typeof(payload -> 'hold') <> 'number'$$, 'and has an event and numbers alone, nothing of what anybody wrote');

-- A partitioned table, guarded and held, in one go

CREATE FUNCTION pg_temp.strange(schema name, tab name, col name, key name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    seen text;
BEGIN
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', schema);
    EXECUTE format('CREATE TABLE %I.%I (%I regcar.plate, %I text) PARTITION BY LIST (%I)', schema, tab, col, key, key);
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %I.%I DEFAULT', schema, 'p' || left(tab, 20), schema, tab);
    PERFORM regcar.guard(format('%I.%I', schema, tab)::regclass, col, jsonb_build_object(CASE WHEN key ~ '=' THEN 'k' ELSE key END, key), true);
    SELECT string_agg(DISTINCT format('%s %s %s', g.plate_column = col, g.keys = jsonb_build_object(CASE WHEN key ~ '=' THEN 'k' ELSE key END, key), g.status), ',') INTO seen
    FROM regcar.guards g WHERE g.target IN (SELECT relid FROM pg_partition_tree(format('%I.%I', schema, tab)::regclass));
    BEGIN
        PERFORM regcar.place_hold('names');
        EXECUTE format('INSERT INTO %I.%I VALUES (''AB75 CDE'', %L)', schema, tab, key);
    EXCEPTION WHEN SQLSTATE 'RH001' THEN
        seen := seen || ', held';
    END;
    PERFORM regcar.unguard(format('%I.%I', schema, tab)::regclass);
    EXECUTE format('INSERT INTO %I.%I VALUES (''AB75 CDE'', %L)', schema, tab, key);
    RETURN seen || ', free';
END $$;
SELECT is(pg_temp.strange(s, t, c, k), 't t ok, held, free', format('%I.%I (%I, %I)', s, t, c, k))
FROM (VALUES
    ('Sché ma', 'we"ird; DROP TABLE x;--', 'mark''s " \ column', 'ma ke'),
    ('public', 'таблица', 'номер', 'ключ'),
    ('select', 'table', 'from', 'user'),
    ('S', '"";drop schema public cascade; --', '%I%s%L%n', '$1'),
    ('s', repeat('x', 63), repeat('y', 63), 'replicated'),
    ('s', E'new\nline', E'tab\tand\\backslash', 'a=b'),
    ('s', '''); DROP EXTENSION regcar; --', ' ', 'replicated=x'),
    ('s', '🚗', '🔢', '{}')) v (s, t, c, k);

-- A table that goes by the name of one of ours

CREATE TABLE public.hold (mark regcar.plate);
SELECT is(regcar.guard('public.hold'), 'public.hold is guarded: mark in column mark', 'a user''s table may be called hold');
SELECT is((SELECT count(*) FROM regcar.guards WHERE target = 'public.hold'::regclass AND status = 'ok'), 1::bigint, 'and be guarded');

SELECT * FROM finish();
SELECT format('DROP OWNED BY %I CASCADE; DROP ROLE %1$I', who) FROM odd \gexec
