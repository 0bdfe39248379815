-- Cost of a guard with no hold in force: the same INSERT ... SELECT of one
-- million marks, and the same COPY, into tables that differ in their trigger.
-- Every round runs all of them, one after the other.  Time is the backend's own
-- on the processor (Linux): on a shared machine the clock says little.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS regcar;
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;
SET jit = off;

CREATE FUNCTION empty_trigger() RETURNS trigger LANGUAGE C AS :'empty_trigger';

-- what a careful team writes today: a settings table and a trigger in PL/pgSQL
CREATE TABLE settings (registrations_held boolean NOT NULL);
INSERT INTO settings VALUES (false);
CREATE FUNCTION settings_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT registrations_held FROM settings) THEN
        RAISE EXCEPTION 'registrations are held';
    END IF;
    RETURN new;
END
$$;

-- without WAL, whose cost is the same for all and varies more than theirs
CREATE UNLOGGED TABLE marks (mark regcar.plate, registered date);
INSERT INTO marks
SELECT (t.tag || '75 ' || chr(65 + (n / 529) % 8) || chr(65 + (n / 23) % 8) || chr(65 + n % 8))::regcar.plate, '2025-09-01'
FROM generate_series(1, 2000) n, (SELECT tag FROM regcar.memory_tags ORDER BY tag LIMIT 500) t;

CREATE UNLOGGED TABLE bare (LIKE marks);
CREATE UNLOGGED TABLE empty (LIKE marks);
CREATE TRIGGER t BEFORE INSERT ON empty FOR EACH ROW EXECUTE FUNCTION empty_trigger();
CREATE UNLOGGED TABLE plpgsql (LIKE marks);
CREATE TRIGGER t BEFORE INSERT ON plpgsql FOR EACH ROW EXECUTE FUNCTION settings_trigger();
CREATE UNLOGGED TABLE guarded (LIKE marks);
SELECT regcar.guard('guarded') \g /dev/null

CREATE FUNCTION cpu_ms() RETURNS float8 LANGUAGE sql VOLATILE AS
    $$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6 $$;

CREATE TABLE result (load text, kind text, round int, ms float8);
CREATE PROCEDURE measure(rounds int, file text) LANGUAGE plpgsql AS $$
DECLARE
    load text;
    kind text;
    start float8;
BEGIN
    -- round 0 warms up and is left out
    FOR round IN 0 .. rounds LOOP
        FOREACH load IN ARRAY '{INSERT,COPY}'::text[] LOOP
            FOREACH kind IN ARRAY '{bare,empty,guarded,plpgsql}'::text[] LOOP
                EXECUTE format('TRUNCATE %I', kind);
                COMMIT;
                start := cpu_ms();
                IF load = 'INSERT' THEN
                    EXECUTE format('INSERT INTO %I SELECT * FROM marks', kind);
                ELSE
                    EXECUTE format('COPY %I FROM %L', kind, file);
                END IF;
                COMMIT;
                INSERT INTO result
                SELECT load, kind, round, cpu_ms() - start
                WHERE round > 0;
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
SELECT format('COPY marks TO %L', :'file') \gexec
VACUUM ANALYZE marks;
CHECKPOINT;
CALL measure(:rounds, :'file');

CREATE VIEW pair AS
SELECT load, round,
       max(ms) FILTER (WHERE kind = 'bare') AS bare, max(ms) FILTER (WHERE kind = 'empty') AS empty,
       max(ms) FILTER (WHERE kind = 'guarded') AS guarded, max(ms) FILTER (WHERE kind = 'plpgsql') AS plpgsql
FROM result GROUP BY load, round;

CREATE VIEW figure AS
WITH ratio AS (
    SELECT load, 1 AS n, 'guard, no hold' AS what, 'empty C row trigger' AS reference, guarded / empty AS ratio FROM pair
    UNION ALL SELECT load, 2, 'guard, no hold', 'PL/pgSQL trigger with settings table', guarded / plpgsql FROM pair
    UNION ALL SELECT load, 3, 'guard, no hold', 'no trigger', guarded / bare FROM pair
    UNION ALL SELECT load, 4, 'PL/pgSQL trigger with settings table', 'no trigger', plpgsql / bare FROM pair
)
SELECT load, n, what, reference, count(*) AS rounds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio) AS median, min(ratio), max(ratio)
FROM ratio GROUP BY load, n, what, reference;

\pset tuples_only on
\pset format unaligned
SELECT format('| %s: %s of 1 M rows | %s | %s× (%s–%s) |', what, CASE load WHEN 'COPY' THEN 'COPY' ELSE 'INSERT … SELECT' END, reference,
              round(median::numeric, 2), round(min::numeric, 2), round(max::numeric, 2))
FROM figure ORDER BY load DESC, n;
SELECT format('| overhead a row, %s | PL/pgSQL trigger beyond no trigger: %s ns | guard beyond an empty C trigger: %s ns (%s–%s) |',
              CASE load WHEN 'COPY' THEN 'COPY' ELSE 'INSERT … SELECT' END,
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY plpgsql - bare)),
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY guarded - empty)),
              round(min(guarded - empty)), round(max(guarded - empty)))
FROM pair
GROUP BY load ORDER BY load DESC;
