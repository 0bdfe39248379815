-- Holds and guards in one session: what each function answers, and with what SQLSTATE, DETAIL and HINT it refuses.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;
SET intervalstyle = 'postgres';

CREATE TYPE failure AS (state text, message text, detail text, hint text);
CREATE FUNCTION failure(statement text) RETURNS failure LANGUAGE plpgsql AS $$
DECLARE
    f failure;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS f.state = RETURNED_SQLSTATE, f.message = MESSAGE_TEXT,
                            f.detail = PG_EXCEPTION_DETAIL, f.hint = PG_EXCEPTION_HINT;
    RETURN f;
END $$;
-- The SQLSTATE, or that it was done.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE sql AS
    $$ SELECT coalesce((failure(statement)).state, 'done') $$;
CREATE FUNCTION status(target regclass) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(g.status, ', ') FROM regcar.guards g WHERE g.target = $1 $$;

SELECT no_plan();

-- guard() and unguard()

CREATE TABLE reg (mark plate, note text);
CREATE TABLE two (a plate, b plate, "make=r" text);
CREATE TABLE plain (mark text, vc varchar(9), n int);
CREATE DOMAIN my_plate AS plate;
CREATE TABLE dom (id int, mark my_plate);
CREATE VIEW reg_view AS SELECT mark, note FROM reg;
CREATE MATERIALIZED VIEW reg_mat AS SELECT mark FROM reg;

SELECT is(status('reg'), 'not guarded', 'a table with a mark that nobody guards is listed');
SELECT is(status('plain'), 'hint: text that may hold marks', 'a table whose text looks like marks is, as a hint');
SELECT is(guard('reg'), 'public.reg is guarded: mark in column mark', 'guard finds the only column of type plate');
SELECT is(status('reg'), 'ok', 'a guard is ok');
SELECT is((SELECT format('%s %s %s', target, plate_column, keys) FROM guards WHERE status = 'ok'), 'reg mark {}', 'guards shows the column and the keys');
SELECT is(guard('dom'), 'public.dom is guarded: mark in column mark', 'a domain over plate is found');
SELECT is(guard('plain', 'mark', '{"make": "vc", "replicated": "n"}'), 'public.plain is guarded: mark in column mark', 'a text column is guarded by name');
SELECT is((SELECT keys FROM guards WHERE target = 'plain'::regclass), '{"make": "vc", "replicated": "n"}', 'guards shows its keys');
SELECT is(guard('two', 'b', '{"make": "make=r"}', true), 'public.two is guarded: mark in column b', 'one column of two, a column name with an equals sign, replicated');
SELECT is((SELECT keys FROM guards WHERE target = 'two'::regclass), '{"make": "make=r"}', 'is shown as it is');
SELECT is(unguard('two'), 'public.two is no longer guarded', 'unguard says so');
SELECT is(status('two'), 'not guarded', 'and it is so');
SELECT is(unguard('dom') || unguard('plain'), 'public.dom is no longer guardedpublic.plain is no longer guarded', 'the others too');
SELECT is_empty($$SELECT * FROM pg_trigger WHERE tgrelid = 'plain'::regclass$$, 'nothing of a guard stays');

