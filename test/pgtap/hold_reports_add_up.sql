-- Figures and account of a constructed incident.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;
SET timezone = 'UTC';
SET intervalstyle = 'iso_8601';     -- texts do not depend on it

CREATE ROLE p_operator;
CREATE ROLE p_north;
CREATE ROLE p_south;
SELECT grant_operator('p_operator') \g /dev/null
CREATE TABLE reg (mark plate PRIMARY KEY, make text, dealer text);
GRANT SELECT, INSERT ON reg TO p_north, p_south;
SELECT guard('reg') \g /dev/null
SELECT no_plan();

-- Two holds of one incident and one of another, six registrations of two dealers set aside

INSERT INTO reg VALUES ('AB75 AAA', 'Jaguar', 'taken before');
SET SESSION AUTHORIZATION p_operator;
SELECT place_hold('one make', '{"make": "Jaguar"}', 'queue', 'INC-1') AS one, place_hold('old series', '{"series": "24"}', 'reject', 'INC-1') AS two, place_hold('elsewhere', '{"make": "Volvo"}', 'reject', 'INC-2') AS other \gset
SELECT exempt(:one, '{"dealer": "x"}', 'clean') AS exemption \gset
SET SESSION AUTHORIZATION p_north;
INSERT INTO reg VALUES ('AB75 AAB', 'Jaguar', 'n'), ('AB75 AAA', 'Jaguar', 'n'), ('AB75 AAC', 'Jaguar', 'n'), ('AB75 AAD', 'Jaguar', 'x');
SET SESSION AUTHORIZATION p_south;
INSERT INTO reg VALUES ('AB75 AAB', 'Jaguar', 's'), ('AB75 AAE', 'Jaguar', 's'), ('AB75 AAF', 'Jaguar', 'later');
SET SESSION AUTHORIZATION p_operator;
SELECT revoke_exemption(:exemption, 'not so clean'), lift_hold(:one, 'clean'), place_hold('later', '{"dealer": "later"}', 'reject', 'INC-1') AS later, discard(3, 'by telephone') \gset
CALL release();
RESET SESSION AUTHORIZATION;
DELETE FROM reg WHERE mark = 'AB75 AAA';
SET SESSION AUTHORIZATION p_operator;
SELECT retry(2) \g /dev/null
CALL release();
RESET SESSION AUTHORIZATION;
-- 1 released, 2 failed and then released, 3 discarded, 4 failed, 5 released, 6 waits; of the dealer of an exemption none

SELECT results_eq('SELECT hold, target::text, waiting, released, failed, discarded, oldest_waiting = (SELECT submitted_at FROM queue WHERE id = 6) FROM queue_summary',
                  $$VALUES (1::bigint, 'reg', 1::bigint, 3::bigint, 1::bigint, 1::bigint, true)$$, 'queue_summary counts by state');
SELECT results_eq('SELECT hold, action::text, reason, incident, queued, released, failed, discarded, waiting FROM hold_report',
                  $$VALUES (1::bigint, 'queue', 'one make', 'INC-1', 6::bigint, 3::bigint, 1::bigint, 1::bigint, 1::bigint), (2, 'reject', 'old series', 'INC-1', 0, 0, 0, 0, 0),
                           (3, 'reject', 'elsewhere', 'INC-2', 0, 0, 0, 0, 0), (4, 'reject', 'later', 'INC-1', 0, 0, 0, 0, 0)$$, 'so does hold_report, for each hold');
