-- Who may do what with holds, and what a hostile search_path or name changes: nothing.
BEGIN;
SET LOCAL client_min_messages = error;

CREATE ROLE dealer;
CREATE ROLE operator;
GRANT CREATE ON SCHEMA public TO operator, dealer;

-- Does a statement as another role, and tells the SQLSTATE or that it was done.
CREATE FUNCTION pg_temp.as_role(who name, statement text, path text DEFAULT 'public') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    PERFORM set_config('search_path', path, true);
    EXECUTE statement;
    PERFORM pg_catalog.set_config('search_path', 'public', true);
    RESET SESSION AUTHORIZATION;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

CREATE TABLE public.reg (mark regcar.plate, note text);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.reg TO dealer;
CREATE TABLE public.free (mark regcar.plate);

SELECT no_plan();
SELECT is(regcar.grant_operator('operator'), 'operator is an operator of holds', 'grant_operator says what it did');

-- A dealer application: inserts, and asks

SELECT regcar.guard('public.reg') \g /dev/null
SELECT is(pg_temp.as_role('dealer', statement), 'done', 'a dealer may: ' || statement)
FROM (VALUES ('INSERT INTO reg VALUES (''AB75 CDE'')'),
             ('UPDATE reg SET mark = ''AB75 CDF'''),
             ('SELECT ''AB75 CDE''::regcar.plate, regcar.plate_compact(''AB75 CDE'')'),
             ('SELECT * FROM regcar.hold_for(''reg'', ''{}'')'),
             ('LISTEN regcar')) v (statement);

CREATE FUNCTION pg_temp.refusals(who name) RETURNS SETOF text LANGUAGE sql AS $$
SELECT is(pg_temp.as_role(who, statement), '42501', format('%s may not: %s', who, statement))
FROM (VALUES
    ('INSERT INTO regcar.hold (action, scope, reason, placed_by, placed_at) VALUES (''reject'', ''{}'', ''x'', ''x'', now())'),
    ('UPDATE regcar.hold SET lifted_by = ''x'', lifted_at = now(), lift_reason = ''x'''),
    ('DELETE FROM regcar.hold'),
    ('TRUNCATE regcar.hold'),
    ('LOCK TABLE regcar.hold IN ACCESS SHARE MODE'),
    ('LOCK TABLE regcar.hold IN ACCESS EXCLUSIVE MODE'),
    ('LOCK TABLE regcar.commit_gate IN ACCESS SHARE MODE'),
    ('LOCK TABLE regcar.commit_gate IN ROW EXCLUSIVE MODE'),
    ('LOCK TABLE regcar.commit_gate IN SHARE MODE'),
    ('INSERT INTO regcar.commit_gate DEFAULT VALUES'),
    ('ALTER TABLE regcar.hold DISABLE TRIGGER ALL'),
    ('DROP TABLE regcar.commit_gate'),
    ('SELECT * FROM regcar.hold'),
    ('SELECT nextval(''regcar.hold_hold_seq'')'),
    ('SELECT setval(''regcar.hold_hold_seq'', 1)'),
    ('SELECT regcar.drain_gate(''0'')'),
    ('SELECT regcar.history_tail()'),
    ('SELECT regcar.record_event(''x'', 1, ''{}'')'),
    ('INSERT INTO regcar.queue_entry DEFAULT VALUES'),
    ('UPDATE regcar.exemption SET revoked_at = NULL'),
    ('DELETE FROM regcar.history'),
    ('SELECT regcar.hold_changed()'),
    ('SELECT regcar.grant_operator(current_user::regrole)'),
    ('SET session_replication_role = replica'),
    ('SELECT regcar.guard(''free'')'),
    ('SELECT regcar.unguard(''reg'')'),
    ('ALTER TABLE reg DISABLE TRIGGER ALL'),
    ('DROP TRIGGER "~registration_hold" ON reg'),
    ('CREATE TABLE regcar.mine ()'),
    ('CREATE FUNCTION regcar.guard(text) RETURNS text LANGUAGE sql AS ''SELECT 1::text'''),
    ('DROP EXTENSION regcar')) v (statement)
$$;
SELECT pg_temp.refusals('dealer');
SELECT is(pg_temp.as_role('dealer', statement), '42501', 'a dealer may not: ' || statement)
FROM (VALUES
    ('SELECT regcar.place_hold(''x'')'),
    ('CALL regcar.lockdown(''x'')'),
    ('SELECT regcar.lift_hold(1, ''x'')'),
    ('SELECT regcar.lift_all(''x'')'),
    ('SELECT * FROM regcar.drain(''0'')'),
    ('SELECT * FROM regcar.active_holds'),
    ('SELECT * FROM regcar.hold_history'),
    ('SELECT * FROM regcar.guards'),
    ('SELECT regcar.registration_hold()'),
    ('CREATE TABLE mine (mark regcar.plate); CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold()'),
    ('CREATE TABLE mine (mark regcar.plate); SELECT regcar.guard(''mine'')'),
    ('CREATE TABLE mine (mark regcar.plate); SELECT regcar.guard_truncate(''mine'')')) v (statement);

