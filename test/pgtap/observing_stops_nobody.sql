-- A hold of action observe stops nobody and delays nothing. It notes each statement that a hold of reject in its place would
-- have refused, where refusals are noted, and outlives a rollback as these do.
SET client_min_messages = error;
SET search_path = public, regcar;
SELECT no_plan();

CREATE TABLE sale (mark plate, dealer text, price int);
SELECT guard('sale') \g /dev/null
CREATE TABLE part (mark plate, dealer text) PARTITION BY LIST (dealer);
CREATE TABLE part_a PARTITION OF part DEFAULT;
SELECT guard('part') \g /dev/null
INSERT INTO sale VALUES ('AB75 CDE', 'Okafor', 1), ('AB75 CDF', 'Singh', 1);
CREATE FUNCTION noted() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s %s %s', r.target, r.mark, r.keys) FROM regcar.refusals r ORDER BY r.at
$$;

SELECT place_hold('rehearsal', '{"dealer": ["Okafor", "Price"]}', 'observe') AS hold \gset
SELECT is_empty($$SELECT FROM undrained_holds()$$, 'there is nothing to drain');
SELECT is_empty($$SELECT FROM hold_for('sale', '{"mark": "AB75 CDG", "dealer": "Okafor"}')$$, 'hold_for() says that it would be accepted');
SELECT lives_ok($$INSERT INTO sale VALUES ('AB75 CDG', 'Singh')$$, 'a row that it does not cover');
SELECT is_empty($$SELECT noted()$$);
SELECT lives_ok($$INSERT INTO sale VALUES ('AB75 CDH', 'Okafor')$$, 'a row that it covers goes through');
SELECT lives_ok($$INSERT INTO part VALUES ('AB75 CDJ', 'Price')$$, 'and into a partition');
SELECT lives_ok($$UPDATE sale SET dealer = 'Okafor' WHERE mark = 'AB75 CDF'$$, 'an UPDATE into its scope');
SELECT lives_ok($$UPDATE sale SET dealer = 'Singh' WHERE mark = 'AB75 CDF'$$, 'and out of it');
SELECT lives_ok($$UPDATE sale SET price = 2$$, 'one that registers nothing');
SELECT lives_ok($$INSERT INTO sale SELECT plate_first('75'), 'Okafor' FROM generate_series(1, 100)$$, 'a statement of many rows is one');
SELECT lives_ok($$DELETE FROM sale WHERE mark = plate_first('75')$$);
SELECT results_eq($$SELECT noted()$$, $$VALUES ('sale AB75 CDH {"dealer": "Okafor"}'), ('part AB75 CDJ {"dealer": "Price"}'),
    ('sale AB75 CDF {"dealer": "Okafor"}'), ('sale AB75 CDF {"dealer": "Okafor"}'), (format('sale %s {"dealer": "Okafor"}', plate_first('75')))$$, 'each is noted, and nothing else');
SELECT is((SELECT sum(refused)::int FROM refusal_counts), 5, 'and counted');
BEGIN;
INSERT INTO sale VALUES ('AB75 CDK', 'Okafor');
ROLLBACK;
SELECT is((SELECT count(*) FROM noted()), 6::bigint, 'whatever becomes of the transaction');

-- An exemption from it is rehearsed too
SELECT exempt(:hold, '{"dealer": "Price"}', 'rehearsed') \g /dev/null
SELECT lives_ok($$INSERT INTO part VALUES ('AB75 CDL', 'Price')$$);
SELECT is((SELECT count(*) FROM noted()), 6::bigint, 'what it exempts would go through');

-- Any other hold is stronger
SELECT place_hold('real', '{"dealer": "Okafor"}') AS real \gset
SELECT throws_ok($$INSERT INTO sale VALUES ('AB75 CDM', 'Okafor')$$, 'RH001');
SELECT is((SELECT max(hold) FROM refusals), :real::bigint, 'the refusal is of the hold that refused');
SELECT lift_hold(:real, 'over') \g /dev/null
SELECT place_hold('real', '{"dealer": "Okafor"}', 'queue') AS real \gset
INSERT INTO sale VALUES ('AB75 CDN', 'Okafor');
SELECT lift_hold(:real, 'over') \g /dev/null
CALL release();
SELECT is((SELECT state::text FROM queue), 'released', 'release() takes rows in that are observed');
SELECT is((SELECT count(*) FROM noted()), 7::bigint, 'and they are not noted again');

-- A column that it alone names is no key for other holds
SELECT place_hold('real', '{"mark": "AB75 ZZZ"}') AS real \gset
SELECT lives_ok($$UPDATE sale SET dealer = 'Price' WHERE mark = 'AB75 CDE'$$, 'an UPDATE that registers nothing goes through');
SELECT place_hold('all') AS every \gset
SELECT lives_ok($$UPDATE sale SET dealer = 'Singh' WHERE mark = 'AB75 CDE'$$, 'also under a hold of everything');
SELECT throws_ok($$UPDATE sale SET mark = 'AB75 CDD' WHERE mark = 'AB75 CDE'$$, 'RH001', NULL, 'which stops those that do');
SELECT lift_hold(:every, 'over'), lift_hold(:real, 'over') \g /dev/null

-- DDL, and a commit of a transaction that was open
SELECT lives_ok($$ALTER TABLE sale DISABLE TRIGGER "~registration_hold"; ALTER TABLE sale ENABLE ALWAYS TRIGGER "~registration_hold"$$, 'DDL is as without a hold');
BEGIN;
INSERT INTO sale VALUES ('AB75 CDP', 'Okafor');
SELECT place_hold('later', '{}', 'observe') \g /dev/null
COMMIT;
SELECT is((SELECT count(*) FROM sale WHERE mark = 'AB75 CDP'), 1::bigint, 'the gate lets it commit');
CALL lockdown('now', action => 'observe', wait => '0');
SELECT is((SELECT problem FROM verify_history()), NULL);
SELECT * FROM finish();
