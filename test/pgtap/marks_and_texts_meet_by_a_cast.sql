-- What an application can say of marks and texts in one expression, and what it has to cast.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();
CREATE TEMP TABLE m (mark plate PRIMARY KEY);
INSERT INTO m SELECT plates('["AB75 CAA","AB75 CZZ"]');
ANALYZE m;

SELECT throws_ok(query, state, NULL, query || ' needs a cast')
FROM (VALUES ($$SELECT FROM m WHERE mark = ANY ('{AB75 CDE}'::text[])$$, '42883'),
             ($$SELECT FROM m WHERE mark = 'AB75 CDE'::varchar$$, '42883'),
             ($$SELECT FROM m WHERE lower(mark) = 'ab75 cde'$$, '42883'),
             ($$INSERT INTO m SELECT 'AB75 CDE'::text$$, '42804'),
             ($$INSERT INTO m SELECT unnest('{AB75 CDE}'::text[])$$, '42804')) v(query, state);
SELECT results_eq('SELECT mark::text FROM m WHERE ' || condition, $$ VALUES ('AB75 CDE') $$, condition || ' has it')
FROM unnest(ARRAY[$$mark = ANY ('{ab75cde}'::plate[])$$, $$mark = ANY ('{ab75cde}'::text[]::plate[])$$, $$mark = ANY ('{ab75cde}')$$,
                  $$mark IN ('ab75cde', 'AB74CDE')$$, $$mark = 'ab75cde'::text::plate$$, $$lower(mark::text) = 'ab75 cde'$$,
                  $$mark ILIKE 'ab75 c%de'$$, $$mark::text ILIKE '%cde'$$]) condition;

\ir ../lib/explain.sql
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE by_plates(plate[]) AS SELECT mark FROM m WHERE mark = ANY ($1);
PREPARE by_texts(text[]) AS SELECT mark FROM m WHERE mark = ANY ($1::plate[]);
SELECT is((pg_temp.explain($$EXECUTE by_plates('{AB75 CDE}')$$)).conds, '(mark = ANY ($1))', 'an array of marks as a parameter is a condition for an index');
SELECT is((pg_temp.explain($$EXECUTE by_texts('{AB75 CDE}')$$)).conds, '(mark = ANY (($1)::plate[]))', 'so is one of texts that is cast');
SELECT results_eq($$EXECUTE by_texts('{ab75cde,AB75 CDF}')$$, $$VALUES ('AB75 CDE'::plate), ('AB75 CDF')$$, 'and finds the marks');

SELECT * FROM finish();
ROLLBACK;