-- An operator: all of it on tables of its own, and nothing behind the functions' back

SELECT is(pg_temp.as_role('operator', statement), 'done', 'an operator may: ' || statement)
FROM (VALUES
    ('CREATE TABLE own (mark regcar.plate); CREATE TABLE own_parts (mark regcar.plate) PARTITION BY RANGE (mark); CREATE TABLE own_part PARTITION OF own_parts DEFAULT'),
    ('SELECT regcar.guard(''own''), regcar.guard(''own_parts'')'),
    ('CREATE TABLE hand (mark regcar.plate); CREATE TRIGGER t BEFORE INSERT ON hand FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold()'),
    ('CREATE TABLE later PARTITION OF own_parts FOR VALUES FROM (''A1'') TO (''A2''); SELECT regcar.guard(''later'')'),
    ('SELECT * FROM regcar.guards'),
    ('SELECT regcar.place_hold(''by the operator'')'),
    ('CALL regcar.lockdown(''again'')'),
    ('SELECT * FROM regcar.active_holds'),
    ('SELECT * FROM regcar.drain(''0'')'),
    ('SELECT regcar.lift_hold(max(hold), ''over'') FROM regcar.active_holds'),
    ('SELECT * FROM regcar.hold_history')) v (statement);
SELECT is((SELECT string_agg(placed_by, ',') FROM regcar.active_holds), 'operator', 'the hold says who placed it');
SELECT is(pg_temp.as_role('dealer', 'INSERT INTO reg VALUES (''AB75 CDG'')'), 'RH001', 'a dealer is refused with RH001');
SELECT is(pg_temp.as_role('operator', 'INSERT INTO own VALUES (''AB75 CDG'')'), 'RH001', 'so is the operator');
SELECT is(pg_temp.as_role('dealer', 'DO $d$ BEGIN IF (SELECT reason FROM regcar.hold_for(''reg'', ''{}'')) <> ''by the operator'' THEN RAISE ''other''; END IF; END $d$'), 'done', 'a dealer may ask why');
SELECT pg_temp.refusals('operator');
SELECT is(pg_temp.as_role('operator', 'SELECT regcar.lift_all(''over'')'), 'done', 'an operator may lift all');
SELECT is(pg_temp.as_role('operator', 'SELECT regcar.unguard(''own''), regcar.unguard(''own_parts'')'), 'done', 'an operator may unguard');

-- Functions that run with their owner's rights have a search_path of their own

SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'regcar'::regnamespace AND p.prosecdef
      AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
    $$, 'every SECURITY DEFINER function pins search_path, the temporary schema last');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'regcar'::regnamespace AND p.prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
      AND (p.prosecdef OR p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql'))
      AND NOT coalesce(p.proconfig::text ~ 'search_path=pg_catalog', false)
    $$, 'so does every other one in PL/pgSQL');

-- A hostile schema in front of pg_catalog: whatever of it is called raises an error

CREATE SCHEMA evil;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['btrim(text) RETURNS text', 'jsonb_typeof(jsonb) RETURNS text', 'clock_timestamp() RETURNS timestamptz', 'now() RETURNS timestamptz',
                             'quote_literal(text) RETURNS text', 'coalesce(text, text) RETURNS text', 'pg_partition_tree(regclass) RETURNS SETOF regclass', 'pg_partition_root(regclass) RETURNS regclass',
                             'current_database() RETURNS name', 'date_trunc(text, interval) RETURNS interval', 'array_to_string(bigint[], text) RETURNS text', 'format(text, text) RETURNS text',
                             'lift_hold(bigint, text) RETURNS text', 'place_hold(text) RETURNS bigint', 'drain(interval) RETURNS SETOF record', 'drain_gate(interval) RETURNS text[]',
                             'same(text, text) RETURNS boolean', 'same(name, name) RETURNS boolean', 'same(jsonb, jsonb) RETURNS boolean', 'same(oid, oid) RETURNS boolean', 'same(bigint, bigint) RETURNS boolean',
                             'same(integer, integer) RETURNS boolean', 'same("char", "char") RETURNS boolean', 'same(timestamptz, timestamptz) RETURNS boolean', 'same(regcar.plate, regcar.plate) RETURNS boolean', 'glue(text, text) RETURNS text', 'glue(text, text[]) RETURNS text[]'] LOOP
        EXECUTE format('CREATE FUNCTION evil.%s LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION USING ERRCODE = ''''EV001'''', MESSAGE = ''''evil was called''''; END''', replace(f, 'coalesce(', '"coalesce"('));
    END LOOP;
    FOREACH f IN ARRAY ARRAY['text', 'name', 'jsonb', 'oid', 'bigint', 'integer', '"char"', 'timestamptz', 'regcar.plate'] LOOP
        EXECUTE format('CREATE OPERATOR evil.= (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = evil.same)', f);
        EXECUTE format('CREATE OPERATOR evil.<> (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = evil.same)', f);
        EXECUTE format('CREATE OPERATOR evil.<= (LEFTARG = %1$s, RIGHTARG = %1$s, FUNCTION = evil.same)', f);
    END LOOP;