SELECT is(outcome(statement), state, statement || ' gives ' || state)
FROM (VALUES
    ('SELECT guard(''reg'')', '55000'),
    ('SELECT guard(NULL)', '42P01'),
    ('SELECT guard(999999::regclass)', '42P01'),
    ('SELECT guard(''reg_view'')', '42809'),
    ('SELECT guard(''reg_mat'')', '42809'),
    ('SELECT guard(''pg_class'')', '42501'),
    ('SELECT guard(''regcar_state.hold'')', '42501'),
    ('SELECT guard(''plain'')', '22023'),
    ('SELECT guard(''two'')', '22023'),
    ('SELECT guard(''plain'', ''n'')', '22023'),
    ('SELECT guard(''plain'', ''ctid'')', '22023'),
    ('SELECT guard(''plain'', ''missing'')', '22023'),
    ('SELECT guard(''two'', ''a'', ''{"make": "missing"}'')', '22023'),
    ('SELECT guard(''two'', ''a'', ''{"make": 1}'')', '22023'),
    ('SELECT guard(''two'', ''a'', ''{"": "b"}'')', '22023'),
    ('SELECT guard(''two'', ''a'', ''{"a=b": "b"}'')', '22023'),
    ('SELECT guard(''two'', ''a'', ''["b"]'')', '22023'),
    ('SELECT guard(''two'', ''a'', NULL)', '22023'),
    ('SELECT unguard(''two'')', '55000'),
    ('SELECT unguard(NULL)', '55000'),
    ('SELECT place_hold(NULL)', '22023'),
    ('SELECT place_hold('''')', '22023'),
    ('SELECT place_hold(''  '')', '22023'),
    ('SELECT place_hold(''x'', NULL)', '22023'),
    ('SELECT place_hold(''x'', ''[]'')', '22023'),
    ('SELECT place_hold(''x'', ''"make"'')', '22023'),
    ('SELECT place_hold(''x'', ''{"make": null}'')', '22023'),
    ('SELECT place_hold(''x'', action => NULL)', '22023'),
    ('SELECT place_hold(''x'', action => ''stop'')', '22P02'),
    ('SELECT place_hold(''x'', expires_at => now() - interval ''1 hour'')', '22023'),
    ('SELECT place_hold(''x'', starts_at => ''infinity'', expires_at => ''infinity'')', '22023'),
    ('CALL lockdown(NULL)', '22023'),
    ('CALL lockdown(''x'', ''{"make": []}'')', '22023'),
    ('CALL lockdown(''x'', wait => NULL)', '22023'),
    ('SELECT drain(NULL)', '22023'),
    ('SELECT lift_hold(1, ''x'')', '22023'),
    ('SELECT lift_hold(NULL, ''x'')', '22023'),
    ('SELECT hold_for(NULL, ''{}'')', '22023'),
    ('SELECT hold_for(''reg'', NULL)', '22023'),
    ('SELECT hold_for(''reg'', ''[]'')', '22023'),
    ('SELECT grant_operator(NULL)', '22023'),
    ('SELECT grant_operator(''nobody_at_all'')', '42704')) v (statement, state);
SELECT is_empty('SELECT FROM hold', 'none of these placed a hold');
SELECT ok((failure($$SELECT guard('two')$$)).detail ~ 'a, b', 'the columns to choose from are in the DETAIL');
SELECT ok((failure($$SELECT place_hold('x', '{"make": {"a": 1}}')$$)).hint ~ 'Nothing was placed', 'what is no scope: the HINT says that nothing was placed');

-- place, ask, refuse, lift

SELECT is_empty($$SELECT * FROM hold_for('reg', '{"mark": "AB75 CDE"}')$$, 'hold_for: no row, it would be accepted');
INSERT INTO reg VALUES ('AB75 CDE', 'old');
SELECT is(lift_all('nothing there'), 'no hold stands', 'lift_all without a hold says so');
SELECT place_hold('attack', incident => 'INC-1') AS nr \gset
SELECT results_eq('SELECT hold, action, scope, reason, incident, placed_by, expires_at FROM active_holds',
                  format($$VALUES (%s::bigint, 'reject'::hold_action, '{}'::jsonb, 'attack', 'INC-1', session_user, NULL::timestamptz(0))$$, :nr),
                  'active_holds shows the hold');
SELECT results_eq($$SELECT hold, action, reason, incident, since <= clock_timestamp() FROM hold_for('reg', '{}')$$,
                  format($$VALUES (%s::bigint, 'reject'::hold_action, 'attack', 'INC-1', true)$$, :nr), 'hold_for names it');
SELECT is_empty($$SELECT * FROM hold_for('two', '{}')$$, 'hold_for of a table that is not guarded: no row');
SELECT is((failure($$INSERT INTO reg VALUES ('AB75 CDF')$$)).state, 'RH001', 'a registration is refused with RH001');
SELECT is((failure($$INSERT INTO reg VALUES ('AB75 CDF')$$)).message, 'registrations are held', 'with a constant message');
SELECT ok((failure($$INSERT INTO reg VALUES ('AB75 CDF')$$)).detail ~ format('^Hold %s: attack \(incident INC-1\), since \d{4}-.*\.$', :nr), 'with the hold, its reason, incident and time as DETAIL');
SELECT ok((failure($$INSERT INTO reg VALUES ('AB75 CDF')$$)).hint ~ 'hold_for', 'with where to look as HINT');
SELECT is(outcome(statement), state, format('under a hold %s: %s', state, statement))
FROM (VALUES
    ('INSERT INTO reg VALUES (NULL)', 'RH001'),
    ('INSERT INTO reg_view VALUES (''AB75 CDF'')', 'RH001'),
    ('WITH i AS (INSERT INTO reg VALUES (''AB75 CDF'') RETURNING *) SELECT * FROM i', 'RH001'),
    ('INSERT INTO reg SELECT ''AB75 CDF'' FROM generate_series(1, 0)', 'done'),
    ('COPY reg (mark) FROM PROGRAM ''echo AB75CDF''', 'RH001'),
    ('MERGE INTO reg USING (VALUES (1)) v (n) ON false WHEN NOT MATCHED THEN INSERT VALUES (''AB75 CDF'')', 'RH001'),
    ('MERGE INTO reg USING (VALUES (1)) v (n) ON true WHEN MATCHED THEN UPDATE SET mark = ''AB75 CDF''', 'RH001'),
    ('MERGE INTO reg USING (VALUES (1)) v (n) ON true WHEN MATCHED THEN UPDATE SET note = ''merged''', 'done'),
    ('INSERT INTO reg VALUES (''AB75 CDE'') ON CONFLICT DO NOTHING', 'RH001'),
    ('UPDATE reg SET note = ''updated''', 'done'),
    ('UPDATE reg SET mark = mark', 'done'),
    ('UPDATE reg SET mark = ''ab75cde''', 'done'),
    ('UPDATE reg SET mark = ''AB75 CDF''', 'RH001'),
    ('UPDATE reg SET mark = NULL', 'RH001'),
    ('UPDATE reg_view SET mark = ''AB75 CDF''', 'RH001'),
    ('UPDATE reg SET mark = ''AB75 CDF'' WHERE false', 'done'),
    ('INSERT INTO two VALUES (''AB75 CDF'')', 'done')) v (statement, state);
