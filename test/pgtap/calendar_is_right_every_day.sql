-- The series calendar day by day against test/data/series.csv, which lists what
-- INF104 and HMRC VEXMOTORS4100 print (current series) and the letters before them.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL datestyle = 'ISO, YMD';

CREATE TEMP TABLE expected_series (
    series   text PRIMARY KEY,
    start    date NOT NULL,
    last_day date NOT NULL,
    ordinal  int NOT NULL UNIQUE
);
\copy expected_series FROM 'test/data/series.csv' WITH (FORMAT csv, HEADER)

SELECT plan(41);

-- The list itself
SELECT is((SELECT count(*) FROM expected_series), 139::bigint, 'the list has 139 series');
SELECT is_empty($$
    SELECT * FROM (SELECT *, lead(start) OVER (ORDER BY ordinal) AS next_start FROM expected_series) s
     WHERE next_start <> last_day + 1
    $$, 'in the list each series starts on the day after the one before it ends');

-- series_on, day by day
SELECT is_empty($$
    SELECT day::date, series_on(day::date) AS have, e.series AS want
      FROM generate_series(timestamp '1962-01-01', '2051-12-31', '1 day') AS day
      LEFT JOIN expected_series e ON day::date BETWEEN e.start AND e.last_day
     WHERE series_on(day::date)::text IS DISTINCT FROM e.series
     ORDER BY day LIMIT 5
    $$, 'series_on agrees with the list on every day from 1962 to 2051');
SELECT is((SELECT count(DISTINCT series_on(day::date)) FROM generate_series(timestamp '1962-01-01', '2051-12-31', '1 day') AS day),
          139::bigint, 'series_on gives 139 different series over those days');
SELECT is(series_on('1962-12-31'), NULL::plate_series, 'there is no series before 1963-01-01');
SELECT is(series_on('1963-01-01')::text, 'A-suffix', 'the first series starts on 1963-01-01');
SELECT is(series_on('2050-02-28')::text, '99', 'the last series runs to 2050-02-28');
SELECT is(series_on('2050-03-01'), NULL::plate_series, 'there is no series after 2050-02-28');

-- series_period
SELECT is_empty($$
    SELECT series, series_period(series::plate_series) FROM expected_series
     WHERE series_period(series::plate_series) IS DISTINCT FROM daterange(start, last_day, '[]') LIMIT 5
    $$, 'series_period is the listed period of every series');
SELECT is(series_period('75'::plate_series)::text, '[2025-09-01,2026-03-01)', 'a period is written [start, next start)');
SELECT is(series_period('99'::plate_series)::text, '[2049-09-01,2050-03-01)', 'the period of the last series is bounded');
SELECT is_empty($$
    SELECT day::date FROM generate_series(timestamp '1963-01-01', '2050-02-28', '1 day') AS day
     WHERE NOT series_period(series_on(day::date)) @> day::date LIMIT 5
    $$, 'every day lies in the period of its series');

-- plate_period and plate_series of a mark of every series
SELECT is_empty($$
    SELECT mark, plate_series(mark), plate_period(mark)
      FROM (SELECT *, CASE WHEN series ~ 'suffix' THEN 'ABC 123' || left(series, 1)
                           WHEN series ~ 'prefix' THEN left(series, 1) || '123 ABC'
                           ELSE 'AB' || series || ' CDE' END::plate AS mark FROM expected_series) m
     WHERE plate_series(mark)::text IS DISTINCT FROM series
        OR plate_period(mark) IS DISTINCT FROM daterange(start, last_day, '[]') LIMIT 5
    $$, 'a mark has the series that it shows and the period of that series');
SELECT is(plate_period('ABC 123'::plate), NULL::daterange, 'an undated mark has no period');
SELECT is(plate_series('ABC 123'::plate), NULL::plate_series, 'an undated mark has no series');

-- The view
SELECT results_eq(
    'SELECT series::text, ordinal::int, period FROM regcar.series ORDER BY ordinal',
    'SELECT series, ordinal, daterange(start, last_day, ''[]'') FROM expected_series ORDER BY ordinal',
    'the view regcar.series shows the list');
SELECT results_eq(
    'SELECT s.series::text FROM regcar.series AS s ORDER BY s.series',
    'SELECT series FROM expected_series ORDER BY ordinal',
    'series sort by their ordinal, not by their text');

-- series_at: a series starts at midnight in the United Kingdom. Starts in August and
-- September fall into summer time (23:00 UTC the day before), the others do not.
CREATE TEMP TABLE change AS
    SELECT series, lag(series) OVER (ORDER BY ordinal) AS before,
           (start - CASE WHEN extract(month FROM start) IN (8, 9) THEN interval '1 hour' ELSE interval '0' END)
               AT TIME ZONE 'UTC' AS instant
      FROM expected_series;
INSERT INTO change SELECT NULL, '99', timestamptz '2050-03-01 00:00:00+00';
SELECT is((SELECT count(*) FROM change), 140::bigint, 'there are 140 changes of series, counting the first and the end');

PREPARE wrong_changes AS
    SELECT before, series, instant, series_at(instant - interval '1 microsecond') AS have_before, series_at(instant) AS have_after
      FROM change
     WHERE series_at(instant)::text IS DISTINCT FROM series
        OR series_at(instant - interval '1 microsecond')::text IS DISTINCT FROM before
     LIMIT 5;