SELECT results_eq($$SELECT event, hold, actor, regexp_replace(detail, 'after \d\d:\d\d:\d\d', 'after T') FROM incident_account('INC-1')$$,
    $$VALUES ('placed', 1::bigint, 'p_operator', 'queue {"make": "Jaguar"}: one make'),
             ('placed', 2, 'p_operator', 'reject {"series": "24"}: old series'),
             ('exempted', 1, 'p_operator', 'exemption 1 {"dealer": "x"}: clean; let through: 1'),
             ('queued', 1, 'p_north', 'queue id 1 for public.reg: {"make": "Jaguar", "mark": "AB75 AAB", "dealer": "n"}'),
             ('queued', 1, 'p_north', 'queue id 2 for public.reg: {"make": "Jaguar", "mark": "AB75 AAA", "dealer": "n"}'),
             ('queued', 1, 'p_north', 'queue id 3 for public.reg: {"make": "Jaguar", "mark": "AB75 AAC", "dealer": "n"}'),
             ('queued', 1, 'p_south', 'queue id 4 for public.reg: {"make": "Jaguar", "mark": "AB75 AAB", "dealer": "s"}'),
             ('queued', 1, 'p_south', 'queue id 5 for public.reg: {"make": "Jaguar", "mark": "AB75 AAE", "dealer": "s"}'),
             ('queued', 1, 'p_south', 'queue id 6 for public.reg: {"make": "Jaguar", "mark": "AB75 AAF", "dealer": "later"}'),
             ('revoked', 1, 'p_operator', 'exemption 1: not so clean'),
             ('lifted', 1, 'p_operator', 'clean'),
             ('placed', 4, 'p_operator', 'reject {"dealer": "later"}: later'),
             ('discarded', 1, 'p_operator', 'queue id 3 after T: by telephone'),
             ('released', 1, 'p_operator', 'queue id 1 after T'),
             ('failed', 1, 'p_operator', 'queue id 2 after T: 23505: duplicate key value violates unique constraint "reg_pkey" Key (mark)=(AB75 AAA) already exists.'),
             ('failed', 1, 'p_operator', 'queue id 4 after T: 23505: duplicate key value violates unique constraint "reg_pkey" Key (mark)=(AB75 AAB) already exists.'),
             ('released', 1, 'p_operator', 'queue id 5 after T'),
             ('retried', 1, 'p_operator', 'queue id 2 after T'),
             ('released', 1, 'p_operator', 'queue id 2 after T'),
             ('waiting', 1, 'p_south', 'queue id 6 after T: Hold 4 covers it.')$$, 'incident_account tells all of it, in order, failures that were mended too');
SELECT is((SELECT count(*) FROM incident_account('INC-2')), 1::bigint, 'and of another incident what belongs there');
SELECT bag_eq('SELECT event FROM history', $$VALUES ('guarded'), ('placed'), ('placed'), ('placed'), ('placed'), ('exempted'), ('revoked'), ('lifted'), ('discarded'), ('released'), ('failed'), ('retried'), ('released')$$, 'the history has an event for each thing done');
SELECT is(problem, NULL, 'and fits') FROM verify_history();
SELECT results_eq('SELECT dealer FROM reg ORDER BY 1', $$VALUES ('n'), ('n'), ('s'), ('x')$$, 'each row that was released is there once');

-- How long each stood

