-- Under a hold that queues, a transaction that takes a row out of a guarded table and puts it back, as jobs do that move rows or
-- cut their time in two, is refused, so that no registered row waits in the queue. Whatever else it does goes on as before.
SET client_min_messages = error;
SET search_path = public, regcar;

CREATE TABLE reg (mark regcar.plate, region text, during daterange DEFAULT '[2025-09-01,)', note text) PARTITION BY LIST (region);
CREATE TABLE reg_default PARTITION OF reg DEFAULT;
CREATE TABLE reg_other PARTITION OF reg FOR VALUES IN ('other');
CREATE TABLE archive (LIKE reg);
CREATE TABLE old (vrm text, region text);
CREATE TABLE loose (LIKE reg);
CREATE TABLE several (mark regcar.plate, region text, during daterange);
SELECT regcar.guard(t) FROM unnest('{reg, archive, several}'::regclass[]) t \g /dev/null
SELECT regcar.guard('old', 'vrm') \g /dev/null
INSERT INTO reg VALUES ('AB75 CDE', 'n'), ('AB75 CDF', 's'), (NULL, 'n');
INSERT INTO archive TABLE reg;
INSERT INTO old VALUES ('ab75cde', 'n'), ('no mark', 'n');
CREATE TABLE reg_n (LIKE reg);

