-- Each statement that a hold refuses is noted, although it is rolled back: which hold, when, what for, who. The notes of one
-- role push out none of another, and nothing but what the view names is kept.
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
\ir ../lib/as_role.sql

CREATE ROLE t_north;
CREATE ROLE t_south;
CREATE ROLE t_operator;
CREATE TABLE reg (mark regcar.plate, manufacturer text, dealer text, keeper text, n numeric) PARTITION BY LIST (dealer);
CREATE TABLE reg_rest PARTITION OF reg DEFAULT;
CREATE TABLE old_style ("the mark" text, dealer text, id serial);
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON reg, reg_rest, old_style TO t_north, t_south;
GRANT USAGE ON SEQUENCE old_style_id_seq TO t_north, t_south;
SELECT regcar.guard('reg', keys => '{"make": "manufacturer"}'), regcar.guard('old_style', 'the mark') \g /dev/null
SELECT regcar.grant_operator('t_operator') \g /dev/null
INSERT INTO reg VALUES ('AB75 AAA', 'Rover', 'Price Ltd', 'A. Keeper', 1);
SET LOCAL application_name = 'forecourt';

-- refused_with(): what a statement of a role gives, and what was noted of it since.
CREATE FUNCTION refused_with(who name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before regcar.refusals[] := ARRAY(SELECT r FROM regcar.refusals r);
    code text := pg_temp.as_role(who, statement);
BEGIN
    RETURN code || coalesce((SELECT string_agg(format(' %s %s %s %s %s %s %s', r.hold, r.target, coalesce(r.mark, '-'), r.keys, r.role, r.application, coalesce(host(r.address), '-')), ';')
                             FROM (SELECT r.* FROM regcar.refusals r EXCEPT SELECT b.* FROM unnest(before) b) r), '');
END $$;

SELECT no_plan();
SELECT is_empty('SELECT * FROM regcar.refusals', 'nothing is noted at first');

-- What is noted

SELECT regcar.place_hold('one make', '{"make": "Rover", "n": {">": "0"}}') AS hold \gset
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE', 'Rover', 'Price Ltd', 'B. Keeper', 7.0)$$),
          format('RH001 %s reg AB75 CDE {"n": "7.0", "make": "Rover"} t_north forecourt -', :hold), 'an INSERT: by the whole table, with the keys that the scope names and no other column');
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE', 'Jaguar', 'Price Ltd', 'B. Keeper', 7)$$), 'done', 'nothing of a row that goes through');
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDF', 'Jaguar', 'x', 'x', 1), ('AB75 CDG', 'Rover', 'x', 'x', 1), ('AB75 CDH', 'Rover', 'x', 'x', 1)$$),
          format('RH001 %s reg AB75 CDG {"n": "1", "make": "Rover"} t_north forecourt -', :hold), 'a statement of many rows: the first that was stopped');
SELECT is(refused_with('t_south', $$UPDATE reg SET mark = 'AB75 AAB', n = NULL WHERE manufacturer = 'Rover'$$),
          format('RH001 %s reg AB75 AAB {"n": null, "make": "Rover"} t_south forecourt -', :hold), 'an UPDATE: the row as it would have been');
SELECT is(refused_with('t_south', $$INSERT INTO old_style VALUES ('x 1', 'Price Ltd')$$),
          format('RH001 %s old_style x 1 {} t_south forecourt -', :hold), 'a column of text has what was typed; keys that the table lacks are left out');
SELECT is((SELECT array_agg(DISTINCT at) FROM regcar.refusals WHERE at NOT BETWEEN now() AND clock_timestamp()), NULL, 'each at its time by the clock');
SELECT regcar.exempt(:hold, '{"dealer": "Okafor & Sons"}', 'clean') \g /dev/null
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE', 'Rover', 'Price Ltd', 'B. Keeper', 7)$$),
          format('RH001 %s reg AB75 CDE {"n": "7", "make": "Rover", "dealer": "Price Ltd"} t_north forecourt -', :hold), 'keys that an exemption names, too');
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null
SELECT regcar.place_hold('two names', '{"make": "Rover", "manufacturer": "Rover"}') AS hold \gset
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE', 'Rover', 'Price Ltd', 'B. Keeper', 7)$$),
          format('RH001 %s reg AB75 CDE {"make": "Rover"} t_north forecourt -', :hold), 'a column once, whatever keys are mapped to it');
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null

