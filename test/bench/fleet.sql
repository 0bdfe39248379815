-- The whole fleet, forty million marks, as plate, as bigint (the number of marks before each) and as text: sizes and times by
-- the clock, as the table in the README. By hand, as superuser, in a database of its own, from the top directory; the server
-- must be able to write to dir:
--   psql -d scratch -v marks=40000000 -v dir=/tmp -f test/bench/fleet.sql
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION regcar;
SET search_path = public, regcar;
SET maintenance_work_mem = '1GB';
\ir ../fleet.sql
\pset tuples_only on
\pset format unaligned

CREATE TABLE figure (what text, kind text, figure text, place serial);
CREATE PROCEDURE clock(what text, kind text, statement text, times int DEFAULT 1, unit text DEFAULT 's', each int DEFAULT 1) LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
    took numeric;
BEGIN
    FOR n IN 1 .. times LOOP
        EXECUTE statement;
    END LOOP;
    took := extract(epoch FROM clock_timestamp() - start) / times / each * CASE unit WHEN 's' THEN 1 WHEN 'ms' THEN 1e3 ELSE 1e6 END;
    INSERT INTO figure VALUES (what, kind, round(took, CASE WHEN took < 10 THEN 1 ELSE 0 END) || ' ' || unit);
    COMMIT;
END
$$;

-- Series by series, and within one in no order, as vehicles are registered
CREATE UNLOGGED TABLE source AS
SELECT mark, plate_count(platerange(NULL, mark)) AS number FROM fleet(:marks) mark ORDER BY plate_series(mark) NULLS FIRST, plate_hash(mark);
SELECT format('COPY (SELECT %s FROM source) TO %L', expression, :'dir' || '/fleet_' || kind)
FROM (VALUES ('plate', 'mark'), ('bigint', 'number'), ('text', 'mark::text')) v(kind, expression) \gexec
CREATE TABLE wanted AS SELECT mark, number, mark::text AS written FROM source TABLESAMPLE system (1) ORDER BY random() LIMIT 10000;
DROP TABLE source;

CREATE TABLE as_plate (mark plate);
CREATE TABLE as_bigint (mark bigint);
CREATE TABLE as_text (mark text COLLATE "C");
SELECT format('CALL clock(''load by COPY'', %L, %L)', kind, format('COPY as_%s FROM %L', kind, :'dir' || '/fleet_' || kind)) FROM unnest('{plate,bigint,text}'::text[]) kind \gexec
SELECT format('CALL clock(''index, build'', %L, %L)', kind, format('CREATE INDEX by_%s ON as_%1$s (mark)', kind)) FROM unnest('{plate,bigint,text}'::text[]) kind \gexec
VACUUM ANALYZE as_plate, as_bigint, as_text;
INSERT INTO figure SELECT 'table, size', kind, pg_size_pretty(pg_relation_size('as_' || kind)) FROM unnest('{plate,bigint,text}'::text[]) kind;
INSERT INTO figure SELECT 'index, size', kind, pg_size_pretty(pg_relation_size('by_' || kind)) FROM unnest('{plate,bigint,text}'::text[]) kind;

-- Each once to have the pages in memory, then for the clock
CREATE PROCEDURE warm_clock(what text, kind text, statement text, times int DEFAULT 1, unit text DEFAULT 's', each int DEFAULT 1) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    CALL clock(what, kind, statement, times, unit, each);
END
$$;
CALL warm_clock('marks of series 74, count', 'plate', $$ SELECT count(*) FROM as_plate WHERE mark <@ '74' $$, 3, 'ms');
SELECT format('CALL warm_clock(''marks of series 74, count'', ''bigint'', ''SELECT count(*) FROM as_bigint WHERE mark BETWEEN %s AND %s'', 3, ''ms'')',
              plate_count(platerange(NULL, plate_first('74'))), plate_count(platerange(NULL, plate_last('74')))) \gexec
CALL warm_clock('marks of series 74, count', 'text', $$ SELECT count(*) FROM as_text WHERE mark ~ '^[A-Z]{2}74 ' $$, 3, 'ms');
CALL warm_clock('all by series (`registrations_by_series`)', 'plate', $$ SELECT * FROM registrations_by_series('as_plate') $$);
CALL warm_clock('all by series (`registrations_by_series`)', 'text', $$
    SELECT CASE WHEN mark ~ '^[A-Z]{2}[0-9]{2} ' THEN substr(mark, 3, 2) WHEN mark ~ '^[A-Z][0-9]+ [A-Z]{3}' THEN left(mark, 1) || '-prefix'
                WHEN mark ~ '[0-9][A-Z]$' THEN right(mark, 1) || '-suffix' END, count(*)
    FROM as_text GROUP BY 1 $$);
CALL warm_clock('series 74 by region (`registrations_by_region`)', 'plate', $$ SELECT * FROM registrations_by_region('as_plate', '74') $$, 3, 'ms');
CALL warm_clock('series 74 by region (`registrations_by_region`)', 'text', $$ SELECT left(mark, 1), count(*) FROM as_text WHERE mark ~ '^[A-Z]{2}74 ' GROUP BY 1 $$, 3, 'ms');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT format('CALL warm_clock(''look-up of one mark'', %L, %L, 3, ''µs'', 10000)', kind,
              format('SELECT count(*) FROM wanted w JOIN as_%s f ON f.mark = w.%s', kind, written))
FROM (VALUES ('plate', 'mark'), ('bigint', 'number'), ('text', 'written COLLATE "C"')) v(kind, written) \gexec

SELECT format('%s marks, PostgreSQL %s', (SELECT reltuples::bigint FROM pg_class WHERE oid = 'as_plate'::regclass), current_setting('server_version'));
SELECT format('| %s | %s | %s | %s |', what, coalesce(max(figure) FILTER (WHERE kind = 'plate'), '–'), coalesce(max(figure) FILTER (WHERE kind = 'bigint'), '–'),
              coalesce(max(figure) FILTER (WHERE kind = 'text'), '–'))
FROM figure GROUP BY what ORDER BY min(place);