SELECT results_eq('SELECT mark::text, note FROM reg', $$VALUES ('AB75 CDE', 'updated')$$, 'what was refused left no trace');
SELECT place_hold('everything', action => 'freeze') AS frozen \gset
SELECT is(outcome(statement), 'RH001', 'under a freeze RH001: ' || statement)
FROM (VALUES ('INSERT INTO reg VALUES (''AB75 CDF'')'), ('UPDATE reg SET note = NULL'), ('DELETE FROM reg'), ('TRUNCATE reg'),
             ('TRUNCATE two, reg'), ('MERGE INTO reg USING (VALUES (1)) v (n) ON true WHEN MATCHED THEN DELETE')) v (statement);
SELECT is((failure('DELETE FROM reg')).message, 'registered data is frozen', 'with a message of its own');
SELECT ok((failure('DELETE FROM reg')).detail ~ format('^Hold %s: everything, since ', :frozen), 'and no incident where there is none');
SELECT lives_ok('SELECT * FROM reg FOR UPDATE', 'reading goes on');
SELECT ok(lift_hold(:frozen, 'over') ~ format('^hold %s is lifted; it stood for \d\d:\d\d:\d\d$', :frozen), 'lift_hold says what it did');
SELECT is((failure(format('SELECT lift_hold(%s, %L)', :frozen, 'again'))).state, '55000', 'lifting twice: 55000');
SELECT ok((failure(format('SELECT lift_hold(%s, %L)', :frozen, 'again'))).detail ~ ' lifted it at .*: over$', 'with who, when and why');
SELECT is(outcome(format('SELECT lift_hold(%s, %L)', :nr, ' ')), '22023', 'lifting needs a reason');
SELECT is(outcome('SELECT lift_all(NULL)'), '22023', 'so does lifting all');
SELECT is(outcome('DELETE FROM reg WHERE false'), 'done', 'the freeze is gone');
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDF'')'), 'RH001', 'the other hold is not');
SELECT place_hold('tomorrow', starts_at => clock_timestamp() + interval '1 day') AS tomorrow \gset
SELECT is(lift_all('all over'), format('lifted: hold %s, %s', :nr, :tomorrow), 'lift_all says which it lifted, one that is still to start too');
SELECT is_empty('SELECT * FROM active_holds', 'none stands');
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDF'')'), 'done', 'registrations go through');
SELECT results_eq('SELECT hold, lifted_by, lift_reason FROM hold_history',
                  format($$VALUES (%s::bigint, session_user::name, 'all over'), (%s, session_user, 'over'), (%s, session_user, 'all over')$$, :nr, :frozen, :tomorrow),
                  'the history keeps all of them, and by whom');

-- starts_at and expires_at

SELECT place_hold('later', starts_at => clock_timestamp() + interval '1 day', expires_at => clock_timestamp() + interval '2 days') AS later \gset
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDG'')'), 'done', 'a hold that is to start does not bind');
SELECT is((SELECT reason FROM active_holds), 'later', 'but is shown');
SELECT place_hold('now', starts_at => clock_timestamp() - interval '1 day', expires_at => 'infinity') AS now \gset
SELECT is((failure('INSERT INTO reg VALUES (''AB75 CDG'')')).state, 'RH001', 'one that has started binds');
SELECT is((SELECT count(*) FROM active_holds), 2::bigint, 'both are shown');
UPDATE hold SET expires_at = clock_timestamp() WHERE hold = :now;
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDG'')'), 'done', 'one that has expired does not');
SELECT is((SELECT string_agg(reason, ',') FROM active_holds), 'later', 'nor is it shown');
SELECT is(lift_all('over'), format('lifted: hold %s', :later), 'nor lifted with those that stand');
SELECT count(place_hold(reason)) FROM unnest('{first,second,third}'::text[]) reason \g /dev/null
SELECT matches(failure('INSERT INTO reg VALUES (''AB75 CDG'')')::text, 'first', 'of holds that are as strong, the first is named');
SELECT lift_all('over') \g /dev/null

