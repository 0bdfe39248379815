-- Cost of holds that do not cover a row: ten thousand on single dealers against
-- one, in the same run.  guard.sql made cpu_ms() and the table of marks.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = error;
SET synchronous_commit = off;
SET jit = off;

CREATE UNLOGGED TABLE dealt AS
SELECT mark, 'dealer ' || row_number() OVER () % 5000 AS dealer FROM marks LIMIT 200000;
CREATE UNLOGGED TABLE scoped (LIKE dealt);
SELECT regcar.guard('scoped') \g /dev/null

CREATE TABLE scope_result (holds int, round int, ms float8);
CREATE PROCEDURE measure_scopes(rounds int) LANGUAGE plpgsql AS $$
DECLARE
    wanted int;
    start float8;
BEGIN
    -- round 0 warms up and is left out
    FOR round IN 0 .. rounds LOOP
        FOREACH wanted IN ARRAY '{0,1,10000}'::int[] LOOP
            PERFORM regcar.place_hold('bench', jsonb_build_object('dealer', 'nobody ' || n))
            FROM generate_series((SELECT count(*) + 1 FROM regcar.active_holds), wanted) n;
            TRUNCATE scoped;
            COMMIT;
            start := cpu_ms();
            INSERT INTO scoped SELECT * FROM dealt;
            COMMIT;
            INSERT INTO scope_result SELECT wanted, round, cpu_ms() - start WHERE round > 0;
        END LOOP;
        PERFORM regcar.lift_all('bench');
        COMMIT;
    END LOOP;
END
$$;
CALL measure_scopes(:rounds);

\pset tuples_only on
\pset format unaligned
WITH pair AS (
    SELECT max(ms) FILTER (WHERE holds = 0) AS none, max(ms) FILTER (WHERE holds = 1) AS one,
           max(ms) FILTER (WHERE holds = 10000) AS many
    FROM scope_result GROUP BY round)
SELECT format('| guard, row not covered: %s | %s | %s× (%s–%s) |', what, reference,
              round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio)::numeric, 2),
              round(min(ratio)::numeric, 2), round(max(ratio)::numeric, 2))
FROM pair, LATERAL (VALUES (1, '10 000 single-dealer holds', 'one such hold', many / one),
                           (2, 'one single-dealer hold', 'no hold', one / none)) AS r (n, what, reference, ratio)
GROUP BY n, what, reference ORDER BY n;
