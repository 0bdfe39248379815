-- Reports: by series, by region, the calendar between two days.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

CREATE TABLE public."Re""g; drop" ("mark;" plate, note text);
INSERT INTO public."Re""g; drop" SELECT p FROM plates('[AB75 AAA,AB75 AAD]') p
UNION ALL SELECT p FROM plates('[LA75 AAA,LA75 AAB]') p UNION ALL SELECT p FROM plates('[KX75 AAA,KX75 AAA]') p
UNION ALL SELECT p FROM plates('[AB26 AAA,AB26 AAA]') p UNION ALL SELECT unnest('{ABC 1A,A1 ABC,ABC 1,AZ 1,NULL}'::plate[]);

SELECT results_eq($$ SELECT series::text, period::text, registrations FROM registrations_by_series('public."Re""g; drop"') $$,
    $$ VALUES (NULL, NULL, 2::bigint), ('A-suffix', '[1963-01-01,1964-01-01)', 1), ('A-prefix', '[1983-08-01,1984-08-01)', 1),
              ('75', '[2025-09-01,2026-03-01)', 7), ('26', '[2026-03-01,2026-09-01)', 1) $$,
    'by series, oldest first, undated ones in a row of their own, NULLs not counted');
SELECT results_eq($$ SELECT * FROM registrations_by_region('public."Re""g; drop"', '75') $$,
    $$ VALUES ('Anglia', 4::bigint), ('London', 2), (NULL, 1) $$, 'by region, most first; K has no region');
SELECT is_empty($$ SELECT * FROM registrations_by_region('public."Re""g; drop"', '51') $$, 'a series that is not there');
CREATE VIEW public.of_75 AS SELECT "mark;" AS mark FROM public."Re""g; drop" WHERE "mark;" <@ '75';
SELECT results_eq($$ SELECT series::text, registrations FROM registrations_by_series('public.of_75') $$, $$ VALUES ('75', 7::bigint) $$, 'of a view');
CREATE TABLE public.two (a plate, b plate);
SELECT throws_ok($$ SELECT * FROM registrations_by_series('public.two') $$, '22023', NULL, 'two columns of marks are one too many');
SELECT throws_ok($$ SELECT * FROM registrations_by_region('pg_class', '75') $$, '22023', NULL, 'none is too few');

CREATE ROLE reporter;
SET LOCAL ROLE reporter;
SELECT throws_ok($$ SELECT * FROM regcar.registrations_by_series('public."Re""g; drop"') $$, '42501', NULL, 'a report needs the rights on the table');
RESET ROLE;
GRANT SELECT ON public.of_75 TO reporter;
SET LOCAL ROLE reporter;
SELECT lives_ok($$ SELECT * FROM regcar.registrations_by_series('public.of_75') $$, 'and nothing more');
RESET ROLE;

SELECT results_eq($$ SELECT series::text FROM series_calendar('2025-08-31', '2026-03-01') $$, $$ VALUES ('25'), ('75'), ('26') $$, 'both days are included');
SELECT is((SELECT count(*) FROM series_calendar('-infinity', 'infinity')), 139::bigint, 'all of them');
SELECT is_empty($$ SELECT * FROM series_calendar('2026-03-01', '2025-08-31') $$, 'the wrong way round');
SELECT is_empty($$ SELECT * FROM series_calendar('1066-10-14', '1962-12-31') $$, 'before the first');

SELECT * FROM finish();
ROLLBACK;