END $$;
CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.glue);
CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text[], FUNCTION = evil.glue);
CREATE TABLE evil.hold (hold bigint);
CREATE TABLE evil.commit_gate ();
CREATE TABLE evil.guards (status text);
CREATE TABLE evil.active_holds (hold bigint);
CREATE TABLE evil.pg_trigger (tgrelid oid, tgfoid oid);
CREATE TABLE evil.pg_class (oid oid);
CREATE TABLE evil.pg_locks (pid int);
CREATE TYPE evil.plate AS ENUM ('x');
CREATE TYPE evil.hold_action AS ENUM ('reject');
CREATE TABLE public.victim (mark regcar.plate PRIMARY KEY, note text);
GRANT INSERT, UPDATE, SELECT ON public.victim TO dealer;
ALTER TABLE public.victim OWNER TO operator;
-- a temporary table is before pg_catalog too, unless a path says otherwise
CREATE TEMP TABLE hold (hold bigint);
CREATE TEMP TABLE pg_trigger (tgrelid oid);
CREATE TEMP TABLE guards (status text);

SELECT is(pg_temp.as_role('dealer', 'DO $d$ BEGIN PERFORM 1 WHERE ''a''::text = ''a''::text; END $d$', 'evil, pg_catalog, public'), 'EV001', 'the trap works');
CREATE FUNCTION pg_temp.trap(who name, statement text, want text) RETURNS text LANGUAGE sql AS
    $$ SELECT is(pg_temp.as_role(who, statement, 'evil, pg_catalog, public'), want, format('evil first in the path, %s: %s', want, statement)) $$;
SELECT pg_temp.trap('operator', 'SELECT regcar.guard(''public.victim'', keys => ''{"note": "note"}'')', 'done');
SELECT pg_temp.trap('dealer', 'INSERT INTO public.victim VALUES (''AB75 CDE'')', 'done');
SELECT pg_temp.trap('operator', 'SELECT * FROM regcar.drain(''0'')', 'done');
SELECT pg_temp.trap('operator', 'SELECT regcar.place_hold(''evil'')', 'done');
SELECT pg_temp.trap('operator', 'CALL regcar.lockdown(''evil'')', 'done');
SELECT pg_temp.trap('operator', 'SELECT * FROM regcar.guards', 'done');
SELECT pg_temp.trap('operator', 'SELECT * FROM regcar.active_holds', 'done');
SELECT pg_temp.trap('dealer', 'SELECT * FROM regcar.hold_for(''public.victim'', ''{}'')', 'done');
SELECT pg_temp.trap('dealer', 'INSERT INTO public.victim VALUES (''AB75 CDF'')', 'RH001');
SELECT pg_temp.trap('dealer', 'UPDATE public.victim SET mark = ''AB75 CDF''', 'RH001');
SELECT pg_temp.trap('dealer', 'UPDATE public.victim SET note = ''x''', 'RH001');
SELECT is(count(*), 2::bigint, 'both holds were placed where they belong') FROM regcar.active_holds WHERE reason = 'evil';
SELECT pg_temp.trap('operator', 'SELECT regcar.lift_hold((SELECT max(hold) FROM regcar.active_holds), ''over'')', 'done');
SELECT pg_temp.trap('operator', 'SELECT regcar.lift_all(''over'')', 'done');
SELECT pg_temp.trap('operator', 'SELECT regcar.unguard(''public.victim'')', 'done');
SELECT is((SELECT count(*) FROM evil.hold) + (SELECT count(*) FROM pg_temp.hold), 0::bigint, 'and nothing anywhere else');
DROP TABLE pg_temp.hold, pg_temp.pg_trigger, pg_temp.guards;

-- Names that nobody sane gives

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
ROLLBACK;
