-- Cost of the queue: the same INSERT ... SELECT of 100 000 registrations into a guarded table, with no hold and under one
-- that queues; and into a table with tickets, under one that lets them wait there.
\ir common.sql
SET client_min_messages = error;

CREATE TABLE registered (mark regcar.plate PRIMARY KEY, registered date NOT NULL, dealer text);
SELECT regcar.guard('registered') \g /dev/null
CREATE TABLE waits (mark regcar.plate PRIMARY KEY, registered date NOT NULL, dealer text, ticket bigint);
CREATE INDEX ON waits (ticket) WHERE ticket IS NOT NULL;
SELECT regcar.guard('waits', ticket => 'ticket') \g /dev/null
ALTER TABLE regcar_state.queue_entry DISABLE TRIGGER refuse_deletion;
CREATE TABLE marks AS
SELECT m AS mark, date '2025-09-01' AS registered, 'Okafor & Sons' AS dealer
FROM (SELECT tag FROM regcar.memory_tags ORDER BY tag LIMIT 12) t, regcar.plates(regcar.plate_block(t.tag, '75')) m LIMIT 100000;
VACUUM ANALYZE marks;

CREATE PROCEDURE prepare(action text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM regcar.lift_all('bench');
    TRUNCATE registered, waits, regcar_state.queue_entry;
    IF action IS NOT NULL THEN
        PERFORM regcar.place_hold('bench', action => action::regcar.hold_action);
    END IF;
END
$$;
INSERT INTO statement (what, kind, before, statement) VALUES
    ('insert', 'plain', 'CALL prepare(NULL)', 'INSERT INTO registered SELECT * FROM marks'),
    ('insert', 'queued', 'CALL prepare(''queue'')', 'INSERT INTO registered SELECT * FROM marks'),
    ('wait', 'plain', 'CALL prepare(NULL)', 'INSERT INTO waits SELECT * FROM marks'),
    ('wait', 'pending', 'CALL prepare(''pend'')', 'INSERT INTO waits SELECT * FROM marks');
CALL measure(:rounds);
SELECT format('| queue a row: INSERT … SELECT of 100 000 rows | the same with no hold | %s |', ratio('insert', 'queued', 'plain'));
SELECT format('| let a row wait in its table: INSERT … SELECT of 100 000 rows | the same with no hold | %s |', ratio('wait', 'pending', 'plain'));