SELECT regcar.place_hold('freeze', action => 'freeze') AS hold \gset
SELECT is(refused_with('t_north', 'DELETE FROM reg'), format('RH001 %s reg AB75 AAA {} t_north forecourt -', :hold), 'a DELETE under a freeze');
SELECT is(refused_with('t_north', 'TRUNCATE reg'), format('RH001 %s reg - {} t_north forecourt -', :hold), 'a TRUNCATE has no mark');
SELECT is(refused_with('t_north', 'COPY reg (mark) FROM PROGRAM ''echo AB75CDE'''), '42501', 'nothing of what fails otherwise');
CREATE FUNCTION last_numbers(OUT before bigint, OUT code text, OUT after bigint) LANGUAGE plpgsql AS $$
BEGIN
    before := nextval('old_style_id_seq');
    code := pg_temp.as_role('t_north', 'INSERT INTO reg VALUES (''AB75 CDE'')');
    after := lastval();
END $$;
SELECT is(after, before, code || ' leaves the number that lastval() gives') FROM last_numbers();
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null

-- Whatever somebody types fits

SELECT regcar.place_hold('many keys', (SELECT jsonb_object_agg('k' || k, '{">=": ""}'::jsonb) FROM generate_series(1, 16) k)) AS hold \gset
SELECT regcar.exempt(:hold, (SELECT jsonb_object_agg('k' || k, 'none') FROM generate_series(30, 40) k), 'more keys') \g /dev/null
DO $$ BEGIN EXECUTE 'CREATE TABLE wide (mark text, ' || (SELECT string_agg(format('k%s text DEFAULT repeat(''é'', 5000)', k), ', ') FROM generate_series(1, 40) k) || ')'; END $$;
SELECT regcar.guard('wide', 'mark') \g /dev/null
SET LOCAL application_name = 'éééééééééééééééééééééééééééééééééééééééé';
INSERT INTO wide (mark) SELECT 'x' WHERE false;
SELECT is((SELECT pg_temp.as_role(session_user, $$INSERT INTO wide VALUES (repeat('é', 5000))$$)), 'RH001', 'a row of long texts is refused');
-- from 16 on a name of an application has escapes, and so may be longer than a name
SELECT is((SELECT format('%s %s %s', octet_length(mark), (SELECT format('%s of %s', count(*), max(octet_length(value))) FROM jsonb_each_text(keys)), octet_length(application) <= 200)
           FROM regcar.refusals WHERE hold = :hold), '200 16 of 200 t', 'and noted, cut to what fits into a page');
SET LOCAL application_name = 'forecourt';
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null

-- A table that is gone keeps its name

SELECT regcar.place_hold('gone') AS hold \gset
CREATE TABLE "Gone tomorrow" (mark regcar.plate);
CREATE TABLE renamed (mark regcar.plate);
SELECT regcar.guard('"Gone tomorrow"'), regcar.guard('renamed') \g /dev/null
SELECT pg_temp.as_role(session_user, 'INSERT INTO "Gone tomorrow" VALUES (''AB75 CDE'')'), pg_temp.as_role(session_user, 'INSERT INTO renamed VALUES (''AB75 CDE'')') \g /dev/null
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null
DROP TABLE "Gone tomorrow";
ALTER TABLE renamed RENAME TO afterwards;
SELECT results_eq(format('SELECT target FROM regcar.refusals WHERE hold = %s ORDER BY at', :hold), $$VALUES ('public."Gone tomorrow"'), ('afterwards')$$, 'by the name that it had; by the name that it has');

-- The queue: what it feeds back meets a hold without being refused anew