CREATE FUNCTION stood(placed_at timestamptz, starts_at timestamptz, expires_at timestamptz, lifted_at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SET LOCAL intervalstyle = 'postgres';
    UPDATE hold h SET placed_at = stood.placed_at, starts_at = stood.starts_at, expires_at = stood.expires_at, lifted_at = stood.lifted_at,
                    lifted_by = CASE WHEN stood.lifted_at IS NOT NULL THEN 'x' END, lift_reason = CASE WHEN stood.lifted_at IS NOT NULL THEN 'x' END
    WHERE hold = 2;
    SELECT format('%s to %s: %s', began_at, coalesce(ended_at::text, 'now'), CASE WHEN duration > '100 years' THEN 'long' ELSE duration::text END) INTO answer FROM hold_report WHERE hold = 2;
    RETURN answer;
END $$;
SELECT is(stood(p, s, e, l), want, want)
FROM (VALUES
    ('2025-09-01 08:00'::timestamptz, NULL::timestamptz, NULL::timestamptz, '2025-09-01 12:30:15.9'::timestamptz, '2025-09-01 08:00:00+00 to 2025-09-01 12:30:15.9+00: 04:30:15'),
    ('2025-09-01 08:00', '2025-09-01 09:00', NULL, '2025-09-01 12:30', '2025-09-01 09:00:00+00 to 2025-09-01 12:30:00+00: 03:30:00'),
    ('2025-09-01 08:00', '2025-09-01 07:00', NULL, '2025-09-01 12:30', '2025-09-01 08:00:00+00 to 2025-09-01 12:30:00+00: 04:30:00'),
    ('2025-09-01 08:00', '-infinity', 'infinity', '2025-09-01 12:30', '2025-09-01 08:00:00+00 to 2025-09-01 12:30:00+00: 04:30:00'),
    -- by its expiry, if that is earlier
    ('2025-09-01 08:00', NULL, '2025-09-01 10:00', NULL, '2025-09-01 08:00:00+00 to 2025-09-01 10:00:00+00: 02:00:00'),
    ('2025-09-01 08:00', NULL, '2025-09-01 10:00', '2025-09-01 12:30', '2025-09-01 08:00:00+00 to 2025-09-01 10:00:00+00: 02:00:00'),
    ('2025-09-01 08:00', NULL, '2025-09-03 10:00', '2025-09-02 12:30', '2025-09-01 08:00:00+00 to 2025-09-02 12:30:00+00: 1 day 04:30:00'),
    -- lifted before it began, or to begin yet
    ('2025-09-01 08:00', '2025-09-01 09:00', NULL, '2025-09-01 08:30', '2025-09-01 09:00:00+00 to 2025-09-01 08:30:00+00: 00:00:00'),
    ('2025-09-01 08:00', '2190-09-01 09:00', NULL, NULL, '2190-09-01 09:00:00+00 to now: 00:00:00'),
    ('2025-09-01 08:00', '2190-09-01 09:00', '2190-09-02 09:00', '2025-09-01 08:30', '2190-09-01 09:00:00+00 to 2025-09-01 08:30:00+00: 00:00:00'),
    ('2025-09-01 08:00', 'infinity', NULL, NULL, 'infinity to now: 00:00:00'),
    ('1825-09-01 08:00', NULL, 'infinity', NULL, '1825-09-01 08:00:00+00 to now: long')) v (p, s, e, l, want);
SELECT place_hold('to begin', starts_at => clock_timestamp() + interval '1 day') AS begin \gset
SELECT is(lift_hold(:begin, 'never'), format('hold %s is lifted; it stood for 00:00:00', :begin), 'lift_hold says how long it stood');
SELECT place_hold('expires', expires_at => clock_timestamp() + interval '1 day') AS expires \gset
UPDATE hold SET placed_at = '2025-09-01 08:00', expires_at = '2025-09-01 10:00' WHERE hold = :expires;
SELECT is(lift_hold(:expires, 'long over'), format('hold %s is lifted; it stood for 02:00:00', :expires), 'of one that had expired, until then');

-- Waits and rates

UPDATE queue_entry SET submitted_at = '2025-09-01 08:00', settled_at = CASE id WHEN 1 THEN '2025-09-01 10:00' WHEN 5 THEN '2025-09-01 12:00' WHEN 2 THEN '2025-09-01 12:30' WHEN 3 THEN '2025-09-02 09:00:00.5' ELSE '2025-09-01 10:00' END::timestamptz WHERE id < 6;
UPDATE queue_entry SET submitted_at = clock_timestamp() WHERE id = 6;
SELECT results_eq('SELECT longest_wait, releases_per_hour FROM hold_report WHERE hold = 1', $$VALUES (interval '1 day 01:00:00', 1.2)$$, 'the longest wait of any, and three releases in two hours and a half');
UPDATE queue_entry SET settled_at = '2025-09-01 10:00' WHERE id IN (1, 2, 5);
SELECT results_eq('SELECT releases_per_hour FROM hold_report WHERE hold = 1', $$VALUES (3.0)$$, 'in less than an hour, as if in one');
UPDATE queue_entry SET submitted_at = clock_timestamp() - interval '2 days 10 s' WHERE id = 6;
SELECT results_eq('SELECT date_trunc(''minute'', longest_wait) FROM hold_report WHERE hold = 1', $$VALUES (interval '2 days')$$, 'of one that still waits, until now');

SELECT * FROM finish();
DROP OWNED BY p_operator, p_north, p_south;
DROP ROLE p_operator, p_north, p_south;
