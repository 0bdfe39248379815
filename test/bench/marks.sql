-- Marks as plate, as bigint (the number of marks before each: the same order), and as text with what is usually written
-- around it: loading, indexing, sorting, counting a series, the rules, and all of it together.
\ir common.sql
SET search_path = public, regcar;
SET work_mem = '1GB';
SET maintenance_work_mem = '1GB';
\ir ../lib/fleet.sql

CREATE FUNCTION is_mark(mark text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$ SELECT mark ~ '^([A-Y]{2}[0-9]{2} [A-Z]{3}|[A-Y][0-9]{1,3} [A-Y]{3}|[A-Y]{3} [0-9]{1,3}[A-Y]|[A-Z]{1,3} [0-9]{1,4})$' $$;
CREATE FUNCTION series_of(mark text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN CASE WHEN mark ~ '^[A-Z]{2}[0-9]{2}' THEN substr(mark, 3, 2)
                WHEN mark ~ '^[A-Z][0-9]' THEN left(mark, 1) || '-prefix'
                WHEN mark ~ '[0-9][A-Z]$' THEN right(mark, 1) || '-suffix' END;
END
$$;

-- Five million marks in no order. Unlogged, for WAL costs all the same and varies more than they.
CREATE UNLOGGED TABLE source AS
SELECT mark, plate_count(platerange(NULL, mark)) AS number FROM fleet(5000000) mark ORDER BY plate_hash(mark);
CREATE UNLOGGED TABLE as_plate (mark plate);
CREATE UNLOGGED TABLE as_bigint (mark bigint);
CREATE UNLOGGED TABLE as_text (mark text CHECK (is_mark(mark)));
SELECT format('COPY (SELECT mark FROM source) TO %L', :'dir' || '/as_plate'), format('COPY (SELECT number FROM source) TO %L', :'dir' || '/as_bigint'),
       format('COPY (SELECT mark::text FROM source) TO %L', :'dir' || '/as_text') \gexec
DROP TABLE source;

INSERT INTO statement (what, kind, before, statement, every)
SELECT 'COPY', t, format('TRUNCATE %I', t), format('COPY %I FROM %L', t, :'dir' || '/' || t), CASE t WHEN 'as_text' THEN 2 ELSE 1 END
FROM unnest('{as_plate,as_bigint,as_text}'::text[]) t;
CALL measure(:rounds);
SELECT format('| COPY of 5 M marks | bigint | %s |', ratio('COPY', 'as_plate', 'as_bigint'));
SELECT format('| COPY of 5 M marks | text with a regular expression as CHECK | %s |', ratio('COPY', 'as_plate', 'as_text'));

-- Sorting and indexes, in this order, for an index would save the sort
CREATE TABLE way (kind text, every int, name text, relation text, ordering text);
INSERT INTO way VALUES ('plate', 1, NULL, 'as_plate', ''), ('bigint', 1, 'bigint', 'as_bigint', ''), ('c', 2, 'text COLLATE "C"', 'as_text', ' COLLATE "C"'),
    ('text', 2, format('text in the default collation (%s)', (SELECT datcollate FROM pg_database WHERE datname = current_database())), 'as_text', '');
VACUUM ANALYZE as_plate, as_bigint, as_text;
TRUNCATE statement;
INSERT INTO statement (what, kind, every, statement)
SELECT 'sort', kind, every, format('SELECT count(*) FROM (SELECT mark FROM %s ORDER BY mark%s OFFSET 0) s', relation, ordering) FROM way;
CALL measure(:rounds);
TRUNCATE statement;
INSERT INTO statement (what, kind, every, before, statement)
SELECT 'index', kind, every, 'DROP INDEX IF EXISTS by_' || kind, format('CREATE INDEX by_%s ON %s (mark%s)', kind, relation, ordering) FROM way;
CALL measure(:rounds);
SELECT line FROM way, LATERAL (VALUES
    (1, format('| index on 5 M marks, size | %s | %s× |', name, round(pg_relation_size('by_plate') / pg_relation_size('by_' || kind)::numeric, 2))),
    (2, format('| index on 5 M marks, build | %s | %s |', name, ratio('index', 'plate', kind))),
    (3, format('| sort of 5 M marks | %s | %s |', name, ratio('sort', 'plate', kind)))) l(n, line)
WHERE name IS NOT NULL ORDER BY n, kind;
DROP TABLE as_plate, as_bigint, as_text;

-- Counting a series in ten million
CREATE UNLOGGED TABLE as_plate AS SELECT fleet(10000000) AS mark;
CREATE UNLOGGED TABLE as_bigint AS SELECT plate_count(platerange(NULL, mark)) AS mark FROM as_plate;
CREATE UNLOGGED TABLE as_text AS SELECT mark::text FROM as_plate;
CREATE INDEX by_plate ON as_plate (mark);
CREATE INDEX by_bigint ON as_bigint (mark);
VACUUM ANALYZE as_plate, as_bigint, as_text;
TRUNCATE statement;
INSERT INTO statement (what, kind, every, statement)
SELECT 'count', kind, 1 + (kind = 'text')::int, format('DO $$BEGIN FOR n IN 1 .. %s LOOP PERFORM count(*) FROM %s WHERE %s; END LOOP; END$$', times, relation, condition)
FROM (VALUES ('plate', 20, 'as_plate', 'mark <@ ''74'''),
             ('bigint', 20, 'as_bigint', (SELECT format('mark BETWEEN %s AND %s', plate_count(platerange(NULL, plate_first('74'))), plate_count(platerange(NULL, plate_last('74')))))),
             ('text', 1, 'as_text', 'series_of(mark) = ''74''')) v(kind, times, relation, condition);
CALL measure(:rounds);
UPDATE result SET ms = ms / 20 WHERE what = 'count' AND kind <> 'text';
SELECT format('| count of one series in 10 M marks | bigint BETWEEN, index-only | %s |', ratio('count', 'plate', 'bigint'));
SELECT format('| count of one series in 10 M marks | text with a PL/pgSQL series_of() | 1/%s |', ratio('count', 'text', 'plate'));
DROP TABLE as_plate, as_bigint, as_text;

-- A call, by ten of them a row, less what the row costs; all read its last column, and with it the others
CREATE UNLOGGED TABLE day AS SELECT mark, '2025-09-01'::date + (n % 400)::int AS day, n AS number
FROM (SELECT mark, row_number() OVER () AS n FROM fleet(4000000) mark) f;
VACUUM ANALYZE day;
TRUNCATE statement;
INSERT INTO statement (what, kind, statement)
SELECT 'call', kind, format('SELECT count(num_nulls(number%s)) FROM day', repeat(call, 10))
FROM (VALUES ('none', ''), ('int8pl', ', number + number'), ('series_on', ', series_on(day)'), ('plate_issuable', ', plate_issuable(mark, day)')) v(kind, call);
CALL measure(:rounds);
SELECT format('| a call of %s | int8pl | %s |', f, ratio('call', f, 'int8pl', 'none')) FROM unnest('{series_on,plate_issuable}'::text[]) f;
DROP TABLE day;

-- The whole: the mark, its period, a guard
CREATE UNLOGGED TABLE plates AS SELECT mark, '2025-09-01'::date AS registered
FROM memory_tags, LATERAL (SELECT plates(plate_block(tag, '75')) LIMIT 2100) m(mark) LIMIT 1000000;
CREATE UNLOGGED TABLE texts AS SELECT mark::text, registered FROM plates;
CREATE UNLOGGED TABLE bare (LIKE plates);
CREATE UNLOGGED TABLE whole (mark plate, registered date, CHECK (require_issuable(mark, registered)));
SELECT guard('whole') \g /dev/null
CREATE TABLE settings AS SELECT false AS registrations_held;
CREATE TABLE period AS SELECT series::text, lower(period) AS start, upper(period) AS stop FROM series;
ALTER TABLE period ADD PRIMARY KEY (series);
CREATE FUNCTION rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT registrations_held FROM settings) THEN
        RAISE EXCEPTION 'registrations are held';
    END IF;
    IF NOT EXISTS (SELECT FROM period p WHERE p.series = series_of(new.mark) AND new.registered >= start AND new.registered < stop) THEN
        RAISE EXCEPTION '% may not be issued on %', new.mark, new.registered;
    END IF;
    RETURN new;
END
$$;
CREATE UNLOGGED TABLE by_hand (mark text CHECK (is_mark(mark)), registered date);
CREATE TRIGGER rules BEFORE INSERT ON by_hand FOR EACH ROW EXECUTE FUNCTION rules();
VACUUM ANALYZE plates, texts, settings, period;
TRUNCATE statement;
INSERT INTO statement (what, kind, every, before, statement)
SELECT 'whole', t, 1 + (t = 'by_hand')::int, 'TRUNCATE ' || t, format('INSERT INTO %s SELECT * FROM %s', t, source)
FROM (VALUES ('bare', 'plates'), ('whole', 'plates'), ('by_hand', 'texts')) v(t, source);
CALL measure(:rounds);
SELECT format('| plate, CHECK (require_issuable(…)) and guard: INSERT … SELECT of 1 M rows | bare table | %s |', ratio('whole', 'whole', 'bare'));
SELECT format('| text, regular expression and PL/pgSQL trigger: INSERT … SELECT of 1 M rows | bare table | %s |', ratio('whole', 'by_hand', 'bare'));
