-- If a function of a table's owner raises an error with the SQLSTATE of a cancel, or of a lack of memory, it keeps no operator
-- from previewing or placing a hold; a real cancel ends the call.
SET client_min_messages = error;
SET search_path = public, regcar;
SELECT no_plan();
\ir ../lib/as_role.sql
CREATE ROLE raise_owner;
CREATE ROLE raise_operator;
GRANT CREATE ON SCHEMA public TO raise_owner;
SELECT regcar.grant_operator('raise_operator') \g /dev/null

-- What the function of the owner does: it comes with a domain, and with a policy
CREATE TABLE deed (what text);
INSERT INTO deed VALUES ('nothing');
GRANT SELECT ON deed TO PUBLIC;
SET ROLE raise_owner;
CREATE FUNCTION does() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    what text := (SELECT d.what FROM public.deed d);
BEGIN
    IF what = 'sleep' THEN
        PERFORM pg_sleep(10);
    ELSIF what = 'look who it is' AND current_user <> 'raise_owner' THEN
        RAISE 'run as %', current_user;
    ELSIF what ~ '^\d' THEN
        RAISE 'raised' USING ERRCODE = what;
    END IF;
    RETURN true;
END $$;
CREATE DOMAIN odd AS text CHECK (does());
CREATE TABLE hostile (mark regcar.plate, make text, colours odd[]);
INSERT INTO hostile VALUES ('AB75 CDE', 'Jaguar', '{red}');
ALTER TABLE hostile ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON hostile USING (does());
GRANT SELECT ON hostile TO raise_operator;
RESET ROLE;
CREATE TABLE sound (mark regcar.plate, make text, colours text[]);
SELECT guard('hostile'), guard('sound') \g /dev/null

-- the calls of an operator: what they give, a cancel included
CREATE TABLE call (n int, statement text);
INSERT INTO call VALUES
    (1, $$SELECT string_agg(p.note, '') FROM regcar.preview_hold('{"make": "Jaguar"}', 'public.hostile') p$$),
    (2, $$SELECT regcar.place_hold('stop', '{"make": "jaguar"}')$$),
    (3, $$SELECT regcar.place_hold('stop', '{"colours": "{red}"}')$$);
CREATE FUNCTION called(statement text, OUT answer text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION raise_operator;
    EXECUTE statement INTO answer;
    RESET SESSION AUTHORIZATION;
EXCEPTION WHEN OTHERS OR query_canceled THEN
    answer := SQLSTATE;
END $$;
SELECT is(called(statement), NULL, statement) FROM call WHERE n = 1;
SELECT matches(called(statement), '^\d{1,3}$', statement) FROM call WHERE n > 1 ORDER BY n;
SELECT lift_all('done') \g /dev/null

UPDATE deed SET what = 'look who it is';
SELECT is(unread_values('hostile', 'colours', '{"colours": "{red}"}', 'colours'), '{}', 'a value is read as the owner of the table');

UPDATE deed SET what = '57014';
SELECT is(called(statement), 'not looked at: raised', 'a raised cancel is a remark of the preview') FROM call WHERE n = 1;
SELECT matches(called(statement), '^\d{1,3}$', 'and no obstacle to ' || statement) FROM call WHERE n > 1 ORDER BY n;
SELECT is(pg_temp.as_role(session_user, statement), answer, statement)
FROM (VALUES ('INSERT INTO sound VALUES (''AB75 CDE'', ''Rover'', ''{red}'')', 'RH001'), ('INSERT INTO sound VALUES (''AB75 CDE'', ''Rover'', ''{blue}'')', 'done'),
             ('INSERT INTO hostile VALUES (''AB75 CDE'', ''Rover'', NULL)', 'RH001')) v (statement, answer);
SELECT lift_all('done') \g /dev/null

UPDATE deed SET what = '53200';
SELECT is(called(statement), 'not looked at: raised', 'likewise a raised lack of memory') FROM call WHERE n = 1;
SELECT matches(called(statement), '^\d{1,3}$', 'and no obstacle to ' || statement) FROM call WHERE n > 1 ORDER BY n;
SELECT lift_all('done') \g /dev/null

UPDATE deed SET what = 'sleep';
SET statement_timeout = '200ms';
SELECT is(called(statement), '57014', 'a real cancel ends ' || statement) FROM call WHERE n = 1;
SELECT is(called(statement), '57014', 'a real cancel ends ' || statement) FROM call WHERE n = 2;
SELECT is(called(statement), '57014', 'a real cancel ends ' || statement) FROM call WHERE n = 3;
RESET statement_timeout;
SELECT is_empty('SELECT FROM active_holds', 'and nothing was placed');

SELECT * FROM finish();
