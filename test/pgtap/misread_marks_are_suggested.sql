-- Marks that were misread: suggestions and look-alikes.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

-- The first suggestions for a text, in order, as many as are wanted
CREATE FUNCTION pg_temp.suggestions(text, wanted int DEFAULT NULL) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(s.plate || ':' || s.changes, ', ' ORDER BY n) FROM plate_suggest($1) WITH ORDINALITY s(plate, changes, n)
       WHERE n <= wanted OR wanted IS NULL $$;

SELECT is(pg_temp.suggestions(misread, cardinality(string_to_array(wanted, ', '))), wanted, format('"%s" may be %s', misread, coalesce(wanted, 'nothing')))
FROM (VALUES
    ('LBO7 SE0', 'LB07 SEO:2, LB07 SED:3'), ('lbo7se0', 'LB07 SEO:2, LB07 SED:3'), ('AB5I ABC', 'AB51 ABC:1'), ('0Y17 LKK', 'OY17 LKK:1, DY17 LKK:2'),
    ('AB51 ABC', 'AB51 ABC:0'), ('A851 ABC', 'A851 ABC:0'), ('ABS1 ABC', 'AB51 ABC:2'), ('EO16 UHF', 'EO16 UHF:0'), ('E016UHF', 'EO16 UHF:1, E16 UHF:1, ED16 UHF:2'),
    ('AB51-ABC', 'AB51 ABC:2'), ('AB51' || chr(9) || 'ABC', 'AB51 ABC:0'), ('10 AA', '10 AA:0, 1 OAA:1'), ('J 11', 'J 11:0, JI 1:1'), ('1 1A', '11 A:0, 1 IA:1'),
    -- a confusion that was published, though it was not in 0.2.0 before
    ('AB5L ABC', 'AB51 ABC:2'),
    ('', NULL), ('AB24ABCAB24ABC', NULL), ('----------', NULL), ('AB51 АBC', NULL)
) v(misread, wanted);
SELECT ok('AB75 CDE' IN (SELECT plate::text FROM plate_suggest('AB57 CDE') WHERE changes = 2), 'neighbours exchanged, also where both are marks');

-- The public cases
CREATE TEMP TABLE misread (typed text, meant text, why text);
\copy misread FROM 'test/data/misread.csv' WITH (FORMAT csv, HEADER)
SELECT is((SELECT string_agg(plate::text, '|' ORDER BY n) FROM plate_suggest(coalesce(typed, '')) WITH ORDINALITY s(plate, changes, n)
           WHERE meant IS NULL OR n <= cardinality(string_to_array(meant, '|'))),
          meant, format('"%s" means %s: %s', typed, coalesce(meant, 'nothing'), why)) FROM misread;

-- Whatever is left out
SELECT is_empty(format($$
    SELECT code FROM generate_series(%s, %s) code
     WHERE code NOT BETWEEN 55296 AND 57343
       AND (SELECT count(*) FROM plate_suggest('AB12' || chr(code) || 'CDE') WHERE plate = 'AB12 CDE' AND changes %s) <> 1
    $$, first, last, changes), format('%s between: %s', what, changes))
FROM (VALUES (8192, 8207, '= 0', 'spaces of any width and none'), (8208, 8231, '= 2', 'dashes, quotation marks, bullets'), (8592, 8703, '= 2', 'arrows'),
             (127744, 127994, '= 2', 'pictures'), (12289, 12291, '= 2', 'Chinese punctuation'), (65281, 65295, '= 2', 'full-width punctuation'),
             (9, 13, '= 0', 'white space'), (33, 47, '= 2', 'punctuation')) v(first, last, changes, what);
SELECT is_empty(format($$ SELECT code FROM generate_series(%s, %s) code WHERE (SELECT count(*) FROM plate_suggest('AB12 CD' || chr(code))) > 0 $$, first, last),
                what || ' make a text no mark''s')
FROM (VALUES (1040, 1103, 'Cyrillic letters'), (913, 929, 'Greek letters'), (192, 214, 'letters with an accent'), (1632, 1641, 'Arabic digits'),
             (19968, 20100, 'Chinese characters'), (120276, 120300, 'mathematical letters')) v(first, last, what);

-- The mark itself, what it costs, in what order
SELECT is_empty($$ SELECT s FROM unnest('{11,ZG,ZV,II,1 1,zg}'::text[]) t, plate_suggest(t) s WHERE s.plate IN ('11', 'ZG', 'ZV') $$, 'what a slip makes is never offered');
SELECT is_empty($$
    SELECT m FROM unnest('{AB51 ABC,A123 BCD,ABC 123D,ABC 123,1234 AB,AAZ 1234,Q123 ABC,101 D 101,AB 12 CD,01234,A123 4567,S 0}'::plate[]) m
    WHERE NOT EXISTS (SELECT FROM plate_suggest(m::text) s WHERE s.plate = m AND s.changes = 0)
    $$, 'a mark is a suggestion for itself, at no cost');
SELECT is_empty($$
    SELECT t, before, plate FROM unnest('{0OIO1 8BS,AB75 CD,45921,10 AA,0001 AB,1I1I1I,AB5I ABC}'::text[]) t,
        LATERAL (SELECT plate, changes, lag(plate) OVER (ORDER BY n) AS before, lag(changes) OVER (ORDER BY n) AS less FROM plate_suggest(t) WITH ORDINALITY s(plate, changes, n)) s
    WHERE changes = less AND plate_format(plate) NOT IN ('diplomatic', 'military', 'trade', 'trailer')
      AND plate_format(before) IN ('diplomatic', 'military', 'trade', 'trailer')
    $$, 'of marks as near as each other those of vehicles come first');
SELECT results_eq($$ SELECT * FROM plate_suggest('AB5I ABC') $$, $$ SELECT * FROM plate_suggest('ab5i abc') $$, 'and the order is the same every time');
SELECT is_empty($$
    SELECT t FROM unnest('{0OIO1 8BS,SSZZ28BB,O0O0O0O,1I1I1I,B8S5Z2G6,88528S8}'::text[]) t,
        LATERAL (SELECT array_agg(changes ORDER BY n) AS given, array_agg(changes ORDER BY changes) AS sorted, count(*), count(DISTINCT plate) AS marks
                 FROM plate_suggest(t) WITH ORDINALITY s(plate, changes, n)) s
    WHERE given <> sorted OR count > 64 OR count <> marks
    $$, 'suggestions come cheapest first, each once, at most 64');
SELECT lives_ok($$ SELECT count(*) FROM plate_suggest(repeat('O', 1000000)) $$, 'a megabyte gives nothing');
SELECT lives_ok($$ SELECT count(*) FROM plate_suggest(repeat('-', 1000000) || 'AB51ABC') $$, 'nor does one of dashes');
SELECT is(pg_temp.suggestions(misread), NULL, format('"%s" has too many characters that no mark has', misread))
FROM (VALUES ('---------AB51ABC'), ('AB51ABC---------'), ('A-B-5-1-A-B-C---')) v(misread);

SELECT is(plate_lookalike(mark::plate), fold, format('%s looks like %s', mark, fold))
FROM (VALUES ('AOI 2', 'A012'), ('AO 12', 'A012'), ('1 IA', '11A'), ('11 A', '11A'), ('AB51 ABC', 'AB51ABC')) v(mark, fold);
SELECT is(count(*), 3::bigint, 'three marks look like 100A')
FROM unnest('{100 A,10 OA,1 OOA,100 B}'::plate[]) m WHERE plate_lookalike(m) = '100A';

SELECT * FROM finish();
ROLLBACK;
