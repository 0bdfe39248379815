-- The whole fleet, forty million marks, as plate, as bigint (the number of marks before each) and as text: sizes, and seconds
-- of one backend on the processor, as the table in extension/doc/figures.md. By hand, as superuser, in a database of its
-- own, from the top directory; the server must be able to write to dir:
--   psql -d scratch -v marks=40000000 -v dir=/tmp -f test/bench/fleet.sql
\ir common.sql
SET search_path = public, regcar;
SET maintenance_work_mem = '1GB';
\ir ../lib/fleet.sql

-- Series by series, and within one in no order, as vehicles are registered
CREATE UNLOGGED TABLE source AS
SELECT mark, plate_count(platerange(NULL, mark)) AS number FROM fleet(:marks) mark ORDER BY plate_series(mark) NULLS FIRST, plate_hash(mark);
CREATE TABLE wanted AS SELECT mark AS plate, number AS bigint, mark::text COLLATE "C" AS text FROM source TABLESAMPLE system (1) ORDER BY random() LIMIT 10000;
CREATE TABLE as_plate (mark plate);
CREATE TABLE as_bigint (mark bigint);
CREATE TABLE as_text (mark text COLLATE "C");
SELECT format('COPY (SELECT %s FROM source) TO %L', expression, :'dir' || '/as_' || kind)
FROM (VALUES ('plate', 'mark'), ('bigint', 'number'), ('text', 'mark::text')) v(kind, expression) \gexec
DROP TABLE source;

INSERT INTO statement (what, kind, statement) SELECT 'load by COPY', kind, format('COPY as_%s FROM %L', kind, :'dir' || '/as_' || kind)
FROM unnest('{plate,bigint,text}'::text[]) kind;
INSERT INTO statement (what, kind, statement) SELECT 'build of an index', kind, format('CREATE INDEX by_%s ON as_%1$s (mark)', kind)
FROM unnest('{plate,bigint,text}'::text[]) kind;
CALL measure(1, warm_up => false);
VACUUM ANALYZE as_plate, as_bigint, as_text, wanted;

TRUNCATE statement;
INSERT INTO statement (what, kind, statement)
SELECT 'look-up of ten thousand marks', kind, format('SELECT count(*) FROM wanted, LATERAL (SELECT FROM as_%s a WHERE a.mark = wanted.%1$I OFFSET 0) found', kind)
FROM unnest('{plate,bigint,text}'::text[]) kind;
INSERT INTO statement (what, kind, statement) VALUES
    ('count of series 74', 'plate', $$ SELECT count(*) FROM as_plate WHERE mark <@ '74' $$),
    ('count of series 74', 'bigint', (SELECT format('SELECT count(*) FROM as_bigint WHERE mark BETWEEN %s AND %s', plate_count(platerange(NULL, plate_first('74'))), plate_count(platerange(NULL, plate_last('74')))))),
    ('count of series 74', 'text', $$ SELECT count(*) FROM as_text WHERE mark ~ '^[A-Z]{2}74 ' $$),
    ('all by series', 'plate', $$ SELECT * FROM registrations_by_series('as_plate') $$),
    ('all by series', 'text', $$ SELECT CASE WHEN mark ~ '^[A-Z]{2}[0-9]{2} ' THEN substr(mark, 3, 2) WHEN mark ~ '^[A-Z][0-9]+ [A-Z]{3}' THEN left(mark, 1) || '-prefix'
                                             WHEN mark ~ '[0-9][A-Z]$' THEN right(mark, 1) || '-suffix' END AS series, count(*) FROM as_text GROUP BY series $$),
    ('series 74 by region', 'plate', $$ SELECT * FROM registrations_by_region('as_plate', '74') $$),
    ('series 74 by region', 'text', $$ SELECT left(mark, 1) AS region, count(*) FROM as_text WHERE mark ~ '^[A-Z]{2}74 ' GROUP BY region $$);
CALL measure(3);

SELECT format('%s marks, PostgreSQL %s', count(*), current_setting('server_version')) FROM as_plate;
WITH figure AS (
    SELECT what, kind, min(place) AS place, CASE WHEN percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) < 1000
                                                THEN round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric) || ' ms'
                                                ELSE round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric / 1000, 1) || ' s' END AS figure
    FROM result GROUP BY what, kind
    UNION ALL
    SELECT what, kind, 0, pg_size_pretty(pg_relation_size(prefix || kind))
    FROM (VALUES ('table', 'as_'), ('index', 'by_')) v(what, prefix), unnest('{plate,bigint,text}'::text[]) kind
)
SELECT format('| %s | %s | %s | %s |', what, coalesce(max(figure) FILTER (WHERE kind = 'plate'), '–'), coalesce(max(figure) FILTER (WHERE kind = 'bigint'), '–'),
              coalesce(max(figure) FILTER (WHERE kind = 'text'), '–'))
FROM figure GROUP BY what ORDER BY min(place), what DESC;
