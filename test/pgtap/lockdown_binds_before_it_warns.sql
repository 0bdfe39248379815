-- lockdown() looks for what may be wrong with a hold only when the hold binds. All that the warnings of a transaction look for
-- takes a tenth of a second altogether, however many holds and tables there are; and looking ends where nothing is left to find.
SET client_min_messages = error;
SET search_path = public, regcar;
SELECT no_plan();

-- Each look at a row is noted, although it is undone, with what has become of the newest hold meanwhile. It takes 5 ms.
CREATE ROLE looking_operator LOGIN;
SELECT grant_operator('looking_operator') \g /dev/null
CREATE SEQUENCE looks MINVALUE 0 START 0;
CREATE SEQUENCE committed MINVALUE 0;
CREATE FUNCTION note_look() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_sleep(0.005), nextval('public.looks');
    PERFORM setval('public.committed', (pg_xact_status(h.xmin::text::xid8) = 'committed')::int)
    FROM regcar_state.hold h ORDER BY h.hold DESC LIMIT 1;
    RETURN true;
END $$;
CREATE PROCEDURE make_register(name text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (mark regcar.plate, make text)', name);
    EXECUTE format('INSERT INTO %I VALUES (''AB75 CDE'', ''Jaguar'')', name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY noted ON %I FOR SELECT USING (public.note_look())', name);
    EXECUTE format('GRANT SELECT ON %I TO looking_operator', name);
    PERFORM regcar.guard(name::regclass);
END $$;
CALL make_register('reg');

SET SESSION AUTHORIZATION looking_operator;
SELECT place_hold('r', '{"make": "jaguar"}') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT is((SELECT last_value FROM looks), 0::bigint, 'place_hold() looks at the row');
SELECT is((SELECT last_value FROM committed), 0::bigint, 'before its hold is committed');
SET SESSION AUTHORIZATION looking_operator;
CALL lockdown('r', '{"make": "jaguar"}');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT last_value FROM looks), 1::bigint, 'lockdown() looks as well');
SELECT is((SELECT last_value FROM committed), 1::bigint, 'when its hold is committed');

-- Many holds
SET SESSION AUTHORIZATION looking_operator;
SELECT count(place_hold('r', '{"make": "jaguar"}')) FROM generate_series(1, 100) \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT cmp_ok((SELECT last_value FROM looks), '<=', 21::bigint, 'a hundred holds of one statement: no more looks than a tenth of a second has room for');
SELECT setval('looks', 0) \g /dev/null
SET SESSION AUTHORIZATION looking_operator;
BEGIN;
SELECT place_hold('r', '{"make": "jaguar"}') FROM generate_series(1, 50) \g /dev/null
SELECT exempt(1, '{"make": "jaguar"}', 'r') FROM generate_series(1, 50) \g /dev/null
COMMIT;
RESET SESSION AUTHORIZATION;
SELECT cmp_ok((SELECT last_value FROM looks), '<=', 21::bigint, 'nor has a transaction');
SELECT is((SELECT count(*) FROM active_holds), 152::bigint, 'all of them are placed');
SELECT setval('looks', 0) \g /dev/null
SET SESSION AUTHORIZATION looking_operator;
SELECT place_hold('r', '{"make": "jaguar"}') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT is((SELECT last_value FROM looks), 1::bigint, 'the next transaction looks again');

-- Many tables
DO $$ BEGIN FOR n IN 1 .. 50 LOOP CALL public.make_register('reg_' || n); END LOOP; END $$;
SELECT setval('looks', 0) \g /dev/null
SET SESSION AUTHORIZATION looking_operator;
SELECT place_hold('r', '{"make": "jaguar"}') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT cmp_ok((SELECT last_value FROM looks), '<=', 21::bigint, 'fifty tables: only as many are looked at as there is time for');
SELECT setval('looks', 0) \g /dev/null
SET SESSION AUTHORIZATION looking_operator;
SELECT place_hold('r', '{"make": "Jaguar"}') \g /dev/null
RESET SESSION AUTHORIZATION;
SELECT is((SELECT last_value FROM looks), 1::bigint, 'none more where the first has all values');

DROP OWNED BY looking_operator;
DROP ROLE looking_operator;
SELECT * FROM finish();