SELECT regcar.place_hold('queue', action => 'queue') AS queue \gset
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE', 'x', 'x', 'x', 1)$$), 'done', 'what is queued is not refused');
SELECT is(refused_with('t_north', $$INSERT INTO reg VALUES ('AB75 CDE') RETURNING mark$$), format('RH004 %s reg AB75 CDE {} t_north forecourt -', :queue), 'what is to be returned is refused');
SELECT is(refused_with('t_north', $$UPDATE reg SET mark = 'AB75 CDE'$$), format('RH001 %s reg AB75 CDE {} t_north forecourt -', :queue), 'what cannot be queued is');
SELECT regcar.lift_hold(:queue, 'over') \g /dev/null
SELECT regcar.place_hold('again', '{"keeper": "changed"}') AS hold \gset
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.keeper := 'changed'; RETURN NEW; END $$;
CREATE TRIGGER change BEFORE INSERT ON reg_rest FOR EACH ROW EXECUTE FUNCTION change();
SET CONSTRAINTS ALL IMMEDIATE;
SELECT * FROM regcar.release_batch(:queue, 0, 9223372036854775807, 10) \g /dev/null
SELECT is((SELECT format('%s, %s', state, left(outcome, 5)) FROM regcar.queue_entry), 'waiting, RH001', 'a row that a trigger changes as the queue feeds it back is held');
SELECT is((SELECT count(*) FROM regcar.refusals WHERE hold = :hold), 0::bigint, 'and nobody is to be called back for it');
DROP TRIGGER change ON reg_rest;
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null

-- A flood: rows to a limit for each role, then the count alone