-- What becomes of some statements in one transaction, as the SQLSTATE or what is registered and queued then; undone afterwards.
CREATE FUNCTION outcome(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    answer text;
BEGIN
    BEGIN
        FOREACH statement IN ARRAY statements LOOP
            EXECUTE statement;
        END LOOP;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = format('%s registered, %s queued',
            (SELECT count(*) FROM reg), (SELECT count(*) FROM regcar.queue_entry));
    EXCEPTION WHEN OTHERS THEN
        answer := CASE SQLSTATE WHEN 'ZZ000' THEN SQLERRM ELSE SQLSTATE END;
    END;
    RETURN answer;
END
$$;
CREATE FUNCTION told(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
    detail text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLERRM, detail);
END
$$;

SELECT no_plan();

-- Without a hold, and under one that rejects

SELECT is(outcome('WITH d AS (DELETE FROM reg RETURNING *) INSERT INTO reg SELECT * FROM d'), '3 registered, 0 queued', 'without a hold a job moves rows');
SELECT regcar.place_hold('attack') \g /dev/null
SELECT is(outcome('WITH d AS (DELETE FROM reg RETURNING *) INSERT INTO reg SELECT * FROM d'), 'RH001', 'under reject it does not: nothing is moved');
SELECT regcar.lift_all('over') \g /dev/null

-- Under one that queues

SELECT regcar.place_hold('attack', action => 'queue') AS nr \gset
SELECT is(outcome(VARIADIC statements), wanted, what)
FROM (VALUES
    ('{"INSERT INTO reg VALUES (''AB75 CDG'', ''n'')"}'::text[], '3 registered, 1 queued', 'a registration is queued'),
    -- as pg_partman does it, in its ways
    ('{"WITH d AS (DELETE FROM ONLY reg_default RETURNING *) INSERT INTO reg SELECT * FROM d"}', 'RH001', 'a statement that takes rows out and puts them back is refused'),
    ('{"CREATE TEMP TABLE store (LIKE reg)", "WITH d AS (DELETE FROM reg_default WHERE region = ''n'' RETURNING *) INSERT INTO store SELECT * FROM d",
       "CREATE TABLE reg_x PARTITION OF reg FOR VALUES IN (''n'')", "WITH d AS (DELETE FROM store RETURNING *) INSERT INTO reg_x SELECT * FROM d"}', 'RH001', 'so is a transaction, by way of another table and into a new partition'),
    ('{"DELETE FROM reg WHERE mark = ''AB75 CDE''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'a DELETE before'),
    ('{"INSERT INTO reg VALUES (''AB75 CDE'', ''s'')", "DELETE FROM reg WHERE mark = ''AB75 CDE''"}', 'RH001', 'a DELETE after'),
    ('{"TRUNCATE reg", "INSERT INTO reg VALUES (''AB75 CDG'', ''s'')"}', 'RH001', 'a TRUNCATE before'),
    ('{"INSERT INTO reg VALUES (''AB75 CDG'', ''s'')", "TRUNCATE reg_default"}', 'RH001', 'a TRUNCATE after'),
    ('{"MERGE INTO reg USING (VALUES (''AB75 CDE''::regcar.plate)) v (mark) ON reg.mark = v.mark WHEN MATCHED THEN DELETE", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'a MERGE that deletes'),
    -- as periods does it, and FOR PORTION OF
    ('{"UPDATE reg SET during = ''[2025-10-01,)'' WHERE mark = ''AB75 CDE''", "INSERT INTO reg VALUES (''AB75 CDE'', ''n'', ''[2025-09-01,2025-10-01)'')"}', 'RH001', 'a row whose time is cut in two: the UPDATE first'),
    ('{"INSERT INTO reg VALUES (''AB75 CDE'', ''n'', ''[2025-09-01,2025-10-01)'')", "UPDATE reg SET during = ''[2025-10-01,)'' WHERE mark = ''AB75 CDE''"}', 'RH001', 'the INSERT first'),
    -- the mark counts, whatever its type, and what is no mark
    ('{"DELETE FROM old WHERE vrm = ''ab75cde''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'from another guarded table, with the mark as text'),
    ('{"DELETE FROM old WHERE vrm = ''no mark''", "INSERT INTO old VALUES (''no mark'', ''s'')"}', 'RH001', 'text that is no mark'),
    ('{"DELETE FROM reg WHERE mark IS NULL", "INSERT INTO reg VALUES (NULL, ''s'')"}', 'RH001', 'no mark'),
    ('{"DO ''BEGIN BEGIN DELETE FROM reg WHERE region = $s$n$s$; EXCEPTION WHEN OTHERS THEN END; END''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'in a subtransaction'),
    ('{"DELETE FROM reg", "SELECT regcar.lift_all(''x'')", "SELECT regcar.place_hold(''x'', action => ''queue'')", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'under another hold'),
    ('{"UPDATE reg SET note = ''x'' WHERE mark = ''AB75 CDE''", "DO ''BEGIN BEGIN UPDATE reg SET note = $s$y$s$; INSERT INTO reg VALUES ($s$AB75 CDE$s$); EXCEPTION WHEN SQLSTATE $s$RH001$s$ THEN END; END''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', 'RH001', 'before a subtransaction that did the same and was rolled back'),
    -- not refused
    ('{"DELETE FROM reg WHERE mark = ''AB75 CDE''", "INSERT INTO reg VALUES (''AB75 CDG'', ''s'')"}', '2 registered, 1 queued', 'another mark is queued'),
    ('{"DELETE FROM loose", "UPDATE archive SET note = ''x''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')", "UPDATE archive SET note = ''y''"}', '3 registered, 1 queued', 'an UPDATE of another guarded table, and any change of one without a guard, is no move'),
    ('{"UPDATE reg SET region = ''n''", "INSERT INTO reg VALUES (''AB75 CDG'', ''s'')"}', '3 registered, 1 queued', 'an UPDATE moves rows'),
    ('{"INSERT INTO reg VALUES (''AB75 CDG'', ''s'')", "UPDATE reg SET note = ''saved again'' WHERE mark = ''AB75 CDG''", "DELETE FROM reg WHERE mark = ''AB75 CDG''"}', '3 registered, 1 queued', 'a second save of a new row finds none, as ever'),
    ('{"DO ''BEGIN BEGIN DELETE FROM reg; RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN END; END''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', '3 registered, 1 queued', 'what was rolled back counts nothing'),
    ('{"DO ''BEGIN BEGIN TRUNCATE reg; RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN END; END''", "INSERT INTO reg VALUES (''AB75 CDE'', ''s'')"}', '3 registered, 1 queued', 'nor does a TRUNCATE'),
    ('{"DO ''BEGIN BEGIN INSERT INTO reg VALUES ($s$AB75 CDE$s$, $s$s$s$); RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN END; END''", "DELETE FROM reg WHERE mark = ''AB75 CDE''"}', '2 registered, 0 queued', 'nor does a row that was queued'),
    ('{"SELECT regcar.exempt((SELECT max(hold) FROM regcar.active_holds), ''{\"series\": \"75\"}'', ''moves'')", "WITH d AS (DELETE FROM reg WHERE mark = ''AB75 CDE'' RETURNING *) INSERT INTO reg SELECT * FROM d"}', '3 registered, 0 queued', 'an exemption lets the job through')) v (statements, wanted, what);

SELECT is(outcome('UPDATE reg SET note = ''x'' WHERE mark = ''AB75 CDE''', 'INSERT INTO reg VALUES (''AB75 CDE'', ''other'')'), 'RH001', 'a row that was changed in one partition is not queued for another');
SELECT is(told('DELETE FROM reg WHERE mark = ''AB75 CDE''', 'INSERT INTO reg VALUES (''AB75 CDE'', ''s'')') ~ ('^registrations are held Hold ' || :nr || ': attack, .* This transaction has changed or deleted a row with the same mark'), true, 'the error names the hold, and says why the row is not queued');
SELECT is(told('INSERT INTO reg VALUES (''AB75 CDE'', ''s'')', 'DELETE FROM reg WHERE mark = ''AB75 CDE''') ~ '^registrations are held This transaction has queued a registration of the same mark', true, 'the other error too');
SELECT is((SELECT format('%s, %s', count(*), (SELECT count(*) FROM regcar.queue_entry)) FROM reg), '3, 0', 'and nothing was written');

-- So many rows that nobody remembers them all
SELECT regcar.lift_all('over') \g /dev/null
INSERT INTO several SELECT p, 'n' FROM memory_tags t, plates(plate_block(t.tag, '24')) p WHERE t.tag ~ '^[A-C]' LIMIT 131073;
SELECT regcar.place_hold('attack', action => 'queue') \g /dev/null
SELECT is(outcome('DELETE FROM several WHERE mark < (SELECT max(mark) FROM several)', 'INSERT INTO reg VALUES (''AB75 CDG'', ''s'')'), '3 registered, 1 queued', 'after 131 072 others a mark is known to be another');
SELECT is(told('DELETE FROM several', 'INSERT INTO reg VALUES (''AB75 CDG'', ''s'')') ~ 'more rows than can be remembered', true, 'after more it is refused');

-- Another transaction
DELETE FROM reg WHERE mark = 'AB75 CDE';
SELECT is(outcome('INSERT INTO reg VALUES (''AB75 CDE'', ''s'')'), '2 registered, 1 queued', 'what another transaction did cannot be told from a registration');

SELECT CASE WHEN EXISTS (SELECT FROM pg_get_keywords() WHERE word = 'portion')
            THEN collect_tap(
                is(outcome('UPDATE reg FOR PORTION OF during FROM ''2025-10-01'' TO ''2025-11-01'' SET note = ''x'' WHERE mark = ''AB75 CDF'''), 'RH001', 'UPDATE FOR PORTION OF'),
                is(outcome('DELETE FROM reg FOR PORTION OF during FROM ''2025-10-01'' TO ''2025-11-01'' WHERE mark = ''AB75 CDF'''), 'RH001', 'DELETE FOR PORTION OF'))
            ELSE skip('this server has no FOR PORTION OF', 2) END;

SELECT * FROM finish();
