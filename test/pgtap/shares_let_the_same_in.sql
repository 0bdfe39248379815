-- An exemption for a share lets in a part of those that it covers, the same ones wherever it is asked: the trigger, the gate,
-- hold_for(), another node. A larger share has all that a smaller one has.
SET client_min_messages = error;
SET search_path = public, regcar;
SELECT no_plan();

CREATE TABLE sale (mark plate, dealer text, price numeric, code char(9), sold date DEFAULT '2025-09-01');
SELECT guard('sale', keys => '{"garage": "dealer"}') \g /dev/null
CREATE TABLE dealer AS SELECT format('dealer %s', g) AS dealer, share_of(format('dealer %s', g)) AS share FROM generate_series(1, 200) g;

-- the hash, which is pinned in test/unit/share_test.c
SELECT is(share_of('Okafor & Sons'), 89, 'pinned');
SELECT is(share_of('Škoda Brno'), 36, 'pinned, whatever the server''s encoding');
SELECT is(share_of(NULL), NULL);
\set share `createdb -T template0 -E LATIN2 --locale=C share_latin2 && psql -XAqt -d share_latin2 -c 'CREATE EXTENSION regcar' -c "SET client_encoding = 'UTF8'" -c "SELECT regcar.share_of('Škoda Brno')"; dropdb --force share_latin2`
SELECT is(:'share'::text, '36', 'the same in LATIN2');

-- Wrong calls
SELECT place_hold('all') AS hold \gset
SELECT throws_ok(format($$SELECT exempt(%s, '{}', 'r', NULL, %s)$$, :hold, coalesce(share, 'NULL')), '22023', NULL, format('share %s', coalesce(share, 'NULL')))
FROM unnest('{NULL,-1,0,101,50}'::text[]) share(share);
SELECT throws_ok(format($$SELECT exempt(%s, '{}', 'r', share => 50, share_by => 'delaer')$$, :hold), '22023', 'no guarded table has the key "delaer"');
SELECT is((SELECT count(*) FROM active_exemptions), 0::bigint, 'nothing was granted');

-- Who is let in, by the trigger one by one
CREATE FUNCTION let_in() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    d text;
    names text[] := '{}';
BEGIN
    FOR d IN SELECT dealer FROM dealer ORDER BY 1 LOOP
        BEGIN
            INSERT INTO sale (mark, dealer) VALUES (plate_first('75'), d);
            names := names || d;
        EXCEPTION WHEN SQLSTATE 'RH001' THEN
            NULL;
        END;
    END LOOP;
    RETURN names;
END $$;
SELECT exempt(:hold, '{}', 'a fifth', share => 20, share_by => 'dealer') AS fifth \gset
CREATE TABLE let_in AS SELECT 20 AS share, let_in();
SELECT set_eq($$SELECT unnest(let_in) FROM let_in$$, $$SELECT dealer FROM dealer WHERE share <= 20$$, 'those whose share is up to 20');
SELECT set_eq($$SELECT dealer FROM dealer WHERE NOT EXISTS (SELECT FROM hold_for('sale', jsonb_build_object('mark', 'AB75 CDE', 'dealer', dealer)))$$,
              $$SELECT unnest(let_in) FROM let_in$$, 'hold_for() says so beforehand');
SELECT results_eq($$SELECT share, share_by FROM active_exemptions$$, $$VALUES (20, 'dealer')$$, 'the view has it');
SELECT exempt(:hold, '{}', 'two fifths', share => 40, share_by => 'dealer') \g /dev/null
SELECT revoke_exemption(:fifth, 'wider') \g /dev/null
INSERT INTO let_in SELECT 40, let_in();
SELECT ok((SELECT let_in FROM let_in WHERE share = 20) <@ (SELECT let_in FROM let_in WHERE share = 40), 'at 40 those of 20 are in');
SELECT matches((SELECT string_agg(detail::text, ' ') FROM history WHERE event = 'exempted'), '"share": 40.*"share_by": "dealer"', 'the history has it');
SELECT is((SELECT problem FROM verify_history()), NULL, 'and fits');
SELECT throws_ok($$INSERT INTO sale (mark) VALUES ('AB75 CDE')$$, 'RH001', NULL, 'a row without a dealer stays out');
SELECT lift_all('done') \g /dev/null