SELECT regcar.place_hold('flood') AS hold \gset
CREATE FUNCTION flood(n integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        BEGIN
            INSERT INTO reg VALUES ('AB75 CDE');
        EXCEPTION WHEN SQLSTATE 'RH001' THEN NULL;
        END;
    END LOOP;
END $$;
SELECT pg_relation_size('regcar_state.refusal') AS bytes \gset
SELECT pg_temp.as_role('t_north', 'SELECT flood(12345)') \g /dev/null
SELECT pg_temp.as_role('t_south', 'SELECT flood(3)') \g /dev/null
SELECT results_eq(format('SELECT role::text COLLATE "default", refused FROM regcar.refusal_counts WHERE hold = %s', :hold), $$VALUES ('t_north', 12345::bigint), ('t_south', 3)$$, 'each refusal is counted');
SELECT results_eq(format('SELECT role::text COLLATE "default", count(*) FROM regcar.refusals WHERE hold = %s GROUP BY 1 ORDER BY 1', :hold), $$VALUES ('t_north', 10000::bigint), ('t_south', 3)$$, 'of a role the first 10 000 are kept, and those of another all the same');
SELECT cmp_ok(pg_relation_size('regcar_state.refusal') - :bytes, '<', 3000000::bigint, 'which takes less than 3 MB');
SELECT is((SELECT count(*) FROM regcar_state.refusal_count WHERE hold = :hold), 2::bigint, 'and two counts');
SELECT is((SELECT refused FROM regcar.hold_report WHERE hold = :hold), 12348::bigint, 'hold_report has the sum');
SELECT ok((SELECT bool_and(first_at <= last_at AND first_at BETWEEN now() AND clock_timestamp() AND last_at BETWEEN now() AND clock_timestamp()) FROM regcar.refusal_counts), 'the counts say when the first was and the last');
SELECT is((SELECT (first_at, last_at) FROM regcar.refusal_counts WHERE (hold, role) = (:hold, 't_south')),
          (SELECT (min(at), max(at)) FROM regcar.refusals WHERE (hold, role) = (:hold, 't_south')), 'as the refusals do');
SELECT is((SELECT sum(refused) FROM regcar.refusal_counts), (SELECT sum(refused) FROM regcar.hold_report), 'so it is for all holds');

-- Two holds that stand at once, each with its count
SELECT regcar.place_hold('series', '{"series": "75"}', 'freeze') AS second \gset
SELECT pg_temp.as_role('t_south', 'SELECT flood(2)') \g /dev/null
UPDATE regcar_state.hold SET lifted_at = now(), lifted_by = 'x', lift_reason = 'x' WHERE hold = :second;
SELECT pg_temp.as_role('t_south', 'SELECT flood(2)') \g /dev/null
SELECT results_eq(format('SELECT hold, refused FROM regcar.refusal_counts WHERE role = ''t_south'' AND hold IN (%s, %s)', :hold, :second), format('VALUES (%s::bigint, 5::bigint), (%s, 2)', :hold, :second), 'each hold counts what it stopped');

-- A count that may not last is not added to: one of a restore that may still be undone, and one that is deleted
SELECT regcar.place_hold('restored', action => 'freeze') AS hold \gset
SAVEPOINT restore;
INSERT INTO regcar_state.refusal_count VALUES (:hold, 7, now(), now(), 't_south');
SELECT pg_temp.as_role('t_south', 'SELECT flood(2)') \g /dev/null
SELECT is((SELECT refused FROM regcar.refusal_counts WHERE hold = :hold), 9::bigint, 'what was restored counts');
ROLLBACK TO restore;
SELECT is((SELECT refused FROM regcar.refusal_counts WHERE hold = :hold), 2::bigint, 'and takes nothing with it if it is undone');
ALTER TABLE regcar_state.refusal_count DISABLE TRIGGER refuse_deletion;
DELETE FROM regcar_state.refusal_count WHERE hold = :hold;
ALTER TABLE regcar_state.refusal_count ENABLE ALWAYS TRIGGER refuse_deletion;
SELECT pg_temp.as_role('t_south', 'SELECT flood(3)') \g /dev/null
SELECT is((SELECT refused FROM regcar.refusal_counts WHERE hold = :hold), 3::bigint, 'nor does one that is deleted');
SELECT regcar.lift_hold(:hold, 'over') \g /dev/null
SELECT max(hold) AS hold FROM regcar.active_holds \gset

-- Who may read, who may forget

SELECT is(pg_temp.as_role(who, 'SELECT 1 FROM ' || view), CASE who WHEN 't_operator' THEN 'done' ELSE '42501' END, format('%s reads %s', who, view))
FROM unnest('{t_operator,t_north}'::name[]) who, unnest('{regcar.refusals,regcar.refusal_counts}'::text[]) view;
SELECT is(pg_temp.as_role(who, 'SELECT regcar.forget_refusals(''infinity'')'), '42501', who || ' may not forget') FROM unnest('{t_operator,t_north}'::name[]) who;
SELECT is(pg_temp.answer(session_user, $$SELECT regcar.forget_refusals('-infinity')$$), '0', 'nothing is older than the beginning of time');
SELECT count(*) AS kept, max(at) AS newest FROM regcar.refusals \gset
SELECT is(regcar.forget_refusals(:'newest'), (:kept - 1)::bigint, 'what is older is deleted');
SELECT is((SELECT array_agg(at) FROM regcar.refusals), ARRAY[:'newest'::timestamptz], 'and the rest stays');
SELECT is(regcar.forget_refusals('infinity') + regcar.forget_refusals('infinity'), 1::bigint, 'twice in a statement');
SELECT is((SELECT refused FROM regcar.hold_report WHERE hold = :hold), 12350::bigint, 'the counts stay');
SELECT throws_ok('SELECT regcar.forget_refusals(NULL)', '22023', 'before must not be null', 'NULL is no time');

-- In an extension that is created again, the numbers begin again, and so do the counts

DROP EXTENSION regcar CASCADE;
CREATE EXTENSION regcar;
CREATE TABLE anew (mark regcar.plate);
GRANT INSERT ON anew TO t_north;
SELECT regcar.guard('anew') \g /dev/null
SELECT count(regcar.place_hold('again')) FROM generate_series(1, 3) \g /dev/null
SELECT pg_temp.as_role('t_north', 'INSERT INTO anew VALUES (''AB75 CDE'')') FROM generate_series(1, 2) \g /dev/null
SELECT results_eq('SELECT hold, refused FROM regcar.refusal_counts', 'VALUES (1::bigint, 2::bigint)', 'each is counted');

SELECT * FROM finish();
ROLLBACK;
