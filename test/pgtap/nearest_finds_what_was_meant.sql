-- After a mistake that is common, the mark that was meant is nearly always among the nearest five of a table that is as dense as
-- the roads; after two of them, mostly.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL jit = off;
\ir ../lib/fleet.sql
\ir ../lib/misread.sql
SELECT no_plan();
SELECT setseed(0.25);

CREATE TEMP TABLE registration AS SELECT fleet(200000) AS mark;
CREATE INDEX ON registration USING gist (mark plate_search_ops);
ANALYZE registration;
CREATE TEMP TABLE seen AS
SELECT meant, mistakes, misread(meant, VARIADIC mistakes) AS text
FROM (SELECT mark AS meant, row_number() OVER () AS n FROM (SELECT mark FROM registration ORDER BY plate_hash(mark) LIMIT 900) s) s
JOIN (VALUES (0, '{confused}'::text[]), (1, '{exchanged}'), (2, '{doubled}'), (3, '{extra}'), (4, '{confused,confused}'), (5, '{confused,exchanged}')) v(kind, mistakes) ON n % 6 = kind;
SELECT ok(count(*) > 100, format('there are %s marks with %s', count(*), mistakes)) FROM seen WHERE text IS NOT NULL GROUP BY mistakes ORDER BY 1;
CREATE TEMP TABLE found AS
SELECT mistakes, meant IN (SELECT mark FROM registration ORDER BY mark <-> text LIMIT 5) AS found FROM seen WHERE text IS NOT NULL;
SELECT cmp_ok(round(100 * avg(found::int)), '>=', CASE cardinality(mistakes) WHEN 1 THEN 95 ELSE 80 END::numeric,
              format('after %s, %s %% are among the nearest five', mistakes, round(100 * avg(found::int))))
FROM found GROUP BY mistakes ORDER BY mistakes;

SELECT * FROM finish();
ROLLBACK;