SET LOCAL timezone = 'UTC';
SELECT is_empty('wrong_changes', 'series_at changes at midnight in the United Kingdom, to the microsecond');
SET LOCAL timezone = 'Europe/London';
SELECT is_empty('wrong_changes', 'series_at changes at the same instants in a session in London');
SET LOCAL timezone = 'America/Los_Angeles';
SELECT is_empty('wrong_changes', 'series_at changes at the same instants in a session in Los Angeles');
SET LOCAL timezone = 'Asia/Kathmandu';
SELECT is_empty('wrong_changes', 'series_at changes at the same instants in a session in Kathmandu');
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is_empty('wrong_changes', 'series_at changes at the same instants in a session on Kiritimati');
SET LOCAL timezone = '-13:37';
SELECT is_empty('wrong_changes', 'series_at changes at the same instants in a session with an odd offset');
SET LOCAL timezone = 'Pacific/Auckland';
SELECT is_empty($$
    SELECT day::date FROM generate_series(timestamp '1962-12-30', '2050-03-02', '1 day') AS day
     WHERE series_at((day + time '12:00') AT TIME ZONE 'UTC') IS DISTINCT FROM series_on(day::date) LIMIT 5
    $$, 'at noon UTC series_at is series_on of that day, whatever the session''s time zone');
SET LOCAL timezone = 'UTC';
SELECT is(series_at('2025-08-31 22:59:59.999999+00')::text, '25', 'just before 23:00 UTC on 31 August series 25 is in force');
SELECT is(series_at('2025-08-31 23:00:00+00')::text, '75', 'at 23:00 UTC on 31 August series 75 begins');
SELECT is(series_at('2026-02-28 23:59:59.999999+00')::text, '75', 'series 75 lasts to midnight UTC on 28 February');
SELECT is(series_at('2026-03-01 00:00:00+00')::text, '26', 'at 00:00 UTC on 1 March series 26 begins');
SELECT is(series_at('2024-02-29 23:59:59+00')::text, '73', 'the leap day belongs to the series that began in September');

-- Dates far away
SELECT is_empty($$
    SELECT day, series_on(day) FROM unnest('{infinity,-infinity,4713-01-01 BC,0001-01-01 BC,0001-01-01,1900-01-01,1899-12-31,
                                             9999-12-31,294277-01-01,5874897-12-31}'::date[]) AS day
     WHERE series_on(day) IS NOT NULL
    $$, 'series_on is NULL for infinite, ancient and far dates, and no error');
SELECT is_empty($$
    SELECT at, series_at(at) FROM unnest('{infinity,-infinity,4713-01-01 00:00:00+00 BC,0001-01-01 00:00:00+00 BC,
                                            1962-12-31 23:59:59+00,2050-03-01 00:00:00+00,294276-12-31 23:59:59.999999+00}'::timestamptz[]) AS at
     WHERE series_at(at) IS NOT NULL
    $$, 'series_at is NULL for infinite, ancient and far instants, and no error');
SELECT is_empty($$
    SELECT mark, day FROM unnest('{AB75 CDE,XA75 CDE,A123 ABC,ABC 123A,ABC 123,123 ABC}'::plate[]) AS mark,
                          unnest('{infinity,-infinity,4713-01-01 BC,0001-01-01 BC,5874897-12-31}'::date[]) AS day
     WHERE plate_issuable(mark, day) IS NOT FALSE
    $$, 'no mark of a series, and no dateless one, is issuable on an infinite, ancient or far date');
SELECT is_empty($$
    SELECT mark, day FROM unnest('{AB75 CDE,XA75 CDE,A123 ABC,ABC 123A}'::plate[]) AS mark,
                          unnest('{-infinity,4713-01-01 BC,0001-01-01 BC,1962-12-31}'::date[]) AS day
     WHERE plate_assignable(mark, day) IS NOT FALSE
    $$, 'no mark of a series may go on a vehicle from before all series');
SELECT lives_ok($$
    SELECT plate_issuable(mark, day), plate_assignable(mark, day), (SELECT count(*) FROM explain_plate(mark::text, day))
      FROM unnest('{AB75 CDE,XA75 CDE,A123 ABC,ABC 123A,ABC 123,123 ABC,AAZ 1234,Q1 ABC,QNI 1,101 D 101,AB 12 CD,00001,A000 0001}'::plate[]) AS mark,
           unnest('{infinity,-infinity,4713-01-01 BC,0001-01-01 BC,5874897-12-31}'::date[]) AS day
    $$, 'no function of a mark and a date fails on an infinite, ancient or far date');
SELECT throws_ok($$ SELECT require_issuable('AB75 CDE', 'infinity') $$, '23514', NULL,
                 'a mark of a series is refused for a registration dated infinity');
SELECT throws_ok($$ SELECT require_assignable('AB75 CDE', '-infinity') $$, '23514', NULL,
                 'a mark of a series is refused for a vehicle dated -infinity');

-- uk_today
CREATE FUNCTION pg_temp.today_is_right(zone text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('timezone', zone, true);
    RETURN uk_today() BETWEEN (now() AT TIME ZONE 'Europe/London')::date
                          AND (clock_timestamp() AT TIME ZONE 'Europe/London')::date;
END $$;
SELECT ok(pg_temp.today_is_right('UTC'), 'uk_today is the date in London in a session in UTC');
SELECT ok(pg_temp.today_is_right('Pacific/Kiritimati'), 'uk_today is the date in London in a session a day ahead');
SELECT ok(pg_temp.today_is_right('Pacific/Pago_Pago'), 'uk_today is the date in London in a session a day behind');
SET LOCAL timezone = 'UTC';

-- NULL
SELECT ok(series_on(NULL) IS NULL AND series_at(NULL) IS NULL AND series_period(NULL) IS NULL
          AND plate_period(NULL) IS NULL AND plate_issuable(NULL, '2025-09-01') IS NULL AND plate_issuable('AB75 CDE', NULL) IS NULL,
          'NULL gives NULL');

SELECT * FROM finish();
ROLLBACK;