-- a whole share, and its scope
SELECT exempt(place_hold('all'), '{"sold": "2025-09-01"}', 'all of a day', share => 100, share_by => 'dealer') \g /dev/null
SELECT results_eq($$SELECT share, share_by FROM active_exemptions$$, $$VALUES (NULL::int, NULL::text)$$, '100 per cent is no share');
SELECT lives_ok($$INSERT INTO sale (mark) VALUES ('AB75 CDE')$$, 'and needs no dealer');
SELECT lift_all('done') \g /dev/null
SELECT exempt(place_hold('all'), '{"sold": "2025-09-02"}', 'of a day', share => 99, share_by => 'garage') \g /dev/null
SELECT throws_ok($$INSERT INTO sale (mark, dealer) VALUES ('AB75 CDE', 'dealer 2')$$, 'RH001', NULL, 'the scope has to match too');
SELECT lives_ok($$INSERT INTO sale (mark, dealer, sold) VALUES ('AB75 CDE', 'dealer 2', '2025-09-02')$$, 'a mapped key');
SELECT lift_all('done') \g /dev/null

-- what counts as the same value; what is no column
SELECT exempt(place_hold('all'), '{}', 'by price', share => share_of('7'), share_by => 'price') \g /dev/null
SELECT lives_ok($$INSERT INTO sale (mark, price) VALUES ('AB75 CDE', 7), ('AB75 CDE', 7.0), ('AB75 CDE', 7.000)$$, '7 is 7.0');
SELECT lift_all('done') \g /dev/null
SELECT exempt(place_hold('all'), '{}', 'by code', share => share_of('ab'), share_by => 'code') \g /dev/null
SELECT lives_ok($$INSERT INTO sale (mark, code) VALUES ('AB75 CDE', 'ab'), ('AB75 CDE', 'ab   ')$$, 'char(n) has no padding');
SELECT lift_all('done') \g /dev/null
SELECT exempt(place_hold('all'), '{}', 'by tag', share => share_of('AB'), share_by => 'tag') \g /dev/null
SELECT lives_ok($$INSERT INTO sale (mark) VALUES ('AB75 CDE')$$, 'the tag of the mark');
SELECT lift_all('done') \g /dev/null

-- a share that does not say of what, as a server of another release may send it
SELECT exempt(place_hold('all'), '{}', 'all') AS whole \gset
UPDATE regcar_state.exemption SET share = 99 WHERE exemption = :whole;
SELECT throws_ok($$INSERT INTO sale (mark, dealer) VALUES ('AB75 CDE', 'dealer 2')$$, 'RH001', NULL, 'a share of nothing lets nothing in');
SELECT lift_all('done') \g /dev/null

-- an UPDATE that would change in whose share a row is
SELECT exempt(place_hold('all'), '{}', 'half', share => 56, share_by => 'dealer') \g /dev/null
INSERT INTO sale (mark, dealer) VALUES ('AB75 ZZZ', 'dealer 2');
SELECT throws_ok($$UPDATE sale SET dealer = 'dealer 1' WHERE mark = 'AB75 ZZZ'$$, 'RH001', NULL, 'is a registration, of one who is not in');
SELECT lives_ok($$UPDATE sale SET price = 1 WHERE mark = 'AB75 ZZZ'$$, 'any other is not');
SELECT lift_all('done') \g /dev/null

-- another server
SELECT exempt(place_hold('all'), '{}', 'half', share => 50, share_by => 'dealer') AS half \gset
SELECT is(hold_rows('{}', ARRAY[:half]) #>> '{exemption,0,share}', '50', 'goes to nodes');
SELECT adopt_holds(jsonb_build_object('hold', '[]'::jsonb, 'exemption', '[]'::jsonb)) \g /dev/null
SELECT adopt_holds(replace(replace(r::text, format('"hold": %s', (r #>> '{hold,0,hold}')), '"hold": 5000'), format('"exemption": %s,', :half), '"exemption": 6000,')::jsonb)
FROM hold_rows('{}', ARRAY[:half]) r \g /dev/null
SELECT results_eq($$SELECT share, share_by FROM active_exemptions WHERE exemption = 6000$$, $$VALUES (50, 'dealer')$$, 'and is taken over from one');
SELECT lift_all('done') \g /dev/null

-- ten thousand holds, each with a share of its own
SELECT count(exempt(place_hold('each', jsonb_build_object('code', g::text)), '{}', 'half', share => 50, share_by => 'dealer')) FROM generate_series(1, 300) g \g /dev/null
SELECT lives_ok($$INSERT INTO sale (mark, code, dealer) SELECT 'AB75 CDE', g::text, dealer FROM generate_series(1, 300, 7) g, dealer WHERE share <= 50$$, 'many holds let the same in');
SELECT throws_ok($$INSERT INTO sale (mark, code, dealer) VALUES ('AB75 CDE', '299', 'dealer 1')$$, 'RH001');
SELECT lives_ok($$INSERT INTO sale (mark, code, dealer) VALUES ('AB75 CDE', 'x', 'dealer 1')$$);

SELECT * FROM finish();
