-- How many registrations each exemption let through: those that committed, once each, and only where it was needed.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;

SELECT no_plan();
CREATE ROLE c_dealer;
CREATE TABLE reg (mark plate PRIMARY KEY, dealer text, note text);
CREATE TABLE parts (mark plate PRIMARY KEY, dealer text, note text) PARTITION BY RANGE (mark);
CREATE TABLE older PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('AB75 AAA');
CREATE TABLE newer PARTITION OF parts FOR VALUES FROM ('AB75 AAA') TO (MAXVALUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON reg, parts TO c_dealer;
SELECT guard('reg'), guard('parts') \g /dev/null

-- What the exemptions so far have let through, since the last call: "exemption: registrations"
CREATE TABLE seen AS SELECT exemption, let_through FROM exemption_report;
CREATE FUNCTION came() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text := (SELECT string_agg(format('%s: %s', e.exemption, e.let_through - coalesce(s.let_through, 0)), ', ' ORDER BY e.exemption)
                    FROM regcar.exemption_report e LEFT JOIN public.seen s USING (exemption) WHERE e.let_through <> coalesce(s.let_through, 0));
BEGIN
    DELETE FROM public.seen;
    INSERT INTO public.seen SELECT exemption, let_through FROM regcar.exemption_report;
    RETURN coalesce(answer, 'none');
END $$;

-- One statement, as a dealer, who has no right on the table of counts

SELECT place_hold('attack', incident => 'INC-1') AS attack \gset
SELECT exempt(:attack, '{"dealer": "A"}', 'clean') AS a, exempt(:attack, '{"dealer": ["A", "B"]}', 'clean too') AS b, exempt(:attack, '{"dealer": "never"}', 'unused') AS c \gset
SET SESSION AUTHORIZATION c_dealer;
INSERT INTO public.reg VALUES ('AB75 AAA', 'A');
RESET SESSION AUTHORIZATION;
SELECT is(came(), '1: 1', 'a row; of two exemptions that cover it, the older counts it');
INSERT INTO reg VALUES ('AB75 AAB', 'B'), ('AB75 AAC', 'A'), ('AB75 AAD', 'B');
SELECT is(came(), '1: 1, 2: 2', 'rows of one statement, each for its own');
COPY reg (mark, dealer) FROM STDIN;
AB75 AAE	A
AB75 AAF	A
\.
SELECT is(came(), '1: 2', 'COPY');
SELECT throws_ok($$INSERT INTO reg VALUES ('AB75 AAG', 'A'), ('AB75 AAH', 'X')$$, 'RH001', NULL, 'a statement that is stopped');
SELECT throws_ok($$INSERT INTO reg VALUES ('AB75 AAG', 'A'), ('AB75 AAA', 'A')$$, '23505', NULL, 'or fails');
SELECT is(came(), 'none', 'counts nothing');

-- Only what commits

BEGIN;
INSERT INTO reg VALUES ('AB75 ABA', 'A');
ROLLBACK;
SELECT is(came(), 'none', 'ROLLBACK');
BEGIN;
INSERT INTO reg VALUES ('AB75 ABA', 'A');
SAVEPOINT one;
INSERT INTO reg VALUES ('AB75 ABB', 'A'), ('AB75 ABC', 'B');
SAVEPOINT two;
INSERT INTO reg VALUES ('AB75 ABD', 'B');
RELEASE two;
ROLLBACK TO one;
INSERT INTO reg VALUES ('AB75 ABE', 'A');
SAVEPOINT three;
INSERT INTO reg VALUES ('AB75 ABF', 'B'), ('AB75 ABG', 'B');
SAVEPOINT four;
INSERT INTO reg VALUES ('AB75 ABH', 'A');
RELEASE three;
COMMIT;
SELECT is(came(), '1: 3, 2: 2', 'savepoints: what is rolled back does not count, what is released does');
DO $$ BEGIN
    FOR n IN 0 .. 25 LOOP
        BEGIN
            INSERT INTO public.reg VALUES (('AB75 AC' || chr(65 + n))::regcar.plate, CASE WHEN n % 2 = 0 THEN 'A' ELSE 'X' END);
        EXCEPTION WHEN SQLSTATE 'RH001' OR invalid_text_representation THEN NULL;
        END;
    END LOOP;
END $$;
SELECT is(came(), format('1: %s', count(*)), 'a block with an EXCEPTION clause for each row') FROM reg WHERE mark BETWEEN 'AB75 ACA' AND 'AB75 ACZ';
BEGIN;
SELECT count(*) FROM (SELECT exempt(:attack, jsonb_build_object('dealer', 'm' || n), 'one of many') FROM generate_series(1, 300) n) e \g /dev/null
COMMIT;
BEGIN;
SAVEPOINT many;
INSERT INTO reg SELECT m, 'm' || n FROM plates('[AB75 BAA,AB75 BZZ]') WITH ORDINALITY p (m, n) WHERE n <= 300;
RELEASE many;
COMMIT;
SELECT is((SELECT format('%s %s', count(*), sum(let_through)) FROM exemption_report WHERE scope ->> 'dealer' LIKE 'm%' AND let_through = 1), '300 300', 'many exemptions in one transaction');
SELECT count(came()) \g /dev/null
BEGIN;
INSERT INTO reg VALUES ('AB75 ADA', 'A');
PREPARE TRANSACTION 'goes';
BEGIN;
INSERT INTO reg VALUES ('AB75 ADB', 'A');
PREPARE TRANSACTION 'stays out';
SELECT is(came(), 'none', 'what is prepared has not committed');
COMMIT PREPARED 'goes';
ROLLBACK PREPARED 'stays out';
SELECT is(came(), '1: 1', 'the one that commits');
BEGIN ISOLATION LEVEL SERIALIZABLE;
INSERT INTO reg VALUES ('AB75 ADB', 'A');
COMMIT;
SELECT is(came(), '1: 1', 'SERIALIZABLE');
CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.parts VALUES (NEW.mark, NEW.dealer);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON reg DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later();
INSERT INTO reg VALUES ('AB75 ADC', 'B');
SELECT is(came(), '2: 2', 'and a deferred trigger that registers at COMMIT');
DROP TRIGGER later ON reg;

-- ON CONFLICT: what goes in

INSERT INTO reg VALUES ('AB75 AEA', 'A'), ('AB75 AAA', 'A'), ('AB75 AAB', 'A'), ('AB75 AEB', 'B'), ('AB75 AEA', 'A') ON CONFLICT DO NOTHING;
SELECT is(came(), '1: 1, 2: 1', 'DO NOTHING');
INSERT INTO reg VALUES ('AB75 AAA', 'A') ON CONFLICT DO NOTHING;
SELECT is(came(), 'none', 'DO NOTHING, and nothing goes in');
INSERT INTO reg VALUES ('AB75 AEC', 'A'), ('AB75 AAA', 'A'), ('AB75 AED', 'B') ON CONFLICT (mark) DO UPDATE SET note = 'again';
SELECT is(came(), '1: 1, 2: 1', 'DO UPDATE');
INSERT INTO reg VALUES ('AB75 AAA', 'A') ON CONFLICT (mark) DO UPDATE SET note = 'again';
SELECT is(came(), 'none', 'DO UPDATE of a note alone');
INSERT INTO reg VALUES ('AB75 AAA', 'A') ON CONFLICT (mark) DO UPDATE SET dealer = 'B';
SELECT is(came(), '2: 1', 'DO UPDATE that registers counts once, for the row as it becomes');
INSERT INTO parts VALUES ('AB24 AEA', 'A'), ('AB75 AEA', 'A'), ('AB24 AEA', 'A'), ('AB75 AEB', 'B'), ('AB24 AEB', 'A') ON CONFLICT DO NOTHING;
SELECT is(came(), '1: 3, 2: 1', 'DO NOTHING into partitions');
CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.parts VALUES (NEW.mark, NEW.dealer) ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;
CREATE TRIGGER other BEFORE INSERT ON reg FOR EACH ROW EXECUTE FUNCTION other();
INSERT INTO reg VALUES ('AB75 AEA', 'A'), ('AB75 AEE', 'A'), ('AB75 AAA', 'A'), ('AB75 AEF', 'B') ON CONFLICT DO NOTHING;
SELECT is(came(), '1: 3, 2: 2', 'one statement inside another');
DROP TRIGGER other ON reg;

-- Updates and moves

UPDATE reg SET note = 'x' WHERE dealer = 'A';
DELETE FROM reg WHERE mark = 'AB75 AEF';
SELECT is(came(), 'none', 'an UPDATE of something else is no registration, nor is a DELETE');
UPDATE reg SET mark = 'AB75 AFA' WHERE mark = 'AB75 AEE';
SELECT is(came(), '1: 1', 'an UPDATE of the mark is');
UPDATE reg SET dealer = 'B' WHERE mark = 'AB75 AFA';
SELECT is(came(), '2: 1', 'an UPDATE from one exempted dealer to another counts once, for the row as it becomes');
UPDATE reg SET dealer = 'A' WHERE mark = 'AB75 AFA';
SELECT is(came(), '1: 1', 'and back');
UPDATE parts SET mark = 'AB24 AEC' WHERE mark = 'AB75 AEB';
SELECT is(came(), '2: 1', 'a row that moves to another partition by its new mark, once');

-- Only where it was needed

SELECT place_hold('of A', '{"dealer": "A"}', incident => 'INC-1') AS of_a \gset
SELECT throws_ok($$INSERT INTO reg VALUES ('AB75 AGA', 'A')$$, 'RH001', NULL, 'another hold stops it');
SELECT is(came(), 'none', 'which no exemption let through');
SELECT exempt(:of_a, '{}', 'all of it') AS all_of_it \gset
INSERT INTO reg VALUES ('AB75 AGA', 'A'), ('AB75 AGB', 'B');
SELECT is(came(), format('1: 1, 2: 1, %s: 1', :all_of_it), 'each hold has its own');
SELECT lift_all('over') \g /dev/null
INSERT INTO reg VALUES ('AB75 AGC', 'A');
SELECT is(came(), 'none', 'without a hold none is needed');
SELECT exempt(place_hold('frozen', action => 'freeze'), '{"dealer": "A"}', 'clean') AS frozen \gset
UPDATE reg SET note = 'y' WHERE mark = 'AB75 AGC';
DELETE FROM reg WHERE mark = 'AB75 AGC';
INSERT INTO reg VALUES ('AB75 AGC', 'A');
SELECT is(came(), format('%s: 1', :frozen), 'of the writes that a freeze stops, the registration counts');
SELECT lift_all('over') \g /dev/null
SELECT exempt(place_hold('rehearsal', action => 'observe'), '{"dealer": "A"}', 'clean') \g /dev/null
INSERT INTO reg VALUES ('AB75 AGD', 'A');
SELECT is(came(), 'none', 'a rehearsal stops nothing, so nothing is exempt from it');
SELECT lift_all('over') \g /dev/null
SELECT exempt(place_hold('short'), '{"dealer": "A"}', 'for a moment', clock_timestamp() + interval '1 day') AS short \gset
UPDATE exemption SET expires_at = clock_timestamp() WHERE exemption = :short;
SELECT throws_ok($$INSERT INTO reg VALUES ('AB75 AGE', 'A')$$, 'RH001', NULL, 'one that has expired lets nothing through');
SELECT lift_all('over') \g /dev/null
SELECT place_hold('share') AS share \gset
SELECT exempt(:share, '{}', 'a fifth', share => 20, share_by => 'dealer') AS fifth, exempt(:share, '{}', 'two fifths', share => 40, share_by => 'dealer') AS fifths \gset
DO $$ BEGIN FOR n IN 1 .. 100 LOOP BEGIN INSERT INTO public.reg VALUES ('AB75 AHZ', 'd' || n); DELETE FROM public.reg WHERE mark = 'AB75 AHZ'; EXCEPTION WHEN SQLSTATE 'RH001' THEN NULL; END; END LOOP; END $$;
SELECT is(came(), (SELECT format('%s: %s, %s: %s', :fifth, count(*) FILTER (WHERE s <= 20), :fifths, count(*) FILTER (WHERE s BETWEEN 21 AND 40)) FROM generate_series(1, 100) n, share_of('d' || n) s),
          'a larger share counts those that the smaller one left out');
SELECT lift_all('over') \g /dev/null

-- What waited, when it is registered

SELECT place_hold('queued', action => 'queue') AS queued \gset
INSERT INTO reg VALUES ('AB75 AHA', 'A'), ('AB75 AHB', 'A'), ('AB75 AHC', 'B');
SELECT exempt(:queued, '{"dealer": "A"}', 'clean') AS from_queue \gset
SELECT is(came(), 'none', 'a row that is queued has not been let through');
CALL release();
SELECT is(came(), format('%s: 2', :from_queue), 'a row that is released while its hold stands has');
SELECT lift_all('over') \g /dev/null
CALL release();
SELECT is(came(), 'none', 'after the hold, none is needed');
CREATE TABLE waits (mark plate, dealer text, ticket bigint);
SELECT guard('waits', ticket => 'ticket') \g /dev/null
SELECT place_hold('pends', action => 'pend') AS pends \gset
INSERT INTO waits VALUES ('AB75 AHA', 'A'), ('AB75 AHB', 'A'), ('AB75 AHC', 'B');
SELECT exempt(:pends, '{"dealer": "A"}', 'clean') AS from_ticket \gset
INSERT INTO waits VALUES ('AB75 AHD', 'A');
SELECT is(came(), format('%s: 1', :from_ticket), 'a row that goes in without a ticket');
CALL release();
SELECT is(came(), format('%s: 2', :from_ticket), 'and rows whose tickets are taken away');
SELECT lift_all('over') \g /dev/null

-- Where it is shown

SELECT results_eq('SELECT let_through, let_through = 0 AND first_at IS NULL AND last_at IS NULL FROM exemption_report WHERE exemption = ' || :c, 'VALUES (0::bigint, true)', 'one that let nothing through');
SELECT ok(first_at < last_at AND first_at >= granted_at AND last_at < clock_timestamp(), 'when the first and the last came') FROM exemption_report JOIN exemption USING (exemption) WHERE exemption = :a;
SELECT results_eq('SELECT h.let_through FROM hold_report h WHERE let_through > 0 ORDER BY hold', 'SELECT sum(let_through)::bigint FROM exemption_report GROUP BY hold HAVING sum(let_through) > 0 ORDER BY hold', 'hold_report has the sum of each hold');
SELECT is((SELECT array_agg(substring(detail FROM '; let through: (\d+)$')::bigint ORDER BY at) FROM incident_account('INC-1') WHERE event = 'exempted'),
          (SELECT array_agg(nullif(let_through, 0) ORDER BY exemption) FROM exemption_report JOIN hold USING (hold) WHERE incident = 'INC-1'), 'incident_account has each that let something through');
SELECT is((SELECT array_agg(m[2] ORDER BY m[1]::int) FROM regexp_matches(split_part(split_part(incident_report(:of_a), '<caption>Exemptions</caption>', 2), '</table>', 1),
                                                                     '<tr><th scope="row" class="n">(\d+)</th><td class="n">\d+</td><td>(?:(?!</td>).)*</td><td class="n">(\d+)</td>', 'g') m WHERE m[1]::int < 4),
          (SELECT array_agg(let_through::text ORDER BY exemption) FROM exemption_report WHERE exemption < 4), 'and incident_report, by the number of the exemption');

SELECT ok(incident_report(:share) ~ '<td>everything, 20 per cent by <bdi>dealer</bdi></td>' AND incident_report(:of_a) ~ '<td>everything</td>', 'with its share, where it has one');
SELECT ok(incident_report(:share) ~ format(' %s registrations were let through by exemptions\.', let_through) AND incident_report(:of_a) ~ ' registrations were let through by exemptions\.', 'and how many in the first lines') FROM hold_report WHERE hold = :share;

-- An index that somebody made has the rows; a transaction that drops the extension commits

CREATE INDEX ON exempted (exemption);
SELECT exempt(place_hold('index'), '{"dealer": "A"}', 'clean') AS indexed \gset
INSERT INTO reg VALUES ('AB75 AJA', 'A');
SET enable_seqscan = off;
SELECT is((SELECT sum(registrations) FROM exempted WHERE exemption = :indexed), 1::numeric, 'an index on the table has the row');
RESET enable_seqscan;
BEGIN;
INSERT INTO reg VALUES ('AB75 AJB', 'A');
DROP EXTENSION regcar CASCADE;
COMMIT;
SELECT is((SELECT count(*) FROM pg_extension WHERE extname = 'regcar'), 0::bigint, 'an exempted registration hinders no DROP EXTENSION');

SELECT * FROM finish();
DROP OWNED BY c_dealer;
DROP ROLE c_dealer;
