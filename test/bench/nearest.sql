-- The nearest five marks to a misread one: how long that takes among ten million, and how often the mark that was meant is one
-- of them; and beside pg_trgm's <-> and a scan by levenshtein() in one table of a million. Every text is a mark of the table
-- with one published confusion or two neighbours exchanged, or both.
\ir common.sql
SET search_path = public, regcar;
SET maintenance_work_mem = '1GB';
\ir ../lib/fleet.sql
\ir ../lib/misread.sql
CREATE EXTENSION pg_trgm;
CREATE EXTENSION fuzzystrmatch;
SELECT setseed(0.5) \g /dev/null

CREATE UNLOGGED TABLE registration AS SELECT fleet(10000000) AS mark;
CREATE INDEX ON registration USING gist (mark plate_search_ops);
CREATE UNLOGGED TABLE both_ways AS SELECT mark, plate_compact(mark) AS text FROM fleet(1000000) mark ORDER BY plate_hash(mark);
CREATE INDEX ON both_ways USING gist (mark plate_search_ops);
CREATE INDEX ON both_ways USING gist (text gist_trgm_ops);
VACUUM ANALYZE registration, both_ways;

CREATE TABLE seen AS
SELECT source, meant, mistakes, misread(meant, VARIADIC mistakes) AS text
FROM (SELECT 'registration' AS source, mark AS meant, row_number() OVER () AS n FROM registration TABLESAMPLE bernoulli (0.01)
      UNION ALL SELECT 'both_ways', mark, row_number() OVER () FROM both_ways TABLESAMPLE bernoulli (0.1)) s,
     LATERAL (VALUES (0, '{confused}'::text[]), (1, '{exchanged}'), (2, '{confused,confused}'), (3, '{confused,exchanged}')) v(kind, mistakes)
WHERE n % 4 = kind;
DELETE FROM seen WHERE text IS NULL;
DELETE FROM seen WHERE ctid NOT IN (SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY source, mistakes) AS n FROM seen) s WHERE n <= 25);

CREATE TABLE answer (source text, way text, mistakes int, text text, ms float8, found boolean);
-- The time on the processor advances in ticks, so a quick query is repeated.
CREATE PROCEDURE answer(of text, way text, query text, times int DEFAULT 1) LANGUAGE plpgsql AS $$
DECLARE
    s seen;
    start float8;
    marks plate[];
BEGIN
    FOR s IN SELECT * FROM seen WHERE source = of ORDER BY text LOOP
        start := cpu_ms();
        FOR time IN 1 .. times LOOP
            EXECUTE query INTO marks USING s.text;
        END LOOP;
        INSERT INTO answer SELECT of, way, cardinality(s.mistakes), s.text, (cpu_ms() - start) / times, s.meant = ANY (marks);
    END LOOP;
END
$$;
CALL answer('registration', 'regcar', 'SELECT ARRAY(SELECT mark FROM registration ORDER BY mark <-> $1 LIMIT 5)', 10);
CALL answer('both_ways', 'regcar', 'SELECT ARRAY(SELECT mark FROM both_ways ORDER BY mark <-> $1 LIMIT 5)', 10);
CALL answer('both_ways', 'pg_trgm', 'SELECT ARRAY(SELECT mark FROM both_ways ORDER BY text <-> $1 LIMIT 5)');
CALL answer('both_ways', 'levenshtein', 'SELECT ARRAY(SELECT mark FROM both_ways ORDER BY levenshtein(text, $1) LIMIT 5)');

CREATE FUNCTION recall(of text, by text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(format('%s %%', round(100 * share)), ' and ' ORDER BY mistakes)
    FROM (SELECT mistakes, avg(found::int) AS share FROM answer WHERE source = of AND way = by GROUP BY mistakes) s
$$;
SELECT format('| nearest five of 10 M marks to each of 100 misread ones | – | %s ms |', median(array_agg(ms), 1)) FROM answer WHERE source = 'registration';
SELECT format('| the meant mark is among these, after one mistake and after two | – | %s |', recall('registration', 'regcar'));
SELECT format('| nearest five of 1 M marks | %s | 1/%s |', CASE a.way WHEN 'pg_trgm' THEN 'pg_trgm''s `<->` through GiST' ELSE 'a scan by `levenshtein()`' END,
              replace(median(array_agg(a.ms / r.ms), 0), ' (', '× ('))
FROM answer a JOIN answer r USING (source, text) WHERE r.way = 'regcar' AND a.way <> 'regcar' GROUP BY a.way ORDER BY a.way DESC;
SELECT format('| the meant mark is among these, after one mistake and after two | pg_trgm: %s; levenshtein(): %s | %s |',
              recall('both_ways', 'pg_trgm'), recall('both_ways', 'levenshtein'), recall('both_ways', 'regcar'));
