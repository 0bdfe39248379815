-- Cost of queueing a row and of releasing it: the same INSERT ... SELECT of
-- 100 000 registrations into a table without a guard, and into a guarded one
-- under a hold of action queue; then their release.  Time is the backend's own
-- on the processor, as in guard.sql.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

CREATE TABLE queue_bare (mark regcar.plate PRIMARY KEY, registered date NOT NULL, dealer text, at timestamptz DEFAULT now());
CREATE TABLE queue_guarded (LIKE queue_bare INCLUDING ALL);
SELECT regcar.guard('queue_guarded') \g /dev/null
CREATE TABLE queue_marks AS
SELECT m AS mark, date '2025-09-01' AS registered, 'Okafor & Sons' AS dealer
FROM (SELECT tag FROM regcar.memory_tags ORDER BY tag LIMIT 12) t, regcar.plates(regcar.plate_block(t.tag, '75')) m LIMIT 100000;
VACUUM ANALYZE queue_marks;
CREATE TABLE queue_result (round int, bare float8, queued float8, released float8);

CREATE PROCEDURE measure_queue(rounds int) LANGUAGE plpgsql AS $$
DECLARE
    start float8;
    bare float8;
    queued float8;
BEGIN
    -- round 0 warms up and is left out
    FOR round IN 0 .. rounds LOOP
        TRUNCATE queue_bare, queue_guarded, regcar.queue_entry;
        COMMIT;
        start := cpu_ms();
        INSERT INTO queue_bare SELECT * FROM queue_marks;
        COMMIT;
        bare := cpu_ms() - start;
        PERFORM regcar.place_hold('bench', action => 'queue');
        COMMIT;
        start := cpu_ms();
        INSERT INTO queue_guarded SELECT * FROM queue_marks;
        COMMIT;
        queued := cpu_ms() - start;
        PERFORM regcar.lift_all('bench');
        COMMIT;
        start := cpu_ms();
        CALL regcar.release();
        INSERT INTO queue_result SELECT round, bare, queued, cpu_ms() - start WHERE round > 0;
        COMMIT;
    END LOOP;
END
$$;
CALL measure_queue(:rounds);

\pset tuples_only on
\pset format unaligned
SELECT format('| queue: INSERT … SELECT of 100 000 rows | no trigger | %s× (%s–%s) |',
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY queued / bare)::numeric, 2), round(min(queued / bare)::numeric, 2), round(max(queued / bare)::numeric, 2))
FROM queue_result;
SELECT format('| release of 100 000 rows | – | %s (%s–%s) rows a second |',
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY 1e8 / released)), round(min(1e8 / released)), round(max(1e8 / released)))
FROM queue_result;