-- Whatever is in a hold

SELECT place_hold(repeat('long ', 2000), incident => repeat('x', 990) || '%s%n "''\') AS long \gset
SELECT is(length((failure('INSERT INTO reg VALUES (''AB75 CDH'')')).detail) > 10990, true, 'a reason as long as may be stops a registration');
BEGIN;
SELECT lift_all('over') \g /dev/null
INSERT INTO reg VALUES ('AB75 CDH');
COMMIT;
SELECT is(count(*), 1::bigint, 'and a lift in the same transaction lets it through') FROM reg WHERE mark = 'AB75 CDH';
SELECT place_hold(format('hold %s', n)) FROM generate_series(1, 1000) n \g /dev/null
SELECT is((SELECT count(*) FROM hold_for('reg', '{}')), 1000::bigint, 'a thousand holds');
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDJ'')'), 'RH001', 'stop a registration');
SELECT ok(lift_all('over') ~ '^lifted: hold ', 'and are lifted at once');
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDJ'')'), 'done', 'then it goes through');

-- lockdown

SELECT is(outcome('CALL lockdown(''inside'')'), 'done', 'lockdown inside a function that cannot commit places its hold');
SELECT is((SELECT string_agg(reason, ',') FROM active_holds), 'inside', 'it stands');
SELECT lift_all('over') \g /dev/null
CALL lockdown('alone', '{}', 'freeze', 'INC-2', NULL, clock_timestamp() + interval '1 day', '1 s');
SELECT results_eq('SELECT reason, action, incident, expires_at > now() FROM active_holds', $$VALUES ('alone', 'freeze'::hold_action, 'INC-2', true)$$, 'lockdown passes everything on');
SELECT lift_all('over') \g /dev/null
DO $$ BEGIN CALL regcar.lockdown('do'); END $$;
SELECT is((SELECT string_agg(reason, ',') FROM active_holds), 'do', 'a DO block may call it');
SELECT is_empty('SELECT * FROM drain(''0'')', 'nothing is in flight');
SELECT is_empty('SELECT * FROM drain(''-1 day'')', 'a wait below nothing is none');
SELECT lift_all('over') \g /dev/null

-- What spoils a guard

CREATE TABLE spoiled (mark plate, note text);
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.mark := 'AB75 CDE'; RETURN NEW; END $$;
CREATE FUNCTION spoilt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    target regclass := 'spoiled';
    seen text;
BEGIN
    PERFORM regcar.guard(target);
    EXECUTE statement;
    seen := public.status(target);
    RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = coalesce(seen, 'not listed');
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
    RETURN SQLERRM;
END $$;
SELECT is(spoilt(statement), want, format('%s: %s', statement, want))
FROM (VALUES
    ('SELECT', 'ok'),
    ('ALTER TABLE spoiled DISABLE TRIGGER "~registration_hold"', 'disabled'),
    ('ALTER TABLE spoiled DISABLE TRIGGER ALL', 'disabled'),
    ('ALTER TABLE spoiled DISABLE TRIGGER "~registration_hold_truncate"', 'disabled'),
    ('ALTER TABLE spoiled ENABLE TRIGGER ALL', 'not ENABLE ALWAYS'),
    ('ALTER TABLE spoiled ENABLE REPLICA TRIGGER "~registration_hold"', 'not ENABLE ALWAYS'),
    ('ALTER TABLE spoiled ENABLE TRIGGER "~registration_hold_truncate"', 'not ENABLE ALWAYS'),
    ('DROP TRIGGER "~registration_hold" ON spoiled', 'row trigger missing'),
    ('DROP TRIGGER "~registration_hold_truncate" ON spoiled', 'truncate trigger missing'),
    ('DROP TRIGGER "~registration_hold_truncate" ON spoiled; DROP TRIGGER "~registration_hold" ON spoiled', 'not guarded'),
    ('ALTER TABLE spoiled DROP COLUMN mark', 'column of the mark is gone'),
    ('ALTER TABLE spoiled RENAME mark TO other', 'column of the mark is gone'),
    ('ALTER TABLE spoiled RENAME TO elsewhere', 'ok'),
    ('ALTER TRIGGER "~registration_hold" ON spoiled RENAME TO zzz', 'ok'),
    ('CREATE TRIGGER "~z" BEFORE INSERT ON spoiled FOR EACH ROW EXECUTE FUNCTION change()', 'another trigger fires after it'),
    ('CREATE TRIGGER "~~" BEFORE UPDATE ON spoiled FOR EACH ROW EXECUTE FUNCTION change()', 'another trigger fires after it'),
    ('CREATE TRIGGER "~z" AFTER INSERT ON spoiled FOR EACH ROW EXECUTE FUNCTION change()', 'ok'),
    ('CREATE TRIGGER a BEFORE INSERT ON spoiled FOR EACH ROW EXECUTE FUNCTION change()', 'ok'),
    ('CREATE TRIGGER "~z" BEFORE INSERT ON spoiled FOR EACH ROW EXECUTE FUNCTION change(); ALTER TABLE spoiled DISABLE TRIGGER "~z"', 'ok')) v (statement, want);

