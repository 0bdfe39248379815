-- DDL that would let rows past a guard: refused while a hold stands, by role; recorded always.
BEGIN;
SET LOCAL client_min_messages = error;

CREATE ROLE t_owner;        -- of the tables; a superuser put the guards there
GRANT CREATE ON SCHEMA public TO t_owner;

SET ROLE t_owner;
CREATE TABLE reg (mark regcar.plate, make text, region text, n integer) PARTITION BY LIST (region);
CREATE TABLE reg_n PARTITION OF reg FOR VALUES IN ('n');
CREATE TABLE loose (mark regcar.plate, make text, region text, n integer);
CREATE TABLE empty (LIKE loose);
CREATE TABLE other (a integer, b text);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
RESET ROLE;
SELECT regcar.guard('reg', keys => '{"maker": "make"}') \g /dev/null
INSERT INTO reg VALUES ('AB75 CDE', 'Ford', 'n');
INSERT INTO loose VALUES ('AB75 CDF', 'Ford', 's');

SELECT no_plan();

-- What a role is told of a statement: its SQLSTATE and message, or what is not sound afterwards. Undone in each case.
CREATE FUNCTION told(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL ROLE %I', role);
        EXECUTE statement;
        RESET ROLE;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE =
            coalesce((SELECT string_agg(format('%s: %s', g.target, g.status), '; ' ORDER BY g.target::text)
                      FROM regcar.guards g WHERE g.target::text LIKE 'reg%' AND g.status <> 'ok'), 'sound');
    EXCEPTION WHEN OTHERS THEN
        answer := CASE SQLSTATE WHEN 'ZZ000' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END;
    END;
    RESET ROLE;
    RETURN answer;
END
$$;
-- The same under a hold.
CREATE FUNCTION told_under(action text, role name, statement text, scope jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    BEGIN
        PERFORM regcar.place_hold('attack', scope, action::regcar.hold_action);
        RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = told(role, statement);
    EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
        answer := SQLERRM;
    END;
    RETURN answer;
END
$$;

-- An owner may make and attach partitions, and they are sound at once

SELECT is(told('t_owner', 'CREATE TABLE reg_w PARTITION OF reg FOR VALUES IN (''w'')'), 'sound',
          'a partition that the owner makes is guarded against TRUNCATE too');
SELECT is(told('t_owner', 'CREATE TABLE reg_x PARTITION OF reg DEFAULT PARTITION BY LIST (n); CREATE TABLE reg_x1 PARTITION OF reg_x DEFAULT'),
          'sound', 'and so is a partition of a partition');
SELECT is(told('t_owner', 'ALTER TABLE reg ATTACH PARTITION loose FOR VALUES IN (''s'')'), 'sound',
          'rows can be attached while no hold stands');
SELECT is(told_under(a, 't_owner', 'CREATE TABLE reg_w PARTITION OF reg FOR VALUES IN (''w''); TRUNCATE reg_w'),
          CASE a WHEN 'freeze' THEN 'RH001 registered data is frozen' ELSE 'sound' END,
          'a partition can be made under ' || a)
FROM unnest('{queue,reject,freeze}'::text[]) a;

-- Rows that a hold covers do not come in by ATTACH or INHERIT, whoever attaches them

SELECT is(told_under(a, r, 'ALTER TABLE reg ATTACH PARTITION loose FOR VALUES IN (''s'')'),
          'RH001 cannot attach rows of public.loose that a hold covers', format('under %s, for %s', a, r))
FROM unnest('{queue,reject,freeze}'::text[]) a, unnest(ARRAY['t_owner', current_user]) r;
SELECT is(told_under('reject', 't_owner', 'ALTER TABLE reg ATTACH PARTITION loose FOR VALUES IN (''s'')', '{"maker": "Jaguar"}'),
          'sound', 'rows that the hold does not cover do');
SELECT is(told_under('reject', 't_owner', 'ALTER TABLE reg ATTACH PARTITION empty FOR VALUES IN (''s'')'),
          'sound', 'and so does a table without rows');
SELECT is(told_under('reject', 't_owner', 'CREATE TABLE deep (LIKE loose) PARTITION BY LIST (n); CREATE TABLE deep_d PARTITION OF deep DEFAULT;'
                     'INSERT INTO deep SELECT * FROM loose; ALTER TABLE reg ATTACH PARTITION deep FOR VALUES IN (''s'')'),
          'RH001 cannot attach rows of public.deep_d that a hold covers', 'rows of a partition of what is attached');

SET ROLE t_owner;
CREATE TABLE parent (mark regcar.plate, make text, region text, n integer);
RESET ROLE;
SELECT regcar.guard('parent') \g /dev/null
SELECT is(told_under('reject', 't_owner', 'ALTER TABLE loose INHERIT parent'),
          'RH001 cannot attach rows of public.loose that a hold covers', 'a child of plain inheritance');

-- nobody can look at the rows of another server
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
SELECT is(told_under(a, current_user, 'CREATE FOREIGN TABLE reg_f PARTITION OF reg FOR VALUES IN (''f'') SERVER elsewhere'),
          CASE a WHEN 'observe' THEN 'sound' ELSE 'RH001 cannot attach rows of public.reg_f that a hold covers' END, 'a foreign partition under ' || a)
FROM unnest('{observe,queue,reject,freeze}'::text[]) a;

-- While a hold stands nobody but a superuser weakens a guard

CREATE TEMP TABLE weakening (statement text, subject text, verb text, afterwards text);
INSERT INTO weakening VALUES
    ('ALTER TABLE reg DISABLE TRIGGER "~registration_hold"', 'public.reg', 'weaken', 'reg: disabled; reg_n: disabled'),
    ('ALTER TABLE reg DISABLE TRIGGER ALL', 'public.reg', 'weaken', 'reg: disabled; reg_n: disabled'),
    ('ALTER TABLE reg ENABLE TRIGGER USER', 'public.reg', 'weaken', 'reg: not ENABLE ALWAYS; reg_n: not ENABLE ALWAYS'),
    ('ALTER TABLE reg ENABLE REPLICA TRIGGER "~registration_hold"', 'public.reg', 'weaken', 'reg: not ENABLE ALWAYS; reg_n: not ENABLE ALWAYS'),
    ('ALTER TABLE reg_n DISABLE TRIGGER "~registration_hold_truncate"', 'public.reg_n', 'weaken', 'reg_n: disabled'),
    ('ALTER TABLE reg RENAME mark TO vrm', 'public.reg', 'weaken', NULL),
    ('ALTER TABLE reg RENAME make TO manufacturer', 'public.reg', 'weaken', NULL),
    ('ALTER TABLE reg DROP COLUMN mark', 'public.reg', 'weaken', NULL),
    ('ALTER TABLE reg DROP COLUMN make', 'public.reg', 'weaken', NULL),
    ('ALTER TABLE reg ALTER make TYPE varchar(9) USING ''Ford''', 'public.reg', 'weaken', NULL),
    ('CREATE TRIGGER "~s" BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION nothing()', 'public.reg', 'weaken', NULL),
    ('CREATE TRIGGER a BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION nothing(); ALTER TRIGGER a ON reg RENAME TO "~s"', 'public.reg', 'weaken', NULL),
    ('DROP TRIGGER "~registration_hold" ON reg', 'public.reg', 'remove', NULL),
    ('DROP TRIGGER "~registration_hold_truncate" ON reg_n', 'public.reg_n', 'weaken', 'reg_n: truncate trigger missing');
-- of a table that is not partitioned, a trigger can be replaced
INSERT INTO weakening VALUES
    ('CREATE OR REPLACE TRIGGER "~registration_hold" BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION nothing()', 'public.parent', 'weaken', NULL),
    ('CREATE OR REPLACE TRIGGER "~registration_hold" BEFORE INSERT ON parent FOR EACH ROW WHEN (false) EXECUTE FUNCTION regcar.registration_hold()', 'public.parent', 'weaken', NULL);
SELECT is(told_under(a, 't_owner', w.statement), format('RH001 cannot %s the guard of %s while a hold stands', w.verb, w.subject),
          format('under %s: %s', a, w.statement))
FROM unnest('{queue,reject}'::text[]) a, weakening w;
SELECT unalike(told('t_owner', w.statement), 'RH001%', 'with no hold: ' || w.statement) FROM weakening w;
SELECT unalike(told_under('reject', current_user, w.statement), 'RH001%', 'as a superuser: ' || w.statement) FROM weakening w;
SELECT is(told('t_owner', w.statement), w.afterwards, 'which guards shows: ' || w.statement) FROM weakening w WHERE w.afterwards IS NOT NULL;

SELECT is(told_under('reject', 't_owner', s), 'sound', 'harmless: ' || s)
FROM unnest(ARRAY[
    'ALTER TABLE reg ADD COLUMN colour text', 'ALTER TABLE reg RENAME n TO number', 'ALTER TABLE reg DROP COLUMN n',
    'ALTER TABLE reg ALTER n TYPE bigint', 'ALTER TABLE reg_n RENAME TO reg_north', 'CREATE INDEX ON reg (make)',
    'CREATE TRIGGER a BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION nothing()',
    'CREATE TRIGGER "~s" AFTER INSERT ON reg FOR EACH ROW EXECUTE FUNCTION nothing()',
    'DROP TABLE reg', 'DROP TABLE reg_n']) s;
SELECT is(told_under('reject', 't_owner', 'ALTER TABLE reg ALTER n TYPE bigint', '{"n": 1}'), 'RH001 cannot weaken the guard of public.reg while a hold stands', 'the type of a column that the hold names');
SELECT is(told_under('reject', 't_owner', 'ALTER TABLE reg DETACH PARTITION reg_n'), 'reg_n: row trigger missing',
          'a partition can be detached, and guards says that it is unsound');

-- Under a freeze its table is not rewritten, dropped or detached either

SELECT is(told_under('freeze', 't_owner', s), m, s)
FROM (VALUES
    ('ALTER TABLE reg ALTER n TYPE bigint', 'RH001 cannot rewrite public.reg_n while registered data is frozen'),
    ('ALTER TABLE reg ADD x uuid DEFAULT gen_random_uuid()', 'RH001 cannot rewrite public.reg_n while registered data is frozen'),
    ('ALTER TABLE reg DETACH PARTITION reg_n', 'RH001 cannot detach partition public.reg_n while registered data is frozen'),
    ('DROP TABLE reg', 'RH001 cannot drop public.reg while registered data is frozen'),
    ('DROP TABLE reg_n', 'RH001 cannot drop public.reg_n while registered data is frozen'),
    ('DROP OWNED BY t_owner', 'RH001 cannot drop public.reg while registered data is frozen')) AS t (s, m);
SELECT is(told_under('freeze', 't_owner', s), 'sound', 'under a freeze, of a table without a guard: ' || s)
FROM unnest(ARRAY['ALTER TABLE other ALTER a TYPE bigint', 'ALTER TABLE other RENAME a TO c', 'DROP TABLE other, empty',
                  'ALTER TABLE other DISABLE TRIGGER ALL', 'CREATE TRIGGER t BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION nothing()']) s;
SELECT unalike(told_under('freeze', current_user, 'ALTER TABLE reg ALTER n TYPE bigint'), 'RH001%', 'a superuser may');

-- The history is told of guards and of such changes, a superuser's too

CREATE FUNCTION recorded(role name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    last bigint := (SELECT max(id) FROM regcar.history);
    answer text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL ROLE %I', role);
        EXECUTE statement;
        RESET ROLE;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE =
            coalesce((SELECT string_agg(format('%s %s: %s', h.event, h.detail ->> 'table', h.detail ->> 'change'), '; ' ORDER BY h.id)
                      FROM regcar.history h WHERE h.id > coalesce(last, 0)), '');
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
        answer := nullif(SQLERRM, '');
    END;
    RESET ROLE;
    RETURN answer;
END
$$;
SELECT is(recorded(r, s), e, format('%s: %s', r, s))
FROM (VALUES
    ('ALTER TABLE reg DISABLE TRIGGER ALL', 'weakened public.reg: trigger "~registration_hold_truncate" is not ENABLE ALWAYS'),
    ('ALTER TABLE reg RENAME mark TO vrm', 'weakened public.reg: column "mark" is renamed'),
    ('DROP TABLE reg', 'dropped public.reg: it is dropped'),
    ('ALTER TABLE reg ATTACH PARTITION loose FOR VALUES IN (''s'')', 'attached public.reg: public.loose is attached'),
    ('ALTER TABLE reg DETACH PARTITION reg_n', 'detached public.reg_n: it is no longer a partition of public.reg'),
    ('ALTER TABLE other RENAME a TO c', NULL)) AS t (s, e),
    unnest(ARRAY['t_owner', current_user]) r;
SELECT is(recorded(current_user, 'SELECT regcar.unguard(''parent''); SELECT regcar.guard(''parent'')'),
          'unguarded public.parent: its guard is dropped; guarded public.parent: it has a guard', 'unguard and guard');
SELECT is(recorded(current_user, 'SELECT regcar.unguard(''reg''); SELECT regcar.guard(''reg'')'),
          'unguarded public.reg: its guard is dropped; guarded public.reg: it has a guard', 'of a partitioned table, once');
SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history with such events is sound');

-- An owner needs no more: a new owner neither

CREATE ROLE t_heir;
GRANT CREATE ON SCHEMA public TO t_heir;
ALTER TABLE reg OWNER TO t_heir;
SELECT is(told('t_heir', 'CREATE TABLE reg_v PARTITION OF reg FOR VALUES IN (''v'')'), 'sound', 'who got the table makes partitions');

-- What guards says of marks in text, as a hint, and of event triggers that are off

CREATE TABLE by_name (vrm text, other text);
CREATE TABLE by_values (a text, b text);
INSERT INTO by_values SELECT mark::text, 'number ' || n FROM regcar.plates(regcar.plate_block('AB', '75')) WITH ORDINALITY AS p (mark, n) LIMIT 1000;
CREATE TABLE digits (postcode text);
INSERT INTO digits SELECT (10000 + n)::text FROM generate_series(1, 1000) n;
ANALYZE by_values, digits;
SELECT results_eq($$SELECT g.target::text, g.plate_column::text COLLATE "default", g.status COLLATE "default" FROM regcar.guards g
                    WHERE g.target IN ('by_name'::regclass, 'by_values', 'digits') ORDER BY g.target::text$$,
                  $$VALUES ('by_name', 'vrm', 'hint: text that may hold marks'), ('by_values', 'a', 'hint: text that may hold marks')$$,
                  'text whose name or values look like marks');
SELECT regcar.guard('by_name', 'vrm') \g /dev/null
SELECT results_eq($$SELECT g.status COLLATE "default" FROM regcar.guards g WHERE g.target = 'by_name'::regclass$$, $$VALUES ('ok')$$, 'until it is guarded');
ALTER EVENT TRIGGER regcar_watch_drops DISABLE;
SELECT results_eq($$SELECT g.status COLLATE "default" FROM regcar.guards g WHERE g.target IS NULL$$,
                  $$VALUES ('own event trigger regcar_watch_drops not ENABLE ALWAYS')$$, 'an event trigger that is off');

SELECT * FROM finish();
ROLLBACK;
