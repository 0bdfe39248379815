-- What the benchmarks share. Statements are put into the table statement; measure() runs them in every round, one after the
-- other, forwards and backwards in turn, so that whatever slows the machine down slows all alike, and reads how long the
-- backend was on the processor (Linux): on a shared machine the clock says little. Round 0 warms up and is left out.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SET synchronous_commit = off;
SET max_parallel_workers_per_gather = 0;
SET max_parallel_maintenance_workers = 0;
SET jit = off;
CREATE EXTENSION regcar;

CREATE FUNCTION cpu_ms() RETURNS float8 LANGUAGE sql VOLATILE AS
    $$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6 $$;

CREATE TABLE statement (
    what text,                  -- what is measured ...
    kind text,                  -- ... and on what
    statement text,
    before text,                -- not measured
    every int DEFAULT 1,        -- rounds; slow ones take part in every second
    place serial);
CREATE TABLE result (what text, kind text, round int, ms float8, place serial);

CREATE PROCEDURE measure(rounds int, warm_up boolean DEFAULT true) LANGUAGE plpgsql AS $$
DECLARE
    s statement;
    start float8;
BEGIN
    FOR round IN (NOT warm_up)::int .. rounds LOOP
        FOR s IN SELECT * FROM statement WHERE round % every = 1 % every
                 ORDER BY CASE round % 2 WHEN 1 THEN place ELSE -place END LOOP
            IF s.before IS NOT NULL THEN
                EXECUTE s.before;
                COMMIT;
            END IF;
            start := cpu_ms();
            EXECUTE s.statement;
            COMMIT;
            INSERT INTO result SELECT s.what, s.kind, round, cpu_ms() - start WHERE round > 0;
        END LOOP;
    END LOOP;
END
$$;

-- "1.04 (0.87–1.15)": the median, and the smallest and largest in brackets
CREATE FUNCTION median(numbers float8[], digits int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s (%s–%s)', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY n)::numeric, digits),
                  round(min(n)::numeric, digits), round(max(n)::numeric, digits))
    FROM unnest(numbers) n
$$;

-- The times that two kinds took in one round, less those of a base that is in both
CREATE FUNCTION pairs(what text, kind text, other text, base text DEFAULT NULL, OUT ms float8, OUT other_ms float8) RETURNS SETOF record
    LANGUAGE sql STABLE AS $$
    SELECT a.ms - coalesce(c.ms, 0), b.ms - coalesce(c.ms, 0)
    FROM result a
    JOIN result b ON b.what = a.what AND b.round = a.round AND b.kind = other
    LEFT JOIN result c ON c.what = a.what AND c.round = a.round AND c.kind = base
    WHERE a.what = pairs.what AND a.kind = pairs.kind
$$;
CREATE FUNCTION ratio(what text, kind text, other text, base text DEFAULT NULL) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT replace(median(array_agg(ms / other_ms), 2), ' (', '× (') FROM pairs(what, kind, other, base)
$$;
CREATE FUNCTION difference(what text, kind text, other text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT median(array_agg(ms - other_ms), 0) FROM pairs(what, kind, other)
$$;
\pset tuples_only on
\pset format unaligned