CREATE FUNCTION by_hand(timing text, rest text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER a_hand %s ON spoiled %s EXECUTE FUNCTION regcar.registration_hold()', timing, rest);
    EXECUTE 'ALTER TABLE spoiled ENABLE ALWAYS TRIGGER a_hand';
    EXECUTE 'CREATE TRIGGER a_trunc BEFORE TRUNCATE ON spoiled EXECUTE FUNCTION regcar.registration_hold(); ALTER TABLE spoiled ENABLE ALWAYS TRIGGER a_trunc';
    RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = coalesce(public.status('spoiled'), 'not listed');
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
    RETURN SQLERRM;
END $$;
SELECT is(by_hand(timing, rest), want, format('a trigger written by hand, %s %s: %s', timing, rest, want))
FROM (VALUES
    ('BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH ROW', 'ok'),
    ('BEFORE INSERT', 'FOR EACH ROW', 'does not fire on every write'),
    ('BEFORE INSERT OR UPDATE', 'FOR EACH ROW', 'does not fire on every write'),
    ('BEFORE INSERT OR UPDATE OF mark OR DELETE', 'FOR EACH ROW', 'does not fire on every write'),
    ('BEFORE INSERT OR UPDATE OR DELETE', 'FOR EACH ROW WHEN (current_user = ''dealer'')', 'does not fire on every write'),
    ('AFTER INSERT OR UPDATE OR DELETE', 'FOR EACH ROW', 'does not fire on every write')) v (timing, rest, want);

-- The only plate column, and both marks, when a trigger is written without arguments

CREATE TABLE hand (note text, mark plate);
CREATE TRIGGER hand BEFORE INSERT OR UPDATE OR DELETE ON hand FOR EACH ROW EXECUTE FUNCTION registration_hold();
CREATE TABLE hand2 (a plate, note text, b plate);
CREATE TRIGGER hand BEFORE INSERT OR UPDATE OR DELETE ON hand2 FOR EACH ROW EXECUTE FUNCTION registration_hold();
INSERT INTO hand VALUES ('x', 'AB75 CDE');
INSERT INTO hand2 VALUES ('AB75 CDE');
INSERT INTO plain VALUES ('AB75 CDE');
SELECT guard('plain', 'mark') \g /dev/null
SELECT place_hold('hand') \g /dev/null
SELECT is(outcome(statement), state, format('a trigger without arguments, %s: %s', state, statement))
FROM (VALUES
    ('INSERT INTO hand VALUES (''x'', ''AB75 CDF'')', 'RH001'),
    ('UPDATE hand SET note = ''y''', 'done'),
    ('UPDATE hand SET mark = ''AB75 CDF''', 'RH001'),
    ('INSERT INTO hand2 VALUES (''AB75 CDF'')', 'RH001'),
    -- which column is the mark cannot be told, so every update is one of the mark
    ('UPDATE hand2 SET note = ''y''', 'RH001')) v (statement, state);
SELECT lift_all('over'), place_hold('hand', '{"series": "24"}') \g /dev/null
SELECT is(outcome('INSERT INTO hand2 VALUES (''AB75 CDF'')'), 'RH001', 'nor which series it is of');
SELECT is(outcome('INSERT INTO hand VALUES (''x'', ''AB75 CDF'')'), 'done', 'which of one mark can');
SELECT lift_all('over'), place_hold('hand') \g /dev/null
SELECT is(outcome(statement), state, format('a mark in a text column, %s: %s', state, statement))
FROM (VALUES
    ('INSERT INTO plain VALUES (''AB75 CDF'')', 'RH001'),
    ('INSERT INTO plain VALUES (''no mark'')', 'RH001'),
    ('UPDATE plain SET n = 1', 'done'),
    ('UPDATE plain SET mark = ''AB75 CDE''', 'done'),
    ('UPDATE plain SET mark = ''AB75 CDF''', 'RH001'),
    ('UPDATE plain SET mark = repeat(''x'', 100000)', 'RH001')) v (statement, state);
ALTER TABLE plain RENAME mark TO other;
SELECT is(outcome('UPDATE plain SET n = 2'), 'RH001', 'the column of the mark was renamed: every update is refused');
ALTER TABLE plain RENAME other TO mark;
SELECT lift_all('over') \g /dev/null

-- Wrong uses of the trigger functions

CREATE TABLE wrong (mark plate);
CREATE VIEW wrong_view AS SELECT mark FROM wrong;
CREATE FUNCTION misuse(definition text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE TRIGGER t ' || definition;
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT is(misuse(definition, statement), '39P01', '39P01: ' || definition)
FROM (VALUES
    ('AFTER INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold()', 'INSERT INTO wrong VALUES (''AB75 CDE'')'),
    ('BEFORE INSERT ON wrong FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', 'INSERT INTO wrong VALUES (''AB75 CDE'')'),
    ('AFTER INSERT ON wrong FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', 'INSERT INTO wrong VALUES (''AB75 CDE'')'),
    ('BEFORE UPDATE ON wrong FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', 'UPDATE wrong SET mark = mark'),
    ('BEFORE DELETE ON wrong FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', 'DELETE FROM wrong'),
    ('AFTER TRUNCATE ON wrong FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', 'TRUNCATE wrong'),
    ('INSTEAD OF INSERT ON wrong_view FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold()', 'INSERT INTO wrong_view VALUES (''AB75 CDE'')'),
    ('BEFORE INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION regcar.hold_changed()', 'INSERT INTO wrong VALUES (''AB75 CDE'')')) v (definition, statement);
SELECT is(outcome('SELECT registration_hold()'), '39P01', '39P01: called directly');
SELECT is(outcome('SELECT hold_changed()'), '39P01', '39P01: the other one too');

-- Partitions

CREATE TABLE parts (mark plate, region text) PARTITION BY LIST (region);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
SELECT guard('parts') \g /dev/null
CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b');
CREATE TABLE parts_c (region text, mark plate);
ALTER TABLE parts ATTACH PARTITION parts_c FOR VALUES IN ('c');
SELECT is(status('parts') || ', ' || status('parts_a'), 'ok, ok', 'a partitioned table and its partition are guarded');
SELECT is(status('parts_b') || ', ' || status('parts_c'), 'ok, ok', 'and so is a partition that came later');
DROP TRIGGER "~registration_hold_truncate" ON parts_b;
SELECT is(status('parts_b'), 'truncate trigger missing', 'until its owner drops what guards it against TRUNCATE');
SELECT is(guard('parts_b') || status('parts_b'), 'public.parts_b is guarded against TRUNCATE toook', 'guard() mends that');
SELECT is(outcome('SELECT unguard(''parts_a'')'), '55000', 'a partition is unguarded with its table');
SELECT ok((failure('SELECT unguard(''parts_a'')')).hint ~ 'parts', 'which the HINT names');
SELECT place_hold('parts') \g /dev/null
SELECT is(outcome(format('INSERT INTO %s (mark, region) VALUES (''AB75 CDE'', %L)', t, r)), 'RH001', 'a hold stops a row for ' || t)
FROM (VALUES ('parts', 'a'), ('parts', 'b'), ('parts', 'c'), ('parts_a', 'a'), ('parts_b', 'b'), ('parts_c', 'c')) v (t, r);
SELECT lift_all('over') \g /dev/null
ALTER TABLE parts DETACH PARTITION parts_a;
SELECT is(status('parts_a'), 'row trigger missing', 'a partition that was detached has lost its guard');
SELECT is(outcome('SELECT unguard(''parts'')'), 'done', 'the table is unguarded');
SELECT is(status('parts') || ', ' || status('parts_b'), 'not guarded, not guarded', 'with its partitions');
CREATE TABLE parts_d PARTITION OF parts FOR VALUES IN ('d');
SELECT guard('parts_d') \g /dev/null
SELECT is(outcome('SELECT guard(''parts'')'), '55000', 'a table whose partition has a guard of its own');

-- Foreign keys write too

CREATE TABLE vehicle (mark plate PRIMARY KEY);
CREATE TABLE keeper (mark plate REFERENCES vehicle ON UPDATE CASCADE ON DELETE CASCADE, name text);
INSERT INTO vehicle VALUES ('AB75 CDE');
INSERT INTO keeper VALUES ('AB75 CDE');
SELECT guard('keeper') \g /dev/null
SELECT place_hold('cascade') \g /dev/null
SELECT is(outcome('UPDATE vehicle SET mark = ''AB75 CDF'''), 'RH001', 'a cascade that changes the mark is a registration');
SELECT is(outcome('DELETE FROM vehicle WHERE false'), 'done', 'what does not reach the guarded table is none');
SELECT lift_all('over') \g /dev/null
SELECT place_hold('cascade', action => 'freeze') \g /dev/null
SELECT is(outcome('DELETE FROM vehicle'), 'RH001', 'a cascade that deletes is stopped by a freeze');
SELECT is(outcome('TRUNCATE vehicle CASCADE'), 'RH001', 'so is TRUNCATE ... CASCADE');
SELECT lift_all('over') \g /dev/null

-- What the table's own triggers do to the row is seen

CREATE TABLE own (mark plate, note text);
CREATE TRIGGER aaa BEFORE UPDATE ON own FOR EACH ROW EXECUTE FUNCTION change();
SELECT guard('own') \g /dev/null
INSERT INTO own VALUES ('AB75 CDF');
SELECT place_hold('own') \g /dev/null
SELECT is(outcome('UPDATE own SET note = ''x'''), 'RH001', 'an update whose mark another trigger changes is a registration');
SELECT lift_all('over') \g /dev/null

-- A superuser who says replica does not get past the guard

SELECT place_hold('replica') \g /dev/null
SET session_replication_role = replica;
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDK'')'), 'RH001', 'session_replication_role does not get past a guard');
RESET session_replication_role;
SELECT lift_all('over') \g /dev/null

-- Nobody hears of a hold whose triggers are off, so none is placed

ALTER TABLE hold DISABLE TRIGGER hold_changed_row;
SELECT is(outcome('SELECT place_hold(''deaf'')'), '55000', 'no hold is placed while the trigger of its table is disabled');
SELECT ok(status('hold') ~ 'hold_changed_row', 'and guards tells');
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_changed_row;

-- A mark that is generated: its change cannot be seen before the row is stored, so any update counts as one

CREATE TABLE generated (txt text, note text, mark plate GENERATED ALWAYS AS (txt::plate) STORED);
SELECT is(guard('generated'), 'public.generated is guarded: mark in column mark', 'a generated column can be guarded');
INSERT INTO generated (txt) VALUES ('AB75 CDE');
SELECT place_hold('generated') \g /dev/null
SELECT is(outcome($$ UPDATE generated SET txt = 'AB75 CDF' $$), 'RH001', 'under a hold the text behind it cannot change');
SELECT is(outcome($$ UPDATE generated SET note = 'x' $$), 'RH001', 'nor any other column, to be sure');
SELECT lift_all('generated') \g /dev/null
SELECT is(outcome($$ UPDATE generated SET txt = 'AB75 CDF' $$), 'done', 'without a hold it can');

-- What stands in the table and is no scope, or cannot be read, stops all and exempts nobody

SELECT place_hold('no scope', '{"make": "Jaguar"}') AS hold \gset
SELECT exempt(:hold, '{}', 'all') AS exemption \gset
SELECT is(outcome('INSERT INTO hand VALUES (''x'', ''AB75 CDK'')'), 'done', 'an exemption from a hold');
UPDATE exemption SET scope = '[]' WHERE exemption = :exemption;
SELECT is(outcome('INSERT INTO hand VALUES (''x'', ''AB75 CDK'')'), 'RH001', 'what is no scope exempts nothing');
SELECT revoke_exemption(:exemption, 'over'), exempt(:hold, '{"note": "x"}', 'x') \g /dev/null
UPDATE hold SET scope = '{"make": {}}' WHERE hold = :hold;
SELECT is(outcome('INSERT INTO hand VALUES (''y'', ''AB75 CDK'')'), 'RH001', 'what is no scope covers everything');
SELECT is(outcome('INSERT INTO hand VALUES (''x'', ''AB75 CDK'')'), 'done', 'but what is exempted');
SELECT lift_all('over') \g /dev/null
BEGIN;
ALTER TABLE hold RENAME TO hold_away;
SELECT is(failure('INSERT INTO hand VALUES (''x'', ''AB75 CDK'')')::text, ROW('55000', 'table "hold" of the extension "regcar" is missing', 'Holds cannot be read, so nothing may be registered.', 'Restore the extension "regcar" from a backup.')::text, 'without its table nothing may be registered');
ROLLBACK;
SELECT is(outcome('INSERT INTO hand VALUES (''x'', ''AB75 CDK'')'), 'done', 'with it what may be may be');

-- A row that moves to another partition takes nothing else with it

CREATE TABLE moving (mark plate, region text) PARTITION BY LIST (region);
CREATE TABLE moving_n PARTITION OF moving FOR VALUES IN ('n');
CREATE TABLE moving_s PARTITION OF moving FOR VALUES IN ('s');
SELECT guard('moving') \g /dev/null
INSERT INTO moving VALUES ('AB75 CDE', 'n'), ('AB75 CDF', 'n');
SELECT place_hold('moving') \g /dev/null
SELECT is(outcome($$ UPDATE moving SET region = 's' WHERE mark = 'AB75 CDE' $$), 'done', 'a row moves to another partition');
SELECT is(outcome($$ UPDATE moving SET region = 's', mark = 'AB75 CDG' WHERE mark = 'AB75 CDF' $$), 'RH001', 'not with another mark');
BEGIN;
UPDATE moving SET mark = mark WHERE mark = 'AB75 CDF';
ROLLBACK;
SELECT is(outcome($$ WITH d AS (DELETE FROM moving WHERE mark = 'AB75 CDF' RETURNING mark)
                     INSERT INTO moving SELECT mark, 's' FROM d $$), 'RH001', 'an UPDATE that was rolled back opens nothing');
BEGIN;
UPDATE moving SET mark = mark WHERE mark = 'AB75 CDF';
SELECT is(outcome($$ WITH d AS (DELETE FROM moving WHERE mark = 'AB75 CDF' RETURNING mark)
                     INSERT INTO moving SELECT mark, 's' FROM d $$), 'RH001', 'nor one of the command before');
ROLLBACK;
SELECT is(outcome($$ WITH u AS (UPDATE moving SET mark = mark WHERE mark = 'AB75 CDF' RETURNING mark),
                          d AS (DELETE FROM moving WHERE mark = 'AB75 CDF' RETURNING mark)
                     INSERT INTO moving SELECT mark, 's' FROM d UNION SELECT mark, 'n' FROM u $$), 'RH001', 'nor one of the same command');
SELECT is(outcome($$ WITH u AS (UPDATE moving SET mark = mark WHERE mark = 'AB75 CDE' RETURNING mark),
                          d AS (DELETE FROM moving WHERE mark = 'AB75 CDF' RETURNING mark)
                     INSERT INTO moving SELECT mark, 's' FROM d WHERE (SELECT count(*) FROM u) = 1 $$), 'RH001', 'nor one of another row');
-- each partition has a guard of its own, by hand, and the second one's names no column that there is
CREATE TABLE moving_hand (mark plate, region text) PARTITION BY LIST (region);
CREATE TABLE moving_hand_n PARTITION OF moving_hand FOR VALUES IN ('n');
CREATE TABLE moving_hand_s PARTITION OF moving_hand FOR VALUES IN ('s');
CREATE TRIGGER hand BEFORE INSERT OR UPDATE OR DELETE ON moving_hand_n FOR EACH ROW EXECUTE FUNCTION registration_hold('mark');
CREATE TRIGGER hand BEFORE INSERT OR UPDATE OR DELETE ON moving_hand_s FOR EACH ROW EXECUTE FUNCTION registration_hold('gone');
SELECT lift_all('moving') \g /dev/null
INSERT INTO moving_hand VALUES ('AB75 CDE', 'n');
SELECT place_hold('moving') \g /dev/null
SELECT is(outcome($$ UPDATE moving_hand SET region = 's' $$), 'RH001', 'a row does not move to where its mark cannot be told');
CREATE TABLE moving_text (mark text, region text) PARTITION BY LIST (region);
CREATE TABLE moving_text_n PARTITION OF moving_text FOR VALUES IN ('n');
CREATE TABLE moving_text_s PARTITION OF moving_text FOR VALUES IN ('s');
SELECT lift_all('moving') \g /dev/null
SELECT guard('moving_text', 'mark') \g /dev/null
INSERT INTO moving_text SELECT n::text, 'n' FROM generate_series(1, 1000) n;
INSERT INTO moving_text VALUES (NULL, 'n');
SELECT place_hold('moving') \g /dev/null
SELECT is(outcome($$ UPDATE moving_text SET region = 's' $$), 'done', 'many rows whose mark is text move, one without a mark too');
SELECT is((SELECT count(*) FROM moving_text_s), 1001::bigint, 'and have arrived');
SELECT lift_all('moving') \g /dev/null

SELECT * FROM finish();
