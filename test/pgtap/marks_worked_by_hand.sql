-- Every worked example of test/data/marks.csv, one assertion per row.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL datestyle = 'ISO, YMD';

CREATE TEMP TABLE example (
    line         int GENERATED ALWAYS AS IDENTITY (START 2),    -- line 1 is the header
    input        text NOT NULL,
    valid        bool NOT NULL,
    canonical    text,
    format       text,
    series       text,
    period_start date,
    reason       text
);
\copy example (input, valid, canonical, format, series, period_start, reason) FROM 'test/data/marks.csv' WITH (FORMAT csv, HEADER, FORCE_NOT_NULL (input), ENCODING 'UTF8')

-- What the input function makes of a text: the mark taken apart, or the SQLSTATE.
CREATE FUNCTION pg_temp.reading(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    mark regcar.plate;
BEGIN
    mark := input::regcar.plate;
    RETURN format('%s, format %s, series %s, from %s', mark::text, plate_format(mark),
                  coalesce(plate_series(mark)::text, 'none'),
                  coalesce(lower(plate_period(mark))::text, 'none'));
EXCEPTION WHEN OTHERS THEN
    RETURN 'refused with ' || SQLSTATE;
END $$;

CREATE FUNCTION pg_temp.opinion(input text) RETURNS text LANGUAGE sql AS $$
    SELECT format('plate_is_valid says %s, plate_problem says %s: ', plate_is_valid(input),
                  CASE WHEN plate_problem(input) IS NULL THEN 'nothing'
                       WHEN plate_problem(input) ~ '\S' THEN 'why' ELSE 'an empty text' END)
$$;

SELECT plan(3 + (SELECT count(*) FROM example)::int);

SELECT cmp_ok((SELECT count(*) FROM example), '>=', 252::bigint, 'the examples have been read');

SELECT is(pg_temp.opinion(input) || pg_temp.reading(input),
          CASE WHEN valid
               THEN format('plate_is_valid says t, plate_problem says nothing: %s, format %s, series %s, from %s',
                           canonical, format, coalesce(series, 'none'), coalesce(period_start::text, 'none'))
               ELSE 'plate_is_valid says f, plate_problem says why: refused with 22P02' END,
          format('marks.csv line %s: "%s" is %s%s', line, input,
                 CASE WHEN valid THEN 'a mark of format ' || format ELSE 'no mark' END,
                 coalesce(': ' || reason, '')))
  FROM example ORDER BY line;

SELECT is_empty($$
    SELECT line, input FROM example
     WHERE valid AND (pg_temp.reading(canonical) <> pg_temp.reading(input) OR pg_temp.reading(lower(canonical)) <> pg_temp.reading(input))
     $$, 'the canonical text of every valid example reads back as the same mark, in lower case too');

SELECT is_empty($$
    SELECT e.line, e.input, enumlabel FROM example e
      LEFT JOIN pg_enum ON enumtypid = 'regcar.plate_format'::regtype AND enumlabel = e.format
     WHERE e.valid AND enumlabel IS NULL
     UNION ALL
    SELECT NULL, NULL, enumlabel FROM pg_enum
     WHERE enumtypid = 'regcar.plate_format'::regtype AND enumlabel NOT IN (SELECT format FROM example WHERE valid)
     $$, 'the examples name every format, and only formats that exist');

SELECT * FROM finish();
ROLLBACK;
